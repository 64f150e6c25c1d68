// Unknown in, unknown out: what depends on a package that is not there is unknown, never wrong, never made up; what does not depend on it is known.
import {describe, expect, it} from 'vitest'
import {
  assignableTo,
  implementsInterface,
  isUnknown,
  lookupFieldOrMethod,
  methodSet,
  objectType,
  offsetsOf,
  selectionOf,
  sizeOf,
  sizesFor,
  typeAndValue,
  typeOf,
  typeString,
  underlying,
  useOf,
  type Type,
} from './api.ts'
import {checkSource, type CheckedSource} from './testing/check-source.ts'

const amd64 = sizesFor('amd64')
/** The type a package-level name has. */
function typeNamed(source: CheckedSource, name: string): Type {
  const obj = source.checked.package.scope.elems?.get(name)
  if (obj === undefined) throw new Error(`${name} is not declared`)
  return objectType(obj)
}
/** Only imports are complained about. */
const complaints = (source: CheckedSource) => source.errors.filter(message => !message.startsWith('could not import'))

describe('a struct that embeds an unknown type', () => {
  const source = checkSource(`package p
import "example.com/missing"
type S struct { missing.T; Own int }
func (S) Mine() {}
var s S
func f() {
	_ = s.Own
	s.Mine()
	_ = s.Other
	s.Call(1).Then()
	missing.F(s)
}
`)
  it('has its own fields and methods', () => {
    expect(typeString(typeOf(source.file, source.node('SelectorExpr', 's.Own')) as Type)).toBe('int')
    expect(selectionOf(source.file, source.node('SelectorExpr', 's.Mine'))?.kind).toBe('method')
  })
  it('has unknown selections beyond them, and no error', () => {
    expect(typeOf(source.file, source.node('SelectorExpr', 's.Other'))).toBeUndefined()
    expect(selectionOf(source.file, source.node('SelectorExpr', 's.Call'))).toBeUndefined()
    expect(complaints(source)).toEqual([])
    expect(lookupFieldOrMethod(typeNamed(source, 'S'), true, source.checked.package, 'Other')).toMatchObject({
      obj: undefined,
      unknown: true,
    })
  })
  it('says that its method set may be larger', () => {
    expect(methodSet(typeNamed(source, 'S')).unknown).toBe(true)
  })
  it('may implement any interface', () => {
    const other = checkSource(`package p
import "example.com/missing"
type S struct { missing.T }
type P struct { S }
type Plain struct{}
type I interface { M() }
type J interface { missing.I }
`)
    const [s, p, plain, i, j] = ['S', 'P', 'Plain', 'I', 'J'].map(name => typeNamed(other, name)) as [Type, Type, Type, Type, Type]
    expect(implementsInterface(s, i)).toBe('unknown')
    expect(implementsInterface(p, i)).toBe('unknown')
    expect(implementsInterface(plain, i)).toBe('no')
    expect(implementsInterface(plain, j)).toBe('unknown')
    expect(assignableTo(s, i)).toBe('unknown')
    expect(assignableTo(plain, i)).toBe('no')
  })
})

describe('imports of packages that are not there', () => {
  it('a dot import makes unresolved names unknown instead of undefined', () => {
    const source = checkSource(`package p
import . "example.com/missing"
var a = Name
func f() { b := Make(1); b.Go(); var c Type; _ = c; known := 1; _ = known }
`)
    expect(complaints(source)).toEqual([])
    expect(isUnknown(typeNamed(source, 'a'))).toBe(true)
    expect(typeOf(source.file, source.node('Ident', 'b'))).toBeUndefined()
    expect(typeString(typeOf(source.file, source.node('Ident', 'known')) as Type)).toBe('int')
  })
  it('without one, an unresolved name is an error', () => {
    expect(checkSource('package p\nvar a = Name\n').errors).toEqual(['undefined: Name'])
  })
  it.each([
    ['example.com/go-redis/v9', 'redis'],
    ['gopkg.in/yaml.v3', 'yaml'],
    ['example.com/missing', 'missing'],
    ['github.com/mattn/go-sqlite3', 'sqlite3'],
  ])('the name of %s is guessed to be %s', (path, name) => {
    const source = checkSource(`package p\nimport "${path}"\nvar x = ${name}.New()\n`)
    expect(complaints(source)).toEqual([])
    expect(useOf(source.file, source.node('Ident', name))?.kind).toBe('PkgName')
    expect(isUnknown(typeNamed(source, 'x'))).toBe(true)
  })
  it('when the guess is wrong, a selector on an undeclared name is unknown, not undefined', () => {
    const source = checkSource('package p\nimport "example.com/missing"\nvar x = other.New()\nvar y = missing.New()\n')
    expect(complaints(source)).toEqual([])
    expect(isUnknown(typeNamed(source, 'x'))).toBe(true)
  })
  it('a guess gives way to what the package declares itself', () => {
    const source = checkSource('package p\nimport "example.com/missing"\ntype missing struct{ n int }\nvar x missing\nvar y = x.n\n')
    expect(complaints(source)).toEqual([])
    expect(typeString(typeNamed(source, 'y'))).toBe('int')
  })
})

