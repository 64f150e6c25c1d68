// The C preprocessor, for declarations: includes it can find, macros, and conditions in three values. A condition on a macro that nobody
// here defines is decided as if the macro were undefined, but everything under it is marked uncertain, so that no branch counts as certain.
import {type CToken, textLengthMax, tokenize, tokensMax} from './c-token.ts'
import {evaluate} from './constant-expression.ts'
import {expandTokens, type Macro, type MacroTable} from './macro.ts'
import {type CPlatform, foreignMacros, predefinedMacros} from './platform.ts'

export interface PreprocessOptions {
  readonly platform: CPlatform
  /** From `#cgo CFLAGS: -DNAME=VALUE`. */
  readonly defines: ReadonlyMap<string, string>
  /** Certainly not defined. */
  readonly withheld: ReadonlySet<string>
  /** Text of an included file and its name, or undefined when it is not there. `from` is the including file; `next`: search behind its folder. */
  readonly include: (
    name: string,
    quoted: boolean,
    from: string,
    next: boolean,
  ) => {readonly name: string; readonly text: string} | undefined
  /** Declarations that stand for a header of the C library. */
  readonly standardHeader: (name: string) => string | undefined
  /** Shared by translation units that include the same files. */
  readonly texts?: Texts
}

/** Files of translation units, each split into tokens once. */
export interface Texts {
  readonly sources: {readonly name: string; readonly text: string}[]
  readonly split: Map<string, SplitText>
}
interface SplitText {
  readonly text: string
  readonly tokens: readonly CToken[]
  readonly guard: string | undefined
}
export const newTexts = (): Texts => ({sources: [], split: new Map()})

function splitText({sources, split}: Texts, name: string, text: string): SplitText {
  const known = split.get(name)
  if (known?.text === text) return known
  const tokens = tokenize(text, sources.length)
  sources.push({name, text})
  const made = {text, tokens, guard: guardOf(tokens)}
  split.set(name, made)
  return made
}

export interface Preprocessed {
  readonly tokens: readonly CToken[]
  /** Of the tokens' `source`. */
  readonly sources: readonly {readonly name: string; readonly text: string}[]
  readonly macros: MacroTable
  /** Headers that were not found, in order of first mention. */
  readonly absent: readonly string[]
  /** `#pragma pack` settings from an output position on. */
  readonly packs: readonly {readonly from: number; readonly max: number}[]
  /** A limit was reached, so that what follows is missing. */
  readonly truncated: boolean
}

const includeDepthMax = 64
const includesMax = 5000
const charactersPerToken = 4
/** Tokens read and steps of macro expansion, of one translation unit: twice what SQLite's amalgamation takes. */
const workMax = 16_000_000
/** Steps of the text between two directives, beyond four for each of its tokens. */
const runWorkMax = 1_000_000

interface Frame {
  /** This branch is read. */
  active: boolean
  /** It is not, but may be compiled. */
  possible: boolean
  /** Some branch was read. */
  taken: boolean
  /** Some branch is compiled for certain, so that those after it are not. */
  decided: boolean
  /** A condition of this group could not be decided. */
  uncertain: boolean
  /** One of a group around it could not. */
  readonly outerUncertain: boolean
  readonly parentActive: boolean
}

export function preprocess(name: string, text: string, options: PreprocessOptions): Preprocessed {
  return new Preprocessor(options).run(name, text)
}

class Preprocessor {
  readonly #options: PreprocessOptions
  readonly #out: CToken[] = []
  readonly #texts: Texts
  readonly #macros: MacroTable = new Map()
  readonly #absent = new Set<string>()
  readonly #packs: {from: number; max: number}[] = []
  readonly #packStack: number[] = []
  readonly #once = new Set<string>()
  #pack = 0
  #includes = 0
  #truncated = false
  readonly #work = {left: workMax}
  /** Text that may be compiled was left out since the last token. */
  #gap = false
  /** Certainly not defined: by `#undef`, or because no #cgo line defines it in this configuration. */
  readonly #undefined: Set<string>

  constructor(options: PreprocessOptions) {
    this.#options = options
    this.#texts = options.texts ?? newTexts()
    this.#undefined = new Set(options.withheld)
    for (const [name, value] of predefinedMacros(options.platform)) if (!options.withheld.has(name)) this.#defineText(name, value)
    for (const [name, value] of options.defines) this.#defineText(name, value)
  }

