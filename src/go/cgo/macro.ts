// Macro expansion with hide sets (Prosser's algorithm, as the C standard has it). Limits stand in for the bombs a stranger can write.
import {type CToken, tokenize} from './c-token.ts'

export interface Macro {
  readonly name: string
  /** Undefined for object-like macros. */
  readonly params: readonly string[] | undefined
  readonly variadic: boolean
  readonly body: readonly CToken[]
  /** Whether it is defined, or as what, depends on something unknown. */
  readonly uncertain: boolean
  /** From a table of the platform or the C library, not from text of the package. */
  readonly standard: boolean
}
export type MacroTable = Map<string, Macro>

/** Macros inside one another; what lies deeper stays as it is and counts as unknown. */
const hiddenMax = 100

/** Steps that are left; at 0 an expansion ends, wherever it is. */
export interface Work {
  left: number
}

interface Hidden {
  readonly token: CToken
  readonly hide: HideSet | undefined
}
interface HideSet {
  readonly name: string
  readonly rest: HideSet | undefined
  readonly size: number
}
const isHidden = (set: HideSet | undefined, name: string): boolean => {
  for (let s = set; s !== undefined; s = s.rest) if (s.name === name) return true
  return false
}

/** Words that change no type: a macro of them may be uncertain without making what it stands in uncertain. */
const harmless: ReadonlySet<string> = new Set([
  'extern',
  'static',
  'inline',
  '__inline',
  '__inline__',
  '__extension__',
  'const',
  'volatile',
  'restrict',
  '__restrict',
  '__attribute__',
  '__declspec',
  '_Noreturn',
  '__cdecl',
  '__stdcall',
  '__fastcall',
  '__noreturn__',
  'noreturn',
  'visibility',
  'dllimport',
  'dllexport',
  'deprecated',
  '__deprecated__',
  'unused',
  'format',
  'warn_unused_result',
  'nonnull',
  'malloc',
  'pure',
])
const changesNothing = (body: readonly CToken[]): boolean =>
  body.every(token => token.kind === 'string' || token.kind === 'punctuator' || harmless.has(token.text))

/** `self`: a macro whose body this is, which does not expand inside of itself. */
export function expandTokens(tokens: readonly CToken[], macros: MacroTable, work: Work, self?: string): CToken[] {
  const hide = self === undefined ? undefined : {name: self, rest: undefined, size: 1}
  return expand(
    tokens.map(token => ({token, hide})),
    macros,
    work,
    0,
  ).map(({token}) => token)
}

const depthMax = 200

function expand(input: readonly Hidden[], macros: MacroTable, work: Work, depth: number): Hidden[] {
  const out: Hidden[] = []
  let gap = false
  const keep = (item: Hidden) => {
    out.push(gap && item.token.gap !== true ? {...item, token: {...item.token, gap}} : item)
    gap = false
  }
  const rest = input.toReversed()
  while (rest.length > 0 && work.left > 0) {
    const item = rest.pop()
    if (item === undefined) break
    work.left--
    const {token, hide} = item
    const macro = token.kind === 'identifier' ? macros.get(token.text) : undefined
    if (macro === undefined || isHidden(hide, token.text)) {
      keep(item)
      continue
    }
    if (depth > depthMax || (hide?.size ?? 0) > hiddenMax) {
      keep({token: {...token, uncertain: true}, hide})
      continue
    }
    const doubt = token.uncertain || (macro.uncertain && !changesNothing(macro.body))
    const hidden: HideSet = {name: macro.name, rest: hide, size: (hide?.size ?? 0) + 1}
    if (macro.params === undefined) {
      gap ||= token.gap === true
      work.left -= macro.body.length
      push(rest, pasted(macro.body.map(t => ({token: placed(t, token, doubt), hide: hidden}))))
      continue
    }
    const args = takeArguments(rest, work)
    if (args === undefined) {
      keep(item)
      continue
    }
    gap ||= token.gap === true
    const filled = substitute(macro, args, token, doubt, hidden, tokens => expand(tokens, macros, work, depth + 1))
    work.left -= filled.length
    push(rest, filled)
  }
  return out
}

