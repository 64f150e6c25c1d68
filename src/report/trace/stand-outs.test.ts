import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {checkout} from '../../base/testing/needs.ts'
import type {TraceReport} from '../../evidence/model/trace.ts'
import {traceReport} from '../../evidence/trace/report.ts'
import {tracePage} from '../../operations/trace-page.ts'
import {standOuts} from './stand-outs.ts'
import {traceText} from './text.ts'

const reportOf = async (path: string) => (await traceReport(memorySource(path, readFileSync(`${checkout}${path}`)))).report
const fixture = (name: string) => reportOf(`fixtures/traces/${name}.trace`)
const textsOf = (report: TraceReport) => standOuts(report).map(one => one.text)

test('waits for a lock name the lock, its line, how long and who unlocks it', async () => {
  const report = await reportOf('src/report/trace/testdata/slow-lock.trace')
  expect(textsOf(report)[0]).toMatch(
    /^goroutines waited [\d.]+ m?s \(\d+ times, the longest [\d.]+ ms\) for sync\.\(\*Mutex\)\.Lock at main\.\(\*inventory\)\.Reserve \S+main\.go:21; unlocked mostly by goroutines that start in net\/http\.\(\*conn\)\.serve$/,
  )
  expect(report.blocked.find(site => site.call === 'sync.(*WaitGroup).Wait')?.site?.function).toBe('main.main')
})

test('a summary says what stands out before anything else it says of time', async () => {
  const report = await reportOf('src/report/trace/testdata/slow-lock.trace')
  const text = traceText('summary', report, {rows: 20})
  expect(text.indexOf('for sync.(*Mutex).Lock')).toBeGreaterThan(0)
  expect(text.indexOf('for sync.(*Mutex).Lock')).toBeLessThan(text.indexOf('scheduling latency'))
})

test('the page says it too, above its time line', async () => {
  const path = `${checkout}src/report/trace/testdata/slow-lock.trace`
  const {html} = await tracePage(memorySource(path, readFileSync(path)), {}, {})
  expect(html.indexOf('for sync.(*Mutex).Lock at main.(*inventory).Reserve')).toBeGreaterThan(0)
  expect(html.indexOf('for sync.(*Mutex).Lock at main.(*inventory).Reserve')).toBeLessThan(html.indexOf('<h2>Time line</h2>'))
})

test('waiting for the network, timers and a WaitGroup stands out nowhere', async () => {
  const texts = textsOf(await reportOf('src/report/trace/testdata/slow-lock.trace'))
  expect(texts.filter(text => /netFD|select|WaitGroup|Sleep/.test(text))).toEqual([])
  expect(standOuts(await fixture('idle'))).toEqual([])
  expect(traceText('summary', await fixture('idle'), {rows: 20})).toContain('nothing stands out among locks')
})

test('a long C call names the function, the Go line, and how often the P was lost', async () => {
  const texts = textsOf(await fixture('cgo'))
  expect(texts.find(text => text.startsWith('C.nap'))).toMatch(
    /^C\.nap took [\d.]+ m?s \((?:once|\d+ times), the longest 15\.1 ms\) at main\.main\.func2 \S+main\.go:59; \d+ lost their P/,
  )
})

test('goroutines that nobody wakes are named with where they were created and what they wait for', async () => {
  const texts = textsOf(await fixture('leak'))
  expect(texts.at(-1)).toMatch(
    /^10 goroutines that start in main\.leak\.func1, created at \S+:\d+, block at main\.leak\.func1 \S+:\d+ \(chan send\) and were never woken; if their number only grows it is a leak$/,
  )
})

test('GC that marks most of the time stands out with its assists', async () => {
  const report = await fixture('gc')
  const markNs = report.gc.reduce((sum, cycle) => sum + cycle.markNs, 0)
  const told = standOuts(report).filter(one => one.kind === 'gc')
  expect(markNs).toBeGreaterThan(0.25 * report.wallNs)
  expect(told.map(one => one.text)).toEqual([expect.stringMatching(/^GC was marking [\d.]+ % of the time \(\d+ cycles?\)/)])
})

test('they come by time lost, the most first, and a report of nothing has none', async () => {
  for (const name of ['gc', 'hog', 'stw', 'locked', 'syscalls', 'tasks']) {
    const found = standOuts(await fixture(name))
    expect(found.map(one => one.ns)).toEqual(found.map(one => one.ns).toSorted((a, b) => b - a))
    for (const one of found) expect(one.text, name).not.toMatch(/NaN|undefined|Infinity/)
  }
  const report = await fixture('idle')
  const empty: TraceReport = {...report, wallNs: 0, latency: {...report.latency, count: 0, over300us: 0}, blocked: [], syscalls: [], gc: []}
  expect(standOuts(empty)).toEqual([])
})
