// What `C.name` means in the Go files of one cgo package: preambles, the headers they include, and C's own names, as cmd/cgo's cname and
// guessKinds decide it. A name that depends on something unknown is `unknown`; nothing is ever an error.
import type {Answer} from '../../base/answer.ts'
import type {CToken} from './c-token.ts'
import {type CFunction, type CRecord, type CType, type CTypedef, stripTypedefs, unknownCType} from './c-type.ts'
import {evaluateAmong, type ParsedC, parseC, parseTypeName} from './c-parser.ts'
import {literalBytes} from './constant-expression.ts'
import {layoutOf} from './layout.ts'
import {expandTokens} from './macro.ts'
import type {CPlatform} from './platform.ts'
import {closing, newTexts, preprocess, type Preprocessed, type PreprocessOptions} from './preprocess.ts'
import {standardHeader} from './standard-headers.ts'

export interface CPreamble {
  /** The Go file it stands in. */
  readonly file: string
  /** The comment's text, without comment marks. */
  readonly text: string
}
export interface CPackageInput {
  readonly platform: CPlatform
  readonly preambles: readonly CPreamble[]
  /** From `#cgo CFLAGS` and `CPPFLAGS` whose constraints hold: `-DX=1`, `-Idir`, … */
  readonly flags: readonly string[]
  /** Macros that #cgo lines of the package define in other configurations only (`CgoSource.withheld`). */
  readonly withheld: readonly string[]
  /** Text of a file, by path relative to the package folder; undefined when it is not there. Must not leave the package's own roots. */
  readonly readFile: (path: string) => string | undefined
  /** Only names are asked for: tokens of whole units are let go. */
  readonly onlyNames?: boolean
}

export type CName =
  | {readonly kind: 'type'; readonly type: CType}
  | {readonly kind: 'function'; readonly declaration: CFunction}
  | {readonly kind: 'variable'; readonly type: CType}
  /** A macro whose value is no constant of Go: a cast to a pointer. */
  | {readonly kind: 'expression'; readonly type: CType}
  /** `isRune`: cgo copies a macro that begins with a character literal as it is, so that Go's constant is a rune, where Go can read it. */
  | {readonly kind: 'integer'; readonly value: bigint; readonly isSize: boolean; readonly isRune?: Answer}
  /** As cgo writes it into Go: six decimals. */
  | {readonly kind: 'float'; readonly text: string}
  /** One character per byte. */
  | {readonly kind: 'string'; readonly value: string}
  /** Declared or not, as what: cannot be known here. */
  | {readonly kind: 'unknown'}

export interface CNote {
  readonly code: 'c-header-absent' | 'c-truncated'
  readonly message: string
}

export interface CNames {
  lookup(name: string): CName
  /** One note for all absent headers of the package. */
  readonly notes: readonly CNote[]
  readonly units: readonly CUnit[]
}
export interface CUnit {
  readonly file: string
  readonly source: Preprocessed
  readonly declarations: ParsedC
}

const unknownName: CName = {kind: 'unknown'}
const aliasDepthMax = 20
/** Steps of expansion that one name is worth. */
const macroWorkMax = 100_000
/** Of the text of a string constant; a longer one is unknown. */
const stringLengthMax = 10_000

/** cmd/cgo nameToC and the words of C itself. */
const spelledTypes: Readonly<Record<string, CType>> = {
  void: {kind: 'void'},
  char: {kind: 'integer', name: 'char'},
  schar: {kind: 'integer', name: 'schar'},
  uchar: {kind: 'integer', name: 'uchar'},
  short: {kind: 'integer', name: 'short'},
  ushort: {kind: 'integer', name: 'ushort'},
  int: {kind: 'integer', name: 'int'},
  uint: {kind: 'integer', name: 'uint'},
  long: {kind: 'integer', name: 'long'},
  ulong: {kind: 'integer', name: 'ulong'},
  longlong: {kind: 'integer', name: 'longlong'},
  ulonglong: {kind: 'integer', name: 'ulonglong'},
  float: {kind: 'floating', name: 'float'},
  double: {kind: 'floating', name: 'double'},
  complexfloat: {kind: 'complex', name: 'float'},
  complexdouble: {kind: 'complex', name: 'double'},
  _Bool: {kind: 'bool'},
  __int128: {kind: 'integer', name: 'int128'},
}

