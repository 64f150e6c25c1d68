// Reads C declarations from preprocessed tokens, tolerantly: what cannot be read is skipped to the next declaration, unknown type names
// become unknown types, function bodies are kept as tokens. Statements are not parsed here.
import type {CToken} from './c-token.ts'
import {
  type CDeclarations,
  type CEnum,
  type CEnumMember,
  type CField,
  type CFunctionType,
  type CParam,
  type CRecord,
  type CType,
  stripTypedefs,
  unknownCType,
} from './c-type.ts'
import {attributeWords, basicType, basicWords, qualifiers, storages, strangeAttributes} from './c-words.ts'
import {type CValue, evaluate} from './constant-expression.ts'
import {layoutOf} from './layout.ts'
import type {CPlatform} from './platform.ts'
import type {Preprocessed} from './preprocess.ts'

export interface ParsedC extends CDeclarations {
  /** Declarations that could not be read: where they start. */
  readonly skipped: readonly {readonly source: number; readonly at: number}[]
}

const nestingMax = 200
/** Of a type name inside an expression. */
const typeNameTokensMax = 1000

export function newDeclarations(): CDeclarations {
  return {typedefs: new Map(), records: new Map(), enums: new Map(), members: new Map(), functions: new Map(), variables: new Map()}
}

export function parseC(input: Preprocessed, platform: CPlatform): ParsedC {
  return new CParser(input, platform).unit()
}

/** The type that the tokens spell, with nothing left over; undefined when they spell none. */
export function parseTypeName(tokens: readonly CToken[], platform: CPlatform, known: CDeclarations): CType | undefined {
  const read = new CParser({tokens, packs: []}, platform, known).typeName(tokens, 0)
  return read?.end === tokens.length ? read.type : undefined
}

/** Evaluates an expression among known declarations. */
export function evaluateAmong(tokens: readonly CToken[], platform: CPlatform, known: CDeclarations): CValue | undefined {
  return new CParser({tokens, packs: []}, platform, known).evaluate(tokens)
}

interface Specifiers {
  readonly type: CType
  readonly storage: ReadonlySet<string>
  readonly attributes: Attributes
}
interface Attributes {
  packed: boolean
  aligned: number
  /** One of them changes the type in a way that is not modelled. */
  strange: boolean
}
const noAttributes = (): Attributes => ({packed: false, aligned: 0, strange: false})
interface Declarator {
  readonly name: string | undefined
  readonly type: CType
  /** The type is that of a function, and its parameter list is the declarator's own. */
  readonly attributes: Attributes
}
type Wrap = (inner: CType) => CType

/** `aligned` without a number: the largest alignment any type of the target needs; 16 bytes on amd64 and arm64. */
const alignedDefault = 16
const alignedMax = 1 << 28

class CParser {
  #at = 0
  #depth = 0
  readonly #tokens: readonly CToken[]
  readonly #packs: Preprocessed['packs']
  readonly #platform: CPlatform
  readonly #all: CDeclarations
  readonly #skipped: {source: number; at: number}[] = []
  /** Structs, unions and enums whose bodies the current declaration holds. */
  #finished: (CRecord | CEnum)[] = []

  constructor(input: Pick<Preprocessed, 'tokens' | 'packs'>, platform: CPlatform, all: CDeclarations = newDeclarations()) {
    this.#tokens = input.tokens
    this.#packs = input.packs
    this.#all = all
    this.#platform = platform
  }

  unit(): ParsedC {
    while (this.#at < this.#tokens.length) {
      const start = this.#at
      this.#depth = 0
      this.#finished = []
      if (!this.#external()) {
        // What follows a body may be a macro of an absent header that packs or aligns it.
        for (const one of this.#finished) one.uncertain = true
        const token = this.#tokens[start]
        if (token !== undefined) this.#skipped.push({source: token.source, at: token.at})
        this.#at = start
        this.#skipDeclaration()
      }
      if (this.#at === start) this.#at++
    }
    return {...this.#all, skipped: this.#skipped}
  }

  #text(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text ?? ''
  }

  #take(text: string): boolean {
    if (this.#text() !== text) return false
    this.#at++
    return true
  }

  #isIdentifier(ahead = 0): boolean {
    return this.#tokens[this.#at + ahead]?.kind === 'identifier'
  }

  /** Behind the bracket that closes the one here. */
  #skipBalanced(): void {
    let depth = 0
    for (; this.#at < this.#tokens.length; this.#at++) {
      const text = this.#text()
      if (text === '(' || text === '[' || text === '{') depth++
      else if ((text === ')' || text === ']' || text === '}') && --depth <= 0) {
        this.#at++
        return
      }
    }
  }

