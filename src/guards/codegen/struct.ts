// One record for Go and C: every offset is spelled out with padding, and both compilers refuse the file when they see another one.
// Go: an index of a one-element array that is not 0 does not compile; C: _Static_assert. Msgpack: https://github.com/msgpack/msgpack/blob/master/spec.md
import {camel, pascal} from './cgo-names.ts'
import {generatedHeader, goFile, goString, type GeneratedFile} from './go-file.ts'

export const structTypes = {
  int8: [1, 'int8_t'],
  int16: [2, 'int16_t'],
  int32: [4, 'int32_t'],
  int64: [8, 'int64_t'],
  uint8: [1, 'uint8_t'],
  uint16: [2, 'uint16_t'],
  uint32: [4, 'uint32_t'],
  uint64: [8, 'uint64_t'],
  float32: [4, 'float'],
  float64: [8, 'double'],
  bool: [1, '_Bool'],
  char: [1, 'char'],
} as const satisfies Record<string, readonly [bytes: number, c: string]>
export type StructType = keyof typeof structTypes
export const structTypeNames = Object.keys(structTypes) as StructType[]

export interface StructField {
  readonly name: string
  readonly type: StructType
  /** Elements; undefined for a single one. */
  readonly count?: number
}

export interface StructGuard {
  readonly package: string
  /** The Go type. */
  readonly name: string
  /** The C type. */
  readonly c: string
  readonly fields: readonly StructField[]
  /** No padding: `#pragma pack(1)` in C. Go cannot address what is misaligned then, so such fields are bytes with accessors. */
  readonly packed: boolean
  /** Writes msgpack into C memory with an owner. */
  readonly msgpack: boolean
}

export interface PlacedField extends StructField {
  readonly offset: number
  readonly bytes: number
  /** Go cannot have it as its type: accessors read and write its bytes. */
  readonly misaligned: boolean
  readonly paddingBefore: number
}

/** Offsets with every gap spelled out, the same for 32 and 64 bits: each field is aligned to its own size. */
export function placed(guard: StructGuard): {
  readonly fields: readonly PlacedField[]
  readonly size: number
  readonly paddingAfter: number
} {
  let at = 0
  let align = 1
  const fields = guard.fields.map(field => {
    const [bytes] = structTypes[field.type]
    const from = guard.packed ? at : Math.ceil(at / bytes) * bytes
    const placedField = {
      ...field,
      offset: from,
      bytes: bytes * (field.count ?? 1),
      misaligned: guard.packed && bytes > 1,
      paddingBefore: from - at,
    }
    at = from + placedField.bytes
    align = Math.max(align, bytes)
    return placedField
  })
  const size = guard.packed ? at : Math.ceil(at / align) * align
  return {fields, size, paddingAfter: size - at}
}

export function structGo(guard: StructGuard, config: string): GeneratedFile[] {
  const header = generatedHeader('struct', config)
  const stem = guard.c
  return [
    {path: `${stem}.go`, text: goText(guard, header)},
    {path: `${stem}.h`, text: cText(guard, config)},
    ...(guard.msgpack ? [{path: `${stem}_export.go`, text: exportText(guard, header)}] : []),
  ]
}

const goTypeOf = (field: PlacedField): string => {
  if (field.misaligned) return `[${field.bytes}]byte`
  const one = field.type === 'char' ? 'byte' : field.type
  return field.count === undefined ? one : `[${field.count}]${one}`
}

const goName = (field: StructField, misaligned: boolean): string => (misaligned ? `${camel(field.name)}Bytes` : pascal(field.name))

function goText(guard: StructGuard, header: string): string {
  const {fields, size, paddingAfter} = placed(guard)
  const doc = `Package ${guard.package} holds ${guard.name}, which has the layout of ${guard.c} in ${guard.c}.h: ${size} bytes. Both files refuse to compile when their compiler
places a field elsewhere. It holds no pointers, so C may keep a copy; a pointer to a Go ${guard.name} must not outlive the call it is passed to.

It needs Go 1.21 or later.`
  const f = goFile(guard.package, header, doc)
  f.use('unsafe')
  const rows: (readonly [string, string])[] = []
  for (const field of fields) {
    if (field.paddingBefore > 0) rows.push(['_', `[${field.paddingBefore}]byte`])
    rows.push([goName(field, field.misaligned), goTypeOf(field)])
  }
  if (paddingAfter > 0) rows.push(['_', `[${paddingAfter}]byte`])
  const width = Math.max(...rows.map(([name]) => name.length))
  const asserts = [
    `\t_ = [1]struct{}{}[unsafe.Sizeof(${guard.name}{})-${size}]\n`,
    ...fields.map(field => `\t_ = [1]struct{}{}[unsafe.Offsetof(${guard.name}{}.${goName(field, field.misaligned)})-${field.offset}]\n`),
  ].join('')
  f.print(`
// ${guard.name} is ${guard.c} of C.
type ${guard.name} struct {
${rows.map(([name, type]) => `\t${name.padEnd(width)} ${type}\n`).join('')}}

// An offset other than ${guard.c}.h says is an index out of range here, or a constant below zero.
var (
${asserts})
`)
  const accessors = fields.flatMap(field => accessorsOf(guard, field))
  if (accessors.some(text => text.includes('binary.'))) f.use('encoding/binary')
  if (accessors.some(text => text.includes('math.'))) f.use('math')
  for (const accessor of accessors) f.print(accessor)
  return f.toString()
}

