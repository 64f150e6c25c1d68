// The simulators: `npm run bench -- sim [ROUNDS]`. Scheduler events a second with checks off and on, one second of a 64-P machine at 100,000
// switches a second and P, a day of collections of a 10 GB heap. Processor time of this process beside wall time; the least of the rounds.
import {simulationBench} from '../src/sim/validation/bench-scenarios.ts'
import {runHeap} from '../src/sim/gc/heap.ts'
import {runScheduler, type SchedulerScenario} from '../src/sim/scheduler/run.ts'

const bars = {eventsPerS: 2e6, checkedEventsPerS: 0.5e6, bigMachineS: 20, heapDayS: 1}
const rounds = Number(process.argv[2] ?? 3)

interface Taken {
  readonly wallS: number
  readonly cpuS: number
}

function timed(work: () => void): Taken {
  const [wall, cpu] = [performance.now(), process.cpuUsage()]
  work()
  const {user, system} = process.cpuUsage(cpu)
  return {wallS: (performance.now() - wall) / 1000, cpuS: (user + system) / 1e6}
}

const least = (all: readonly Taken[]): Taken => ({wallS: Math.min(...all.map(t => t.wallS)), cpuS: Math.min(...all.map(t => t.cpuS))})

function events(scenario: SchedulerScenario, check: boolean): {readonly events: number; readonly taken: Taken} {
  let n = 0
  const all = Array.from({length: rounds}, (_, i) =>
    timed(() => {
      n = runScheduler(scenario, {seed: i + 1, eventsMax: 1e9, check}).world.events
    }),
  )
  return {events: n, taken: least(all)}
}

const failed: string[] = []
function bar(name: string, value: number, wanted: number, more: boolean, unit: string): void {
  const holds = more ? value >= wanted : value <= wanted
  if (!holds) failed.push(name)
  console.log(`${holds ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit}, wanted ${more ? 'at least' : 'at most'} ${wanted}`)
}
const show = (name: string, n: number, {wallS, cpuS}: Taken) =>
  console.log(`     ${name}: ${n} events, ${cpuS.toFixed(2)} s of processor time, ${wallS.toFixed(2)} s of wall time`)

for (const [name, scenario] of Object.entries(simulationBench.mixes)) {
  const off = events(scenario, false)
  const on = events(scenario, true)
  show(`${name}, checks off`, off.events, off.taken)
  show(`${name}, checks on`, on.events, on.taken)
  bar(`${name}: events a second, checks off`, off.events / off.taken.cpuS / 1e6, bars.eventsPerS / 1e6, true, 'M')
  bar(`${name}: events a second, checks on`, on.events / on.taken.cpuS / 1e6, bars.checkedEventsPerS / 1e6, true, 'M')
}
let switches = 0
const big = timed(() => {
  const {world} = runScheduler(simulationBench.bigMachine, {seed: 1, eventsMax: 1e9, check: false})
  switches = world.measures.switches
})
console.log(`     64 Ps, 1 s: ${(switches / 64 / 1000).toFixed(0)} thousand switches a P, ${big.wallS.toFixed(1)} s of wall time`)
if (switches / 64 < 100_000) failed.push('switches of the 64-P machine')
bar('64 Ps at 100,000 switches a second each, 1 s', big.cpuS, bars.bigMachineS, false, 's')
let cycles = 0
const day = least(Array.from({length: rounds}, () => timed(() => (cycles = runHeap(simulationBench.heapDay).cycles.length))))
console.log(`     a day of a 10 GB heap: ${cycles} collections`)
bar('a day of collections of a 10 GB heap', day.cpuS, bars.heapDayS, false, 's')
if (failed.length > 0) {
  console.error(`bench: missed: ${failed.join('; ')}`)
  process.exitCode = 1
}