describe('sizes', () => {
  const source = checkSource(`package p
import ("unsafe"; "example.com/missing")
type S struct { A int32; B int64; C missing.T; D byte }
type P struct { A int32; B *missing.T; C []missing.T; D map[string]missing.T; E func(missing.T) }
const N = unsafe.Sizeof(S{})
const O = unsafe.Offsetof(S{}.B)
var tail = unsafe.Offsetof(S{}.D)
const pointers = unsafe.Sizeof(P{})
type Array [missing.N]int
`)
  it('are unknown after an unknown field, and known before it', () => {
    const s = underlying(typeNamed(source, 'S'))
    expect(sizeOf(amd64, s)).toBeUndefined()
    expect(s.kind === 'Struct' && offsetsOf(amd64, s.fields)).toBeUndefined()
    expect(s.kind === 'Struct' && offsetsOf(amd64, s.fields.slice(0, 2))).toEqual([0, 8])
    expect(isUnknown(typeNamed(source, 'N'))).toBe(true)
    expect(complaints(source)).toEqual([])
  })
  it('are unknown for an array of an unknown number of elements', () => {
    expect(sizeOf(amd64, typeNamed(source, 'Array'))).toBeUndefined()
  })
})

describe('constants from a package that is not there', () => {
  const source = checkSource(`package p
import "example.com/missing"
const A = missing.A + 1
const B int = missing.B
const C = 2
func f(n int) int {
	switch n {
	case missing.A, missing.B, A, C:
	}
	if A == C || n > missing.B << 2 { return n << missing.A }
	var arr [4]int
	return arr[missing.A] + C
}
`)
  it('have no value, and neither has what is computed from them', () => {
    expect(complaints(source)).toEqual([])
    expect(isUnknown(typeNamed(source, 'A'))).toBe(true)
    expect(typeAndValue(source.file, source.node('BinaryExpr', 'missing.A + 1'))?.value).toBeUndefined()
    const b = source.checked.package.scope.elems?.get('B')
    expect(b?.kind === 'Const' && b.value.kind).toBe('unknown')
  })
  it('leave what does not depend on them known', () => {
    expect(typeString(typeOf(source.file, source.node('Ident', 'C')) as Type)).toMatch(/int/)
    expect(typeString(typeOf(source.file, source.node('IndexExpr', 'arr[missing.A]')) as Type)).toBe('int')
  })
})

describe('around unknown values', () => {
  const source = checkSource(`package p
import (
	"C"
	"example.com/missing"
)
type T struct{ n int }
func g[A, B any](a A, f func(A) B) B { return f(a) }
func f(x missing.I) {
	a := int(C.count())
	b := x.(T)
	c, ok := x.(*T)
	d := []missing.T{missing.V}
	e, err := missing.Open("x")
	for i, v := range missing.List() { _, _ = i, v }
	for w := range d { _ = w }
	switch y := x.(type) { case T: _ = y.n; case missing.J: y.Close() }
	switch missing.Kind() { case 1, missing.K: }
	ch := make(chan missing.T, missing.Size)
	ch <- missing.V
	h := g(x, func(missing.I) string { return "" })
	k := missing.New[int](func(z string) error { return nil })
	defer missing.Close()
	go e.Run(a, b)
	m := map[missing.K]int{missing.K1: 1}
	m[missing.K2]++
	missing.Global.Field = append(missing.Global.Field, a)
	if missing.OK() && !e.Done() { return }
	p := &missing.T{N: 1}
	p.N = 2
	*missing.Ptr = 3
	var fn missing.Func = func() {}
	fn()
	_ = missing.S[1:a]
	_, _, _, _, _, _, _, _ = c, ok, err, h, k, m, len(missing.S), -missing.N
}
`)
  it('nothing is complained about', () => expect(complaints(source)).toEqual([]))
  it.each([
    ['a', 'int'],
    ['b', 'example.com/p.T'],
    ['c', '*example.com/p.T'],
    ['ok', 'bool'],
    ['i', undefined],
    ['v', undefined],
    ['w', 'int'],
    ['e', undefined],
    ['err', undefined],
    ['h', undefined],
    ['k', undefined],
  ])('%s has the type %s', (name, type) => {
    const found = typeOf(source.file, source.node('Ident', name))
    expect(found === undefined ? undefined : typeString(found)).toBe(type)
  })
  it('no recorded type prints as one that Go does not have, but for "invalid type"', () => {
    for (const t of source.file.tables?.types ?? []) if (t !== undefined) expect(typeString(t)).not.toMatch(/unknown|undefined/)
  })
})
