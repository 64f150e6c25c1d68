// What the host did for a process between two captures: whether its threads got a CPU when they could run and, if not, who had it. A trace does not
// show it. Every number is a difference of counters; what is not known stays undefined, and nothing is claimed from one capture alone.
import type {CgroupState, CpuTicks, HostState, ThreadSched} from '../evidence/model/system.ts'
import type {Identified, ProgramEvidence} from './engine/detector.ts'

/**
 * `enough`: the threads got a CPU when they could run, so delays are the program's own. `oversubscribed`: its own threads have the CPUs that
 * others of them wait for. `unclear`: known in part, and no claim follows.
 */
export type HostVerdict = 'throttled' | 'stolen' | 'host-full' | 'oversubscribed' | 'enough' | 'unclear'

/** Each with unit and source; docs/measurements.md, "Healthy services and the host beside them", has the table they were set by. */
export const hostLimits = {
  /** Of the periods in which the group ran. The alarm CPUThrottlingHigh of kubernetes-mixin is at 0.25; 0.05 is D9's, below which a capture shows single periods. */
  throttledShareMin: 0.05,
  periodsMin: 10,
  /** Run-queue wait over wait and running time of the threads; measured. */
  waitShareMin: 0.25,
  /** Mean wait each time a thread got a CPU, ns; measured: from here on more than 5 % of the waits in a trace are longer than 300 µs. */
  waitPerSliceNsMin: 120_000,
  /** Below it the threads got a CPU at once, as far as a service feels it; measured. */
  waitShareLow: 0.15,
  /** Thread time (running and waiting) below which a share says nothing, s. */
  threadSecondsMin: 0.05,
  /** Of the time in which the CPUs had work; measured on no machine, judgement. */
  stealShareMin: 0.1,
  /** CPUs that others used, of those the process may use. */
  othersShareMin: 0.25,
  /** CPUs that the process used itself, of those it may use. */
  ownShareMin: 0.6,
} as const

/** Ticks a second of the counters in /proc: USER_HZ, 100 on every architecture that Go has a Linux port for. */
const ticksPerSecond = 100
/** How much a capture's time may lie inside the window it is to cover: clocks are read one after the other. */
const slackNs = 200_000_000n

export interface HostView {
  readonly verdict: HostVerdict
  /** Ids of the later captures, for measured numbers. */
  readonly hostArtifact?: string
  readonly cgroupArtifact?: string
  /** Between the two captures of the host, or of the cgroup where there are none of the host. */
  readonly seconds: number
  /** That the process may use, and that are there. */
  readonly cpus?: number
  readonly ownCpus?: number
  readonly otherCpus?: number
  readonly stealShare?: number
  readonly runSeconds?: number
  readonly waitSeconds?: number
  /** Waiting for a CPU, of waiting and running, all threads together. */
  readonly waitShare?: number
  readonly waitPerSliceNs?: number
  readonly nonvoluntarySwitches?: number
  /** Share of the time in which some task of the host waited for a CPU. */
  readonly pressureSome?: number
  readonly periods?: number
  readonly throttledShare?: number
  readonly throttledSeconds?: number
}

/** Unix ns. */
export interface Window {
  readonly from: bigint
  readonly to: bigint
}

/** The time of a trace on the wall clock; undefined when neither the trace nor a manifest says it. */
export function windowOf(trace: Identified<'trace'>): Window | undefined {
  const from = trace.data.startUnixNs === undefined ? trace.timeUnixNs : BigInt(trace.data.startUnixNs)
  return from === undefined ? undefined : {from, to: from + BigInt(Math.round(trace.data.wallNs))}
}

/** Undefined when no two captures cover the window, or there are none. */
export function hostView(evidence: ProgramEvidence, window?: Window): HostView | undefined {
  const host = pairOf(evidence.of('host'), window)
  const group = pairOf(
    evidence.of('cgroup').filter(artifact => artifact.data.periods !== undefined),
    window,
  )
  if (host === undefined && group === undefined) return undefined
  const seconds = host === undefined ? secondsBetween(group) : (elapsedOf(host[0].data, host[1].data) ?? secondsBetween(host))
  const numbers = {
    ...(host === undefined ? {} : {hostArtifact: host[1].id, ...cpuNumbers(host, seconds, allowedOf(evidence)), ...threadNumbers(host)}),
    ...(group === undefined ? {} : {cgroupArtifact: group[1].id, ...throttling(group[0].data, group[1].data)}),
  }
  return {verdict: verdictOf(numbers, seconds ?? 0), seconds: seconds ?? 0, ...numbers}
}

type Pair<K extends 'host' | 'cgroup'> = readonly [Identified<K>, Identified<K>]

