import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {profiles} from '../calibration/profiles.ts'
import {simulationBench} from '../validation/bench-scenarios.ts'
import type {Step} from './program.ts'
import {gomaxprocsOf, runScheduler, type RunOptions, type SchedulerScenario} from './run.ts'
import {schedulerMetrics} from './metrics.ts'

const ms = 1e6
const forever = (...steps: readonly Step[]): Step => ({do: 'repeat', steps})
const hog = {name: 'hog', steps: [forever({do: 'compute', ns: 1e9})]}
const base = {machine: {cpus: 2}, goMinor: 26, profile: profiles['xeon-guest']!, warmupNs: 0} as const
const options: RunOptions = {seed: 1, eventsMax: 20_000_000, check: true, samplesMax: 4000}
type Parts = Partial<SchedulerScenario> & Pick<SchedulerScenario, 'programs' | 'durationNs'>
function run(parts: Parts, how: Partial<RunOptions> = {}) {
  const scenario: SchedulerScenario = {...base, start: [], ...parts}
  const result = runScheduler(scenario, {...options, ...how})
  const metrics = schedulerMetrics(result, scenario)
  return {...result, figure: (name: string) => metrics[name]?.value ?? Number.NaN}
}

describe('time slices', () => {
  test('of goroutines that only compute are two looks of sysmon, 20 ms', () => {
    const {figure} = run({gomaxprocs: 1, programs: [hog], start: [{program: 'hog', count: 2}], durationNs: 4e9, warmupNs: 1e9})
    expect(figure('slice.p50') / ms).toBeGreaterThan(20)
    expect(figure('slice.p50') / ms).toBeLessThan(20.5)
  })

  test('make eight on two Ps wait for three others, 60 ms', () => {
    const {figure} = run({gomaxprocs: 2, programs: [hog], start: [{program: 'hog', count: 8}], durationNs: 4e9, warmupNs: 1e9})
    expect(Math.abs(figure('latency.p50') / (60.5 * ms) - 1)).toBeLessThan(0.05)
  })

  test('end at the next safepoint only, so assembly keeps its P', () => {
    const assembly = {name: 'assembly', steps: [forever({do: 'compute', ns: 50 * ms, preemptible: false})]}
    const {figure} = run({
      gomaxprocs: 1,
      programs: [assembly, hog],
      start: [
        {program: 'assembly', count: 1},
        {program: 'hog', count: 1},
      ],
      durationNs: 2e9,
    })
    expect(figure('slice.max')).toBeGreaterThanOrEqual(50 * ms)
  })
})

describe('work', () => {
  test('is neither lost nor made: every goroutine that is started ends once', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 8}),
        fc.integer({min: 1, max: 8}),
        fc.integer({min: 1, max: 120}),
        fc.integer({min: 22, max: 26}),
        fc.integer({min: 1, max: 1000}),
        (cpus, gomaxprocs, count, goMinor, seed) => {
          const steps: Step[] = [
            {do: 'compute', ns: {kind: 'exponential', mean: 20_000}},
            {do: 'lock', mutex: 'm'},
            {do: 'compute', ns: 500},
            {do: 'unlock', mutex: 'm'},
            {do: 'syscall', ns: 30_000, mode: 'blocking'},
            {do: 'sleep', ns: 100_000},
            {do: 'cgo', ns: 5000},
            {do: 'network', ns: 50_000},
            {do: 'gosched'},
            {do: 'lock-thread'},
            {do: 'send', channel: 'c'},
            {do: 'unlock-thread'},
          ]
          const {world} = run(
            {
              machine: {cpus},
              gomaxprocs,
              goMinor,
              channels: {c: 4},
              programs: [
                {name: 'worker', steps},
                {name: 'sink', steps: [{do: 'repeat', times: count, steps: [{do: 'receive', channel: 'c'}]}]},
              ],
              start: [
                {program: 'worker', count},
                {program: 'sink', count: 1},
              ],
              durationNs: 2e9,
            },
            {seed},
          )
          expect(world.measures.finished).toBe(count + 1)
          expect(world.liveG).toBe(0)
          expect(world.globalSize).toBe(0)
        },
      ),
      {numRuns: 40},
    )
  })

  test('fills all Ps and no more: the uses of a P add up to the time', () => {
    const {world, figure} = run({gomaxprocs: 2, programs: [hog], start: [{program: 'hog', count: 5}], durationNs: 1e9})
    expect(figure('p.go')).toBeGreaterThan(0.99)
    for (const p of world.allp) expect(p.usedNs.reduce((a, b) => a + b, 0)).toBeCloseTo(1e9, -1)
  })

  test('of 64 Ps keeps every invariant', () => {
    const {world} = run({...simulationBench.bigMachine, durationNs: 5 * ms})
    expect(world.measures.switches / 64).toBeGreaterThan(300)
  })
})