  run(name: string, text: string): Preprocessed {
    this.#file(name, text, 0, false, false)
    return {
      tokens: this.#out,
      sources: this.#texts.sources,
      macros: this.#macros,
      absent: [...this.#absent],
      packs: this.#packs,
      truncated: this.#truncated,
    }
  }

  #defineText(name: string, value: string): void {
    this.#macros.set(name, {name, params: undefined, variadic: false, body: tokenize(value, -1), uncertain: false, standard: true})
  }

  #file(name: string, text: string, depth: number, uncertain: boolean, standard: boolean): void {
    this.#work.left -= Math.min(text.length, textLengthMax) / charactersPerToken
    if (this.#work.left <= 0) {
      this.#truncated = true
      return
    }
    const {tokens, guard} = splitText(this.#texts, name, text)
    if (guard !== undefined && this.#macros.has(guard)) return
    const frames: Frame[] = []
    let pending: CToken[] = []
    const flush = () => {
      if (pending.length > 0) this.#emit(pending)
      pending = []
    }
    for (let i = 0; i < tokens.length;) {
      const token = tokens[i]
      if (token === undefined) break
      let end = i + 1
      while (end < tokens.length && tokens[end]?.first === false) end++
      const active = frames.at(-1)?.active ?? true
      const doubt = uncertain || isUncertain(frames)
      if (token.text === '#' && token.first) {
        const line = tokens.slice(i + 1, end)
        const own = guard !== undefined && frames.length === 0 ? guard : innerGuard(tokens, i, end)
        if (!this.#condition(line, frames, own, flush)) {
          if (active) {
            flush()
            this.#directive(line, {name, text, depth, uncertain: doubt, standard})
          } else if (frames.at(-1)?.possible === true) this.#possibleDirective(line)
        }
      } else if (active) {
        for (let j = i; j < end; j++) {
          const t = tokens[j]
          if (t !== undefined) pending.push(doubt || this.#gap ? {...t, uncertain: doubt, gap: this.#gap} : t)
          this.#gap = false
        }
      } else if (frames.at(-1)?.possible === true) this.#gap = true
      i = end
      if (this.#truncated) break
    }
    flush()
  }

  #emit(tokens: readonly CToken[]): void {
    if (this.#out.length + tokens.length > tokensMax) {
      this.#truncated = true
      return
    }
    const allowed = Math.min(this.#work.left, tokens.length * 4 + runWorkMax)
    const work = {left: allowed}
    const expanded = expandTokens(tokens, this.#macros, work)
    this.#work.left -= allowed - work.left
    // What is expanded to a part of itself says nothing.
    if (work.left <= 0) this.#truncated = true
    else for (const token of expanded) this.#out.push(token)
  }

  /** Handles #if and its kin; true when the line was one of them. */
  #condition(line: readonly CToken[], frames: Frame[], guard: string | undefined, flush: () => void): boolean {
    const parentActive = frames.at(-1)?.active ?? true
    const top = frames.at(-1)
    switch (line[0]?.text) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        flush()
        const own = guard !== undefined && !this.#macros.has(guard) && line.some(token => token.text === guard)
        const value = own && parentActive ? true : parentActive ? this.#decide(line) : false
        const active = parentActive && (value === true || value === 'assumed')
        const outerPossible = top?.possible === true
        frames.push({
          active,
          possible: outerPossible || value === 'assumed-not',
          taken: active,
          decided: value === true,
          uncertain: value === 'assumed' || value === 'assumed-not',
          outerUncertain: isUncertain(frames),
          parentActive,
        })
        return true
      }
      case 'elif':
      case 'else': {
        flush()
        if (top === undefined) return true
        if (!top.parentActive) return true
        if (top.decided) {
          top.active = false
          top.possible = false
          return true
        }
        const value = line[0].text === 'else' ? true : this.#decide(line)
        const holds = value === true || value === 'assumed'
        top.active = holds && !top.taken
        top.possible = !top.active && value !== false
        top.taken ||= top.active
        top.decided = value === true
        top.uncertain ||= value === 'assumed' || value === 'assumed-not'
        return true
      }
      case 'endif':
        flush()
        frames.pop()
        return true
      default:
        return false
    }
  }

  #decide(line: readonly CToken[]): boolean | 'assumed' | 'assumed-not' {
    const [word, name] = line
    if (word?.text === 'ifdef' || word?.text === 'ifndef') {
      const defined = this.#isDefined(name?.text ?? '')
      if (defined !== undefined) return defined === (word.text === 'ifdef')
      return this.#isAssumed(name?.text ?? '') === (word.text === 'ifdef') ? 'assumed' : 'assumed-not'
    }
    const {known, assumed, open} = this.#operands(line)
    const value = open
      ? undefined
      : evaluate(expandTokens(known, this.#macros, this.#work), {
          platform: this.#options.platform,
          wide: true,
          identifier: id => (id === 'true' ? 1n : foreignMacros.has(id) || this.#undefined.has(id) || id === 'false' ? 0n : undefined),
          doubtful: token => token.uncertain,
        })
    if (value !== undefined) return value.value !== 0n
    const guess = evaluate(expandTokens(assumed, this.#macros, this.#work), {
      platform: this.#options.platform,
      wide: true,
      identifier: () => 0n,
    })
    return guess !== undefined && guess.value !== 0n ? 'assumed' : 'assumed-not'
  }

  /** The operands of #if with `defined` answered: `known` has `?` where nobody knows, `assumed` has what holds if unknown macros are undefined. */
  #operands(line: readonly CToken[]): {known: CToken[]; assumed: CToken[]; open: boolean} {
    const known: CToken[] = []
    const assumed: CToken[] = []
    let open = false
    for (let i = 1; i < line.length; i++) {
      const token = line[i]
      if (token === undefined) break
      if (
        /^__has_(?:include|attribute|builtin|feature|extension|cpp_attribute|c_attribute|warning|declspec_attribute)(?:_next)?$/.test(
          token.text,
        )
      ) {
        const called = line[i + 1]?.text === '('
        if (called) {
          open = true
          i = closing(line, i + 1)
        }
        assumed.push({...token, kind: 'number', text: '0'})
      } else if (token.text === 'defined') {
        const parenthesised = line[i + 1]?.text === '('
        const name = line[i + (parenthesised ? 2 : 1)]?.text ?? ''
        const defined = this.#isDefined(name)
        known.push({...token, kind: 'number', text: defined === undefined ? '?' : defined ? '1' : '0'})
        assumed.push({...token, kind: 'number', text: this.#isAssumed(name) ? '1' : '0'})
        i += parenthesised ? 3 : 1
      } else {
        known.push(token)
        assumed.push(token)
      }
    }
    return {known, assumed, open}
  }

  /** Whether a macro is taken for defined where nobody knows. */
  #isAssumed(name: string): boolean {
    const macro = this.#macros.get(name)
    return macro !== undefined && !(macro.uncertain && macro.body.length === 1 && macro.body[0]?.text === name)
  }

  /** undefined: nobody here knows. */
  #isDefined(name: string): boolean | undefined {
    const macro = this.#macros.get(name)
    if (macro !== undefined) return macro.uncertain ? undefined : true
    if (this.#undefined.has(name) || foreignMacros.has(name)) return false
    return undefined
  }

  #directive(line: readonly CToken[], file: {name: string; text: string; depth: number; uncertain: boolean; standard: boolean}): void {
    const name = line[1]
    switch (line[0]?.text) {
      case 'define':
        if (name?.kind === 'identifier') this.#define(line, file)
        return
      case 'undef':
        if (name === undefined) return
        if (file.uncertain) return this.#possibleDirective(line)
        this.#macros.delete(name.text)
        this.#undefined.add(name.text)
        return
      case 'include':
      case 'include_next':
      case 'import':
        this.#include(line.slice(1), file, line[0].text === 'include_next')
        return
      case 'pragma':
        if (name?.text === 'pack') this.#pragmaPack(line.slice(2))
        else if (name?.text === 'once') this.#once.add(file.name)
        return
      default:
    }
  }