  /** Behind the next `;` or function body at this level. */
  #skipDeclaration(): void {
    while (this.#at < this.#tokens.length) {
      const text = this.#text()
      if (text === ';') {
        this.#at++
        return
      }
      if (text === '{') {
        this.#skipBalanced()
        if (!['=', ',', ';'].includes(this.#text()) && !this.#isIdentifier()) return
      } else if (text === '(' || text === '[') this.#skipBalanced()
      else if (text === '}') {
        this.#at++
        return
      } else this.#at++
    }
  }

  #doubt(from: number): boolean {
    for (let i = from; i < this.#at; i++) {
      const token = this.#tokens[i]
      if (token?.uncertain === true || (token?.gap === true && i > from)) return true
    }
    return false
  }

  /** One external declaration; false when it cannot be read. */
  #external(): boolean {
    if (this.#take(';')) return true
    if (this.#text() === '_Static_assert' || this.#text() === 'static_assert' || attributeWords.has(this.#text())) {
      const isDeclaration = attributeWords.has(this.#text()) && !/^_Pragma|^__pragma|asm/.test(this.#text())
      if (!isDeclaration) {
        this.#at++
        while (this.#isIdentifier()) this.#at++ // asm volatile
        if (this.#text() === '(') this.#skipBalanced()
        return this.#take(';') || true
      }
    }
    if (this.#text() === 'extern' && this.#tokens[this.#at + 1]?.kind === 'string') {
      this.#at += 2
      this.#take('{') // its closing brace is skipped as a stray token
      return true
    }
    const start = this.#at
    const specifiers = this.#specifiers()
    if (specifiers === undefined) return false
    if (this.#take(';')) return true
    for (;;) {
      const declared = this.#at
      const declarator = this.#declarator(specifiers.type, 'named')
      if (declarator?.name === undefined) return false
      this.#attributes(declarator.attributes)
      const body = this.#functionBody(declarator.type)
      this.#declare(specifiers, this.#text() === '=' ? initialized(declarator) : declarator, body, start, declared)
      if (body !== undefined) return true
      if (this.#text() === '=') this.#skipInitializer()
      if (this.#take(';')) return true
      if (!this.#take(',')) return false
    }
  }

  #functionBody(type: CType): readonly CToken[] | undefined {
    if (type.kind !== 'function') return undefined
    if (this.#text() !== '{') {
      // Parameter declarations of the old style: int f(a) int a; {…}
      let ahead = this.#at
      while (ahead < this.#tokens.length && /^[\w*,;[\]]+$/.test(this.#tokens[ahead]?.text ?? '') && ahead - this.#at < 200) ahead++
      const old =
        type.unspecified &&
        ahead > this.#at &&
        this.#tokens[ahead]?.text === '{' &&
        this.#tokens[ahead - 1]?.text === ';' &&
        this.#text() !== ';'
      if (!old) return undefined
      this.#at = ahead
    }
    const open = this.#at
    this.#skipBalanced()
    return this.#tokens.slice(open + 1, this.#at - 1)
  }

  #skipInitializer(): void {
    while (this.#at < this.#tokens.length && this.#text() !== ';' && this.#text() !== ',') {
      if (['(', '[', '{'].includes(this.#text())) this.#skipBalanced()
      else this.#at++
    }
  }

  #declare(specifiers: Specifiers, declarator: Declarator, body: readonly CToken[] | undefined, start: number, declared: number): void {
    const {name = '', type} = declarator
    const {storage} = specifiers
    // A body may be full of uncertain branches; the declaration is not.
    const uncertain =
      body === undefined
        ? this.#doubt(start)
        : this.#tokens.slice(start, this.#at - body.length - 2).some((token, i) => token.uncertain || (token.gap === true && i > 0))
    const {attributes} = declarator
    if (storage.has('typedef'))
      return this.#declareTypedef(name, withAttributes(withAttributes(type, attributes), specifiers.attributes), uncertain)
    if (type.kind === 'function') {
      const known = this.#all.functions.get(name)
      const token = this.#tokens[declared]
      // A definition after its prototype adds the body; a certain declaration beats an uncertain one.
      if (known !== undefined && body === undefined && (!known.uncertain || uncertain)) return
      const better = known !== undefined && known.type.params.length > 0 && type.unspecified ? known.type : type
      this.#all.functions.set(name, {
        name,
        type: better,
        body: body ?? known?.body,
        isStatic: storage.has('static'),
        uncertain: uncertain && (known?.uncertain ?? true),
        source: token?.source ?? -1,
        at: token?.at ?? 0,
      })
      return
    }
    if (/^(?:__\w+|[A-Z][A-Z0-9_]*)$/.test(name) && this.#tokens[declared - 1]?.text === '}') {
      // `struct s {…} PACKED;`: by its looks a macro that nobody here defines.
      for (const one of this.#finished) one.uncertain = true
    }
    const known = this.#all.variables.get(name)
    const complete = known === undefined || known.type.kind !== 'array' || known.type.length === 'open'
    if (complete) this.#all.variables.set(name, {name, type, uncertain: uncertain && (known?.uncertain ?? true)})
  }

  #declareTypedef(name: string, type: CType, uncertain: boolean): void {
    const known = this.#all.typedefs.get(name)
    if (type.kind === 'record' && type.record.tag === undefined) type.record.typedefName ??= name
    if (known === undefined) this.#all.typedefs.set(name, {name, type, uncertain})
    else if (uncertain) known.uncertain = true
  }

  /** Declaration specifiers; undefined when none of them is a type. */
  #specifiers(): Specifiers | undefined {
    const storage = new Set<string>()
    const attributes = noAttributes()
    const words: string[] = []
    let macroAt = -2
    let type: CType | undefined
    for (; this.#at < this.#tokens.length;) {
      const text = this.#text()
      if (storages.has(text)) {
        storage.add(text)
        this.#at++
      } else if (qualifiers.has(text)) {
        if (text === '_Atomic') attributes.strange = true // its size is the compiler's affair
        this.#qualifier()
      } else if (attributeWords.has(text)) this.#attribute(attributes)
      else if (basicWords.has(text)) {
        words.push(text)
        this.#at++
      } else if (text === 'struct' || text === 'union' || text === 'enum') {
        const [start, before] = [this.#at, this.#finished.length]
        type = text === 'enum' ? this.#enumeration() : this.#record(text)
        // A macro of an absent header right in front of a body may pack or align it.
        if (macroAt === start - 1) for (const one of this.#finished.slice(before)) one.uncertain = true
      } else if (text === 'typeof' || text === '__typeof__' || text === '__typeof') type = this.#typeOf()
      else if (type === undefined && words.length === 0 && this.#isIdentifier()) {
        const named = this.#namedType()
        if (named === undefined) break
        if (named === 'attribute macro') macroAt = this.#at - 1
        else type = named
      } else break
    }
    if (words.length > 0) type = basicType(words)
    if (type === undefined)
      return storage.size > 0 && this.#isIdentifier() ? {type: {kind: 'integer', name: 'int'}, storage, attributes} : undefined
    return {type, storage, attributes}
  }

  /** `typeof(type)`; of an expression it is unknown. */
  #typeOf(): CType {
    const start = ++this.#at
    this.#skipBalanced()
    const inside = this.#tokens.slice(start + 1, this.#at - 1)
    const named = this.typeName(inside, 0)
    return named?.end === inside.length ? named.type : unknownCType('typeof')
  }

  #qualifier(): void {
    const atomic = this.#text() === '_Atomic'
    this.#at++
    if (atomic && this.#text() === '(') this.#take('(') // _Atomic(T): the closing bracket ends the specifiers, and the declaration is skipped
  }

  /** A typedef name, or an unknown word where a type must stand; words before it that can be no type are attribute macros. */
  #namedType(): CType | 'attribute macro' | undefined {
    const name = this.#text()
    const known = this.#all.typedefs.get(name)
    const next = this.#text(1)
    if (known !== undefined) {
      this.#at++
      return {kind: 'typedef', name, definition: known}
    }
    if (name === '__builtin_va_list' || name === 'va_list' || name === '__gnuc_va_list') {
      this.#at++
      return unknownCType(name)
    }
    // Two names follow, or a keyword does: this one is a macro of an absent header.
    const nextIsType = basicWords.has(next) || ['struct', 'union', 'enum'].includes(next) || storages.has(next) || qualifiers.has(next)
    const twoNames = this.#isIdentifier(1) && (this.#isIdentifier(2) || (this.#text(2) === '*' && this.#all.typedefs.has(next)))
    if ((nextIsType && !qualifiers.has(next)) || twoNames) {
      this.#at++
      return 'attribute macro'
    }
    if (next === '(' && this.#isIdentifier()) {
      // A macro call such as API(int) f(void); leave it, unless a name follows the bracket.
      const before = this.#at
      this.#at++
      this.#skipBalanced()
      if (this.#isIdentifier() || this.#text() === '*') return unknownCType(name)
      this.#at = before
      return undefined
    }
    if (this.#isIdentifier(1) || next === '*' || qualifiers.has(next) || next === ')' || next === ',' || next === '(') {
      this.#at++
      return unknownCType(name)
    }
    return undefined
  }

  #attributes(into: Attributes): void {
    while (attributeWords.has(this.#text())) this.#attribute(into)
  }

  #attribute(into: Attributes): void {
    const word = this.#text()
    this.#at++
    while (this.#text() === 'volatile' || this.#text() === '__volatile__') this.#at++
    if (this.#text() !== '(') return
    const start = this.#at
    this.#skipBalanced()
    const words = this.#tokens.slice(start, this.#at)
    if (word === '_Alignas' || word === 'alignas') return this.#alignAs(words.slice(1, -1), into)
    words.forEach((token, i) => {
      const name = token.text.replaceAll(/^__|__$/g, '')
      if (name === 'packed') into.packed = true
      if (strangeAttributes.has(name)) into.strange = true
      if (name !== 'aligned' && name !== 'align') return
      const end = words.findIndex((t, j) => j > i && t.text === ')')
      if (words[i + 1]?.text === '(') this.#alignAs(words.slice(i + 2, end), into)
      else into.aligned = Math.max(into.aligned, alignedDefault)
    })
  }

  /** `aligned(n)`, `_Alignas(n)`, `_Alignas(type)`. */
  #alignAs(words: readonly CToken[], into: Attributes): void {
    const named = this.typeName(words, 0)
    const type = named?.end === words.length ? layoutOf(named.type, this.#platform)?.align : undefined
    const value = type ?? Number(this.evaluate(words)?.value ?? Number.NaN)
    if (value >= 0 && value <= alignedMax) into.aligned = Math.max(into.aligned, value)
    else into.strange = true
  }

  #record(kind: 'struct' | 'union'): CType {
    const start = this.#at
    this.#at++
    const attributes = noAttributes()
    this.#attributes(attributes)
    const tag = this.#isIdentifier() ? this.#text() : undefined
    if (tag !== undefined) this.#at++
    const key = `${kind} ${tag ?? ''}`
    const fresh: CRecord = {kind, tag, fields: undefined, packed: false, aligned: 0, packMax: 0, uncertain: false, typedefName: undefined}
    const record = tag === undefined ? fresh : (this.#all.records.get(key) ?? fresh)
    if (tag !== undefined) this.#all.records.set(key, record)
    if (this.#text() !== '{' || this.#depth >= nestingMax) return {kind: 'record', record}
    this.#at++
    this.#depth++
    const fields = this.#fields()
    this.#depth--
    // The setting at the closing brace counts: gcc lays a struct out when it is finished.
    const packMax = packAt(this.#packs, this.#at)
    this.#attributes(attributes)
    if (record.fields !== undefined) return {kind: 'record', record} // a second definition: the first one stands
    record.fields = fields
    record.packMax = packMax
    record.packed = attributes.packed
    record.aligned = attributes.aligned
    record.uncertain = this.#doubt(start) || attributes.strange
    this.#finished.push(record)
    return {kind: 'record', record}
  }

  #fields(): CField[] {
    const fields: CField[] = []
    while (this.#at < this.#tokens.length && !this.#take('}')) {
      const start = this.#at
      if (this.#take(';')) continue
      if (this.#text() === '_Static_assert') {
        this.#skipDeclaration()
        continue
      }
      const specifiers = this.#specifiers()
      if (specifiers === undefined) {
        fields.push(unnamedField(unknownCType('?')))
        this.#skipDeclaration()
        continue
      }
      if (this.#take(';')) {
        // An unnamed struct or union inside.
        if (specifiers.type.kind === 'record' && specifiers.type.record.tag === undefined) fields.push(unnamedField(specifiers.type))
        continue
      }
      if (!this.#fieldList(specifiers, fields)) {
        fields.push(unnamedField(unknownCType('?')))
        this.#skipDeclaration()
      }
      if (this.#at === start) this.#at++
    }
    return fields
  }

  #fieldList(specifiers: Specifiers, fields: CField[]): boolean {
    for (;;) {
      const declarator: Declarator | undefined =
        this.#text() === ':'
          ? {name: undefined, type: specifiers.type, attributes: noAttributes()}
          : this.#declarator(specifiers.type, 'named')
      if (declarator === undefined) return false
      let bits: number | 'unknown' | undefined
      if (this.#take(':')) {
        const from = this.#at
        while (this.#at < this.#tokens.length && ![',', ';', '}'].includes(this.#text()) && !attributeWords.has(this.#text())) this.#at++
        const width = this.evaluate(this.#tokens.slice(from, this.#at))
        bits = width === undefined ? 'unknown' : Number(width.value)
      }
      this.#attributes(declarator.attributes)
      const {packed, aligned, strange} = declarator.attributes
      fields.push({
        name: declarator.name,
        type: declarator.type,
        bits,
        aligned: Math.max(aligned, specifiers.attributes.aligned),
        packed: packed || specifiers.attributes.packed,
        strange: strange || specifiers.attributes.strange,
      })
      if (this.#take(';')) return true
      if (!this.#take(',')) return false
    }
  }

  #enumeration(): CType {
    const start = this.#at
    this.#at++
    const attributes = noAttributes()
    this.#attributes(attributes)
    const tag = this.#isIdentifier() ? this.#text() : undefined
    if (tag !== undefined) this.#at++
    const fresh: CEnum = {tag, members: undefined, packed: false, uncertain: false}
    const enumeration = tag === undefined ? fresh : (this.#all.enums.get(tag) ?? fresh)
    if (tag !== undefined) this.#all.enums.set(tag, enumeration)
    if (!this.#take('{')) return {kind: 'enum', enumeration}
    const members = this.#members()
    this.#attributes(attributes)
    if (enumeration.members !== undefined) return {kind: 'enum', enumeration}
    enumeration.members = members
    enumeration.packed = attributes.packed
    enumeration.uncertain = this.#doubt(start) || attributes.strange
    this.#finished.push(enumeration)
    return {kind: 'enum', enumeration}
  }

  #members(): CEnumMember[] {
    const members: CEnumMember[] = []
    let next: bigint | undefined = 0n
    while (this.#at < this.#tokens.length && !this.#take('}')) {
      const start = this.#at
      const name = this.#text()
      // A member that may or may not be there moves those after it.
      if (this.#tokens[start]?.gap === true || members.at(-1)?.uncertain === true) next = undefined
      this.#at++
      this.#attributes(noAttributes())
      if (this.#take('=')) {
        const from = this.#at
        while (this.#at < this.#tokens.length && this.#text() !== ',' && this.#text() !== '}') {
          if (this.#text() === '(') this.#skipBalanced()
          else this.#at++
        }
        next = this.evaluate(this.#tokens.slice(from, this.#at))?.value
      }
      const member = {name, value: next, uncertain: this.#doubt(start)}
      members.push(member)
      if (!this.#all.members.has(name)) this.#all.members.set(name, member)
      next = next === undefined ? undefined : next + 1n
      this.#take(',')
    }
    return members
  }

  /** A declarator around `base`; `abstract` ones have no name. Undefined when it cannot be read. */
  #declarator(base: CType, mode: 'named' | 'either'): Declarator | undefined {
    const attributes = noAttributes()
    const result = this.#declaratorParts(mode, attributes)
    return result === undefined ? undefined : {name: result.name, type: result.wrap(base), attributes}
  }

  #declaratorParts(mode: 'named' | 'either', attributes: Attributes): {name: string | undefined; wrap: Wrap} | undefined {
    if (this.#depth >= nestingMax) return undefined
    this.#depth++
    const parts = this.#oneDeclarator(mode, attributes)
    this.#depth--
    return parts
  }

  #oneDeclarator(mode: 'named' | 'either', attributes: Attributes): {name: string | undefined; wrap: Wrap} | undefined {
    let pointers = 0
    for (;;) {
      if (this.#text() === '*' || this.#text() === '^') {
        pointers++
        this.#at++
      } else if (qualifiers.has(this.#text())) this.#at++
      else if (attributeWords.has(this.#text())) this.#attribute(attributes)
      else break
    }
    let name: string | undefined
    let inner: Wrap = type => type
    if (this.#text() === '(' && this.#opensDeclarator(mode)) {
      this.#at++
      const nested = this.#declaratorParts(mode, attributes)
      if (nested === undefined || !this.#take(')')) return undefined
      name = nested.name
      inner = nested.wrap
    } else if (this.#isIdentifier() && !basicWords.has(this.#text())) {
      name = this.#text()
      this.#at++
    } else if (mode === 'named') return undefined
    const suffix = this.#suffixes(attributes)
    if (suffix === undefined || pointers > nestingMax) return undefined
    return {name, wrap: base => inner(suffix(pointersTo(base, pointers)))}
  }

  /** Whether this bracket holds a declarator and not parameters. */
  #opensDeclarator(mode: 'named' | 'either'): boolean {
    const next = this.#text(1)
    if (next === '*' || next === '^' || next === '(' || next === '[') return true
    if (attributeWords.has(next) || /^__(?:cdecl|stdcall|fastcall)$/.test(next)) return true
    if (!this.#isIdentifier(1) || basicWords.has(next) || ['struct', 'union', 'enum'].includes(next) || qualifiers.has(next)) return false
    if (this.#all.typedefs.has(next)) return mode === 'named' && this.#text(2) === ')'
    // (WINAPI *f) has a word before the star; (name) is a name in brackets.
    return this.#text(2) === '*' || (this.#text(2) === ')' && mode === 'named')
  }

  #suffixes(attributes: Attributes): Wrap | undefined {
    const wraps: Wrap[] = []
    for (;;) {
      if (wraps.length > nestingMax) return undefined
      if (this.#text() === '[') wraps.push(this.#arraySuffix())
      else if (this.#text() === '(') wraps.push(this.#parameters())
      else if (attributeWords.has(this.#text())) this.#attribute(attributes)
      else break
    }
    return base => wraps.reduceRight((type, wrap) => wrap(type), base)
  }

  #arraySuffix(): Wrap {
    const start = this.#at
    this.#skipBalanced()
    const inside = this.#tokens.slice(start + 1, this.#at - 1).filter(token => !qualifiers.has(token.text) && token.text !== 'static')
    if (inside.length === 0) return of => ({kind: 'array', of, length: 'open'})
    const value = this.evaluate(inside)?.value
    const length = value === undefined || value < 0n || value > 1n << 48n ? undefined : Number(value)
    return of => ({kind: 'array', of, length})
  }

  #parameters(): Wrap {
    this.#at++ // (
    const params: CParam[] = []
    let variadic = false
    const unspecified = this.#text() === ')'
    while (this.#at < this.#tokens.length && !this.#take(')')) {
      const start = this.#at
      if (this.#take('...')) variadic = true
      else {
        const specifiers = this.#specifiers()
        const declarator = specifiers === undefined ? undefined : this.#declarator(specifiers.type, 'either')
        const attributes = noAttributes()
        this.#attributes(attributes)
        const readable = declarator !== undefined && (this.#text() === ',' || this.#text() === ')')
        params.push(readable ? {name: declarator.name, type: decayed(declarator.type)} : {name: undefined, type: unknownCType('?')})
        if (!readable) this.#skipParameter()
      }
      this.#take(',')
      if (this.#at === start) this.#at++
    }
    const [only] = params
    const none = params.length === 1 && only !== undefined && only.type.kind === 'void' && only.name === undefined
    return result => ({kind: 'function', result, params: none ? [] : params, variadic, unspecified}) satisfies CFunctionType
  }

  #skipParameter(): void {
    while (this.#at < this.#tokens.length && this.#text() !== ',' && this.#text() !== ')' && this.#text() !== ';') {
      if (['(', '[', '{'].includes(this.#text())) this.#skipBalanced()
      else this.#at++
    }
  }

  #memberValue(name: string): bigint | undefined {
    const member = this.#all.members.get(name)
    return member?.uncertain === false ? member.value : undefined
  }

  evaluate(tokens: readonly CToken[]): CValue | undefined {
    return evaluate(tokens, {
      platform: this.#platform,
      identifier: name => this.#memberValue(name),
      typeAt: (list, at) => this.typeName(list, at),
      sizeOf: type => layoutOf(type, this.#platform),
    })
  }

  /** A type name inside an expression, read with the same rules; only where one must stand. */
  typeName(list: readonly CToken[], at: number): {type: CType; end: number} | undefined {
    const first = list[at]
    if (first === undefined || first.kind !== 'identifier') return undefined
    const startsType =
      basicWords.has(first.text) ||
      ['struct', 'union', 'enum'].includes(first.text) ||
      qualifiers.has(first.text) ||
      this.#all.typedefs.has(first.text)
    if (!startsType) return undefined
    const sub = new CParser({tokens: list.slice(at, at + typeNameTokensMax), packs: []}, this.#platform, this.#all)
    const read = sub.#typeOnly()
    return read === undefined ? undefined : {type: read.type, end: at + read.end}
  }

  #typeOnly(): {type: CType; end: number} | undefined {
    const specifiers = this.#specifiers()
    const declarator = specifiers === undefined ? undefined : this.#declarator(specifiers.type, 'either')
    return declarator === undefined ? undefined : {type: declarator.type, end: this.#at}
  }
}

const unnamedField = (type: CType): CField => ({name: undefined, type, bits: undefined, aligned: 0, packed: false, strange: false})

const pointersTo = (base: CType, count: number): CType => (count === 0 ? base : pointersTo({kind: 'pointer', to: base}, count - 1))

/** The last setting in front of a token; they are in order. */
function packAt(packs: Preprocessed['packs'], at: number): number {
  let [low, high] = [0, packs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((packs[middle]?.from ?? 0) < at) low = middle + 1
    else high = middle
  }
  return packs[low - 1]?.max ?? 0
}

/** Arrays and functions as parameters are pointers. */
function decayed(type: CType): CType {
  const behind = stripTypedefs(type)
  if (behind.kind === 'array') return {kind: 'pointer', to: behind.of}
  return behind.kind === 'function' ? {kind: 'pointer', to: type} : type
}

/** `int a[] = {…}` has the length of its initialiser, which is not counted here. */
const initialized = (declarator: Declarator): Declarator =>
  declarator.type.kind === 'array' && declarator.type.length === 'open'
    ? {...declarator, type: {...declarator.type, length: undefined}}
    : declarator

/** `typedef struct {…} T __attribute__((packed))`: gcc ignores packed here; aligned makes another type, which is not modelled. */
function withAttributes(type: CType, attributes: Attributes): CType {
  return attributes.aligned > 0 || attributes.strange ? unknownCType('typedef with attributes') : type
}
