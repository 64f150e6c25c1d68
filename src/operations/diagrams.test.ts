import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import {abTransitions} from '../guards/policies/ab.ts'
import {breakerTransitions} from '../guards/policies/breaker.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {orderingFacts} from '../knowledge/facts/ordering.ts'
import {callHazards} from './call-hazards.ts'
import {litmusOf, memoryOrderGraph} from './memory-order.ts'
import {abGraph, breakerGraph} from './policy-states.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'gotriage-diagrams-'))))
afterAll(() => rmSync(folder, {recursive: true}))

describe('memory-order', () => {
  test.each(orderingFacts.map(fact => [fact.id, fact] as const))('%s: the drawn order says what the race detector says', (_, {litmus}) => {
    const {races, events} = litmusOf(litmus?.go ?? '')
    expect(new Set(events.map(event => event.thread)).size).toBeGreaterThan(1)
    expect(races.length === 0).toBe(litmus?.ordered)
  })

  test('without the operation that orders it, an ordered case becomes a race', () => {
    expect(litmusOf('a := 0\nc := make(chan int)\ngo func() { a = 1; close(c) }()\n<-c\nfmt.Println(a)\n').races).toEqual([])
    expect(
      litmusOf('a := 0\nc := make(chan int)\ngo func() { close(c); a = 1 }()\n<-c\nfmt.Println(a)\n').races.map(race => race[2]),
    ).toEqual(['a'])
  })

  test('one case is drawn by its id, and a wrong id is told the right one', () => {
    expect(memoryOrderGraph(['order-of-close']).groups).toHaveLength(1)
    expect(() => memoryOrderGraph(['order-of-closing'])).toThrow('there is no litmus case')
  })
})

test.each(['imports', 'calls', 'middleware'])(
  '%s of a directory without a Go package ends in an error, not in an empty picture',
  async kind => {
    const {exit, stdout, stderr} = await gotriage(['render', '--diagram', kind, './...', '-T', 'dot'], {cwd: folder})
    expect({exit, stdout}).toEqual({exit: 2, stdout: ''})
    expect(stderr.join('')).toContain('no Go package matches ./...')
  },
)

test('breaker and A/B guard are drawn from their tables: every step that leads elsewhere is an edge, and no other', () => {
  for (const [graph, table] of [
    [breakerGraph(), breakerTransitions],
    [abGraph(), abTransitions],
  ] as const) {
    const steps = Object.entries(table).flatMap(([from, events]) =>
      Object.values(events as Record<string, readonly string[]>).flatMap(next => next.filter(to => to !== from).map(to => `${from} ${to}`)),
    )
    expect(graph.edges.map(({from, to}) => `${from} ${to}`).toSorted()).toEqual([...new Set(steps)].toSorted())
    expect(graph.nodes.map(node => node.id)).toEqual(Object.keys(table))
  }
})

test('the call graph shows the ways from main and goroutines to the functions that hold hazards, and leaves out the rest', async () => {
  writeFileSync(join(folder, 'go.mod'), 'module example.com/shop\n\ngo 1.22\n')
  writeFileSync(
    join(folder, 'main.go'),
    `package main

import "sync"

func count(wg *sync.WaitGroup) {
	go func() {
		wg.Add(1)
		defer wg.Done()
	}()
}

func through(wg *sync.WaitGroup) { count(wg) }

func apart() {}

func called(f func()) { f() } // not main, though its signature fits

func main() {
	var wg sync.WaitGroup
	go through(&wg)
	called(apart)
	wg.Wait()
}
`,
  )
  const {graph} = await callHazards([], nodeHost({cwd: folder}), {})
  const labels = new Map(graph.nodes.map(node => [node.id, node.lines.join(' | ')]))
  const steps = graph.edges.map(({from, to, label = 'call'}) => `${labels.get(from)} -${label}-> ${labels.get(to)}`)
  expect(steps.toSorted()).toEqual(
    [
      'main | main | main.go:18 -go-> goroutine | through | main.go:12',
      'count | main.go:5 -go-> goroutine | func at main.go:6 | waitgroup-add-in-goroutine, line 7',
      'goroutine | through | main.go:12 -call-> count | main.go:5',
    ].toSorted(),
  )
  expect([...labels.values()].some(label => label.includes('apart'))).toBe(false)
  expect(graph.nodes.find(node => node.lines.some(line => line.startsWith('waitgroup')))?.tone).toBe('bad')
})

test('the NUMA nodes of a machine are drawn with their CPUs, memory and distances', async () => {
  const two = `available: 2 nodes (0-1)
node 0 cpus: 0 1 2 3 8
node 0 size: 1000 MB
node 0 free: 10 MB
node 1 cpus:
node 1 size: 2000 MB
node 1 free: 20 MB
node distances:
node   0   1
  0:  10  31
  1:  21  10
`
  writeFileSync(join(folder, 'numactl.txt'), two)
  const {stdout, exit} = await gotriage(['render', '--diagram', 'numa', 'numactl.txt', '-T', 'svg'], {cwd: folder})
  expect(exit).toBe(0)
  for (const text of ['CPUs 0&#45;3,8', '1000 MB, 10 free', 'memory only', '31, back 21', '2 NUMA nodes']) expect(stdout).toContain(text)
  const real = await gotriage(['render', '--diagram', 'numa', 'src/evidence/system/testdata/lscpu.txt'], {cwd: checkout})
  expect([real.exit, real.stdout.includes('node 0')]).toEqual([0, true])
  const wrong = await gotriage(['render', '--diagram', 'numa', 'go.mod'], {cwd: folder})
  expect(wrong.exit).toBe(2)
})