export function readCNames(input: CPackageInput): CNames {
  const options = preprocessOptions(input)
  const byText = new Map<string, CUnit>()
  const units = input.preambles.map(({file, text}) => {
    const unit = byText.get(text) ?? readUnit(file, text, options, input.onlyNames === true)
    byText.set(text, unit)
    return unit
  })
  completeAcrossFiles([...byText.values()])
  const cache = new Map<string, CName>()
  return {
    units,
    notes: notesOf(units),
    lookup(name) {
      const known = cache.get(name)
      if (known !== undefined) return known
      const found = lookUp(units, name, input.platform)
      cache.set(name, found)
      return found
    },
  }
}

/** Declarations every preamble may use without an include (cmd/cgo builtinProlog). */
const prolog = (platform: CPlatform) => `${standardHeader('stddef.h', platform) ?? ''}
typedef struct { const char *p; ptrdiff_t n; } _GoString_;
typedef struct { char *p; ptrdiff_t n; ptrdiff_t c; } _GoBytes_;
size_t _GoStringLen(_GoString_ s);
const char *_GoStringPtr(_GoString_ s);
`

function readUnit(file: string, text: string, options: PreprocessOptions, onlyNames: boolean): CUnit {
  // The prolog comes in as a header, so that offsets in the preamble stay offsets in the preamble.
  const source = preprocess(file, `#include <_cgo_prolog>\n${text}`, options)
  const unit = unitOf(file, source, options.platform)
  return onlyNames ? {...unit, source: {...source, tokens: [], sources: []}} : unit
}

function unitOf(file: string, source: Preprocessed, platform: CPlatform): CUnit {
  const declarations = parseC(source, platform)
  // A header that is not here may complete a struct; what stands for one of the C library's leaves only reserved names open.
  const foreign = source.absent.some(name => name !== '_cgo_prolog' && standardHeader(name, platform) === undefined)
  for (const record of declarations.records.values())
    if (record.fields === undefined && (foreign || record.tag?.startsWith('_') === true)) record.uncertain = true
  return {file, source, declarations}
}

/** cgo has one declaration of a struct in a package: where one file's preamble only names it, the fields come from the one that has them (gcc.go loadType). */
function completeAcrossFiles(units: readonly CUnit[]): void {
  const whole = new Map<string, CRecord>()
  for (const {declarations} of units)
    for (const [key, record] of declarations.records)
      if (record.fields !== undefined && !record.uncertain && !whole.has(key)) whole.set(key, record)
  for (const {declarations} of units)
    for (const [key, record] of declarations.records) {
      const from = record.fields === undefined && !record.uncertain ? whole.get(key) : undefined
      if (from === undefined) continue
      const {fields, packed, aligned, packMax} = from
      Object.assign(record, {fields, packed, aligned, packMax})
    }
}

/** Reads one C file of the package, for its bodies. */
export function readCFile(path: string, text: string, input: CPackageInput): CUnit {
  const source = preprocess(path, text, preprocessOptions(input))
  return unitOf(path, source, input.platform)
}

/** __STDC_VERSION__ by what `-std=` names (C standard, 6.10.8); the first standard has none. */
const standardVersions: Readonly<Record<string, string>> = {
  '99': '199901L',
  '1999': '199901L',
  '9x': '199901L',
  '11': '201112L',
  '2011': '201112L',
  '1x': '201112L',
  '17': '201710L',
  '18': '201710L',
  '2017': '201710L',
  '2018': '201710L',
}

