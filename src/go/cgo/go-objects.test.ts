// What the type checker says of C expressions, from C text alone. That it is what cgo writes is checked against cgo itself: tools/conformance/cgo-types.ts.
import {describe, expect, it} from 'vitest'
import {typeAndValue, typeString, typeOf, underlying, type CgoMembers} from '../types/api.ts'
import {exactString} from '../types/constant/constant.ts'
import {checkSource} from '../types/testing/check-source.ts'
import {readCNames} from './c-names.ts'
import {cgoObjects} from './go-objects.ts'
import {platformOf} from './platform.ts'

const platform = platformOf('linux', 'amd64')
const membersOf =
  (...texts: readonly string[]): CgoMembers =>
  (pkg, c) => {
    const preambles = texts.map((text, i) => ({file: `${i}.go`, text}))
    return cgoObjects(readCNames({platform, preambles, flags: [], withheld: [], readFile: () => undefined}), platform, pkg, c)
  }
const check = (c: string | readonly string[], go: string) =>
  checkSource(`package p\nimport "C"\nimport "unsafe"\nvar _ unsafe.Pointer\n${go}`, () => undefined, {
    cgo: membersOf(...(typeof c === 'string' ? [c] : c)),
  })
const said = (source: ReturnType<typeof check>, kind: Parameters<typeof source.node>[0], text: string): string => {
  const type = typeOf(source.file, source.node(kind, text) as never)
  return type === undefined ? 'unknown' : typeString(type).replaceAll('example.com/p.', '')
}

describe('functions of C', () => {
  const source = check(
    `int add(int a, unsigned char b); void stop(void); int printf(const char *f, ...);`,
    `func f() {
	sum, err := C.add(1, 2)
	_, _ = sum, err
	_, gone := C.stop()
	_ = gone
	print(C.add(3, 4), unsafe.Pointer(C.add))
	C.printf(nil)
	s := C.CString("x")
	_ = C.GoString(s)
}`,
  )
  it('give their result, and an error where two values are wanted', () => {
    expect(source.errors).toEqual([])
    expect(said(source, 'CallExpr', 'C.add(3, 4)')).toBe('_Ctype_int')
    expect(said(source, 'CallExpr', 'C.add(1, 2)')).toBe('(_Ctype_int, error)')
    expect(said(source, 'Ident', 'gone')).toBe('error')
  })
  it('are pointers where they are not called', () => {
    expect(said(source, 'CallExpr', 'unsafe.Pointer(C.add)')).toBe('unsafe.Pointer')
  })
  it('stay unknown when cgo does not know how to call them', () => {
    expect(said(source, 'CallExpr', 'C.printf(nil)')).toBe('unknown')
  })
  it('that cgo brings are known without any header', () => {
    expect(said(source, 'Ident', 's')).toBe('*_Ctype_char')
    expect(said(source, 'CallExpr', 'C.GoString(s)')).toBe('string')
  })
})

describe('types of C', () => {
  const source = check(
    `typedef struct node { struct node *next; long count; enum color { RED, BLUE = 7 } color; int type; struct hidden *h; union { int i; double d; } u; } node_t;
typedef node_t *list; typedef unsigned int word; typedef struct { short a; } plain;`,
    `var n C.node_t
var l C.list
var w C.word
var p C.plain
func f() {
	_ = n.next.next.count
	_ = n.color
	_ = n._type
	_ = l.u
	_ = n.h
	_ = p.a
	const blue = C.BLUE
	_ = w + C.uint(1)
	print(C.sizeof_plain, blue)
	_ = n.missing
}`,
  )
  it('are those that cgo declares', () => {
    const underlyingOf = (name: string) => {
      const type = typeOf(source.file, source.node('Ident', name))
      return type === undefined ? 'unknown' : typeString(underlying(type)).replaceAll('example.com/p.', '')
    }
    expect(said(source, 'SelectorExpr', 'C.list')).toBe('_Ctype_list')
    expect(underlyingOf('w')).toBe('uint32')
    expect(underlyingOf('n')).toBe(
      'struct{next *_Ctype_struct_node; count _Ctype_long; color uint32; _type _Ctype_int; h *_Ctype_struct_hidden; u [8]byte}',
    )
    expect(said(source, 'SelectorExpr', 'n.next.next.count')).toBe('_Ctype_long')
    expect(said(source, 'SelectorExpr', 'p.a')).toBe('_Ctype_short')
  })
  it('convert, add and have constants as in Go', () => {
    expect(source.errors).toEqual(['missing undefined (type example.com/p._Ctype_node_t has no field or method missing)'])
    const value = typeAndValue(source.file, source.node('SelectorExpr', 'C.BLUE'))?.value
    expect(value === undefined ? undefined : exactString(value)).toBe('7')
  })
})

describe('what the C text does not say for certain', () => {
  const source = check(
    `#include <foreign.h>
#ifdef HAVE_WIDE
typedef long number;
#else
typedef int number;
#endif
struct open;
int use(struct open *o, number n);
foreign_t *make(void);`,
    `func f(o *C.struct_open) {
	_ = C.FOREIGN
	var n C.number
	_ = n
	_ = o.field
	got := C.use(o, 1)
	made := C.make()
	_, _ = got, made.field
}`,
  )
  it('is unknown, and no error', () => {
    expect(source.errors).toEqual([])
    expect(said(source, 'SelectorExpr', 'C.FOREIGN')).toBe('unknown')
    expect(said(source, 'SelectorExpr', 'C.number')).toBe('unknown')
    expect(said(source, 'SelectorExpr', 'o.field')).toBe('unknown')
    expect(said(source, 'Ident', 'made')).toBe('unknown')
  })
  it('leaves the rest of a signature known', () => {
    expect(said(source, 'Ident', 'got')).toBe('_Ctype_int')
  })
})

it('takes the fields of a struct from the file whose preamble has them', () => {
  const go = 'func f(s *C.struct_s, t *C.struct_t) { _ = s.n; _ = t.n }'
  for (const texts of [
    ['struct s; struct t { int n; };', 'struct s { int n; }; struct t;'],
    ['struct s { int n; }; struct t;', 'struct s; struct t { int n; };'],
  ]) {
    const source = check(texts, go)
    expect(source.errors).toEqual([])
    expect([said(source, 'SelectorExpr', 's.n'), said(source, 'SelectorExpr', 't.n')]).toEqual(['_Ctype_int', '_Ctype_int'])
  }
})

it('follows long chains of structs and typedefs without running out of stack', () => {
  const many = 20_000
  const structs = Array.from({length: many}, (_, i) => `struct s${i} { struct s${i + 1} *next; };`).join('\n')
  const typedefs = Array.from({length: many}, (_, i) => `typedef t${i} t${i + 1};`).join('\n')
  const source = check(
    `typedef int t0;\n${typedefs}\n${structs}`,
    'func f(s *C.struct_s0) { _ = s.next.next; var x C.t9; _ = x; var y C.t19999; _ = y }',
  )
  expect(said(source, 'SelectorExpr', 's.next.next')).toBe('*_Ctype_struct_s2')
  expect(said(source, 'Ident', 'x')).toBe('_Ctype_t9')
  expect(source.errors).toEqual([])
})
