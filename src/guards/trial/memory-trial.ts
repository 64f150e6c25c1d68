// GOGC policies on the simulated heap of a process with a quota: what the collector costs, how high memory goes and whether the process is killed.
import type {HeapController} from '../../sim/gc/controller.ts'
import {runHeap, type HeapRun, type HeapScenario} from '../../sim/gc/heap.ts'
import {gogcReasons, memorySample, newMemory, type MemoryPolicy, type MemoryState} from '../policies/gogc.ts'

const mb = 1024 * 1024

export const memoryLoads = ['steady', 'grown', 'sessions', 'leak', 'batch'] as const
export type MemoryLoad = (typeof memoryLoads)[number]

/** A container of 1 GB and 4 CPUs; half an hour of each load. */
export function memoryScenario(load: MemoryLoad): HeapScenario {
  const common = {
    procs: 4,
    gogc: 100,
    globalsBytes: mb,
    scanShare: 0.7,
    markBytesPerS: 500 * mb,
    mutatorCpus: 2,
    nonHeapBytes: 20 * mb,
    overheadShare: 0.08,
    oomBytes: 1024 * mb,
    durationS: 1800,
    tickS: 2,
  }
  switch (load) {
    case 'steady':
      return {...common, workloads: [{kind: 'steady', liveBytes: 100 * mb, allocBytesPerS: 200 * mb}]}
    case 'grown':
      return {
        ...common,
        workloads: [
          {kind: 'steady', liveBytes: 100 * mb, allocBytesPerS: 50 * mb},
          {kind: 'steady', liveBytes: 350 * mb, allocBytesPerS: 100 * mb, fromS: 300},
        ],
      }
    case 'sessions':
      return {...common, workloads: [{kind: 'sessions', arrivalsPerS: 50, lifeS: 300, bytesEach: 24 * 1024, allocBytesPerSEach: 8 * 1024}]}
    case 'leak':
      return {
        ...common,
        workloads: [
          {kind: 'steady', liveBytes: 100 * mb, allocBytesPerS: 100 * mb},
          {kind: 'leak', bytesPerS: 0.6 * mb, fromS: 120},
        ],
      }
    case 'batch':
      return {
        ...common,
        workloads: [
          {kind: 'steady', liveBytes: 60 * mb, allocBytesPerS: 30 * mb},
          {kind: 'steady', liveBytes: 300 * mb, allocBytesPerS: 400 * mb, fromS: 600, untilS: 900},
        ],
      }
  }
}

/** The policy as the simulator's controller. `state` lets the caller see the fuse. */
export function memoryController(policy: MemoryPolicy, state: MemoryState): HeapController {
  let nextMs = 0
  let gcCpuS = 0
  let lastS = 0
  return sample => {
    gcCpuS += sample.gcCpuShare * (sample.nowS - lastS)
    lastS = sample.nowS
    const nowMs = Math.round(sample.nowS * 1000)
    if (nowMs < nextMs) return undefined
    const overS = nowMs / 1000 - (nextMs - policy.sampleMs) / 1000
    nextMs = nowMs + policy.sampleMs
    const before = {gogc: state.gogc, fuse: state.fuse}
    memorySample(policy, state, {
      nowMs,
      cycles: sample.cycles,
      live: sample.heapMarkedBytes,
      heap: sample.heapLiveBytes,
      goal: Number.isFinite(sample.goalBytes) ? sample.goalBytes : 0,
      total: sample.rssBytes,
      allocated: sample.totalAllocBytes,
      gcCpu: gcCpuS / Math.max(1e-9, overS),
      quota: Number.isFinite(sample.quotaBytes) ? sample.quotaBytes : 0,
    })
    gcCpuS = 0
    const limit = sample.memoryLimitBytes === Infinity && policy.limitShare > 0 && Number.isFinite(sample.quotaBytes)
    if (state.gogc === before.gogc && state.fuse === before.fuse && !limit) return undefined
    return {
      gogc: state.gogc,
      ...(limit ? {memoryLimitBytes: Math.floor(policy.limitShare * sample.quotaBytes)} : {}),
      ...(state.fuse === before.fuse ? {} : {refuse: state.fuse === 'refusing'}),
      because: state.fuse === before.fuse ? gogcReasons[state.gogcReason] : `${state.fuse}: ${state.fuseReason}`,
    }
  }
}

/**
 * cch123/gogctuner at 28bc366 (2024-08), with 70 % of the limit: after each collection GOGC = (limit - used) / used of the resident size; when that is
 * below 0, the previous value times limit / used. What it remembers as previous is what SetGCPercent answered: the value before the last one
 * (tuner.go, getCurrentPercentAndChangeGOGC). 0, which collects all the time, is taken as 1 here.
 */
export function gogctuner(share = 0.7): HeapController {
  let cycles = 0
  let previous = 100
  return sample => {
    if (sample.kind !== 'cycle' || sample.cycles === cycles || !Number.isFinite(sample.quotaBytes)) return undefined
    cycles = sample.cycles
    const [limit, used] = [share * 100, (sample.rssBytes / sample.quotaBytes) * 100]
    const wanted = ((limit - used) / used) * 100
    const gogc = Math.trunc(wanted < 0 ? (previous * limit) / used : wanted)
    previous = sample.gogc
    return gogc === sample.gogc ? undefined : {gogc: Math.max(1, gogc), because: `${used.toFixed(0)} % of the quota is used`}
  }
}

export interface MemoryTrial {
  readonly name: string
  readonly run: HeapRun
  readonly gogcEnd: number
  readonly fuseAtS: number | undefined
}

export function tryMemory(load: MemoryLoad, policies: Readonly<Record<string, MemoryPolicy>>): MemoryTrial[] {
  const scenario = memoryScenario(load)
  const plain = (name: string, controller?: HeapController, limitShare = 0): MemoryTrial => {
    const run = runHeap(limitShare > 0 ? {...scenario, memoryLimitBytes: limitShare * scenario.oomBytes!} : scenario, controller)
    return {name, run, gogcEnd: run.series.at(-1)?.gogc ?? scenario.gogc, fuseAtS: undefined}
  }
  const own = Object.entries(policies).map(([name, policy]): MemoryTrial => {
    const state = newMemory()
    const run = runHeap(scenario, memoryController(policy, state))
    const alarm = run.decisions.find(decision => /^(alarm|refusing)/.test(decision.because))
    return {name, run, gogcEnd: state.gogc, fuseAtS: alarm?.atS}
  })
  return [...own, plain('GOGC=100'), plain('GOMEMLIMIT 90 %', undefined, 0.9), plain('gogctuner 70 %', gogctuner())]
}
