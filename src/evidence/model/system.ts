// What the operating system and its tools say about a process or a machine.
import type {NativeFrame} from './sanitizer.ts'

/** `perf sched latency` (a row a task) or `perf sched timehist` summed by task. Per thread of the system, not per goroutine. */
export interface PerfSched {
  readonly kind: 'perf-sched'
  readonly source: 'latency' | 'timehist'
  readonly tasks: readonly {
    /** `server:4711` or `server:(5)` for a group. */
    readonly task: string
    readonly runtimeMs: number
    readonly switches: number
    readonly averageDelayMs: number
    readonly maxDelayMs: number
    /** Waiting of its own will (timehist only). */
    readonly waitMs?: number
  }[]
}

/** Stacks of native threads: `perf script`, gdb's `thread apply all bt`. Equal stacks of equal threads are counted. */
export interface NativeStacks {
  readonly kind: 'native-stacks'
  readonly source: 'perf script' | 'gdb'
  readonly total: number
  readonly groups: readonly {
    readonly count: number
    /** Command or thread name. */
    readonly thread: string
    /** perf event: `cycles`; empty for gdb. */
    readonly event: string
    /** Leaf first. */
    readonly frames: readonly NativeFrame[]
  }[]
}

/** Function of the frame that the kernel makes for a signal, as gdb prints it: behind it stands where the signal arrived. */
export const signalHandlerCalled = '<signal handler called>'

export interface Strace {
  readonly kind: 'strace'
  readonly calls: readonly {readonly name: string; readonly count: number; readonly errors: number; readonly seconds: number}[]
  /** Failing calls by name and errno. */
  readonly failures: readonly {readonly name: string; readonly errno: string; readonly meaning: string; readonly count: number}[]
  /** Every sched_setaffinity: who set which CPUs, and what came back. */
  readonly affinity: readonly {
    readonly thread: string
    /** First argument: 0 is the calling thread. */
    readonly target: string
    readonly cpus: readonly number[]
    readonly result: string
    readonly errno?: string
    readonly line: number
  }[]
}

/** log2 or linear histogram of bpftrace and the bcc tools. */
export interface LatencyHistogram {
  readonly kind: 'latency-histogram'
  /** Map name (`@usecs[server]`) or the line above the table. */
  readonly title: string
  /** `usecs`, `msecs`, `nsecs`; empty when the tool does not say. */
  readonly unit: string
  /** `to` is exclusive. */
  readonly buckets: readonly {readonly from: number; readonly to: number; readonly count: number}[]
}

/** `ss -tan`, `ss -tlnp` or `ss -s`. */
export interface SocketTable {
  readonly kind: 'sockets'
  readonly byState: ReadonlyMap<string, number>
  /** Listening sockets: what waits to be accepted, and how much may. */
  readonly listening: readonly {readonly local: string; readonly waiting: number; readonly backlog: number}[]
  /** Bytes not yet read by the program and not yet acknowledged by the peer, summed. */
  readonly receiveQueueBytes: number
  readonly sendQueueBytes: number
}

/** `curl -w` timings: seconds since the start of the request. */
export interface CurlTiming {
  readonly kind: 'curl-timing'
  readonly requests: readonly ReadonlyMap<string, number>[]
}

export interface CpuTopology {
  readonly kind: 'cpu-topology'
  readonly source: 'lscpu' | 'numactl'
  /** CPUs online. */
  readonly cpus: number
  readonly threadsPerCore?: number
  readonly coresPerSocket?: number
  readonly sockets?: number
  readonly model?: string
  readonly hypervisor?: string
  readonly nodes: readonly {readonly id: number; readonly cpus: readonly number[]; readonly sizeMb?: number; readonly freeMb?: number}[]
  /** Row and column in the order of `nodes`; 10 is local. */
  readonly distances?: readonly (readonly number[])[]
}