describe('the same seed', () => {
  test('gives the same run, and another seed another', () => {
    const of = (seed: number) => {
      const {world} = run({...simulationBench.mixes.service, durationNs: 20 * ms}, {seed})
      return [world.events, world.measures.switches, world.measures.latencyNs.sum, world.measures.movesP]
    }
    expect(of(5)).toEqual(of(5))
    expect(of(5)).not.toEqual(of(6))
  })
})

describe('releases', () => {
  test('from 1.26 on goroutines stay on their threads over a stop of the world', () => {
    const moves = (goMinor: number) => {
      const {world} = run({
        gomaxprocs: 4,
        machine: {cpus: 4},
        goMinor,
        programs: [
          hog,
          {name: 'stopper', steps: [forever({do: 'sleep', ns: 2 * ms}, {do: 'stop-the-world'}, {do: 'compute', ns: 200_000})]},
        ],
        start: [
          {program: 'hog', count: 3},
          {program: 'stopper', count: 1},
        ],
        durationNs: 1e9,
      })
      return world.measures.movesM / world.measures.stoppingOtherNs.count / 3
    }
    expect(moves(26)).toBeLessThan(0.3)
    expect(moves(25)).toBeGreaterThan(2 * moves(26))
  })

  test('from 1.25 on GOMAXPROCS follows the quota, rounded up and at least 2', () => {
    const of = (goMinor: number, quotaCpus: number) =>
      gomaxprocsOf({...base, machine: {cpus: 24, quotaCpus}, goMinor, programs: [], start: [], durationNs: 1})
    expect([of(24, 2.5), of(25, 2.5), of(26, 0.5), of(26, 40)]).toEqual([24, 3, 2, 24])
  })
})

describe('threads', () => {
  test('grow with blocking calls and not with sleepers', () => {
    const sleepers = run({
      programs: [{name: 's', steps: [forever({do: 'sleep', ns: ms})]}],
      start: [{program: 's', count: 500}],
      durationNs: 0.2e9,
    })
    const callers = run({
      programs: [{name: 's', steps: [forever({do: 'syscall', ns: 20 * ms, mode: 'blocking'})]}],
      start: [{program: 's', count: 50}],
      durationNs: 0.5e9,
    })
    expect(sleepers.figure('threads.peak')).toBeLessThan(6)
    expect(callers.figure('threads.peak')).toBeGreaterThanOrEqual(50)
  })

  test('beyond ten thousand end the process, as in the runtime', () => {
    const parts: Parts = {
      programs: [{name: 's', steps: [{do: 'syscall', ns: 10e9, mode: 'blocking'}]}],
      start: [{program: 's', count: 10_100}],
      durationNs: 5e9,
    }
    expect(() => run(parts, {check: false})).toThrow('threads of the simulated process')
  })

  test('of a goroutine that ends locked end with it', () => {
    const {world} = run({
      programs: [{name: 'l', steps: [{do: 'lock-thread'}, {do: 'compute', ns: 1000}]}],
      start: [{program: 'l', count: 3}],
      durationNs: 0.1e9,
    })
    expect(world.allm.filter(m => m.dead).length).toBe(3)
  })

  test('hand over for locked goroutines: at least ten times the price of a switch', () => {
    const trip = (locked: boolean) => {
      const lock: Step[] = locked ? [{do: 'lock-thread'}] : []
      const {figure} = run({
        gomaxprocs: 1,
        programs: [
          {
            name: 'a',
            steps: [
              ...lock,
              forever({
                do: 'measure',
                name: 'trip',
                steps: [
                  {do: 'send', channel: 'x'},
                  {do: 'receive', channel: 'y'},
                ],
              }),
            ],
          },
          {name: 'b', steps: [...lock, forever({do: 'receive', channel: 'x'}, {do: 'send', channel: 'y'})]},
        ],
        start: [
          {program: 'a', count: 1},
          {program: 'b', count: 1},
        ],
        durationNs: 50 * ms,
      })
      return figure('measure.trip.p50')
    }
    expect(trip(true) / trip(false)).toBeGreaterThan(10)
  })
})

