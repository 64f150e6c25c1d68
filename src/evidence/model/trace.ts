// An execution trace as detectors and reports read it: totals, histograms and lists with limits, no events.
// Times are ns since the trace's first event unless said otherwise; `originNs` is that event on the trace's own clock.

/** A line of Go code as the trace names it. */
export interface TraceSite {
  readonly function: string
  readonly file: string
  /** 0 when unknown. */
  readonly line: number
}

export interface TraceLatency {
  /** Waits from Runnable to Running of one goroutine; those that were already runnable when the trace began are left out. */
  readonly count: number
  /** Nearest rank on exact values, ns. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly over300us: number
  readonly totalNs: number
  /** Waits by size: bucket i counts waits of [2^i, 2^(i+1)) ns. */
  readonly log2Counts: readonly number[]
  /** Shannon entropy of log2Counts, bits. */
  readonly entropyBits: number
}

/** What most of a long wait overlapped. `wake-up`: an idle P was there, so the delay lies in waking a thread or in the host's scheduler. */
export type WaitCause = 'stop-the-world' | 'runtime-lock' | 'gc-mark' | 'proc-held' | 'saturation' | 'wake-up-storm' | 'wake-up'

export interface LongWait {
  readonly goroutine: string
  readonly group: string
  readonly startNs: number
  readonly waitNs: number
  readonly cause: WaitCause
  /** Parts of the wait, ns; they may overlap each other. */
  readonly stwNs: number
  readonly allProcsBusyNs: number
  readonly gcAllProcsBusyNs: number
}

export interface TraceStop {
  /** `GC mark termination`, `read mem stats`, … as the runtime names it. */
  readonly kind: string
  readonly startNs: number
  /** Until the last other P had stopped; 0 when none was running. */
  readonly stoppingNs: number
  readonly totalNs: number
  readonly goroutine: string
  readonly by: TraceSite | undefined
  /** Whether a GC cycle's mark phase overlapped it. */
  readonly duringMark: boolean
  /** Waits to run that it lengthened; those still waiting at the end of the trace are not counted. */
  readonly delayed: number
  /** User tasks under way when it began. */
  readonly tasks: number
}

/** Long stops of one kind that come in a rhythm. */
export interface StopCluster {
  readonly kind: string
  readonly count: number
  readonly firstNs: number
  readonly lastNs: number
  readonly maxNs: number
  /** Median distance between starts and the slope of distances per stop; undefined below three stops. */
  readonly periodNs: number | undefined
  readonly driftNsPerStop: number | undefined
}

export interface ProcTime {
  readonly proc: number
  /** Running goroutines other than GC workers. */
  readonly userNs: number
  readonly gcNs: number
  readonly syscallNs: number
  /** Held by a thread that was looking for work. */
  readonly schedulerNs: number
  readonly idleNs: number
  /** Times it was taken from a thread in a syscall. */
  readonly retaken: number
}

/** P by time; every cell is ns of the bucket in that state, the rest is idle or scheduling. */
/** How evenly the Ps were busy, over the whole trace. */
export interface ProcImbalance {
  /** Busy time of the busiest P over the mean of all; 1 is even, and 1.7 to 4.3 is ordinary under light load. */
  readonly maxOverMean: number
  /** Busy time of all Ps over what GOMAXPROCS Ps could have been busy. */
  readonly utilisation: number
}

export interface ProcHeat {
  readonly bucketNs: number
  readonly procs: readonly number[]
  readonly user: readonly (readonly number[])[]
  readonly gc: readonly (readonly number[])[]
  readonly syscall: readonly (readonly number[])[]
}

export interface GoroutineGroup {
  /** Function the goroutines start in. */
  readonly start: string
  readonly seen: number
  readonly created: number
  readonly ended: number
  /** Of those created, by a timer (time.AfterFunc). */
  readonly byTimer: number
  readonly createdAt: TraceSite | undefined
  readonly lifeNs: number
  readonly runningNs: number
  readonly runnableNs: number
  readonly blockedNs: number
  readonly syscallNs: number
  readonly assistNs: number
  /** Blocked from the beginning to the end of the trace, or since they were created. */
  readonly neverWoken: number
}

export interface BlockedSite {
  /** `chan send`, `select`, …; empty when it began before the trace. */
  readonly reason: string
  /** What the line calls that blocks: `sync.(*Mutex).Lock`; empty where it is the line itself, as in a receive. */
  readonly call: string
  readonly site: TraceSite | undefined
  /** Start function of the goroutine that blocked last there. */
  readonly group: string
  readonly count: number
  readonly totalNs: number
  readonly maxNs: number
  /** Still blocked at the end; their time counts in totalNs. */
  readonly open: number
  /** Groups that woke it, most first. */
  readonly wakers: readonly {readonly group: string; readonly count: number}[]
}

