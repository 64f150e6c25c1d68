// The C files and preambles of a package as far as a rule asks: which functions they define, which variables belong to the whole process, and where in the files that
// stands. A reader of tokens, not a C parser: macros are not expanded, and a declaration it cannot read is passed over.
import {type CToken, tokenize} from '../../go/cgo/c-token.ts'
import type {FactPlace} from '../engine/pass.ts'
import type {CheckedFile, OtherFile} from '../engine/checked-package.ts'
import type {AnyPass} from './c-member.ts'

/** Larger files are amalgamations of whole libraries: reading them would cost more than all Go of the package. */
const bytesMax = 1 << 20
const filesMax = 200
/** Characters of a macro's body that are read, and identifiers it may stand for. */
const macroLengthMax = 100_000
const macroWordsMax = 2000

export interface CFileText {
  readonly path: string
  readonly text: string
}
export interface CBody {
  readonly name: string
  readonly file: CFileText
  readonly params: readonly string[]
  /** Which of them are numbers by their words, and so copied. */
  readonly numbers: readonly boolean[]
  /** As the head is written: a typedef of a pointer counts as none. */
  readonly returnsPointer: boolean
  /** Between the braces. */
  readonly tokens: readonly CToken[]
}
export interface CVariable {
  readonly name: string
  readonly file: CFileText
  readonly at: number
  /** Other files see it too. */
  readonly external: boolean
  /** Each thread has its own. */
  readonly threadLocal: boolean
}
export interface CSource {
  /** What the text includes, as it is written between the brackets or quotes. */
  readonly includes: readonly string[]
  readonly bodies: readonly CBody[]
  readonly variables: readonly CVariable[]
  /** The definition that a name means in a file: the file's own, or the only one of the package. */
  body(name: string, from: CFileText | undefined): CBody | undefined
  variable(name: string, from: CFileText): CVariable | undefined
  /** Whether the text defines a macro that puts `word` where its name stands, by itself or through other macros. */
  macroMentions(macro: string, word: string): boolean
}

/** A character for each byte, so that offsets are bytes. */
const decoder = new TextDecoder('latin1')
const byPackage = new WeakMap<object, CSource>()

/** The C files of the package; headers are read too, for their inline functions. */
export function cSourceOf(pass: AnyPass): CSource {
  const known = byPackage.get(pass.package)
  if (known !== undefined) return known
  const made = readSources([...pass.package.cFiles.flatMap(textOf).slice(0, filesMax), ...pass.package.files.flatMap(preambleOf)])
  byPackage.set(pass.package, made)
  return made
}

function textOf(file: OtherFile): CFileText[] {
  const bytes = file.bytes()
  return bytes.length > bytesMax ? [] : [{path: file.path, text: decoder.decode(bytes)}]
}

/** The comments in front of `import "C"`, where they stand in the file; everything else of it is blank. */
function preambleOf({path, bytes, state}: CheckedFile): CFileText[] {
  const comments = state.tree.decls.flatMap(decl => {
    if (decl.kind !== 'GenDecl' || decl.tok !== 'import') return []
    const spec = decl.specs.find(one => one.kind === 'ImportSpec' && one.path.value === '"C"')
    return spec?.kind === 'ImportSpec' ? ((spec.doc ?? decl.doc)?.list ?? []) : []
  })
  if (comments.length === 0) return []
  const text = decoder.decode(bytes)
  const blank = text.replaceAll(/[^\n]/g, ' ')
  let made = ''
  for (const comment of comments) {
    const end = comment.text.startsWith('//') ? comment.end : comment.end - 2
    made += blank.slice(made.length, comment.pos + 2) + text.slice(comment.pos + 2, end)
  }
  // #cgo lines go with the directives.
  return [{path, text: made + blank.slice(made.length)}]
}

const includeLine = /^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]/gm

function readSources(files: readonly CFileText[]): CSource {
  const bodies: CBody[] = []
  const variables: CVariable[] = []
  for (const text of files) {
    const read = readFile(text)
    for (const body of read.bodies) bodies.push(body)
    for (const variable of read.variables) variables.push(variable)
  }
  const includes = new Set(files.flatMap(({text}) => [...text.matchAll(includeLine)].map(match => match[1] ?? '')))
  const only = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined)
  const bodyByName = byName(bodies)
  const variableByName = byName(variables)
  const macros = macroWords(files)
  return {
    macroMentions: (macro, word) => macros.get(macro)?.has(word) === true,
    includes: [...includes],
    bodies,
    variables,
    body: (name, from) => bodyByName.get(name)?.find(one => one.file === from) ?? only(bodyByName.get(name) ?? []),
    variable: (name, from) =>
      variableByName.get(name)?.find(one => one.file === from) ?? only((variableByName.get(name) ?? []).filter(one => one.external)),
  }
}

/** The identifiers in the bodies of each macro, of all its definitions, and in those of the macros they name. */
function macroWords(files: readonly CFileText[]): ReadonlyMap<string, ReadonlySet<string>> {
  const own = new Map<string, Set<string>>()
  for (const {text} of files)
    for (const [, name = '', body = ''] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)([^\\\n]*(?:\\(?:\r?\n|.)[^\\\n]*)*)/gm)) {
      const words = own.get(name) ?? new Set()
      for (const [word] of body.slice(0, macroLengthMax).matchAll(/[A-Za-z_]\w*/g)) words.add(word)
      own.set(name, words)
    }
  for (const words of own.values())
    for (const word of words) {
      if (words.size > macroWordsMax) break
      for (const inner of own.get(word) ?? []) words.add(inner)
    }
  return own
}

function byName<T extends {readonly name: string}>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const made = new Map<string, T[]>()
  for (const one of all) {
    const list = made.get(one.name)
    if (list) list.push(one)
    else made.set(one.name, [one])
  }
  return made
}

