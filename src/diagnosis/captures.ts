// What can be captured, with the command and what it costs the running program. Causes name the one that would settle them by id.
import type {Cause} from '../findings/envelope.ts'

export interface Capture {
  readonly command: string
  readonly cost: string
  /** Cheapest first: what it does to a running service, judged from the runtime's own code. */
  readonly rank: number
  /** What it can show, as a noun phrase. */
  readonly shows: string
  /** Where the cost is known from. */
  readonly source: string
}

/** Facts about cost hold for Go 1.22 to 1.26 unless a version is named. */
export const captures = {
  memory: {
    command: 'for i in 1 2 3 4; do grep -E "VmRSS|Threads" /proc/PID/status; sleep 60; done | tee status.txt',
    cost: 'none for the program: the kernel answers',
    rank: 0,
    shows: 'whether the process grows, memory of C included',
    source: 'https://man7.org/linux/man-pages/man5/proc_pid_status.5.html',
  },
  cgroup: {
    command: 'for f in cpu.max cpu.stat memory.max memory.current; do echo "# /sys/fs/cgroup/$f"; cat /sys/fs/cgroup/$f; done > cgroup.txt',
    cost: 'none for the program: the kernel answers',
    rank: 0,
    shows: 'the limits of the container and how often they were hit',
    source: 'https://docs.kernel.org/admin-guide/cgroup-v2.html',
  },
  host: {
    command: 'gotriage collect -o evidence --pid PID --seconds 10 --trace 5',
    cost: '1 to 2 % of CPU for the 5 s of the trace with Go 1.21 and later, profiles of some milliseconds; what the host did is read from /proc',
    rank: 4,
    shows: 'whether the host had a CPU for the threads while they were traced, and what each long wait overlapped',
    source: 'https://docs.kernel.org/accounting/psi.html, https://docs.kernel.org/scheduler/sched-stats.html',
  },
  threads: {
    command: 'grep Threads /proc/PID/status, and the same a minute later',
    cost: 'none for the program: the kernel answers',
    rank: 0,
    shows: 'whether threads become more',
    source: 'https://man7.org/linux/man-pages/man5/proc_pid_status.5.html',
  },
  'goroutine-counts': {
    command: 'curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=1" -o goroutine-1.txt, and the same five minutes later',
    cost: 'two stops of the world, well under a millisecond for some thousand goroutines',
    rank: 1,
    shows: 'how many goroutines stand at which line',
    source: 'runtime/mprof.go, goroutineProfileWithLabelsConcurrent',
  },
  heap: {
    command: 'gotriage collect -o evidence --seconds 120 --heaps 5 --cpu 0 http://HOST:PORT',
    cost: 'some milliseconds of one CPU for each heap profile, and two goroutine dumps for which the world stops',
    rank: 2,
    shows: 'which allocation sites keep more and more',
    source: 'runtime/pprof/pprof.go, writeHeapInternal; runtime/mprof.go, memProfileInternal',
  },
  'goroutine-stacks': {
    command: 'curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=2" -o goroutine-1.txt, and the same a minute later',
    cost: 'the world is stopped while all stacks are written, some 1 to 3 ms for a thousand goroutines',
    rank: 3,
    shows: 'what each goroutine waits for and how long',
    source: 'runtime/mprof.go, Stack',
  },
  'leak-profile': {
    command: 'curl -s "http://HOST:PORT/debug/pprof/goroutineleak" -o leak.pb.gz (Go 1.26, built with GOEXPERIMENT=goroutineleakprofile)',
    cost: 'one more collection, with the world stopped for a little longer at its end',
    rank: 3,
    shows: 'goroutines that the runtime proves can never go on',
    source: 'runtime/pprof/pprof.go, writeGoroutineLeak',
  },
  cpu: {
    command: 'curl -s "http://HOST:PORT/debug/pprof/profile?seconds=30" -o cpu.pb.gz',
    cost: '100 samples a second and CPU in use, about 1 % of CPU for 30 s',
    rank: 3,
    shows: 'where the CPU time goes, the collector included',
    source: 'runtime/pprof/pprof.go, StartCPUProfile',
  },
  mutex: {
    command: 'curl -s "http://HOST:PORT/debug/pprof/mutex?seconds=30" -o mutex.pb.gz, after runtime.SetMutexProfileFraction(100)',
    cost: 'one in a hundred contended unlocks takes a stack',
    rank: 3,
    shows: 'who held the lock that others waited for',
    source: 'runtime/mprof.go, SetMutexProfileFraction',
  },
  trace: {
    command: 'curl -s "http://HOST:PORT/debug/pprof/trace?seconds=5" -o now.trace',
    cost: '1 to 2 % of CPU with Go 1.21 and later (10 to 20 % before), some MB a second',
    rank: 4,
    shows: 'what each long wait overlapped',
    source: 'https://go.dev/blog/execution-traces-2024',
  },
  gctrace: {
    command: 'GODEBUG=gctrace=1 ./service 2> gctrace.log',
    cost: 'a restart, then one line for each collection',
    rank: 5,
    shows: 'live heap, goal and pace of the collector over time',
    source: 'runtime/extern.go, GODEBUG gctrace',
  },
  schedtrace: {
    command: 'GODEBUG=schedtrace=1000 ./service 2> schedtrace.log',
    cost: 'a restart, then one line a second',
    rank: 5,
    shows: 'threads, run queues and idle Ps over time',
    source: 'runtime/extern.go, GODEBUG schedtrace',
  },
  race: {
    command: 'go test -race -count=10 ./... 2> race.txt',
    cost: 'none for the running service: it is a test; 5 to 10 times the memory, 2 to 20 times the time there',
    rank: 6,
    shows: 'both sides of each race, with stacks',
    source: 'https://go.dev/doc/articles/race_detector',
  },
  asan: {
    command: 'CGO_ENABLED=1 go test -asan ./... 2> asan.txt',
    cost: 'none for the running service: it is a test, at about twice the time and memory; leaks are told at exit from Go 1.25 on',
    rank: 6,
    shows: 'the C stack that allocated and did not free',
    source: 'https://go.dev/doc/go1.25#go-command',
  },
} as const satisfies Readonly<Record<string, Capture>>

export type CaptureId = keyof typeof captures

/** An entry of a cause's `settle`: the capture, what it would decide, and its cost. */
export const settleBy = (id: CaptureId, because: string): Cause['settle'][number] => ({
  capture: captures[id].command,
  because,
  cost: captures[id].cost,
})

/** The cheapest of several, ties in the order of the table. */
export function cheapest(ids: readonly CaptureId[]): CaptureId | undefined {
  const order = Object.keys(captures)
  return [...new Set(ids)].sort((a, b) => captures[a].rank - captures[b].rank || order.indexOf(a) - order.indexOf(b))[0]
}