  /** A line of a branch that is left out but may be compiled: what its macro means from here on is not known. */
  #possibleDirective(line: readonly CToken[]): void {
    const [word, name] = line
    if ((word?.text !== 'define' && word?.text !== 'undef') || name?.kind !== 'identifier') return
    const macro = this.#macros.get(name.text)
    // Where it is not defined, the name stands for itself or for something else.
    const itself = {name: name.text, params: undefined, variadic: false, body: [name], standard: false}
    if (word.text === 'undef' && macro === undefined) return
    this.#macros.set(name.text, {...(macro ?? itself), uncertain: true})
    this.#undefined.delete(name.text)
  }

  #define(line: readonly CToken[], file: {uncertain: boolean; standard: boolean}): void {
    const name = line[1]?.text ?? ''
    let at = 2
    let params: string[] | undefined
    let variadic = false
    if (line[2]?.text === '(' && !line[2].spaced) {
      const end = closing(line, 2)
      params = []
      for (const token of line.slice(3, end)) {
        if (token.kind === 'identifier') params.push(token.text)
        else if (token.text === '...') {
          variadic = true
          if (line[line.indexOf(token) - 1]?.kind !== 'identifier') params.push('__VA_ARGS__')
        }
      }
      at = end + 1
    }
    const macro: Macro = {name, params, variadic, body: line.slice(at), uncertain: file.uncertain, standard: file.standard}
    this.#macros.set(name, macro)
    if (!file.uncertain) this.#undefined.delete(name)
  }

  #include(line: readonly CToken[], file: {name: string; depth: number; uncertain: boolean}, next: boolean): void {
    const tokens = line[0]?.kind === 'identifier' ? expandTokens(line, this.#macros, this.#work) : line
    const [first] = tokens
    if (first === undefined) return
    const quoted = first.kind === 'string'
    const name = quoted
      ? first.text.replaceAll('"', '')
      : tokens
          .slice(
            1,
            tokens.findIndex(token => token.text === '>'),
          )
          .map(token => token.text)
          .join('')
    if (name === '' || (!quoted && first.text !== '<')) return
    const found = this.#options.include(name, quoted, file.name, next)
    if (found !== undefined) {
      if (this.#once.has(found.name)) return
      if (file.depth >= includeDepthMax || ++this.#includes > includesMax) this.#truncated = true
      else this.#file(found.name, found.text, file.depth + 1, file.uncertain, false)
      return
    }
    const known = this.#options.standardHeader(name)
    this.#absent.add(name)
    // What stands for an absent header is certain even under a condition: it says what the names mean wherever they are.
    if (known !== undefined && !this.#once.has(`<${name}>`)) {
      this.#once.add(`<${name}>`)
      if (file.depth < includeDepthMax) this.#file(`<${name}>`, known, file.depth + 1, false, true)
    }
  }

  #pragmaPack(tokens: readonly CToken[]): void {
    const words = tokens.slice(1, closing(tokens, 0)).map(token => token.text)
    const size = words.find(word => /^\d+$/.test(word))
    if (words.includes('push')) this.#packStack.push(this.#pack)
    if (words.includes('pop')) this.#pack = this.#packStack.pop() ?? 0
    else if (size !== undefined) this.#pack = Number(size)
    else if (words.length === 0) this.#pack = 0
    this.#packs.push({from: this.#out.length, max: this.#pack})
  }
}

