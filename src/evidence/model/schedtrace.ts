// GODEBUG=schedtrace=N and scheddetail=1. Line formats: runtime/proc.go (schedtrace), Go 1.2 to 1.26.

export interface SchedProc {
  readonly id: number
  /** 0 idle, 1 running, 2 syscall (unused since Go 1.26), 3 gcstop, 4 dead. */
  readonly status: number
  readonly schedtick: number
  readonly syscalltick: number
  /** Undefined when no thread holds it. */
  readonly m?: number
  readonly runqueue: number
  readonly timers?: number
}

export interface SchedThread {
  readonly id: number
  readonly p?: number
  readonly curg?: number
  readonly locks: number
  readonly spinning: boolean
  readonly blocked: boolean
  readonly lockedg?: number
}

export interface SchedGoroutine {
  readonly id: number
  /** 1 runnable, 2 running, 3 syscall, 4 waiting, 6 dead, 8 copystack, 9 preempted, 10 leaked (1.26). */
  readonly status: number
  readonly reason: string
  readonly m?: number
  readonly lockedm?: number
}

/** One `SCHED` line, with the P, M and G lines below it in scheddetail mode. Not atomic: the runtime walks while the program runs. */
export interface SchedSample {
  /** Milliseconds since the program began. */
  readonly atMs: number
  readonly gomaxprocs: number
  readonly idleprocs: number
  readonly threads: number
  readonly spinningthreads: number
  /** Since Go 1.20. */
  readonly needspinning?: number
  readonly idlethreads: number
  /** Length of the global run queue. */
  readonly runqueue: number
  /** Length of each P's own run queue. */
  readonly perProc: readonly number[]
  /** Since Go 1.25. */
  readonly schedticks?: readonly number[]
  readonly gcwaiting?: boolean
  readonly procs?: readonly SchedProc[]
  readonly machineThreads?: readonly SchedThread[]
  readonly goroutines?: readonly SchedGoroutine[]
  readonly line: number
}

export interface SchedTrace {
  readonly kind: 'schedtrace'
  readonly samples: readonly SchedSample[]
}
