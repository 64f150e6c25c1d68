// Everything the scheduler simulator remembers: Ps, Ms, Gs, CPUs and the global state of src/runtime/proc.go (`sched`), under the runtime's names.
import type {SchedulerVersion} from '../../knowledge/scheduler.ts'
import type {CostRows} from '../calibration/cost-profile.ts'
import type {Distribution, Sampler} from '../kernel/distribution.ts'
import type {EventQueue} from '../kernel/event-queue.ts'
import type {Prng} from '../kernel/prng.ts'
import type {Collector} from './collector.ts'
import type {Measures} from './measures.ts'
import type {Program} from './program.ts'

/** Numbers of runtime2.go (`_Gidle` …); the table of legal steps is knowledge/goroutine-states.ts. */
export const gStatus = {idle: 0, runnable: 1, running: 2, syscall: 3, waiting: 4, dead: 6} as const
/** Numbers of runtime2.go (`_Pidle` …). */
export const pStatus = {idle: 0, running: 1, gcstop: 3} as const

/** Kinds of events in the queue. */
export const event = {
  /** The work a thread is doing ends. a: M, b: version. */
  step: 1,
  /** A thread's sleep in the kernel ends. a: M, b: version. */
  wake: 2,
  /** SIGURG arrives. a: M, b: G. */
  signal: 3,
  sysmon: 4,
  /** The slice of the thread on a CPU is over. a: CPU, b: version. */
  slice: 5,
  /** The quota may be used up. b: version. */
  quotaSpent: 6,
  quotaRefill: 7,
  /** Something outside made a descriptor ready. a: G. */
  ready: 8,
  /** An arrival from outside. a: source. */
  arrival: 9,
  /** The timeout of the blocked poller. a: M, b: version. */
  pollTimeout: 10,
  /** Stop-the-world asks again. b: number of the stop. */
  stopRetry: 11,
  /** A session ends or sends its next request. a: source, b: session. */
  session: 12,
  /** A message reaches a socket. a: socket. */
  message: 13,
} as const

/** What a thread goes on with when its step ends. */
export const then = {
  schedule: 1,
  execute: 2,
  steal: 3,
  stealSlept: 4,
  idle: 5,
  op: 6,
  syscallDone: 7,
  polled: 8,
  stopped: 9,
  stopDone: 10,
  marked: 11,
  assisted: 12,
  start: 13,
  lockedStart: 14,
  never: 15,
  lockedSleep: 16,
  park: 17,
} as const

export interface G {
  readonly id: number
  /** What it is to the runtime: a user's goroutine, a mark worker, the helper that forces collections. */
  readonly role: 'user' | 'mark worker' | 'force collection'
  status: number
  program: Program
  pc: number
  /** Loop counters of the program. */
  counters: Float64Array
  /** Left of the compute step that was interrupted. */
  leftNs: number
  m: M | undefined
  lockedM: M | undefined
  lockCount: number
  preempt: boolean
  runnableAtNs: number
  startedAtNs: number
  /** P and CPU it ran on last; -1 before the first time. */
  lastP: number
  lastCpu: number
  lastM: number
  homeNode: number
  /** List link of the global queue. */
  next: G | undefined
  marks: Float64Array
  /** Arrival it serves: source and time; -1 when none. */
  source: number
  session: number
  arrivedAtNs: number
  /** Bytes it may still allocate before it owes mark work. */
  assistBytes: number
  /** A mutex was handed to it while it waited. */
  handed: boolean
  waitSinceNs: number
  spins: number
  /** When its next turn of `pace` is due, less one turn; -1 before the first. */
  paceNs: number
  /** Mark worker: its mode and when its stint began. */
  mode: 0 | 1 | 2 | 3
  stintNs: number
}

export const workerMode = {none: 0, dedicated: 1, fractional: 2, idle: 3} as const

export interface P {
  readonly id: number
  status: number
  /** In the list of idle Ps; a P that is handed to a thread not yet awake is not, and its queue can be stolen from. */
  listed: boolean
  m: M | undefined
  oldM: M | undefined
  readonly runq: (G | undefined)[]
  head: number
  tail: number
  runnext: G | undefined
  schedtick: number
  /** `schedtick` when it last took from the global queue, or that was empty. */
  globalTick: number
  syscalltick: number
  inSyscall: boolean
  preempt: boolean
  /** What sysmon saw last (`sysmontick`). */
  seenTick: number
  seenTickNs: number
  seenSyscallTick: number
  seenSyscallNs: number
  /** Timer heap: times and their goroutines. */
  readonly timerNs: number[]
  readonly timerG: G[]
  fractionalNs: number
  worker: G | undefined
  /** Accounting: what it does since when. */
  use: number
  useSinceNs: number
  readonly usedNs: Float64Array
  /** Running time per slot of the heat map. */
  readonly heat: Float64Array
}

/** Columns of `usedNs`. */
export const use = {idle: 0, go: 1, scheduler: 2, syscall: 3, collector: 4, stopped: 5} as const
export const uses = ['idle', 'go', 'scheduler', 'syscall', 'collector', 'stopped'] as const