/** The closest captures around the window; without a window or times, the first and the last. */
function pairOf<K extends 'host' | 'cgroup'>(artifacts: readonly Identified<K>[], window: Window | undefined): Pair<K> | undefined {
  const [first, last] = [artifacts[0], artifacts.at(-1)]
  if (first === undefined || last === undefined || first === last) return undefined
  if (window === undefined || artifacts.some(artifact => artifact.timeUnixNs === undefined)) return [first, last]
  const before = artifacts.findLast(artifact => (artifact.timeUnixNs ?? 0n) <= window.from + slackNs)
  const after = artifacts.find(artifact => (artifact.timeUnixNs ?? 0n) >= window.to - slackNs)
  return before === undefined || after === undefined || before === after ? undefined : [before, after]
}

const secondsBetween = (pair: readonly [Identified, Identified] | undefined): number | undefined => {
  const [from, to] = [pair?.[0].timeUnixNs, pair?.[1].timeUnixNs]
  return from === undefined || to === undefined || to <= from ? undefined : Number(to - from) / 1e9
}

const allowedOf = (evidence: ProgramEvidence): readonly number[] | undefined =>
  evidence.of('proc-status').at(-1)?.data.cpusAllowed ?? evidence.of('cgroup').find(one => one.data.cpus !== undefined)?.data.cpus

const ticksSum = (t: CpuTicks) => t.user + t.nice + t.system + t.idle + t.iowait + t.irq + t.softirq + t.steal
const busyTicks = (t: CpuTicks) => t.user + t.nice + t.system + t.irq + t.softirq

/** Captures without a clock time themselves: the ticks of a CPU, idle ones included, are the time. */
function elapsedOf(a: HostState, b: HostState): number | undefined {
  if (a.uptimeSeconds !== undefined && b.uptimeSeconds !== undefined && b.uptimeSeconds > a.uptimeSeconds)
    return b.uptimeSeconds - a.uptimeSeconds
  const each = [...b.ticksByCpu].flatMap(([cpu, later]) => {
    const earlier = a.ticksByCpu.get(cpu)
    return earlier === undefined ? [] : [(ticksSum(later) - ticksSum(earlier)) / ticksPerSecond]
  })
  const longest = Math.max(0, ...each)
  return longest > 0 ? longest : undefined
}

function cpuNumbers(
  [{data: a}, {data: b}]: Pair<'host'>,
  seconds: number | undefined,
  allowed: readonly number[] | undefined,
): Pick<HostView, 'cpus' | 'ownCpus' | 'otherCpus' | 'stealShare' | 'pressureSome'> {
  if (seconds === undefined || seconds <= 0) return {}
  const [someBefore, someAfter] = [a.pressure.get('cpu')?.some?.totalUs, b.pressure.get('cpu')?.some?.totalUs]
  const pressure =
    someBefore === undefined || someAfter === undefined || someAfter < someBefore
      ? {}
      : {pressureSome: Math.min(1, (someAfter - someBefore) / 1e6 / seconds)}
  const cpus = [...b.ticksByCpu.keys()].filter(cpu => a.ticksByCpu.has(cpu) && (allowed === undefined || allowed.includes(cpu)))
  if (cpus.length === 0) return pressure
  let [busy, steal] = [0, 0]
  for (const cpu of cpus) {
    const [earlier, later] = [a.ticksByCpu.get(cpu), b.ticksByCpu.get(cpu)]
    if (!earlier || !later) continue
    busy += Math.max(0, busyTicks(later) - busyTicks(earlier))
    steal += Math.max(0, later.steal - earlier.steal)
  }
  const busyCpus = busy / ticksPerSecond / seconds
  const own = ownSeconds(a, b)
  const ownCpus = own === undefined ? undefined : own / seconds
  return {
    ...pressure,
    cpus: cpus.length,
    ...(busy + steal > 0 ? {stealShare: steal / (busy + steal)} : {}),
    ...(ownCpus === undefined ? {} : {ownCpus, otherCpus: Math.max(0, busyCpus - ownCpus)}),
  }
}

/** CPU time of the process between the captures; its threads' only where /proc/PID/stat is missing. */
function ownSeconds(a: HostState, b: HostState): number | undefined {
  if (a.process !== undefined && b.process !== undefined && a.process.pid === b.process.pid) {
    const ticks = b.process.userTicks + b.process.systemTicks - a.process.userTicks - a.process.systemTicks
    return ticks < 0 ? undefined : ticks / ticksPerSecond
  }
  const {runNs, threads} = threadSums(a, b)
  return threads === 0 ? undefined : runNs / 1e9
}