const storageWords: ReadonlySet<string> = new Set(['static', 'extern', 'const', 'volatile', 'register', 'unsigned', 'signed'])

function readFile(file: CFileText): {bodies: CBody[]; variables: CVariable[]} {
  const tokens = withoutDirectives(tokenize(file.text, 0))
  const bodies: CBody[] = []
  const variables: CVariable[] = []
  let head: CToken[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]! // i < length
    if (token.text === ';') {
      for (const variable of declared(head, file)) variables.push(variable)
      head = []
    } else if (token.text === '{') {
      if (head[0]?.text === 'extern' && head[1]?.kind === 'string') {
        head = []
        continue
      }
      const end = closing(tokens, i)
      const func = functionHead(head)
      if (func !== undefined) {
        bodies.push({...func, file, tokens: tokens.slice(i + 1, end)})
        head = []
      } else head.push(token, ...(tokens[end] === undefined ? [] : [tokens[end]])) // a struct's members or an initialiser: `{}` stands for it
      i = end
    } else if (token.text === '}') head = []
    else head.push(token)
  }
  return {bodies, variables}
}

function withoutDirectives(tokens: readonly CToken[]): CToken[] {
  const kept: CToken[] = []
  let skipping = false
  for (const token of tokens) {
    if (token.first) skipping = token.text === '#'
    if (!skipping) kept.push(token)
  }
  return kept
}

const opens = '([{'
const closes = ')]}'

/** Index of the bracket that closes the one at `open`; the length when none does. */
export function closing(tokens: readonly CToken[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    const {text} = tokens[i]! // i < length
    if (text.length !== 1) continue
    if (opens.includes(text)) depth++
    else if (closes.includes(text) && --depth === 0) return i
  }
  return tokens.length
}

const numberWords: ReadonlySet<string> = new Set(
  'const volatile register unsigned signed char short int long float double _Bool bool size_t ssize_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t gboolean gint guint gsize gdouble gfloat'.split(
    ' ',
  ),
)

/** `type name(params)` in front of a body. */
function functionHead(head: readonly CToken[]): Pick<CBody, 'name' | 'params' | 'numbers' | 'returnsPointer'> | undefined {
  const open = head.findIndex(token => token.text === '(')
  const name = head[open - 1]
  if (open < 1 || name?.kind !== 'identifier' || head.some((token, i) => i < open && (token.text === '=' || token.text === '{')))
    return undefined
  const end = closing(head, open)
  if (end >= head.length) return undefined
  const parts = split(head.slice(open + 1, end)).filter(part => part.length > 1 || (part.length === 1 && part[0]?.text !== 'void'))
  const params = parts.map(part => nameOf(part) ?? '')
  const numbers = parts.map(part => part.length > 1 && part.slice(0, -1).every(token => numberWords.has(token.text)))
  return {name: name.text, params, numbers, returnsPointer: head.slice(0, open).some(token => token.text === '*')}
}

/** Parts between commas that stand in no bracket. */
export function split(tokens: readonly CToken[]): CToken[][] {
  const parts: CToken[][] = [[]]
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]! // i < length
    if (token.text === ',') parts.push([])
    else if (token.text.length === 1 && opens.includes(token.text)) {
      const end = closing(tokens, i)
      for (const one of tokens.slice(i, end + 1)) parts.at(-1)?.push(one)
      i = end
    } else parts.at(-1)?.push(token)
  }
  return parts
}

/** The name a declarator gives: the last identifier in front of its brackets and initialiser. */
function nameTokenOf(part: readonly CToken[]): CToken | undefined {
  const stop = part.findIndex(token => token.text === '=' || token.text === '[' || token.text === ':')
  return (stop < 0 ? part : part.slice(0, stop)).findLast(token => token.kind === 'identifier')
}
const nameOf = (part: readonly CToken[]) => nameTokenOf(part)?.text

function declared(head: readonly CToken[], file: CFileText): CVariable[] {
  const words = new Set(head.map(token => token.text))
  if (head.length < 2 || words.has('typedef') || words.has('extern')) return []
  const threadLocal = words.has('_Thread_local') || words.has('__thread') || words.has('thread_local')
  return split(head).flatMap((part, i) => {
    // A prototype or a pointer to a function; a tag alone declares no variable.
    const stop = part.findIndex(token => token.text === '=')
    const before = stop < 0 ? part : part.slice(0, stop)
    if (before.some(token => token.text === '(')) return []
    const name = nameTokenOf(before)
    const bare = before.filter(token => !storageWords.has(token.text))
    if (name === undefined || bare.at(-1)?.text === '}' || (i === 0 && bare.length < 2 && before.length < 2)) return []
    if (i === 0 && /^(?:struct|union|enum)$/.test(bare[0]?.text ?? '') && bare.length <= 2) return []
    return [{name: name.text, file, at: name.at, external: !words.has('static'), threadLocal}]
  })
}

/** A place in a C file, for a finding. */
export function placeInC(file: CFileText, token: {readonly at: number; readonly text: string}, symbol: string): FactPlace {
  const lineStart = file.text.lastIndexOf('\n', token.at - 1) + 1
  const lineEnd = file.text.indexOf('\n', token.at)
  let line = 1
  for (let at = file.text.indexOf('\n'); at >= 0 && at < token.at; at = file.text.indexOf('\n', at + 1)) line++
  const column = token.at - lineStart + 1
  return {
    file: file.path,
    start: token.at,
    end: token.at + token.text.length,
    line,
    column,
    endLine: line,
    endColumn: column + token.text.length,
    symbol,
    sourceLine: file.text.slice(lineStart, lineEnd < 0 ? file.text.length : lineEnd),
  }
}
