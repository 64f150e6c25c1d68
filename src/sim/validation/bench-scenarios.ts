// The loads the speed of the simulators is measured on: what bench/sim.ts runs and measurements of speed refer to.
import {profiles} from '../calibration/profiles.ts'
import type {HeapScenario} from '../gc/heap.ts'
import type {Step} from '../scheduler/program.ts'
import type {SchedulerScenario} from '../scheduler/run.ts'

const forever = (steps: readonly Step[]): Step => ({do: 'repeat', steps})
const base = {goMinor: 26, warmupNs: 0, profile: profiles['xeon-guest']!} as const

/** A service: requests from outside with compute, a channel, a mutex, the network and sleep. */
const service: SchedulerScenario = {
  ...base,
  machine: {cpus: 8},
  gomaxprocs: 8,
  programs: [
    {
      name: 'handler',
      steps: [
        {do: 'compute', ns: {kind: 'exponential', mean: 4000}},
        {do: 'lock', mutex: 'cache'},
        {do: 'compute', ns: 200},
        {do: 'unlock', mutex: 'cache'},
        {do: 'send', channel: 'jobs'},
        {do: 'network', ns: {kind: 'exponential', mean: 200_000}},
        {do: 'compute', ns: {kind: 'exponential', mean: 4000}},
      ],
    },
    {
      name: 'worker',
      steps: [
        forever([
          {do: 'receive', channel: 'jobs'},
          {do: 'compute', ns: {kind: 'exponential', mean: 3000}},
        ]),
      ],
    },
    {
      name: 'ticker',
      steps: [
        forever([
          {do: 'sleep', ns: 1e6},
          {do: 'compute', ns: 20_000},
        ]),
      ],
    },
  ],
  channels: {jobs: 64},
  start: [
    {program: 'worker', count: 32},
    {program: 'ticker', count: 8},
  ],
  arrivals: [{kind: 'open', program: 'handler', everyNs: {kind: 'exponential', mean: 4000}}],
  durationNs: 1e9,
}

/** Goroutines that hand a token around: nearly nothing but channel operations and switches. */
const handOver: SchedulerScenario = {
  ...base,
  machine: {cpus: 4},
  gomaxprocs: 4,
  programs: [
    {
      name: 'a',
      steps: [
        forever([
          {do: 'send', channel: 'ping'},
          {do: 'receive', channel: 'pong'},
          {do: 'compute', ns: 500},
        ]),
      ],
    },
    {
      name: 'b',
      steps: [
        forever([
          {do: 'receive', channel: 'ping'},
          {do: 'send', channel: 'pong'},
          {do: 'compute', ns: 500},
        ]),
      ],
    },
  ],
  start: [
    {program: 'a', count: 16},
    {program: 'b', count: 16},
  ],
  durationNs: 0.5e9,
}

/** 64 Ps of which each switches 100,000 times a second and more. */
const bigMachine: SchedulerScenario = {
  ...base,
  machine: {
    cpus: 64,
    nodes: Array.from({length: 64}, (_, i) => Math.floor(i / 32)),
    distance: [
      [1, 2.1],
      [2.1, 1],
    ],
  },
  gomaxprocs: 64,
  programs: [{name: 'worker', steps: [forever([{do: 'compute', ns: {kind: 'exponential', mean: 5000}}, {do: 'gosched'}])]}],
  start: [{program: 'worker', count: 256}],
  durationNs: 1e9,
}

/** 10 GB live at GOGC=100, 2 GB/s allocated: a collection every few seconds for a day. */
const heapDay: HeapScenario = {
  procs: 16,
  gogc: 100,
  globalsBytes: 1 << 20,
  scanShare: 0.7,
  markBytesPerS: 2 ** 30,
  mutatorCpus: 8,
  workloads: [{kind: 'steady', liveBytes: 10 * 2 ** 30, allocBytesPerS: 2 * 2 ** 30, stackBytes: 16 << 20}],
  nonHeapBytes: 200 << 20,
  overheadShare: 0.05,
  durationS: 86_400,
  tickS: 60,
}

export const simulationBench = {mixes: {service, 'hand-over': handOver}, bigMachine, heapDay} as const