/** Limits and use of a cgroup, version 1 or 2. Absent: not in the capture; `Infinity`: no limit. */
export interface CgroupState {
  readonly kind: 'cgroup'
  /** CPUs the quota allows: quota / period. */
  readonly cpuLimit?: number
  readonly periods?: number
  readonly throttledPeriods?: number
  readonly throttledSeconds?: number
  readonly cpus?: readonly number[]
  readonly memoryLimitBytes?: number
  readonly memoryUsedBytes?: number
  /** Every numeric value by `file` or `file/key`, e.g. `memory.stat/anon`. */
  readonly values: ReadonlyMap<string, number>
}

/** One line of PSI: the share of the last 10, 60 and 300 s in percent, and the sum since the start. */
export interface PressureLine {
  readonly avg10: number
  readonly avg60: number
  readonly avg300: number
  readonly totalUs: number
}

/** `some`: at least one task waited. `full`: all did; the kernel does not define it for the CPU of a whole system, where it is absent here. */
export interface Pressure {
  readonly some?: PressureLine
  readonly full?: PressureLine
}

/** CPU time since boot in ticks (1/100 s wherever Go runs). `user` holds guests too. */
export interface CpuTicks {
  readonly user: number
  readonly nice: number
  readonly system: number
  readonly idle: number
  readonly iowait: number
  readonly irq: number
  readonly softirq: number
  /** Taken by the hypervisor for other machines while this CPU had work. */
  readonly steal: number
}

/** /proc/PID/task/TID/schedstat and, where captured, the switches of its status. */
export interface ThreadSched {
  /** On a CPU. */
  readonly runNs: number
  /** Able to run and waiting for a CPU; throttling of the cgroup counts in it. */
  readonly waitNs: number
  readonly timeslices: number
  readonly voluntarySwitches?: number
  readonly nonvoluntarySwitches?: number
}

/** What one moment says of the host beside the process; counters run since boot or since the thread began. Every part may be missing. */
export interface HostState {
  readonly kind: 'host'
  /** /proc/pressure. `unnamed`: PSI lines without a word of which file they came from. */
  readonly pressure: ReadonlyMap<'cpu' | 'memory' | 'io' | 'unnamed', Pressure>
  /** Sum of all CPUs, and each by its number. */
  readonly cpuTicks?: CpuTicks
  readonly ticksByCpu: ReadonlyMap<number, CpuTicks>
  /** Tasks that could run when it was captured, and that waited for a disk. */
  readonly running?: number
  readonly blocked?: number
  readonly load?: {readonly one: number; readonly five: number; readonly fifteen: number; readonly runnable: number; readonly tasks: number}
  readonly uptimeSeconds?: number
  /** CPU time of the process, threads that have ended included, in ticks. */
  readonly process?: {readonly pid: string; readonly userTicks: number; readonly systemTicks: number}
  /** By thread id. */
  readonly threads: ReadonlyMap<string, ThreadSched>
}

/** /proc/PID/status. Sizes in bytes. */
export interface ProcStatus {
  readonly kind: 'proc-status'
  readonly name: string
  readonly pid: string
  readonly threads: number
  readonly values: ReadonlyMap<string, number>
  readonly cpusAllowed?: readonly number[]
}

/** /proc/PID/maps or smaps. */
export interface MemoryMap {
  readonly kind: 'memory-map'
  readonly source: 'maps' | 'smaps'
  readonly mappings: readonly {
    readonly start: bigint
    readonly end: bigint
    readonly permissions: string
    readonly offset: bigint
    /** File, `[heap]`, `[anon: Go: heap]` (Go 1.25 names its areas), or empty. */
    readonly name: string
    readonly rssBytes?: number
    readonly swapBytes?: number
  }[]
}

export type SystemData =
  | PerfSched
  | NativeStacks
  | Strace
  | LatencyHistogram
  | SocketTable
  | CurlTiming
  | CpuTopology
  | CgroupState
  | HostState
  | ProcStatus
  | MemoryMap
