import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {checkout} from '../../base/testing/needs.ts'
import type {TraceStop} from '../model/trace.ts'
import {clustersOf, traceReport} from './report.ts'
import {isStandard} from './sites.ts'
import {collect} from './testing/collect.ts'

const fixtures = `${checkout}fixtures/traces/`
const bytesOf = (name: string) => readFileSync(`${fixtures}${name}.trace`)
const names = readdirSync(fixtures).map(name => name.replace('.trace', ''))
const reportOf = async (name: string) => (await traceReport(memorySource(name, bytesOf(name)))).report

interface Line {
  readonly time: string
  readonly g: number
  readonly kind: string
  readonly resource?: string
  readonly id?: number
  readonly from?: string
  readonly to?: string
  readonly name?: string
}

/** What a report must say, worked out from the event lines in the plainest way. */
async function plainly(name: string) {
  const lines = (await collect(bytesOf(name))).lines.map(line => JSON.parse(line) as Line)
  const first = BigInt(lines[0]!.time)
  const at = (line: Line) => Number(BigInt(line.time) - first)
  const since = new Map<number, {state: string; at: number; known: boolean}>()
  const totals: Record<string, number> = {Running: 0, Runnable: 0, Waiting: 0, Syscall: 0}
  const waits: number[] = []
  const stops: {kind: string; startNs: number; totalNs: number}[] = []
  let [seen, ended, end] = [0, 0, 0]
  for (const line of lines) {
    const now = (end = at(line))
    if (line.kind === 'RangeBegin' && line.name?.startsWith('stop-the-world (') === true)
      stops.push({kind: line.name.slice('stop-the-world ('.length, -1), startNs: now, totalNs: 0})
    if (line.kind === 'RangeEnd' && line.name?.startsWith('stop-the-world (') === true) stops.at(-1)!.totalNs = now - stops.at(-1)!.startNs
    if (line.kind !== 'StateTransition' || line.resource !== 'Goroutine' || line.from === line.to) continue
    const id = line.id!
    const before = since.get(id)
    if (before === undefined) seen++
    else {
      totals[before.state]! += now - before.at
      if (before.state === 'Runnable' && line.to === 'Running' && before.known) waits.push(now - before.at)
    }
    if (line.to === 'NotExist') {
      ended++
      since.delete(id)
    } else since.set(id, {state: line.to!, at: now, known: line.from !== 'Undetermined'})
  }
  for (const {state, at: began} of since.values()) totals[state]! += end - began
  waits.sort((a, b) => a - b)
  return {wallNs: end, seen, ended, totals, waits, stops}
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

describe.each(names)('the report of %s', name => {
  test('says what its events say: goroutines, waits, time by state, stops', async () => {
    const [report, plain] = [await reportOf(name), await plainly(name)]
    expect(report.wallNs).toBe(plain.wallNs)
    expect([report.goroutines.seen, report.goroutines.ended]).toEqual([plain.seen, plain.ended])
    const rank = (q: number) => plain.waits[Math.max(0, Math.ceil(q * plain.waits.length) - 1)] ?? 0
    expect(report.latency).toMatchObject({
      count: plain.waits.length,
      p50: rank(0.5),
      p90: rank(0.9),
      p99: rank(0.99),
      p999: rank(0.999),
      max: rank(1),
      over300us: plain.waits.filter(wait => wait > 300_000).length,
    })
    expect(sum(report.latency.log2Counts)).toBe(plain.waits.length)
    const of = (pick: (group: (typeof report.groups)[number]) => number) => sum(report.groups.map(pick))
    expect({
      Running: of(g => g.runningNs),
      Runnable: of(g => g.runnableNs),
      Waiting: of(g => g.blockedNs),
      Syscall: of(g => g.syscallNs),
    }).toEqual(plain.totals)
    expect(of(g => g.lifeNs)).toBe(sum(Object.values(plain.totals)))
    expect(report.stops.map(({kind, startNs, totalNs}) => ({kind, startNs, totalNs}))).toEqual(plain.stops)
  })

  test('accounts for every P from its first event to the last, and the heat map has the same time', async () => {
    const {procTime, procHeat, wallNs, stops} = await reportOf(name)
    for (const p of procTime) {
      const total = p.userNs + p.gcNs + p.syscallNs + p.schedulerNs + p.idleNs
      expect(total).toBeLessThanOrEqual(wallNs)
      expect(total).toBeGreaterThan(0)
      const row = procHeat.procs.indexOf(p.proc)
      expect(Math.abs(sum(procHeat.user[row]!) - p.userNs)).toBeLessThan(procHeat.user[row]!.length + 8)
      expect(Math.abs(sum(procHeat.gc[row]!) - p.gcNs)).toBeLessThan(procHeat.gc[row]!.length + 8)
    }
    for (const stop of stops) expect(stop.stoppingNs).toBeLessThanOrEqual(stop.totalNs)
  })

  test('imbalance and Ps taken away are those of the table of Ps', async () => {
    const {procTime, imbalance, migrations} = await reportOf(name)
    const busy = procTime.map(p => p.userNs + p.gcNs + p.syscallNs)
    expect(imbalance.maxOverMean).toBeCloseTo((Math.max(...busy) * busy.length) / sum(busy), 9)
    expect(imbalance.utilisation).toBeGreaterThan(0)
    expect(imbalance.utilisation).toBeLessThanOrEqual(1)
    expect(sum(procTime.map(p => p.retaken))).toBe(migrations.retakes)
  })
})

describe('a report on', () => {
  test('locked threads names the four goroutines that locked theirs, and nobody elsewhere', async () => {
    const {migrations} = await reportOf('locked')
    const groups = migrations.probablyLocked.map(one => one.group).sort()
    expect(groups).toEqual(['main.locked.func1', 'main.several.func1', 'main.several.func1', 'main.several.func1'])
    expect(migrations.handoffs).toBeGreaterThan(migrations.starts)
    for (const name of names.filter(other => other !== 'locked')) expect((await reportOf(name)).migrations.probablyLocked, name).toEqual([])
  })

  test('timers says how many goroutines time.AfterFunc made', async () => {
    const {goroutines} = await reportOf('afterfunc')
    expect(goroutines.byTimer / goroutines.created).toBeGreaterThan(0.7)
    expect((await reportOf('tasks')).goroutines.byTimer, 'the timer of context.WithTimeout').toBe(1)
    expect((await reportOf('gc')).goroutines.byTimer).toBeLessThanOrEqual(1)
  })

  test('a leak shows goroutines that never woke, and the line they wait at', async () => {
    const {groups, blocked} = await reportOf('leak')
    const group = groups.find(one => one.start === 'main.leak.func1')!
    expect(group.created).toBeGreaterThan(5)
    expect([group.neverWoken, group.ended]).toEqual([group.seen, 0])
    expect(blocked.find(site => site.reason === 'chan send')).toMatchObject({open: group.seen, group: 'main.leak.func1', count: 0})
  })

  test('C calls names the C function, the Go line that calls it, and the P it lost', async () => {
    const {longSyscalls, syscalls, migrations} = await reportOf('cgo')
    expect(longSyscalls).toHaveLength(1)
    expect(longSyscalls[0]).toMatchObject({
      cgo: true,
      call: 'main._Cfunc_nap',
      site: {function: 'main.main.func2', line: 59},
      retaken: true,
    })
    expect(migrations.retakes).toBeGreaterThan(0)
    expect(syscalls.find(site => site.site?.function === 'main.main.func1')).toMatchObject({cgo: true, count: 20})
    expect(syscalls.find(site => site.call === 'syscall.write')).toMatchObject({cgo: false})
  })

  test('loops without preemption blames the Ps they held', async () => {
    const {waitCauses, longWaits, latency} = await reportOf('hog')
    expect([...waitCauses].sort((a, b) => b.totalNs - a.totalNs)[0]!.cause).toBe('proc-held')
    expect(sum(waitCauses.map(one => one.count))).toBe(latency.over300us)
    expect(longWaits[0]).toMatchObject({waitNs: latency.max})
  })

  test('stops says who asked, what they lengthened, and that a GC was running', async () => {
    const {stops} = await reportOf('stw')
    const memory = stops.filter(stop => stop.kind === 'read mem stats')
    expect(memory.length).toBeGreaterThan(1)
    for (const stop of memory) expect(stop).toMatchObject({by: {function: 'main.stw'}, delayed: expect.any(Number)})
    expect(sum(memory.map(stop => stop.delayed))).toBeGreaterThan(0)
    expect(stops.find(stop => stop.kind === 'GC mark termination')?.duringMark).toBe(true)
  })

  test('collections gives mark time, workers and assists, and no more assist time on Ps than there was', async () => {
    const {gc, gomaxprocs, latency} = await reportOf('gc')
    const procs = gomaxprocs.at(-1)!.value
    expect(gc.length).toBeGreaterThan(2)
    expect(sum(gc.map(cycle => cycle.waits))).toBeGreaterThan(0)
    expect(sum(gc.map(cycle => cycle.waits))).toBeLessThanOrEqual(latency.count)
    expect(Math.max(...gc.map(cycle => cycle.waitNsMax))).toBeLessThanOrEqual(latency.max)
    for (const cycle of gc) {
      expect(cycle.dedicatedNs + cycle.fractionalNs + cycle.idleNs).toBeGreaterThan(0)
      expect(cycle.assistRunningNs).toBeLessThanOrEqual(cycle.assistNs)
      expect(cycle.assistRunningNs).toBeLessThanOrEqual(cycle.markNs * procs)
    }
  })

  test('tasks and regions counts each, with quantiles', async () => {
    const {tasks, regions, logs} = await reportOf('tasks')
    expect(tasks.map(task => task.name).sort()).toEqual(['query', 'request'])
    expect(regions.map(region => region.name).sort()).toEqual(['parse', 'wait'])
    expect(logs).toEqual([{category: 'user', count: tasks[0]!.count}])
    const [query, request] = ['query', 'request'].map(name => tasks.find(task => task.name === name)!)
    expect(query!.p50).toBeLessThan(request!.p50)
  })

  test('CPU samples counts them', async () => {
    expect((await reportOf('profile')).cpuSamples).toBe(5)
  })

  test('a damaged trace counts from its first event, not from the time 0 that begins a cut generation', async () => {
    const bytes = bytesOf('tasks')
    const {report, end} = await traceReport(memorySource('cut', bytes.subarray(0, Math.floor(bytes.length * 0.6))))
    expect(end.complete).toBe(false)
    expect(report.wallNs).toBeGreaterThan(0)
    expect(report.wallNs).toBeLessThan(60e9)
  })
})

describe('clusters of stops', () => {
  const stop = (startNs: number, totalNs: number): TraceStop => ({
    kind: 'GC mark termination',
    startNs,
    stoppingNs: 0,
    totalNs,
    goroutine: '1',
    by: undefined,
    duringMark: true,
    delayed: 0,
    tasks: 0,
  })

  test('have the median distance as period and its slope as drift', () => {
    let at = 0
    const stops = Array.from({length: 9}, (_, i) => stop((at += 2e9 + 8e6 * i), 6e6))
    const [cluster] = clustersOf([...stops, stop(at + 1e9, 1e6)], 5e6)
    expect(cluster).toMatchObject({count: 9, maxNs: 6e6, periodNs: 2e9 + 8e6 * 5})
    expect(cluster!.driftNsPerStop).toBeCloseTo(8e6, 3)
  })

  test('have no rhythm below three', () => {
    expect(clustersOf([stop(0, 6e6), stop(1e9, 6e6)], 5e6)[0]).toMatchObject({periodNs: undefined, driftNsPerStop: undefined})
  })
})

test('a module whose path begins like a package of the standard library is not taken for it', () => {
  expect(['fmt.Println', 'net/http.(*conn).serve', 'slices.SortFunc[go.shape.[]github.com/x/y.T]'].every(isStandard)).toBe(true)
  expect(['go.uber.org/zap.(*Logger).Info', 'log.example.com/x.F', 'github.com/x/y.(*T).M', 'main.main'].some(isStandard)).toBe(false)
})