function threadSums(
  a: HostState,
  b: HostState,
): {runNs: number; waitNs: number; timeslices: number; nonvoluntary: number; threads: number} {
  const sums = {runNs: 0, waitNs: 0, timeslices: 0, nonvoluntary: 0, threads: 0}
  // Both must have been captured: threads of one side alone have lived all their life in an unknown time.
  if (a.threads.size === 0 || b.threads.size === 0) return sums
  const none: ThreadSched = {runNs: 0, waitNs: 0, timeslices: 0}
  for (const [tid, later] of b.threads) {
    const earlier = a.threads.get(tid) ?? none
    if (later.runNs < earlier.runNs || later.waitNs < earlier.waitNs || later.timeslices < earlier.timeslices) continue
    sums.threads++
    sums.runNs += later.runNs - earlier.runNs
    sums.waitNs += later.waitNs - earlier.waitNs
    sums.timeslices += later.timeslices - earlier.timeslices
    sums.nonvoluntary += Math.max(0, (later.nonvoluntarySwitches ?? 0) - (earlier.nonvoluntarySwitches ?? 0))
  }
  return sums
}

/** A kernel without accounting writes zeros: then nothing is known. */
function threadNumbers([{data: a}, {data: b}]: Pair<'host'>): Pick<
  HostView,
  'runSeconds' | 'waitSeconds' | 'waitShare' | 'waitPerSliceNs' | 'nonvoluntarySwitches'
> {
  const {runNs, waitNs, timeslices, nonvoluntary} = threadSums(a, b)
  if (timeslices === 0 || runNs + waitNs < hostLimits.threadSecondsMin * 1e9) return {}
  return {
    runSeconds: runNs / 1e9,
    waitSeconds: waitNs / 1e9,
    waitShare: waitNs / (runNs + waitNs),
    waitPerSliceNs: waitNs / timeslices,
    ...(nonvoluntary > 0 ? {nonvoluntarySwitches: nonvoluntary} : {}),
  }
}

function throttling(a: CgroupState, b: CgroupState): Pick<HostView, 'periods' | 'throttledShare' | 'throttledSeconds'> {
  const periods = (b.periods ?? 0) - (a.periods ?? 0)
  const throttled = (b.throttledPeriods ?? 0) - (a.throttledPeriods ?? 0)
  if (periods < 0 || throttled < 0) return {}
  const seconds = (b.throttledSeconds ?? 0) - (a.throttledSeconds ?? 0)
  return {periods, ...(periods > 0 ? {throttledShare: throttled / periods, throttledSeconds: Math.max(0, seconds)} : {})}
}

/**
 * Whether the threads that were read did what the process did. Not so when threads have ended between the captures, or when a capture itself was
 * held up between its first and its last file, as by a host without a CPU for it.
 */
function isWhole({runSeconds, ownCpus}: Partial<HostView>, seconds: number): boolean {
  if (runSeconds === undefined || ownCpus === undefined) return true
  const own = ownCpus * seconds
  return Math.abs(own - runSeconds) <= Math.max(0.1, 0.4 * Math.max(own, runSeconds))
}

function verdictOf(view: Omit<HostView, 'verdict' | 'seconds'>, seconds: number): HostVerdict {
  const {periods = 0, throttledShare = 0, stealShare = 0, waitShare, waitPerSliceNs = 0, cpus, ownCpus, otherCpus} = view
  if (periods >= hostLimits.periodsMin && throttledShare >= hostLimits.throttledShareMin) return 'throttled'
  if (stealShare >= hostLimits.stealShareMin) return 'stolen'
  if (waitShare === undefined || !isWhole(view, seconds)) return 'unclear'
  if (waitShare < hostLimits.waitShareLow) return 'enough'
  if (waitShare < hostLimits.waitShareMin || waitPerSliceNs < hostLimits.waitPerSliceNsMin) return 'unclear'
  if (cpus === undefined || ownCpus === undefined || otherCpus === undefined) return 'unclear'
  if (otherCpus >= hostLimits.othersShareMin * cpus) return 'host-full'
  return ownCpus >= hostLimits.ownShareMin * cpus ? 'oversubscribed' : 'unclear'
}

/**
 * Trace shorter than this, with nothing captured of the host, does not tell a program's delays from a host that was full for that moment.
 *
 * Unit: ns. Source: judgement; PSI's own shortest average is over 10 s, and `collect --trace 5` is what is asked for next.
 */
export const shortTraceNs = 4.5e9

/** Whether others had the CPUs while this was traced, so that every length of time in it may be theirs. */
export function hostWasShort(evidence: ProgramEvidence, trace: Identified<'trace'>): boolean {
  const verdict = hostView(evidence, windowOf(trace))?.verdict
  return verdict === 'host-full' || verdict === 'stolen'
}

/** Whether delays in this trace may well be the host's: it is known to have been short of CPU, or nothing is known and the trace is short. */
export function maybeTheHost(evidence: ProgramEvidence, trace: Identified<'trace'>): boolean {
  const view = hostView(evidence, windowOf(trace))
  if (view === undefined || view.verdict === 'unclear') return trace.data.wallNs < shortTraceNs
  return hostWasShort(evidence, trace)
}
