// One number for a whole run: every event's time, kind and operands in order. Two engines that print the same number ran the same, event for event.
import {runHeap} from '../gc/heap.ts'
import {beginScheduler, type SchedulerScenario} from '../scheduler/run.ts'
import {simulationBench} from './bench-scenarios.ts'

const bits = new DataView(new ArrayBuffer(8))

/** FNV-1a over 32-bit words. */
function mixed(hash: number, value: number): number {
  bits.setFloat64(0, value)
  const once = Math.imul(hash ^ bits.getInt32(0), 0x01000193)
  return Math.imul(once ^ bits.getInt32(4), 0x01000193)
}

export interface Fingerprint {
  readonly events: number
  readonly scheduler: number
  readonly heap: number
}

/** Runs a service, goroutines that hand over, a collector with assists, a quota and NUMA, and a heap; from one seed. */
export function fingerprintOfRuns(seed: number): Fingerprint {
  let hash = 0x811c9dc5
  let events = 0
  for (const scenario of scenarios()) {
    const run = beginScheduler(scenario, {seed, eventsMax: 1e7, check: false})
    while (run.next()) {
      const {atNs, kind, a, b} = run.world.queue
      hash = mixed(mixed(mixed(mixed(hash, atNs), kind), a), b)
      events++
    }
  }
  let heap = 0x811c9dc5
  for (const c of runHeap({...simulationBench.heapDay, durationS: 3600}).cycles)
    heap = mixed(mixed(mixed(heap, c.atS), c.markedBytes), c.peakBytes)
  return {events, scheduler: hash >>> 0, heap: heap >>> 0}
}

function scenarios(): readonly SchedulerScenario[] {
  const {service, 'hand-over': handOver} = simulationBench.mixes
  return [
    {...service, durationNs: 30e6},
    {...handOver, durationNs: 10e6},
    {...service, machine: {cpus: 8, quotaCpus: 2, nodes: [0, 0, 0, 0, 1, 1, 1, 1], smtSlow: 1.5}, durationNs: 30e6},
    {
      ...service,
      programs: [
        {
          name: 'churn',
          steps: [
            {
              do: 'repeat',
              steps: [
                {do: 'compute', ns: {kind: 'lognormal', median: 5000, p99: 90_000}},
                {do: 'allocate', bytes: 32_768},
              ],
            },
          ],
        },
      ],
      start: [{program: 'churn', count: 6}],
      arrivals: [],
      collector: {gogc: 50, liveBytes: 4 << 20, stackBytes: 65_536, globalsBytes: 100_000, scanShare: 0.8},
      durationNs: 40e6,
    },
  ]
}
