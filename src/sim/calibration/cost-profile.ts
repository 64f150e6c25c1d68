// What operations cost on one class of machine: the rows a calibration measures, as distributions. Unit everywhere: ns, unless the name says otherwise.
// Costs belong to the machine they were measured on; a scenario names its profile, and no row is ever chosen to meet a claim.
import type {Distribution} from '../kernel/distribution.ts'

export interface CostProfile {
  readonly name: string
  /** CPU, kernel, virtualised or not, and Go version it was measured with. */
  readonly machine: string
  /** Where the figures come from: `measured`, or the document they are taken from. */
  readonly source: string
  readonly rows: CostRows
}

export interface CostRows {
  /** One half of an unbuffered channel hand-over without the switch. */
  readonly chanOpNs: Distribution
  /** Uncontended lock or unlock of a sync.Mutex. */
  readonly mutexOpNs: Distribution
  /** From one goroutine that blocks to the next one that runs on the same P. */
  readonly goSwitchNs: Distribution
  /** `go f()` up to the return of the statement. */
  readonly goCreateNs: Distribution
  /** Return of a goroutine's function up to the scheduler. */
  readonly goExitNs: Distribution
  /** Arming a timer and parking on it. */
  readonly timerOpNs: Distribution
  /** Kernel entry and exit of a short system call, with the runtime's bookkeeping. */
  readonly syscallOpNs: Distribution
  /** A cgo call that does nothing. */
  readonly cgoOpNs: Distribution
  /** Looking at one other P while stealing. */
  readonly stealLookNs: Distribution
  /** epoll_wait that returns at once. */
  readonly netpollNs: Distribution
  /** The call that wakes a thread sleeping on another, idle CPU. */
  readonly futexCallNs: Distribution
  /** From that call to the thread running on the idle CPU. */
  readonly futexWakeNs: Distribution
  /** The call when the woken thread shares the caller's CPU. */
  readonly futexCallSameNs: Distribution
  /** Switch between two threads on one CPU. */
  readonly osSwitchNs: Distribution
  /** What a sleep below 1 ms lasts longer than asked, the wake-up included; CPUs idle. */
  readonly sleepExtraNs: Distribution
  /** The same while every CPU computes. */
  readonly sleepExtraBusyNs: Distribution
  /** What a sleep of 1 ms and more lasts longer than asked; CPUs idle. */
  readonly longSleepExtraNs: Distribution
  /** The same while every CPU computes. */
  readonly longSleepExtraBusyNs: Distribution
  /** tgkill(SIGURG) to its handler on a running thread. */
  readonly signalNs: Distribution
  /** Signal handler and asynchronous preemption up to the scheduler. */
  readonly preemptNs: Distribution
  /** The call that makes a thread. */
  readonly threadCallNs: Distribution
  /** From that call to the thread running. */
  readonly threadStartNs: Distribution
  /** Work of one stop-the-world pause of the collector, while all Ps are stopped. */
  readonly stopWorkNs: Distribution
  /** Cold caches after a goroutine went to another CPU of the same node. */
  readonly coldCacheNs: Distribution
  /** The same to another node. */
  readonly coldCacheRemoteNs: Distribution
  /** Marking speed of one worker. Unit: bytes per ns (1.07 is 1 GiB/s). */
  readonly markBytesPerNs: number
  /** Slice of the operating system's scheduler when threads share a CPU. */
  readonly osSliceNs: number
  /** A woken thread takes the CPU at once when it is owed this much more than the running one. */
  readonly osWakeGranularityNs: number
}

export type CostRow = keyof CostRows