const isUncertain = (frames: readonly Frame[]): boolean => {
  const top = frames.at(-1)
  return top !== undefined && (top.uncertain || top.outerUncertain)
}

/** Index of the bracket that closes the one at `open`, or of the last token. */
export function closing(tokens: readonly CToken[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    const text = tokens[i]?.text
    if (text === '(') depth++
    else if (text === ')' && --depth === 0) return i
  }
  return Math.max(open, tokens.length - 1)
}

/** The macro of `#ifndef X` followed at once by `#define X` without a value: a guard inside a file, or a default of nothing. */
function innerGuard(tokens: readonly CToken[], at: number, end: number): string | undefined {
  const [, word, name] = tokens.slice(at, at + 3)
  if (word?.text !== 'ifndef' || name === undefined || end !== at + 3) return undefined
  const [hash, define, defined, after] = tokens.slice(end, end + 4)
  const empty = after === undefined || after.first
  return hash?.text === '#' && define?.text === 'define' && defined?.text === name.text && empty ? name.text : undefined
}

/** The macro that guards a whole file against a second reading: `#ifndef X`, `#define X`, …, `#endif`. */
function guardOf(tokens: readonly CToken[]): string | undefined {
  const [hash, word, ...rest] = tokens
  if (hash?.text !== '#' || (word?.text !== 'ifndef' && word?.text !== 'if')) return undefined
  const second = rest.findIndex(token => token.first)
  const name = rest.slice(0, Math.max(second, 0)).filter(token => token.kind === 'identifier' && token.text !== 'defined')
  const [guard] = name
  if (name.length !== 1 || guard === undefined) return undefined
  if (word.text === 'if' && rest[0]?.text !== '!') return undefined
  const next = rest[second + 1]
  const defined = rest[second + 2]
  if (rest[second]?.text !== '#' || next?.text !== 'define' || defined?.text !== guard.text) return undefined
  // Its #endif must be the last directive, and nothing may follow it.
  let depth = 0
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]?.text !== '#' || tokens[i]?.first !== true) continue
    const directive = tokens[i + 1]?.text ?? ''
    if (directive.startsWith('if')) depth++
    if (directive === 'endif' && --depth === 0) return tokens.slice(i + 2).every(token => !token.first) ? guard.text : undefined
  }
  return undefined
}