/** Text of char arrays; misaligned fields by bytes, in the machine's order as C has them. */
function accessorsOf(guard: StructGuard, field: PlacedField): string[] {
  const receiver = `(r *${guard.name})`
  const name = pascal(field.name)
  if (field.type === 'char' && field.count !== undefined)
    return [
      `
// ${name}Text is ${field.name} up to its first NUL.
func ${receiver} ${name}Text() string {
	for i, c := range r.${name} {
		if c == 0 {
			return string(r.${name}[:i])
		}
	}
	return string(r.${name}[:])
}

// Set${name}Text sets ${field.name}, filled up with NULs; it says whether the text fitted with a NUL behind it.
func ${receiver} Set${name}Text(text string) bool {
	n := copy(r.${name}[:], text)
	clear(r.${name}[n:])
	return n < len(r.${name})
}
`,
    ]
  if (!field.misaligned) return []
  const [bytes] = structTypes[field.type]
  const bits = bytes * 8
  const raw = goName(field, true)
  const index = field.count === undefined ? '' : 'i int'
  const slice = field.count === undefined ? `r.${raw}[:]` : `r.at${name}(i)`
  const read = `binary.NativeEndian.Uint${bits}(${slice})`
  const isFloat = field.type.startsWith('float')
  const value = isFloat ? `math.Float${bits}frombits(${read})` : `${field.type}(${read})`
  const word = isFloat ? `math.Float${bits}bits(v)` : `uint${bits}(v)`
  return [
    `
${field.count === undefined ? '' : `func ${receiver} at${name}(i int) []byte { return r.${raw}[i*${bytes} : (i+1)*${bytes}] }\n\n`}// ${name} reads ${field.name}, which is not aligned.
func ${receiver} ${name}(${index}) ${field.type} {
	return ${field.type === `uint${bits}` ? read : value}
}

// Set${name} writes it.
func ${receiver} Set${name}(${index === '' ? '' : 'i int, '}v ${field.type}) {
	binary.NativeEndian.PutUint${bits}(${slice}, ${field.type === `uint${bits}` ? 'v' : word})
}
`,
  ]
}

function cText(guard: StructGuard, config: string): string {
  const {fields, size, paddingAfter} = placed(guard)
  let padding = 0
  const lines: string[] = []
  for (const field of fields) {
    if (field.paddingBefore > 0) lines.push(`\tuint8_t padding${padding++}[${field.paddingBefore}];`)
    lines.push(`\t${structTypes[field.type][1]} ${field.name}${field.count === undefined ? '' : `[${field.count}]`};`)
  }
  if (paddingAfter > 0) lines.push(`\tuint8_t padding${padding}[${paddingAfter}];`)
  const once = `${guard.c.toUpperCase()}_H`
  return `${generatedHeader('struct', config)}
// ${guard.c} has the layout of ${guard.name} in ${guard.c}.go: ${size} bytes. Needs C11.
#ifndef ${once}
#define ${once}

#include <stddef.h>
#include <stdint.h>

${guard.packed ? '#pragma pack(push, 1)\n' : ''}typedef struct ${guard.c} {
${lines.join('\n')}
} ${guard.c};
${guard.packed ? '#pragma pack(pop)\n' : ''}
_Static_assert(sizeof(${guard.c}) == ${size}, "${guard.c}: size");
${fields.map(field => `_Static_assert(offsetof(${guard.c}, ${field.name}) == ${field.offset}, "${guard.c}: ${field.name}");`).join('\n')}

#endif
`
}

