// What holds for any text: an answer or an error, never a crash. And what is not asked for is not done.
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {declarePackage, lookupFieldOrMethod, objectType, packageMember, type Importer, type Package} from './api.ts'
import {checkSource} from './testing/check-source.ts'

const everything = `package p

import (
	"C"
	"example.com/missing"
	. "example.com/dotted"
	"unsafe"
)

type Number interface{ ~int | ~float64; comparable }
type List[T any] struct { next *List[T]; value T }
type Alias[K comparable, V any] = map[K]List[V]
type Tree struct { *Tree; missing.Base; left, right *Tree; tag string ${'`json:"x"`'} }
type Cycle [unsafe.Sizeof(Cycle2{})]int
type Cycle2 struct { c *Cycle }
type I interface { M(); J }
type J interface { N() I }

const (
	a, b = iota << 3, 1 / 3.0
	c, d
	big = 1<<100 >> 98
)

var x, y = f[int](y0), func() int { return z }()
var y0, z = 1, len([...]string{9: "a", 2: "b"})

func (l *List[T]) Push(v T) *List[T] { return &List[T]{l, v} }
func (t Tree) M() { t.right.left.M(); t.unknown() }
func f[N Number, S ~[]N](n N, more ...S) (r N, err error) {
	defer func() { if e := recover(); e != nil { err = e.(error) } }()
outer:
	for i, s := range more {
		switch v := any(s).(type) {
		case []int, nil:
			_ = v
			continue outer
		case map[string]N:
			v["k"] += n
			break outer
		}
		for j := range i + len(s) { r += s[j:][0]; goto done }
	}
done:
	select {
	case v, ok := <-make(chan N, big): r, _ = v, ok
	default:
	}
	for k := range func(yield func(string, N) bool) { yield("a", n) } { print(k) }
	g := List[struct{ N }].Push
	_, _ = g, C.free(unsafe.Pointer(&n))
	p := new(min(1, 2.5)); *p++
	lit := Alias[string, int]{"a": {value: 1}}
	clear(lit)
	return complex(1, 2) == 2i && !Undotted(missing.X[3]), nil
}
`

describe('broken code', () => {
  it('every prefix of a file that ends between tokens gives a result', () => {
    for (const {index} of everything.matchAll(/\w+|[^\s\w]/g)) expect(checkSource(everything.slice(0, index))).toBeDefined()
  })
  it('a file with a token gone, doubled or exchanged gives a result', () => {
    const tokens = everything.match(/\w+|\s+|[^\w\s]/g) ?? []
    fc.assert(
      fc.property(
        fc.nat(tokens.length - 1),
        fc.nat(tokens.length - 1),
        fc.constantFrom('drop', 'double', 'exchange', 'copy'),
        (i, j, what) => {
          const changed = [...tokens]
          const [at, other] = [tokens[i] ?? '', tokens[j] ?? '']
          if (what === 'drop') changed.splice(i, 1)
          else if (what === 'double') changed.splice(i, 0, at)
          else changed[i] = other
          if (what === 'exchange') changed[j] = at
          expect(checkSource(changed.join(''))).toBeDefined()
        },
      ),
      {numRuns: 300},
    )
  })
  it.each([
    'type T T',
    'type T [len(T{})]int',
    'type T struct { T }',
    'type T interface { T }',
    'type T[P T[P]] struct{}',
    'type T[P any] struct { f T[T[P]] }',
    'type A = B; type B = A',
    'const c = c',
    'var v = v',
    'func f() int { return g() }; var g = f',
    'const huge = 1 << 1000000000',
    'const s = "a" + s',
    'var a [1 << 62]byte; var n = len(a)',
    'type E = struct{ E }',
    'func (T) m() {}; type T = []T',
    'var _ = (func(x) int)(nil)',
  ])('%s', text => {
    expect(checkSource(`package p\n${text}\n`)).toBeDefined()
  })
  it('nesting to the depth the parser allows is checked', () => {
    const deep = 900
    expect(checkSource(`package p\nvar x = ${'('.repeat(deep)}1${')'.repeat(deep)}\n`).errors).toEqual([])
    expect(checkSource(`package p\nvar x ${'[]'.repeat(deep)}int\n`).errors).toEqual([])
  })
})