describe('machines', () => {
  test('under a quota stand still for the rest of each period', () => {
    const {figure} = run({
      machine: {cpus: 4, quotaCpus: 1},
      gomaxprocs: 4,
      programs: [hog],
      start: [{program: 'hog', count: 4}],
      durationNs: 2e9,
    })
    expect(figure('quota.throttled')).toBeCloseTo(0.75, 1)
    expect(figure('quota.throttles')).toBeGreaterThan(0.9)
  })

  test('slow work by memory of another node, by SMT and by slower cores', () => {
    const work = (machine: SchedulerScenario['machine'], memoryShare = 0) =>
      run({
        machine,
        gomaxprocs: machine.cpus,
        programs: [
          {name: 'w', memoryShare, steps: [forever({do: 'measure', name: 'work', steps: [{do: 'compute', ns: 100_000}]}, {do: 'gosched'})]},
        ],
        start: [{program: 'w', count: 3 * machine.cpus}],
        durationNs: 0.1e9,
      }).figure('measure.work.mean')
    const plain = work({cpus: 4})
    expect(
      work(
        {
          cpus: 4,
          nodes: [0, 0, 1, 1],
          distance: [
            [1, 2.1],
            [2.1, 1],
          ],
        },
        0.5,
      ),
    ).toBeGreaterThan(1.2 * plain)
    expect(work({cpus: 4, smtSlow: 1.6})).toBeGreaterThan(1.4 * plain)
    expect(work({cpus: 4, speeds: [1, 1, 0.5, 0.5]})).toBeGreaterThan(1.3 * plain)
  })
})

describe('what a hand-over costs', () => {
  const costs = {chanOpNs: 20, readyNs: 70, parkNs: 90, goSwitchNs: 1000, goCreateNs: 0, goExitNs: 0}
  const pair = [
    {
      name: 'a',
      steps: [
        forever({
          do: 'measure',
          name: 'trip',
          steps: [
            {do: 'send', channel: 'there'},
            {do: 'receive', channel: 'back'},
          ],
        }),
      ],
    },
    {name: 'b', steps: [forever({do: 'receive', channel: 'there'}, {do: 'send', channel: 'back'})]},
  ] satisfies Parts['programs']
  const start = pair.map(({name}) => ({program: name, count: 1}))

  test('a round trip on one P is two sends that wake, two receives that wait and two changes of goroutine', () => {
    const {figure} = run({gomaxprocs: 1, costs, programs: pair, start, durationNs: 1e6, warmupNs: 1e5})
    expect(figure('measure.trip.p50')).toBeCloseTo(2 * (20 + 70 + 20 + 90), -1)
  })

  test('a request to yield is lost while the P changes goroutines, and heard while one sends: the longer the one, the longer the pair keeps its P', () => {
    const share = (readyNs: number, parkNs: number) =>
      run({
        gomaxprocs: 1,
        costs: {...costs, chanOpNs: 500, readyNs, parkNs},
        programs: [hog, ...pair],
        start: [{program: 'hog', count: 1}, ...start],
        durationNs: 1.5e9,
      }).figure('measure.trip.count')
    expect(share(500, 7500)).toBeGreaterThan(1.3 * share(7500, 500))
  })
})

describe('the collector beside the scheduler', () => {
  const churn = (gomaxprocs: number, count: number, gogc: number) =>
    run({
      machine: {cpus: gomaxprocs},
      gomaxprocs,
      programs: [{name: 'churn', steps: [forever({do: 'compute', ns: 20_000}, {do: 'allocate', bytes: 8192})]}],
      start: [{program: 'churn', count}],
      collector: {gogc, liveBytes: 32 << 20, stackBytes: 65_536, globalsBytes: 262_144, scanShare: 1},
      durationNs: 2e9,
    })

  test('takes a quarter of the CPUs while it marks, on one P and on eight', () => {
    expect(churn(8, 8, 100).figure('gc.mark.background')).toBeCloseTo(0.25, 1)
    expect(churn(1, 1, 100).figure('gc.mark.background')).toBeCloseTo(0.25, 1)
  })

  test('leaves an allocator that keeps a rate its rate', () => {
    const steps: Step[] = [forever({do: 'pace', everyNs: 40_000}, {do: 'compute', ns: 2000}, {do: 'allocate', bytes: 8192})]
    const {world, figure} = run({
      gomaxprocs: 2,
      programs: [{name: 'churn', steps}],
      start: [{program: 'churn', count: 1}],
      collector: {gogc: 100, liveBytes: 32 << 20, stackBytes: 65_536, globalsBytes: 262_144, scanShare: 1},
      durationNs: 2e9,
    })
    expect(figure('gc.cycles')).toBeGreaterThan(5)
    const turns = (world.allg.find(g => g.program.name === 'churn')?.paceNs ?? 0) / 40_000
    expect(turns / 50_000).toBeGreaterThan(0.98)
    expect(turns / 50_000).toBeLessThan(1.001)
  })

  test('collects more often with a smaller GOGC', () => {
    expect(churn(2, 2, 50).figure('gc.cycles')).toBeGreaterThan(1.5 * churn(2, 2, 200).figure('gc.cycles'))
  })
})

test('a run that would not end meets its limit', () => {
  expect(() => run({programs: [hog], start: [{program: 'hog', count: 1}], durationNs: 1e12}, {eventsMax: 1000})).toThrow(
    'events of the simulation',
  )
})