function exportText(guard: StructGuard, header: string): string {
  const {fields} = placed(guard)
  const f = goFile(guard.package, header)
  f.use('encoding/binary', 'errors', 'runtime', 'sync', 'unsafe')
  if (fields.some(field => field.type === 'float32' || field.type === 'float64')) f.use('math')
  const body = fields.map(field => encodeField(field)).join('')
  f.print(`
// AppendMsgpack appends the record as a msgpack map from field names to values.
func (r *${guard.name}) AppendMsgpack(b []byte) []byte {
	b = append(b, ${fields.length <= 15 ? `0x${(0x80 | fields.length).toString(16)}` : `0xde, ${fields.length >> 8}, ${fields.length & 255}`})
${body}	return b
}

// Export is msgpack in memory of C, with one owner: Close frees it unless Give has handed it to C.
type Export struct {
	mu   sync.Mutex
	data unsafe.Pointer
	n    int
}

// ErrExported is what an Export without memory answers: it was closed or given away.
var ErrExported = errors.New("${guard.package}: the export was closed or given away")

// NewExport copies the records, as an array, into memory of C. Nothing of Go's memory is left in C's hands.
func NewExport(records []${guard.name}) (*Export, error) {
	if uint64(len(records)) > 1<<32-1 {
		return nil, errors.New("${guard.package}: too many records for one array")
	}
	b := binary.BigEndian.AppendUint32([]byte{0xdd}, uint32(len(records)))
	for i := range records {
		b = records[i].AppendMsgpack(b)
	}
	e := &Export{data: C.CBytes(b), n: len(b)}
	runtime.SetFinalizer(e, func(e *Export) { _ = e.Close() }) // free runs on any thread and needs no order
	return e, nil
}

// Use lends the memory to fn, which must not keep the pointer.
func (e *Export) Use(fn func(data unsafe.Pointer, n int)) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.data == nil {
		return ErrExported
	}
	fn(e.data, e.n)
	return nil
}

// Give hands the memory to C, which must call free(data).
func (e *Export) Give() (data unsafe.Pointer, n int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.data == nil {
		return nil, 0, ErrExported
	}
	data, n, e.data = e.data, e.n, nil
	return data, n, nil
}

// Close frees the memory if it is still ours. It may be called again.
func (e *Export) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	C.free(e.data) // of nil: nothing
	e.data = nil
	return nil
}
`)
  return f.toString().replace(/\npackage (\w+)\n/, (_, name: string) => `\npackage ${name}\n\n// #include <stdlib.h>\nimport "C"\n`)
}

/** Big-endian with the type's own width; every value keeps its C type that way. */
function encodeField(field: PlacedField): string {
  const name = pascal(field.name)
  const key = [...field.name].length
  const keyBytes = `b = append(b, ${key <= 31 ? `0x${(0xa0 | key).toString(16)}` : `0xd9, ${key}`})\n\tb = append(b, ${goString(field.name)}...)\n`
  if (field.type === 'char' && field.count !== undefined)
    return `\t${keyBytes}\t{\n\t\ttext := r.${name}Text()\n\t\tb = append(b, 0xda, byte(len(text)>>8), byte(len(text)))\n\t\tb = append(b, text...)\n\t}\n`
  if (field.count === undefined) return `\t${keyBytes}\t${encodeOne(field, field.misaligned ? `r.${name}()` : `r.${name}`)}\n`
  const header = `b = append(b, 0xdc, ${field.count >> 8}, ${field.count & 255})`
  const element = field.misaligned ? `r.${name}(i)` : `r.${name}[i]`
  return `\t${keyBytes}\t${header}\n\tfor i := 0; i < ${field.count}; i++ {\n\t\t${encodeOne(field, element).replaceAll('\n\t', '\n\t\t')}\n\t}\n`
}

const codes: Readonly<Record<Exclude<StructType, 'bool' | 'char'>, number>> = {
  uint8: 0xcc,
  uint16: 0xcd,
  uint32: 0xce,
  uint64: 0xcf,
  int8: 0xd0,
  int16: 0xd1,
  int32: 0xd2,
  int64: 0xd3,
  float32: 0xca,
  float64: 0xcb,
}

function encodeOne({type}: StructField, value: string): string {
  if (type === 'bool') return `if ${value} {\n\t\tb = append(b, 0xc3)\n\t} else {\n\t\tb = append(b, 0xc2)\n\t}`
  if (type === 'char') return `b = append(b, 0xcc, ${value})`
  const code = `0x${codes[type].toString(16)}`
  const bits = structTypes[type][0] * 8
  if (bits === 8) return `b = append(b, ${code}, ${type === 'uint8' ? value : `byte(${value})`})`
  const word = type.startsWith('float') ? `math.Float${bits}bits(${value})` : type.startsWith('u') ? value : `uint${bits}(${value})`
  return `b = binary.BigEndian.AppendUint${bits}(append(b, ${code}), ${word})`
}
