import {expect, test} from 'vitest'
import {callGraph} from './call-graph.ts'
import {packageCalls} from './package-calls.ts'
import {readSummaries, writeSummaries} from './summary.ts'
import {typed} from './testing/typed.ts'

const source = typed(`package main
import "os"
type runner interface { run(n int) }
type a struct{}
func (a) run(int) {}
type b struct{ a }
type c struct{}
func (*c) run(int) {}
type other struct{}
func (other) run(string) {}
func direct() {}
func byInterface(r runner) { r.run(1) }
func byValue(f func()) { f() }
func worker() { direct() }
func start() { go worker(); byValue(direct) }
func shut(f *os.File) { f.Close() }
func main() { start() }
`)
const graph = callGraph([packageCalls('example.com/p', source.flow)])
const name = (place: string) => graph.functions.get(place)?.name?.replace('example.com/p.', '')
const from = (caller: string) =>
  graph
    .edgesFrom(graph.placeOf(`example.com/p.${caller}`) ?? '')
    .map(edge => `${edge.how} ${name(edge.to) ?? edge.to}`)
    .toSorted()

test('a call through an interface leads to every type with its methods, promoted or not, and to no other', () => {
  expect(from('byInterface')).toEqual(['call (*c).run', 'call a.run'])
})

test('a call of a value leads to every function of its signature', () => {
  expect(from('byValue')).toEqual(['call direct', 'call main', 'call start', 'call worker'])
  expect(from('start')).toEqual(['call byValue', 'go worker'])
})

test('main and what a go statement starts are entry points', () => {
  expect(graph.entryPoints.map(({function: place, kind}) => `${kind} ${name(place)}`)).toEqual(['goroutine worker', 'main main'])
})

test('summaries are the same after they were written down and read back, and broken lines are left out', () => {
  const {byName} = source.summaries
  expect(byName.get('example.com/p.shut')?.parameters).toEqual([
    {escapes: 'no', returned: false, effects: [{effect: 'closes', fields: [], always: true}]},
  ])
  expect(readSummaries(`${writeSummaries(byName)}{"name": 1}\n{`)).toEqual(byName)
})