function push(rest: Hidden[], items: readonly Hidden[]): void {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]
    if (item !== undefined) rest.push(item)
  }
}

/** A token of a macro body stands where the macro's name stood. */
const placed = (body: CToken, at: CToken, uncertain: boolean): CToken => ({
  ...body,
  source: at.source,
  at: at.at,
  first: false,
  uncertain: uncertain || body.uncertain,
})

/** The arguments after a function-like macro's name, or undefined when no parenthesis follows. `rest` is reversed. */
function takeArguments(rest: Hidden[], work: Work): Hidden[][] | undefined {
  if (rest.at(-1)?.token.text !== '(') return undefined
  const args: Hidden[][] = [[]]
  let depth = 0
  for (let i = rest.length - 1; i >= 0; i--) {
    const item = rest[i]
    if (item === undefined || --work.left <= 0) break
    const {text} = item.token
    if (text === '(' && depth++ === 0) continue
    if (text === ')' && --depth === 0) {
      rest.length = i
      return args
    }
    if (text === ',' && depth === 1) args.push([])
    else args.at(-1)?.push(item)
  }
  return undefined
}

function substitute(
  macro: Macro,
  given: readonly Hidden[][],
  at: CToken,
  doubt: boolean,
  hide: HideSet,
  expandArgument: (tokens: readonly Hidden[]) => Hidden[],
): Hidden[] {
  const params = macro.params ?? []
  const argument = (name: string): readonly Hidden[] | undefined => {
    const index = params.indexOf(name)
    if (index < 0) return undefined
    if (!macro.variadic || index < params.length - 1) return given[index] ?? []
    const comma: Hidden = {token: {...at, kind: 'punctuator', text: ','}, hide: undefined}
    return given.slice(index).flatMap((tokens, i) => (i === 0 ? tokens : [comma, ...tokens]))
  }
  const out: Hidden[] = []
  for (let i = 0; i < macro.body.length; i++) {
    const token = macro.body[i]
    if (token === undefined) break
    const next = macro.body[i + 1]
    const stringified = token.text === '#' && next !== undefined ? argument(next.text) : undefined
    if (stringified !== undefined) {
      const text = stringified.map(item => (item.token.spaced ? ' ' : '') + item.token.text).join('')
      out.push({token: placed({...token, kind: 'string', text: JSON.stringify(text.trim())}, at, doubt), hide})
      i++
      continue
    }
    const raw = argument(token.text)
    const isPasted = next?.text === '##' || macro.body[i - 1]?.text === '##'
    if (raw === undefined) out.push({token: placed(token, at, doubt), hide})
    else if (macro.variadic && token.text === params.at(-1) && out.at(-1)?.token.text === '##' && out.at(-2)?.token.text === ',') {
      out.pop() // GNU: `, ##__VA_ARGS__` is the comma and the arguments, or nothing
      if (raw.length === 0) out.pop()
      append(out, expandArgument(raw))
    } else if (isPasted && raw.length === 0) out.push({token: {...placed(token, at, doubt), kind: 'punctuator', text: ''}, hide})
    else append(out, isPasted ? raw : expandArgument(raw))
  }
  return pasted(out).filter(item => item.token.text !== '')
}

function append(out: Hidden[], items: readonly Hidden[]): void {
  for (const item of items) out.push(item)
}

/** Joins what stands on both sides of `##`. */
function pasted(items: readonly Hidden[]): readonly Hidden[] {
  if (!items.some(item => item.token.text === '##')) return items
  const out: Hidden[] = []
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (item === undefined) break
    const next = items[i + 1]
    if (item.token.text !== '##' || out.length === 0 || next === undefined) {
      if (item.token.text !== '##') out.push(item)
      continue
    }
    const left = out.pop()
    const joined = tokenize((left?.token.text ?? '') + next.token.text, item.token.source)
    for (const token of joined)
      out.push({token: placed(token, next.token, next.token.uncertain || (left?.token.uncertain ?? false)), hide: next.hide})
    i++
  }
  return out
}
