// The Go scheduler's constants. Each is the value of Go 1.22 to 1.26 unless it says otherwise; file and symbol are under src/runtime of the Go source.
import {micros, millis, nanos, seconds} from '../base/units.ts'

/** Slots of a P's local run queue, `runnext` not counted. Source: runtime2.go, `p.runq`. */
export const localRunQueueSlots = 256
/** A P looks at the global queue first on every 61st tick. Source: proc.go, `findRunnable`. */
export const globalCheckEveryTicks = 61
/** Rounds over all Ps before a spinning M gives up; `runnext` and timers are stolen in the last one only. Source: proc.go, `stealWork`, `stealTries`. */
export const stealRounds = 4
/** What a thief sleeps before it takes `runnext` of a running P. Unit: ns. Source: proc.go, `runqgrab`, `usleep(3)`. */
export const stealRunnextSleepNs = micros(3)
/** Running time after which sysmon asks a goroutine to yield. Unit: ns. Source: proc.go, `forcePreemptNS`. */
export const preemptAfterNs = millis(10)
/** Shortest sleep of sysmon. Unit: ns. Source: proc.go, `sysmon`. */
export const sysmonSleepMinNs = micros(20)
/** Longest sleep of sysmon while something runs. Unit: ns. Source: proc.go, `sysmon`. */
export const sysmonSleepMaxNs = millis(10)
/** Rounds without a retake after which sysmon doubles its sleep each round. Source: proc.go, `sysmon`. */
export const sysmonIdleRounds = 50
/** sysmon polls the network when nobody has for this long. Unit: ns. Source: proc.go, `sysmon`. */
export const sysmonNetpollAfterNs = millis(10)
/** A collection is forced after this long without one. Unit: ns. Source: proc.go, `forcegcperiod`. */
export const forcedCollectionAfterNs = seconds(120)
/** Stop-the-world asks again at this interval. Unit: ns. Source: proc.go, `stopTheWorldWithSema`. */
export const stopTheWorldRetryNs = micros(100)
/** Events one epoll_wait can return. Source: netpoll_epoll.go, `netpoll`. */
export const netpollBatch = 128
/** Threads at which the runtime gives up. Source: proc.go, `schedinit`, `sched.maxmcount`. */
export const threadsMax = 10_000
/** How often sysmon re-reads affinity and quota (Go 1.25). Unit: ns. Source: proc.go, `sysmonUpdateGOMAXPROCS`. */
export const gomaxprocsRefreshNs = seconds(1)
/** Smallest goroutine stack. Unit: bytes. Source: stack.go, `stackMin`. */
export const stackStartBytes = 2048
/** Wait after which a sync.Mutex is handed over in order. Unit: ns. Source: internal/sync/mutex.go, `starvationThresholdNs`. */
export const mutexStarvationNs = millis(1)
/** Times a goroutine spins for a sync.Mutex before it parks. Source: proc.go, `active_spin`. */
export const mutexSpins = 4
/** PAUSE instructions of one such spin. Source: proc.go, `active_spin_cnt`. */
export const mutexSpinPauses = 30
/** Share of the CPUs the collector takes while it marks. Source: mgcpacer.go, `gcBackgroundUtilization`. */
export const markShare = 0.25

/** The minor version in `1.26`, `go1.26.8` or `1.25rc1`; undefined when it is none of Go 1. */
export function goMinor(version: string): number | undefined {
  const match = /^(?:go)?1\.(\d{1,3})(?:\D|$)/.exec(version)
  return match?.[1] === undefined ? undefined : Number(match[1])
}

/** What changed in the scheduler between the releases the simulator knows. */
export interface SchedulerVersion {
  readonly minor: number
  /**
   * Ps return to the M they had before a stop-the-world, preempted goroutines stay in `runnext`, mark workers are placed while the world starts.
   * Source: Go 1.26 proc.go, `procresize`, `goschedImpl`, `mgetSpecific`.
   */
  readonly stableAfterStop: boolean
  /** One poller at a time in `findRunnable`. Source: Go 1.25 proc.go, `sched.pollingNet`. */
  readonly onePoller: boolean
  /** Several goroutines leave the global queue under one lock into an empty local queue. Source: Go 1.26 proc.go, `globrunqgetbatch`. */
  readonly halfQueueBatch: boolean
  /** GOMAXPROCS follows the cgroup quota. Source: Go 1.25 debug.go, `defaultGOMAXPROCS`; needs `go 1.25` in go.mod. */
  readonly quotaGomaxprocs: boolean
  /** P has a status of its own in a system call. Source: up to Go 1.25 runtime2.go, `_Psyscall`; gone in 1.26. */
  readonly syscallStatus: boolean
}

export const schedulerVersionsKnown = {from: 22, to: 26} as const

export function schedulerVersion(minor: number): SchedulerVersion {
  return {
    minor,
    stableAfterStop: minor >= 26,
    onePoller: minor >= 25,
    halfQueueBatch: minor >= 26,
    quotaGomaxprocs: minor >= 25,
    syscallStatus: minor < 26,
  }
}

/**
 * GOMAXPROCS when nobody sets it: CPUs the process may use, and from Go 1.25 (with `go 1.25` in go.mod) at most the quota rounded up, at least 2.
 *
 * Source: Go 1.25 src/runtime/debug.go, `GOMAXPROCS`; cgroup_linux.go, `adjustCgroupGOMAXPROCS`.
 */
export function defaultGomaxprocs(machine: {cpus: number; affinity?: number; quotaCpus?: number}, version: SchedulerVersion): number {
  const usable = Math.min(machine.cpus, machine.affinity ?? machine.cpus)
  if (!version.quotaGomaxprocs || machine.quotaCpus === undefined) return usable
  return Math.min(usable, Math.max(2, Math.ceil(machine.quotaCpus)))
}

/** epoll takes whole milliseconds: below one it waits one, above it cuts off. Source: netpoll_epoll.go, `netpoll`. */
export const epollTimeoutNs = (delayNs: number) =>
  delayNs <= 0 ? nanos(0) : delayNs < 1e6 ? millis(1) : nanos(Math.floor(delayNs / 1e6) * 1e6)

/**
 * Mark workers of a cycle on `procs` Ps: whole ones, and the share each P gives when no whole number is near 25 %.
 *
 * Source: mgcpacer.go, `startCycle`.
 */
export function markWorkers(procs: number): {readonly dedicated: number; readonly fractionalShare: number} {
  const goal = procs * markShare
  const dedicated = Math.trunc(goal + 0.5)
  const error = dedicated / goal - 1
  if (error >= -0.3 && error <= 0.3) return {dedicated, fractionalShare: 0}
  const whole = dedicated > goal ? dedicated - 1 : dedicated
  return {dedicated: whole, fractionalShare: (goal - whole) / procs}
}