export interface M {
  readonly id: number
  p: P | undefined
  nextp: P | undefined
  oldp: P | undefined
  curg: G | undefined
  lockedg: G | undefined
  spinning: boolean
  /** In the list of idle Ms. */
  parked: boolean
  polling: boolean
  wasSpinning: boolean
  dead: boolean
  /** Thread state: the CPU it is on, or queued for, or asleep. */
  cpu: Cpu | undefined
  queued: Cpu | undefined
  lastCpu: Cpu | undefined
  vruntime: number
  onSinceNs: number
  /** When it last left a CPU. */
  offSinceNs: number
  /** Its step: what comes next, how much is left, when it ends. */
  then: number
  leftNs: number
  startNs: number
  endNs: number
  slow: number
  version: number
  armed: boolean
  /** Kernel calls it made that its next step pays for. */
  extraNs: number
  /** It has paid for a switch since it last ran a goroutine; the next one starts at once. */
  switched: boolean
  pendingSignal: G | undefined
  stealAt: number
  stealStep: number
  stealLeft: number
  stealG: G | undefined
  /** Whose P it polls timers until; 0 for none. */
  pollUntil: number
}

export interface Cpu {
  readonly id: number
  readonly node: number
  readonly speed: number
  sibling: Cpu | undefined
  current: M | undefined
  idleSinceNs: number
  readonly queue: M[]
  sliceVersion: number
  sliceArmed: boolean
}

export interface Channel {
  readonly capacity: number
  buffered: number
  readonly senders: G[]
  readonly receivers: G[]
}

export interface Mutex {
  holder: G | undefined
  starving: boolean
  /** A woken waiter has not tried yet; no second one is woken meanwhile. */
  woken: boolean
  readonly waiters: G[]
}

export interface Socket {
  readonly latency: Sampler
  /** Messages that arrived and were not read. */
  ready: number
  readonly readers: G[]
}

export interface Group {
  count: number
  readonly waiters: G[]
}

/** Where work comes from outside. */
export type Arrivals =
  | {readonly kind: 'open'; readonly program: number; readonly everyNs: Distribution; readonly from: number; readonly until: number}
  | {readonly kind: 'closed'; readonly program: number; readonly clients: number; readonly thinkNs: Distribution}
  | {
      readonly kind: 'sessions'
      readonly program: number
      readonly everyNs: Distribution
      readonly lifeNs: Distribution
      readonly requestEveryNs: Distribution
    }

export interface Stop {
  readonly reason: 'gc' | 'other'
  /** Who stops the world. */
  readonly m: M
  readonly startedNs: number
  stoppedNs: number
  wait: number
  readonly after: 'mark' | 'marked' | 'nothing'
  number: number
}

/** Sampled costs, by the row's name. */
export type Costs = {readonly [K in keyof CostRows]: CostRows[K] extends number ? number : Sampler}

export interface World {
  nowNs: number
  events: number
  readonly queue: EventQueue
  readonly prng: Prng
  readonly arrivalsPrng: Prng
  readonly version: SchedulerVersion
  readonly costs: Costs
  readonly gomaxprocs: number
  readonly allp: P[]
  readonly allm: M[]
  readonly allg: G[]
  readonly cpus: Cpu[]
  /** Ticks in a row at which threads waited for a CPU and none was idle. */
  balanceFailed: number
  /** Relative latency of memory from node to node; 1 on the diagonal. */
  readonly distance: readonly (readonly number[])[]
  readonly smtSlow: number
  readonly programs: Program[]
  readonly channels: Channel[]
  readonly mutexes: Mutex[]
  readonly sockets: Socket[]
  readonly groups: Group[]
  readonly arrivals: readonly Arrivals[]
  readonly measures: Measures
  /** Number of `measure` names. */
  readonly measureCount: number
  /** Thinking times of closed-loop clients, by source. */
  readonly thinkers: readonly (Sampler | undefined)[]
  readonly collector: Collector | undefined
  /** sched.runq */
  globalHead: G | undefined
  globalTail: G | undefined
  globalSize: number
  /** sched.pidle, sched.midle: last in, first out. */
  readonly pidle: P[]
  readonly midle: M[]
  nmspinning: number
  needspinning: boolean
  gcwaiting: boolean
  sysmonwait: boolean
  sysmonVersion: number
  sysmonIdle: number
  sysmonDelayNs: number
  sysmonDue: boolean
  /** 0 while a thread is blocked in the poller. */
  lastpoll: number
  pollUntil: number
  poller: M | undefined
  /** Until when some M is in a poll that does not block (`sched.pollingNet`). */
  pollingUntilNs: number
  readonly netReady: G[]
  /** Goroutines that wait for the network. */
  netWaiters: number
  stop: Stop | undefined
  stops: number
  readonly stopQueue: G[]
  readonly freeG: G[]
  threads: number
  /** CFS bandwidth; Infinity without. */
  readonly quotaNs: number
  readonly periodNs: number
  quotaLeftNs: number
  quotaAtNs: number
  onCpu: number
  quotaVersion: number
  throttled: boolean
  throttledSinceNs: number
  liveG: number
  readonly sessions: {endNs: number; source: number}[]
  forceCollectionG: G | undefined
  lastCollectionNs: number
  readonly check: boolean
  /** Since when a P idles beside runnable goroutines with nobody on the way; Infinity when not so. */
  unservedSinceNs: number
}
