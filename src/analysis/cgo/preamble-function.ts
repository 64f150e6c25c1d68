// Functions and variables that C text defines, in preambles and C files of a package, with what a body does to a parameter. A scan of tokens, not a C parser:
// what it cannot read counts as "may do anything".
import {cgoSourceOf} from '../../go/cgo/preamble.ts'
import type {File} from '../../go/syntax/ast.ts'
import type {AnyPass} from './c-member.ts'

export interface CDefinition {
  readonly kind: 'function' | 'variable'
  readonly name: string
  /** No other object file sees it: static, or inline without extern. */
  readonly local: boolean
  readonly params: readonly {readonly name: string; readonly type: string}[]
  /** Text between the braces; empty for variables and declarations. */
  readonly body: string
  readonly defined: boolean
}

const textMax = 400_000
const filesMax = 200
const decoder = new TextDecoder()

/** C text without comments, string contents and preprocessor lines. */
function plain(text: string): string {
  return text
    .slice(0, textMax)
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, found => (found.startsWith('/') ? ' ' : '""'))
    .replaceAll(/^[ \t]*#(?:[^\n]*\\\r?\n)*[^\n]*/gm, '')
}

/** What the preamble of one file declares and defines. */
export function preambleDefinitions(file: File): readonly CDefinition[] {
  const source = cgoSourceOf(file, () => true)
  return source === undefined ? [] : definitionsIn(plain(source.text))
}

function definitionsIn(text: string): CDefinition[] {
  const found: CDefinition[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const c = text[at]
    if (c === ';') {
      found.push(...declaration(text.slice(start, at), ''))
      start = at + 1
    } else if (c === '{') {
      const end = matching(text, at)
      const head = text.slice(start, at)
      if (/^\s*extern\s*""\s*$/.test(head)) {
        start = at + 1
        continue
      }
      if (/\)[\s\w]*$/.test(head) && !/=\s*$/.test(head)) {
        found.push(...declaration(head, text.slice(at + 1, end), true))
        start = end + 1
      }
      at = end
    } else if (c === '}') start = at + 1
  }
  return found
}

function matching(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}

function declaration(head: string, body: string, braces = false): CDefinition[] {
  const text = head.replaceAll(/__attribute__\s*\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)/g, ' weak_or_other ').trim()
  if (text === '' || /^(?:typedef|struct\s+\w+$|union\s+\w+$|enum\s+\w+$)/.test(text)) return []
  const local = /\bstatic\b|\binline\b|\b__inline\w*\b|weak_or_other/.test(text) && !/\bextern\b[^;]*\binline\b/.test(text)
  const func = /(?:^|[\s*])([A-Za-z_]\w*)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*(?:weak_or_other\s*)*$/.exec(text)
  if (func !== null && !/=/.test(text.slice(0, func.index))) {
    return [{kind: 'function', name: func[1] ?? '', local, params: parameters(func[2] ?? ''), body, defined: braces}]
  }
  if (braces || text.includes('(')) return []
  const variable = /^(?:[A-Za-z_]\w*[\s*]+)+([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*(=[\s\S]*)?$/.exec(text)
  if (variable === null || /^(?:struct|union|enum)\s+\w+\s*\{/.test(text)) return []
  return [
    {
      kind: 'variable',
      name: variable[1] ?? '',
      local,
      params: [],
      body: '',
      defined: !/\bextern\b/.test(text) || variable[2] !== undefined,
    },
  ]
}

function parameters(text: string): {name: string; type: string}[] {
  if (/^\s*(?:void)?\s*$/.test(text)) return []
  return text.split(/,(?![^()]*\))/).map(part => {
    const match = /^([\s\S]*?)([A-Za-z_]\w*)\s*(?:\[[^\]]*\])?\s*$/.exec(part)
    return {name: match?.[2] ?? '', type: (match?.[1] ?? part).replaceAll(/\s+/g, ' ').trim()}
  })
}

const byPackage = new WeakMap<object, ReadonlyMap<string, CDefinition>>()

/** A function that a preamble or a C file of the package defines or declares; definitions win. */
export function preambleFunction(pass: AnyPass, name: string): CDefinition | undefined {
  let all = byPackage.get(pass.package)
  if (all === undefined) {
    const made = new Map<string, CDefinition>()
    const add = (definitions: readonly CDefinition[]) => {
      for (const one of definitions) if (one.kind === 'function' && (one.defined || !made.has(one.name))) made.set(one.name, one)
    }
    for (const file of pass.package.files) add(preambleDefinitions(file.state.tree))
    for (const file of pass.package.cFiles.slice(0, filesMax)) {
      const bytes = file.bytes()
      if (bytes.length <= textMax) add(definitionsIn(plain(decoder.decode(bytes))))
    }
    all = made
    byPackage.set(pass.package, all)
  }
  return all.get(name)
}