describe('dependencies', () => {
  const text = `package dep
import "example.com/deeper"
type T struct{ F int; G deeper.T }
func (T) M() string { return nonsense + 1 }
const Number = 3
var Computed = F()
var Typed deeper.T = deeper.Make()
func F() []T { return undeclared }
func Unused() deeper.T { panic(1) }
`
  const world = () => {
    const read: string[] = []
    const pkg = (path: string, source: string, importer: Importer): Package =>
      declarePackage(
        {rethrow: true},
        path,
        path.slice(path.lastIndexOf('/') + 1),
        () => {
          read.push(path)
          return [{path: `${path}.go`, bytes: new TextEncoder().encode(source)}]
        },
        importer,
      )
    const deeper = pkg('example.com/deeper', 'package deeper\ntype T struct{ N int }\nfunc Make() T { return T{} }\n', () => undefined)
    const dep = pkg('example.com/dep', text, path => (path === 'example.com/deeper' ? deeper : undefined))
    return {read, dep, importer: ((path: string) => (path === 'example.com/dep' ? dep : undefined)) satisfies Importer}
  }
  const importing = (body: string) => `package p\nimport "example.com/dep"\nfunc f() {\n${body}\n}\n`

  it('are not read before one of their members is used', () => {
    const {read, importer} = world()
    checkSource('package p\nimport _ "example.com/dep"\n', importer)
    expect(read).toEqual([])
    const source = checkSource(importing('_ = dep.Number'), importer)
    expect(source.errors).toEqual([])
    expect(read).toEqual(['example.com/dep'])
  })
  it('are followed further only when something refers to it', () => {
    const {read, importer} = world()
    const source = checkSource(importing('var v = dep.Computed[0].G.N; _ = v'), importer)
    expect(source.errors).toEqual([])
    expect(read).toEqual(['example.com/dep', 'example.com/deeper'])
  })
  it('have their bodies never checked, and nothing recorded', () => {
    const {dep, importer} = world()
    const source = checkSource(importing('_ = dep.T{}.M() + dep.Typed.String()'), importer)
    expect(source.errors).toEqual(['String undefined (type example.com/deeper.T has no field or method String)'])
    expect(packageMember(dep, 'T')?.file?.tables).toBeUndefined()
  })
  it('give the same objects to everyone who asks', () => {
    const {dep, importer} = world()
    const one = checkSource(importing('_ = dep.T{}.M'), importer)
    const two = checkSource(importing('_ = dep.T{}.M'), importer)
    const t = packageMember(dep, 'T')
    const use = (source: typeof one) => source.file.tables?.uses[source.node('SelectorExpr', 'dep.T').sel.id]
    expect(use(one)).toBe(t)
    expect(use(two)).toBe(t)
    expect(t !== undefined && lookupFieldOrMethod(objectType(t), true, dep, 'M').obj).toBe(
      one.file.tables?.uses[one.node('SelectorExpr', 'dep.T{}.M').sel.id],
    )
  })
})

describe('language versions', () => {
  it.each([
    ['go1.17', 'func f[T any](x T) {}', 'type parameter requires go1.18 or later'],
    ['go1.25', 'var p = new(1)', 'new(expr) requires go1.26 or later'],
    ['go1.20', 'var m = min(1, 2)', 'built-in min requires go1.21 or later'],
    ['go1.12', 'var n = 1_000', 'underscore in numeric literal requires go1.13 or later'],
  ])('%s does not have %s', (goVersion, text, message) => {
    const source = `package p\n${text}\n`
    expect(checkSource(source, undefined, {goVersion}).errors).toContain(message)
    expect(checkSource(source, undefined, {goVersion: 'go1.26'}).errors).toEqual([])
  })
  it('the line of a file decides over the version of its module', () => {
    const source = (line: string) => `${line}\npackage p\nfunc f() { for range 3 {} }\n`
    expect(checkSource(source('//go:build go1.22'), undefined, {goVersion: 'go1.21'}).errors).toEqual([])
    expect(checkSource(source(''), undefined, {goVersion: 'go1.21'}).errors).toHaveLength(1)
  })
})
