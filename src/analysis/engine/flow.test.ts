// What a Pass answers about flow, through a rule that only writes the answers down.
import {describe, expect, test} from 'vitest'
import {sizesFor, checkPackage} from '../../go/types/api.ts'
import type {CallExpr, FuncDecl} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import type {FunctionSummary} from '../../go/flow/summary.ts'
import {harmless} from '../../go/flow/summary.ts'
import {packageFacts, type PackageFacts} from './package-pass.ts'

function facts(source: string, summaryOf?: (name: string) => FunctionSummary | undefined): PackageFacts {
  const bytes = new TextEncoder().encode(`package p\n${source}`)
  const checked = checkPackage({goarch: 'amd64'}, 'example.com/p', [{path: 'p.go', bytes}], () => undefined)
  const files = checked.info.files.map(state => ({path: state.path, bytes, state, generated: false}))
  const common = {assembly: [], cFiles: [], sizes: sizesFor('amd64'), goos: 'linux', goarch: 'amd64'}
  return packageFacts({types: checked.package, files, ...common, ...(summaryOf === undefined ? {} : {summaryOf})})
}

const functionOf = (pass: PackageFacts, name: string): FuncDecl => pass.nodes('FuncDecl').find(decl => decl.name.name === name)!
const callOf = (pass: PackageFacts, text: string): CallExpr => pass.nodes('CallExpr').find(call => pass.text(call) === text)!

describe('ways through a function', () => {
  const pass = facts(`
func a(); func b(); func quit() { for { } }
func f(x bool) {
	a()
	if x { quit(); return }
	b()
}
func g(x bool) {
	if x { a() }
	b()
}
`)
  const isCall = (text: string) => (part: {kind: string}) => part.kind === 'CallExpr' && pass.text(part as CallExpr) === text

  test('a way that ends in a call that never returns leads to no return', () => {
    expect(pass.flow.endOfCall(callOf(pass, 'quit()'))).toBe('exits')
    expect(pass.flow.alwaysPasses(callOf(pass, 'a()'), 'return', isCall('b()'))).toBe('yes')
    expect(pass.flow.wayWithout(functionOf(pass, 'g'), 'return', isCall('a()'))).toBeDefined()
  })

  test('what comes first on every way is told from what may come first', () => {
    const [first, second] = pass.within(functionOf(pass, 'f'), 'CallExpr').filter(call => pass.text(call) !== 'quit()')
    expect(pass.flow.comesFirst(first!, second!)).toBe('yes')
    expect(pass.flow.comesFirst(second!, first!)).toBe('no')
    const [maybe, always] = pass.within(functionOf(pass, 'g'), 'CallExpr')
    expect(pass.flow.comesFirst(maybe!, always!)).toBe('no')
    expect(pass.flow.comesFirst(first!, always!)).toBe('unknown')
  })

  test('a call is found through the functions of the package', () => {
    const inner = facts('func a() { b() }\nfunc b() { c() }\nfunc c()\nfunc d() { a() }')
    const isC = (call: CallExpr) => inner.text(call) === 'c()'
    expect(inner.flow.calls(functionOf(inner, 'd'), isC)).toBe(true)
    expect(inner.flow.calls(functionOf(inner, 'b'), call => inner.text(call) === 'a()')).toBe(false)
  })
})

describe('values', () => {
  const source = `
type box struct { m map[int]int }
var kept *box
func own(b *box) int { return len(b.m) }
func keep(b *box) { kept = b }
func f(some func(*box)) {
	x := &box{}
	own(x)
	keep(x)
	own(x)
	y := &box{}
	some(y)
	own(y)
}
`
  const pass = facts(source)
  const f = functionOf(pass, 'f')
  const variable = (name: string) => pass.objectOf(pass.within(f, 'Ident').find(ident => ident.name === name)!) as Var
  const calls = pass.within(f, 'CallExpr')

  test('a value has escaped once it is kept, and perhaps once somebody unknown had it', () => {
    const [early, , late, , after] = calls
    expect(pass.flow.escapedBefore(f, variable('x'), early!)).toBe('no')
    expect(pass.flow.escapedBefore(f, variable('x'), late!)).toBe('unknown')
    expect(pass.flow.escapedBefore(f, variable('y'), after!)).toBe('unknown')
  })

  test('what a call does to its argument is read from the body, and unknown without one', () => {
    expect(pass.flow.ofArgument(calls[0]!, 0).escapes).toBe('no')
    expect(pass.flow.ofArgument(calls[1]!, 0).escapes).toBe('yes')
    expect(pass.flow.ofArgument(calls[3]!, 0).escapes).toBe('unknown')
  })
})

test('a function of another package that never returns ends the way, when somebody knows it', () => {
  const source = 'import "example.com/q"\nfunc f(x bool) int {\n\tif x { q.Die() }\n\treturn 1\n}'
  const end = (summary: FunctionSummary | undefined) => {
    const q = checkPackage(
      {},
      'example.com/q',
      [{path: 'q.go', bytes: new TextEncoder().encode('package q\nfunc Die() {}')}],
      () => undefined,
    )
    const bytes = new TextEncoder().encode(`package p\n${source}`)
    const checked = checkPackage({}, 'example.com/p', [{path: 'p.go', bytes}], () => q.package)
    const files = checked.info.files.map(state => ({path: state.path, bytes, state, generated: false}))
    const common = {assembly: [], cFiles: [], sizes: sizesFor('amd64'), goos: 'linux', goarch: 'amd64'}
    const pass = packageFacts({
      types: checked.package,
      files,
      ...common,
      summaryOf: name => (name === 'example.com/q.Die' ? summary : undefined),
    })
    return pass.flow.endOfCall(callOf(pass, 'q.Die()'))
  }
  expect(end(undefined)).toBe('returns')
  expect(end({end: 'exits', receiver: undefined, parameters: [harmless]})).toBe('exits')
})
