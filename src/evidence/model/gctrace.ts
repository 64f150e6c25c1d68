// GODEBUG=gctrace=1 and gcpacertrace=1 as series. Line formats: runtime/mgc.go (gcMarkTermination) and mgcpacer.go (endCycle), Go 1.5 to 1.26.

export interface GcCycle {
  /** The number after `gc`. */
  readonly n: number
  /** Seconds since program start. */
  readonly atSeconds: number
  /** The printed share of all P time since start, in percent; understates GC's share of used CPU on idle machines. */
  readonly percent: number
  /** Wall time of sweep termination STW, concurrent mark, mark termination STW, in ms. */
  readonly clockMs: readonly [number, number, number]
  /** CPU ms: sweep termination, assists, dedicated and fractional workers, idle workers, mark termination. */
  readonly cpuMs: readonly [number, number, number, number, number]
  /** Heap at start, at end, and bytes marked live, in whole MB (2^20) as printed. */
  readonly startMb: number
  readonly endMb: number
  readonly liveMb: number
  readonly goalMb: number
  /** Since Go 1.18. */
  readonly stacksMb?: number
  readonly globalsMb?: number
  readonly procs: number
  readonly forced: boolean
  /** `(checking for goroutine leaks)`, Go 1.26: the cycle was started for the goroutineleak profile. */
  readonly goroutineLeakCheck?: boolean
  /** Line in the source, from 1. */
  readonly line: number
}

export interface GcTrace {
  readonly kind: 'gctrace'
  /** What can be said without `cycles`, which a decoder may keep as columns until it is asked for. */
  readonly extent?: {readonly cycles: number; readonly lastAtSeconds: number}
  readonly cycles: readonly GcCycle[]
}

/** One `pacer: …` line of Go 1.18 and later. */
export interface PacerLine {
  readonly cpuPercent: number
  readonly expectedCpuPercent: number
  readonly heapScanBytes: number
  readonly stackScanBytes: number
  readonly globalsScanBytes: number
  readonly expectedScanBytes: number
  readonly triggerBytes: number
  readonly liveBytes: number
  readonly goalDeltaBytes: number
  readonly consMark: number
  readonly line: number
}

export interface PacerTrace {
  readonly kind: 'pacertrace'
  readonly lines: readonly PacerLine[]
}