function preprocessOptions(input: CPackageInput): PreprocessOptions {
  const defines = new Map<string, string>()
  const folders: string[] = []
  const withheld = new Set(input.withheld)
  for (const flag of input.flags) {
    const define = /^-D([A-Za-z_]\w*)(?:=(.*))?$/s.exec(flag)
    if (define !== null) defines.set(define[1] ?? '', define[2] ?? '1')
    const standard = /^-std=(c|gnu|iso9899:)(\w+)$/.exec(flag)
    if (standard !== null) {
      const version = standardVersions[standard[2] ?? '']
      if (version === undefined) withheld.add('__STDC_VERSION__')
      else defines.set('__STDC_VERSION__', version)
      // Without GNU's extensions, names that are the program's own are not defined.
      if (standard[1] !== 'gnu') {
        for (const name of ['linux', 'unix', 'i386']) withheld.add(name)
        defines.set('__STRICT_ANSI__', '1')
      }
    }
    if (/^-U[A-Za-z_]\w*$/.test(flag)) {
      defines.delete(flag.slice(2))
      withheld.add(flag.slice(2))
    }
    const folder = /^-I\s*(?:\$\{SRCDIR\}\/?)?(.*)$/.exec(flag)
    if (folder !== null) folders.push(folder[1] ?? '')
  }
  const {readFile, platform} = input
  return {
    texts: newTexts(),
    platform,
    defines,
    withheld: new Set([...withheld].filter(name => !defines.has(name))),
    standardHeader: name => (name === '_cgo_prolog' ? prolog(platform) : standardHeader(name, platform, defines.has('__STRICT_ANSI__'))),
    include: (name, quoted, from, next) => {
      if (name.startsWith('/')) return undefined
      const places = [...(quoted ? [folderOf(from)] : []), ...folders, ...(quoted ? [''] : [])]
      const behind = next ? places.findIndex(folder => join(folder, name) === from) + 1 : 0
      if (next && behind === 0) return undefined
      for (const folder of places.slice(behind)) {
        const path = join(folder, name)
        const text = path === undefined ? undefined : readFile(path)
        if (path !== undefined && text !== undefined) return {name: path, text}
      }
      return undefined
    },
  }
}

const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

/** A relative path without `.` and needless `..`; absolute ones stay so and are for `readFile` to refuse. */
function join(folder: string, name: string): string | undefined {
  const parts: string[] = []
  const whole = folder === '' ? name : `${folder}/${name}`
  for (const part of whole.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return `${whole.startsWith('/') ? '/' : ''}${parts.join('/')}`
}

function notesOf(units: readonly CUnit[]): CNote[] {
  const absent = [...new Set(units.flatMap(unit => unit.source.absent))].filter(name => name !== '_cgo_prolog')
  const notes: CNote[] = []
  if (absent.length > 0)
    notes.push({
      code: 'c-header-absent',
      message: `C headers that are not here, so that what only they declare is unknown: ${absent.map(name => `<${name}>`).join(', ')}`,
    })
  if (units.some(unit => unit.source.truncated))
    notes.push({code: 'c-truncated', message: 'A cgo preamble includes more C text than is read; the rest is unknown'})
  return notes
}

function lookUp(units: readonly CUnit[], name: string, platform: CPlatform): CName {
  const word = Object.hasOwn(spelledTypes, name) ? spelledTypes[name] : undefined
  if (word !== undefined) return {kind: 'type', type: word}
  for (const unit of units) {
    const found = lookUpIn(unit, name, platform, 0)
    if (found.kind !== 'unknown') return found
  }
  return unknownName
}

function lookUpIn(unit: CUnit, name: string, platform: CPlatform, depth: number): CName {
  if (depth > aliasDepthMax) return unknownName
  const {declarations} = unit
  if (name.startsWith('sizeof_')) {
    const target = lookUp([unit], name.slice('sizeof_'.length), platform)
    const layout = target.kind === 'type' ? layoutOf(target.type, platform) : undefined
    return layout === undefined ? unknownName : {kind: 'integer', value: BigInt(layout.size), isSize: true}
  }
  const tagged = taggedType(unit, name)
  if (tagged !== undefined) return tagged
  const macro = unit.source.macros.get(name)
  if (macro !== undefined && macro.params === undefined)
    return macro.uncertain ? unknownName : macroMeaning(unit, name, macro.body, platform, depth)
  const certain = <T extends {readonly uncertain: boolean}>(found: T | undefined) => (found?.uncertain === false ? found : undefined)
  const typedef: CTypedef | undefined = certain(declarations.typedefs.get(name))
  if (typedef !== undefined) return {kind: 'type', type: {kind: 'typedef', name, definition: typedef}}
  const declaration = certain(declarations.functions.get(name))
  if (declaration !== undefined) return {kind: 'function', declaration}
  const member = certain(declarations.members.get(name))
  if (member !== undefined) return member.value === undefined ? unknownName : {kind: 'integer', value: member.value, isSize: false}
  const variable = certain(declarations.variables.get(name))
  return variable === undefined ? unknownName : {kind: 'variable', type: variable.type}
}

function taggedType(unit: CUnit, name: string): CName | undefined {
  const match = /^(struct|union|enum)_(.+)$/s.exec(name)
  if (match === null) return undefined
  const [, kind = '', tag = ''] = match
  const {records, enums} = unit.declarations
  if (kind === 'enum') {
    const enumeration = enums.get(tag)
    return enumeration === undefined ? unknownName : {kind: 'type', type: {kind: 'enum', enumeration}}
  }
  const record = records.get(`${kind} ${tag}`)
  return record === undefined ? unknownName : {kind: 'type', type: {kind: 'record', record}}
}

const floatPattern = /^[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?[fF]?$/

/** What a macro without parameters stands for, as guessKinds asks it: type, integer, float, string, or another name. */
function macroMeaning(unit: CUnit, name: string, body: readonly CToken[], platform: CPlatform, depth: number): CName {
  const {declarations, source} = unit
  const work = {left: macroWorkMax}
  const tokens = expandTokens(body, source.macros, work, name) // `#define f f` says that f exists
  if (work.left <= 0 || tokens.length === 0 || tokens.some(token => token.uncertain)) return unknownName
  const [first] = tokens
  if (tokens.length === 1 && first?.kind === 'identifier') return lookUpPlain(unit, first.text, platform, depth + 1)
  const type = parseTypeName(tokens, platform, declarations)
  if (type !== undefined) return {kind: 'type', type}
  if (tokens.every(token => token.kind === 'string')) return stringMeaning(tokens)
  const value = evaluateAmong(tokens, platform, declarations)
  if (value !== undefined) return {kind: 'integer', value: value.value, isSize: false, isRune: isRune(body)}
  const text = withoutBrackets(tokens)
    .map(token => token.text)
    .join('')
  if (!floatPattern.test(text)) return castMeaning(unit, withoutBrackets(tokens), platform)
  const float = Number(text.replace(/[fF]$/, ''))
  const rounded = /[fF]$/.test(text) ? Math.fround(float) : float
  return Number.isFinite(rounded) && Math.abs(rounded) < 1e21 ? {kind: 'float', text: rounded.toFixed(6)} : unknownName
}

/** Literals that C and Go read alike; what Go's parser makes of an expression that begins with one is not looked at. */
const runePattern = /^'(?:[ -&(-[\]-~]|\\[abfnrtv\\']|\\x[0-9a-fA-F]{2}|\\[0-3][0-7]{2})'$/