export interface SyscallSite {
  /** `syscall.read`, or `main._Cfunc_nap` for a C function; empty where the trace has no stack, as of calls by C threads. */
  readonly call: string
  readonly site: TraceSite | undefined
  readonly cgo: boolean
  readonly count: number
  readonly totalNs: number
  readonly maxNs: number
  /** Those that lost their P meanwhile. */
  readonly retaken: number
  readonly open: number
}

export interface LongSyscall {
  readonly goroutine: string
  readonly group: string
  readonly call: string
  readonly site: TraceSite | undefined
  readonly cgo: boolean
  readonly startNs: number
  readonly totalNs: number
  /** False when it had not returned at the end of the trace. */
  readonly ended: boolean
  readonly retaken: boolean
}

export interface TraceGcCycle {
  readonly startNs: number
  readonly markNs: number
  readonly dedicatedNs: number
  readonly fractionalNs: number
  readonly idleNs: number
  /** From begin to end of each assist, waiting included; and of that, running on a P. */
  readonly assistNs: number
  readonly assistRunningNs: number
  readonly stwNs: number
  /** Runnable waits that ended during the mark phase, and the longest. */
  readonly waits: number
  readonly waitNsMax: number
  readonly ended: boolean
}

/** How long threads waited for a CPU, from other tools' captures of the same time. */
export interface HostDelays {
  /** Histograms such as runqlat's; `over300us` counts whole buckets above 300 µs, so it is a lower bound. */
  readonly runQueue: readonly {readonly title: string; readonly waits: number; readonly over300us: number}[]
  /** perf sched, the longest delay first. */
  readonly threads: readonly {readonly task: string; readonly switches: number; readonly averageNs: number; readonly maxNs: number}[]
}

export interface TraceSpanGroup {
  readonly name: string
  readonly count: number
  readonly ended: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Time of ended ones during which the world was stopped. */
  readonly stwNs: number
  /** Of those slower than p99: how many had the world stopped for at least 30 % of their length. */
  readonly slowInStw: number
  readonly slow: number
}

export interface TraceReport {
  readonly kind: 'trace'
  /** `go 1.26 trace` */
  readonly header: string
  readonly minor: number
  readonly events: number
  readonly byKind: Readonly<Record<string, number>>
  readonly complete: boolean
  readonly generations: number
  readonly wallNs: number
  /** Decimal: the first event on the trace clock. */
  readonly originNs: string
  /** Decimal Unix ns of the first event; undefined before Go 1.25. */
  readonly startUnixNs: string | undefined
  readonly goroutines: {readonly seen: number; readonly ended: number; readonly created: number; readonly byTimer: number}
  readonly groups: readonly GoroutineGroup[]
  readonly wakes: readonly {readonly waker: string; readonly woken: string; readonly count: number}[]
  readonly procs: number
  readonly threads: number
  readonly gomaxprocs: readonly {readonly atNs: number; readonly value: number}[]
  /** Waits, stops and syscalls longer than these are listed one by one, ns. */
  readonly limits: {readonly waitNs: number; readonly stopNs: number; readonly syscallNs: number}
  readonly latency: TraceLatency
  readonly longWaits: readonly LongWait[]
  readonly waitCauses: readonly {readonly cause: WaitCause; readonly count: number; readonly totalNs: number}[]
  readonly stops: readonly TraceStop[]
  readonly stopClusters: readonly StopCluster[]
  readonly procTime: readonly ProcTime[]
  readonly procHeat: ProcHeat
  readonly imbalance: ProcImbalance
  readonly migrations: {
    readonly starts: number
    /** A goroutine that started on another P, or on another M, than last time. */
    readonly toOtherProc: number
    readonly toOtherThread: number
    /** Ps taken from threads in syscalls. */
    readonly retakes: number
    /** Times a P was started by another M than the one that had it last. */
    readonly handoffs: number
    /** Goroutines with many starts, all on one M that meanwhile ran no other goroutine: probably locked to it. */
    readonly probablyLocked: readonly {
      readonly goroutine: string
      readonly group: string
      readonly thread: string
      readonly starts: number
    }[]
  }
  readonly blocked: readonly BlockedSite[]
  readonly syscalls: readonly SyscallSite[]
  readonly longSyscalls: readonly LongSyscall[]
  readonly gc: readonly TraceGcCycle[]
  readonly assistNs: number
  readonly tasks: readonly TraceSpanGroup[]
  readonly regions: readonly TraceSpanGroup[]
  readonly logs: readonly {readonly category: string; readonly count: number}[]
  readonly cpuSamples: number
  /** Of those, the ones with a runtime lock being taken or given up on their stack; without CPU samples a trace shows nothing of runtime locks. */
  readonly runtimeLockSamples: number
  /** Lists above that reached their limit, by name; their totals are complete. */
  readonly cut: readonly string[]
}
