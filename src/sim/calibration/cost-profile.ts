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
  /** Measured beside them and not read by a simulation: the rest of what calibrations and texts list. Unit: ns. Names are those of `calibrationFacts`. */
  readonly also?: Readonly<Record<string, Distribution>>
}

/** What a calibration measures that the simulator makes from other rows, or does not model. */
export const calibrationFacts: Readonly<Record<string, string>> = {
  handOverNs: 'hand-over from one goroutine to another through an unbuffered channel, one P',
  handOverBesideLoopNs: 'the same beside a goroutine that computes, one P',
  lockedHandOverNs: 'the same between goroutines locked to their threads',
  messageNs: 'a message through a channel with room for 128',
  mutexOf16Ns: 'taking and giving back a sync.Mutex that 16 goroutines want',
  atomicLoadNs: 'an atomic load',
  atomicCasNs: 'an atomic compare-and-swap that changes nothing',
  clockNs: 'reading the clock',
  schedYieldNs: 'sched_yield with nobody to yield to',
  tgkillNs: 'the tgkill call that sends SIGURG',
  usleep3Ns: 'a sleep of 3 µs, CPUs idle',
  usleep20Ns: 'a sleep of 20 µs, CPUs idle',
  usleep10msNs: 'a sleep of 10 ms, CPUs idle',
  epollWait1msNs: 'epoll_wait of 1 ms',
  loadL1Ns: 'a load from 16 KiB',
  loadL2Ns: 'a load from 512 KiB',
  loadL3Ns: 'a load from 8 MiB',
  loadMemoryNs: 'a load from 1 GiB',
}

export interface CostRows {
  /** One half of an unbuffered channel hand-over without the switch. */
  readonly chanOpNs: Distribution
  /** Uncontended lock or unlock of a sync.Mutex. */
  readonly mutexOpNs: Distribution
  /** What it adds to an operation that it wakes a waiting goroutine: `goready`, and the sudog it is found by. */
  readonly readyNs: Distribution
  /** From a goroutine that waits to the next one that runs on the same P (`gopark`), the operation itself apart; most of it before the next one is picked. */
  readonly parkNs: Distribution
  /** The same for a goroutine that yields through the global queue (`runtime.Gosched`, preemption). */
  readonly goSwitchNs: Distribution
  /** `go f()` up to the return of the statement. */
  readonly goCreateNs: Distribution
  /** Return of a goroutine's function up to the start of the next one. */
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
  /** Both, when the CPU went idle so short a time ago that it still polls. */
  readonly futexCallWarmNs: Distribution
  readonly futexWakeWarmNs: Distribution
  /** From the call to the thread running when the caller goes to sleep at once, so that its own CPU falls idle. */
  readonly futexRelayNs: Distribution
  /** Longest idle time that counts as so short. */
  readonly warmIdleNs: number
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
  /** How that differs from one collection to the next, as a share of it. */
  readonly markSpread: Distribution
  /** How fast one P allocates blocks of 4 KiB with pointers, the collector's time not counted. Unit: bytes per ns. */
  readonly allocBytesPerNs: number
  /** CPU time that brings in 4 KiB of memory the process has not got, with the pages the kernel gives it. */
  readonly pageTouchNs: number
  /** Slice of the operating system's scheduler when threads share a CPU. */
  readonly osSliceNs: number
  /** A woken thread takes the CPU at once when it is owed this much more than the running one. */
  readonly osWakeGranularityNs: number
}

export type CostRow = keyof CostRows