function isRune(body: readonly CToken[]): Answer {
  const [first] = body
  if (first?.text.startsWith("'") !== true) return 'no'
  return body.length > 1 ? 'unknown' : runePattern.test(first.text) ? 'yes' : /^'\\[0-7]{1,2}'$/.test(first.text) ? 'no' : 'unknown'
}

/** `((type)value)`: of what type it is, whatever its value. */
function castMeaning(unit: CUnit, tokens: readonly CToken[], platform: CPlatform): CName {
  const end = tokens[0]?.text === '(' ? closing(tokens, 0) : 0
  const value = tokens.slice(end + 1).filter((token, i) => i > 0 || !/^[-~&]$/.test(token.text))
  const single = value.length === 1 ? value[0]?.kind !== 'punctuator' : value[0]?.text === '(' && closing(value, 0) === value.length - 1
  const type = end > 1 && single ? parseTypeName(tokens.slice(1, end), platform, unit.declarations) : undefined
  return type !== undefined && stripTypedefs(type).kind === 'pointer' ? {kind: 'expression', type} : unknownName
}

function lookUpPlain(unit: CUnit, name: string, platform: CPlatform, depth: number): CName {
  const word = Object.hasOwn(spelledTypes, name) ? spelledTypes[name] : undefined
  return word === undefined ? lookUpIn(unit, name, platform, depth) : {kind: 'type', type: word}
}

function withoutBrackets(tokens: readonly CToken[]): readonly CToken[] {
  let list = tokens
  while (list.length > 2 && list[0]?.text === '(' && closing(list, 0) === list.length - 1) list = list.slice(1, -1)
  return list
}

function stringMeaning(tokens: readonly CToken[]): CName {
  const bytes: number[] = []
  for (const {text} of tokens) {
    if (text.length > stringLengthMax || bytes.length > stringLengthMax) return unknownName
    const part = text.startsWith('"') && text.endsWith('"') && text.length > 1 ? literalBytes(text.slice(1, -1)) : undefined
    if (part === undefined) return unknownName
    bytes.push(...part)
  }
  const end = bytes.indexOf(0)
  return {kind: 'string', value: String.fromCharCode(...(end < 0 ? bytes : bytes.slice(0, end)))}
}

/** A C type by its cgo name, or an unknown type. */
export const typeNamed = (names: CNames, name: string): CType => {
  const found = names.lookup(name)
  return found.kind === 'type' ? found.type : unknownCType(name)
}
