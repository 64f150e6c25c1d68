// Myths about the scheduler, NUMA, preemption, channels and pools.
import {anyVersion, everyKnownVersion, type Myth} from './myth.ts'

export const mythsOfTheScheduler: readonly Myth[] = [
  {
    id: 'E-61',
    claim: 'A blocked net.Conn.Read puts the goroutine in Gsyscall and takes its thread, as the scheduler is cooperative.',
    verdict: 'false',
    truth:
      'A read that has to wait parks the goroutine in the network poller (“IO wait”) and its thread goes on with others. The syscall state is for blocking system calls and cgo. Preemption is asynchronous since Go 1.14.',
    sources: [
      'src/runtime/netpoll.go: func netpollblock',
      'src/runtime/signal_unix.go: sigPreempt',
      'src/internal/poll/fd_unix.go: waitRead',
    ],
    versions: everyKnownVersion,
    says: [
      /\b(?:net\.Conn|network|socket)\b[^;]*\b(?:reads?|Read)\b[^;]* (?:puts? (?:the )?(?:goroutine|G)|enters?|is|are|stays?) in(?:to)? `?_?Gsyscall/i,
      /\bscheduler is (?:purely |only |still )?cooperative/i,
    ],
  },
  {
    id: 'E-62',
    claim: 'A thousand goroutines that sleep for a nanosecond make the number of threads grow.',
    verdict: 'false',
    truth:
      'A sleeping goroutine is an entry in a heap of timers and holds no thread. Threads grow with blocking system calls, cgo calls and locked goroutines; count them with `/sched/threads/total:threads` (Go 1.26), the threadcreate profile or schedtrace. At 10,000 the runtime gives up.',
    sources: [
      'src/runtime/time.go: func timeSleep',
      'src/runtime/proc.go: maxmcount = 10000',
      'src/runtime/metrics/description.go: /sched/threads/total:threads',
    ],
    versions: everyKnownVersion,
    says: [
      /\b(?:time\.Sleep|sleep(?:s|ing)?)\b[^;]* (?:leaks?|creates?|grows?|makes? the number of) (?:an? |the |new |more )?(?:Ms?|threads?)\b/i,
    ],
  },
  {
    id: 'E-63',
    claim: 'GOMAXPROCS defaults to the number of CPUs of the machine.',
    verdict: 'outdated',
    truth:
      'It is the CPUs the process may run on. Since Go 1.25 it is also no more than the CPU quota of the cgroup, rounded up and at least 2, and it is looked at again up to once a second unless it was set by hand. That applies when the go line of go.mod says 1.25 or later (GODEBUG containermaxprocs, updatemaxprocs).',
    sources: [
      'src/runtime/debug.go: func GOMAXPROCS',
      'src/runtime/cgroup_linux.go: func adjustCgroupGOMAXPROCS',
      'doc/godebug.md: containermaxprocs, updatemaxprocs',
    ],
    versions: 'up to 1.24; 1.25 and 1.26',
    says: [
      /GOMAXPROCS\b[^;]* (?:defaults? to|is by default|is always|equals) (?:the )?(?:number of )?(?:CPUs?|cores?|logical CPUs?|NumCPU)(?: of the (?:machine|host|node))?(?![^;]*(?:quota|cgroup|affinity))/i,
    ],
    unless: [/\b(?:up to|until|before) (?:Go )?1\.2[45]/i],
  },
  {
    id: 'E-64',
    claim: 'schedtrace is switched on with -gcflags, and the two-minute forced GC decides how often the world stops.',
    verdict: 'false',
    truth:
      'It is `GODEBUG=schedtrace=1000` in the environment of the program. A collection is forced only after two minutes without any; a program that allocates never gets there.',
    sources: ['src/runtime/extern.go: schedtrace', 'src/runtime/proc.go: forcegcperiod'],
    versions: everyKnownVersion,
    says: [
      /-gcflags=\S*schedtrace/i,
      /schedtrace is (?:switched on|enabled|set) with -gcflags/i,
      /forced GC (?:decides|determines|drives) how often/i,
    ],
  },
  {
    id: 'E-65',
    claim: 'Each P belongs to a NUMA node, and its local run queue makes remote access dear.',
    verdict: 'false',
    truth:
      'Neither a P nor an M has a node, and the queue is 2 KB inside the P. What costs is heap memory on another node, and how much differs: about 2 times on one two-socket machine (118 against 242 ns), 1.7 to 3.3 times on an EPYC of the first generation. Measure it on the machine in question.',
    sources: ['src/runtime/runtime2.go: runq     [256]guintptr', 'https://github.com/golang/go/issues/65694'],
    versions: everyKnownVersion,
    says: [/\b(?:each|every|a) P (?:is (?:fixed|bound|tied|pinned)|belongs|sticks) to (?:a|one|its) (?:NUMA )?node/i, /\brunqshift\b/],
  },
  {
    id: 'E-66',
    claim: 'Ice Lake servers mix P and E cores, and perf’s period of a sample is the goroutine’s scheduling latency.',
    verdict: 'false',
    truth:
      'Ice Lake server chips have cores of one kind. perf sees threads, not goroutines, and a period is a count between samples. How long goroutines wait is in the execution trace and in `/sched/latencies:seconds`. The entropy of such a histogram can be computed; it needs the right histogram.',
    sources: ['src/runtime/metrics/description.go: /sched/latencies:seconds', 'https://man7.org/linux/man-pages/man1/perf-script.1.html'],
    versions: anyVersion,
    says: [
      /\bIce Lake\b[^;]*\b(?:E[- ]cores?|P and E)\b/i,
      /\bperf\b[^;]* (?:sees?|shows?|records?|measures?) (?:the )?goroutine (?:preemption|switch|scheduling)/i,
    ],
  },
  {
    id: 'E-67',
    claim: 'Use perf sched latency -n --time, and read args->p in a kprobe; a migrated thread flushes the TLB.',
    verdict: 'false',
    truth:
      '`perf sched latency` has neither option (it has -s, -p and -C). A kprobe sees registers; only tracepoints have named arguments. A thread that moves finds a cold TLB and cold caches on the new core; nothing is flushed for it.',
    sources: [
      'https://man7.org/linux/man-pages/man1/perf-sched.1.html',
      'https://github.com/bpftrace/bpftrace/blob/master/man/adoc/bpftrace.adoc',
    ],
    versions: anyVersion,
    says: [/perf sched latency\b[^;\n]*(?:-n\b|--time\b)/i, /\bmigrat\w+[^;]* flush(?:es)? the TLB/i, /kprobe[^;]*args->/i],
  },
  {
    id: 'E-68',
    claim: 'go env GOMAXPROCS shows the value in use, and Ps 0 to 31 run on node 0.',
    verdict: 'false',
    truth:
      'GOMAXPROCS is a variable the running program reads, not one of go env. Ask the program (`runtime.GOMAXPROCS(0)`, `/sched/gomaxprocs:threads`). Ps are not mapped to nodes.',
    sources: ['src/runtime/debug.go: func GOMAXPROCS', 'src/runtime/metrics/description.go: /sched/gomaxprocs:threads'],
    versions: everyKnownVersion,
    says: [/\bgo env GOMAXPROCS\b/, /\bPs? 0 ?(?:to|-|–) ?31\b[^;]* node 0/i],
  },
  {
    id: 'E-69',
    claim: 'The granularity of usleep(1) follows from CONFIG_HZ, which also says how precisely goroutines sleep.',
    verdict: 'false',
    truth:
      'Linux sleeps on high-resolution timers; a normal thread wakes late by the timer slack of 50 µs by default, a real-time thread has none, and since Linux 6.6 normal threads are under EEVDF. A goroutine’s sleep is a timer of the runtime: it shows when a P gets to it or the poller wakes.',
    sources: [
      'https://man7.org/linux/man-pages/man7/time.7.html',
      'https://man7.org/linux/man-pages/man2/PR_SET_TIMERSLACK.2const.html',
      'src/runtime/time.go: func timeSleep',
    ],
    versions: anyVersion,
    says: [
      /\b(?:granularity|resolution|precision) of `?u?sleep\b[^;]*(?:CONFIG_HZ|\bHZ\b|kernel tick|jiff)/i,
      /\bu?sleep\b[^;]*\b(?:granularity|resolution|precision)\b[^;]*(?:CONFIG_HZ|\bHZ\b|kernel tick|jiff)/i,
    ],
  },
  {
    id: 'E-70',
    claim: 'sysmon wakes every 20 ms.',
    verdict: 'false',
    truth:
      'It sleeps 20 µs. After 50 rounds in which it took no P the sleep doubles with each round, up to 10 ms, and it falls back to 20 µs when it takes one.',
    sources: ['src/runtime/proc.go: delay = 20, delay = 10 * 1000'],
    versions: everyKnownVersion,
    says: [/\bsysmon (?:wakes|runs|polls|ticks|checks|sleeps)[^;]* (?:every|each|for) 20 ?ms/i],
  },
  {
    id: 'E-71',
    claim: 'Stopping the world blocks sysmon, which delays preemption by 42 ms.',
    verdict: 'false',
    truth:
      'sysmon runs without a P, so a stop does not include it. It may go to sleep while a stop is under way and is woken when the world starts. The 42 ms have no program behind them.',
    sources: ['src/runtime/proc.go: sysmonwait'],
    versions: everyKnownVersion,
    says: [/\b(?:STW|stop-the-world|stopping the world) (?:blocks|stops|halts|freezes|suspends) sysmon/i],
  },
  {
    id: 'E-72',
    claim: 'The compiler inserts a preemption check into `for {}`, and assembly cannot be preempted because of preemptoff.',
    verdict: 'false',
    truth:
      'An empty loop is stopped by a signal; checks in loops exist only under GOEXPERIMENT=preemptibleloops. Assembly is excluded because it has no stack maps to stop at. It is right that a loop in pure assembly, in nosplit code or in C cannot be preempted.',
    sources: [
      'src/runtime/preempt.go: abi.FuncFlagAsm',
      'src/internal/goexperiment/flags.go: PreemptibleLoops',
      'src/cmd/compile/internal/ssa/compile.go: insert resched checks in loops',
    ],
    versions: everyKnownVersion,
    says: [
      /\bcompiler (?:inserts|adds|puts|emits) (?:a )?(?:preemption|yield|resched\w*) (?:checks?|points?) (?:in|into|to|for) /i,
      /preemptoff[^;]*\bassembly|\bassembly [^;]*because of preemptoff/i,
    ],
  },
  {
    id: 'E-73',
    claim: 'One preemption signal costs 77,000 more L3 misses, counted with the uncore event 0x412E.',
    verdict: 'false',
    truth:
      '0x412E is a core event (LONGEST_LAT_CACHE.MISS). A handler touches a few KB, which cannot evict that many lines. No program is given.',
    sources: ['https://perfmon-events.intel.com/', 'src/runtime/signal_unix.go: func doSigPreempt'],
    versions: anyVersion,
    says: [/\bsignals?\b[^;]*\bL3 misses\b/i, /\buncore event 0x412E/i],
  },
  {
    id: 'E-74',
    claim: 'GOMAXPROCS set to the size of a node removes remote memory access.',
    verdict: 'false',
    truth:
      'The threads still run on all nodes. Bind CPUs and memory of the whole process (numactl, or a cpuset). Where a thread runs is told by `getcpu`; under cgroup v2 the file is `cpuset.cpus.effective`. A GOMAXPROCS set by hand is not updated by Go 1.25 and later.',
    sources: [
      'src/runtime/debug.go: func GOMAXPROCS',
      'https://man7.org/linux/man-pages/man2/getcpu.2.html',
      'https://docs.kernel.org/admin-guide/cgroup-v2.html',
    ],
    versions: everyKnownVersion,
    says: [
      /GOMAXPROCS\b[^;]*\bnode\b[^;]* (?:removes|eliminates|avoids|prevents|ends) (?:all )?remote/i,
      /MPOL_F_NODE[^;]* (?:gives|returns|tells) the (?:running|current) node/i,
    ],
  },
  {
    id: 'E-75',
    claim: 'A probe on pick_next_task_fair that subtracts min_vruntime measures the wait in microseconds.',
    verdict: 'false',
    truth:
      'vruntime is weighted virtual time, not microseconds of waiting, and it is about threads. Threads: from sched_wakeup to sched_switch, as runqlat does. Goroutines: the execution trace.',
    sources: ['https://docs.kernel.org/scheduler/sched-design-CFS.html', 'https://github.com/iovisor/bcc/blob/master/tools/runqlat.py'],
    versions: anyVersion,
    says: [/\b(?:min_)?vruntime\b[^;]* (?:measures?|gives?|is|shows?) (?:the )?(?:wait|latency|delay)/i],
  },
  {
    id: 'E-76',
    claim: 'Patching a preemption check into netpoll makes goroutines yield sooner.',
    verdict: 'false',
    truth:
      'A thread blocked in netpoll runs no goroutine and holds no P, so there is nothing to preempt, and no function `doPreempt` is there to call. The effect behind it is another: with all Ps busy, readiness is noticed by sysmon, at the earliest 10 ms after the last poll.',
    sources: [
      'src/runtime/proc.go: func findRunnable, lastpoll != 0 && lastpoll+10*1000*1000 < now',
      'https://github.com/golang/go/issues/51651',
    ],
    versions: everyKnownVersion,
    says: [/\bpreemption check (?:in|into|to) (?:the )?`?netpoll/i],
  },
  {
    id: 'E-77',
    claim: 'Asynchronous preemption came with Go 1.22 and stops a goroutine after 0.9 ms in the median.',
    verdict: 'false',
    truth: 'It came with Go 1.14, and a goroutine is asked to yield after 10 ms of running. The 0.9 ms have no program behind them.',
    sources: ['src/runtime/proc.go: forcePreemptNS = 10 * 1000 * 1000', 'https://go.dev/doc/go1.14#runtime'],
    versions: everyKnownVersion,
    says: [/asynchronous(?:ly)? preempt\w*[^;]* (?:came with|since|in|from|starting with) (?:Go )?1\.22/i],
  },
  {
    id: 'E-78',
    claim: 'Graviton3 has two hardware threads per core, and a c7g.16xlarge has two NUMA nodes.',
    verdict: 'false',
    truth: 'It has no SMT: the 64 vCPUs of that size are 64 cores of one chip, in one node.',
    sources: ['https://github.com/aws/aws-graviton-getting-started', 'https://aws.amazon.com/ec2/instance-types/c7g/'],
    versions: anyVersion,
    says: [/\bGraviton ?\d?\b[^;]*\b(?:SMT ?= ?2|two hardware threads|two threads per core|hyper-?threading)/i],
    unless: [/\b(?:no|without) (?:SMT|hyper)/i],
  },
  {
    id: 'E-79',
    claim: 'runtime.Gosched marks the goroutine, and it yields in the next scheduling round.',
    verdict: 'false',
    truth: 'It puts the goroutine at the tail of the global queue and schedules another at once, on the same call.',
    sources: ['src/runtime/proc.go: func goschedImpl, globrunqput(gp)'],
    versions: everyKnownVersion,
    says: [/\bGosched\b[^;]* (?:only )?marks\b[^;]*/i],
  },
  {
    id: 'E-80',
    claim: 'A spinning goroutine yields after GoroutinePreemptMS, a POSIX time slice of 10 ms.',
    verdict: 'partly true',
    truth:
      'The constant is `forcePreemptNS`, 10 ms, and POSIX has no part in it. A loop really runs between 10 and 20 ms: sysmon notes a tick at one look and acts at a later one, and its looks are up to 10 ms apart.',
    sources: ['src/runtime/proc.go: forcePreemptNS, func retake'],
    versions: everyKnownVersion,
    says: [/\bGoroutinePreemptMS\b/],
  },
  {
    id: 'E-81',
    claim: 'Receiving from a closed channel panics.',
    verdict: 'false',
    truth: 'It returns what is buffered and then zero values, with ok false. What panics is to send on it, and to close it a second time.',
    sources: ['src/runtime/chan.go: send on closed channel, close of closed channel, func chanrecv', 'doc/go_spec.html: Receive_operator'],
    versions: everyKnownVersion,
    says: [/\b(?:receiv\w+|reads?|reading) from a closed channel (?:panics|causes a panic|is a panic|crashes)/i],
  },
  {
    id: 'E-82',
    claim: 'A select statement drops cases whose channel is closed.',
    verdict: 'false',
    truth:
      'A receive from a closed channel is always ready, so such a case is chosen again and again; a send on one panics when it is chosen. Only a nil channel is never ready: set the variable to nil.',
    sources: ['src/runtime/select.go: cas.c == nil, sclose:'],
    versions: everyKnownVersion,
    says: [/\bselect\b[^;]* (?:drops|ignores|skips|removes|disables) (?:the )?(?:cases? )?[^;]*\bclosed\b/i],
  },
  {
    id: 'E-83',
    claim: 'The sync.Pool of a blocked P is unusable, and a share of nil above 42 % means the pool is broken.',
    verdict: 'false',
    truth:
      'A P whose thread blocks in a system call or in C goes to another thread. Other Ps steal from its shared list, though not from its private slot, and what survived one collection waits in the victim cache. The 42 % have no program behind them.',
    sources: ['src/sync/pool.go: func (p *Pool) getSlow, victim'],
    versions: everyKnownVersion,
    says: [/\bpool of a blocked P\b[^;]* (?:is|becomes) (?:unusable|lost|inaccessible)/i],
  },
  {
    id: 'E-84',
    claim: 'Trace goroutine creation with kprobe:runtime.newproc and read args->g.',
    verdict: 'false',
    truth:
      'A kprobe is for kernel functions; a function of the program takes a uprobe on its binary. There are no named arguments: Go passes them in registers. The execution trace has the creations with their stacks.',
    sources: ['src/runtime/proc.go: func newproc', 'https://github.com/bpftrace/bpftrace/blob/master/man/adoc/bpftrace.adoc'],
    versions: everyKnownVersion,
    says: [/\bkprobe:runtime\./],
  },
  {
    id: 'E-85',
    claim: 'time.AfterFunc starts a goroutine when it is called; the log then says “spinning with 256 goroutines”.',
    verdict: 'false',
    truth:
      'The goroutine starts when the timer fires. The runtime’s text is “schedule: spinning with local work”, and it is the message of a crash.',
    sources: ['src/time/sleep.go: func goFunc', 'src/runtime/proc.go: schedule: spinning with local work'],
    versions: everyKnownVersion,
    says: [
      /\bAfterFunc\b[^;]* (?:starts?|creates?|spawns?|launches) (?:a )?goroutines? (?:when (?:it is )?called|at once|immediately|at call)/i,
      /spinning with 256 goroutines/i,
    ],
  },
  {
    id: 'E-86',
    claim: 'An atomic operation costs 1.2 ns, whether it is a load or a compare-and-swap.',
    verdict: 'partly true',
    truth:
      'The orders of magnitude of that table are fine, the digits belong to one machine. A load is an ordinary read on most processors; a compare-and-swap takes the cache line for itself, and under contention costs tens to hundreds of nanoseconds.',
    sources: ['src/internal/runtime/atomic/atomic_amd64.go: func Load', 'src/internal/runtime/atomic/types.go: CompareAndSwap'],
    versions: anyVersion,
    says: [/\batomic (?:operations?|ops?)\b[^;]* (?:costs?|takes?) 1\.2 ?ns/i],
  },
  {
    id: 'E-87',
    claim: 'MemStats.NumGoroutine counts goroutines, and lsof shows sockets in TIME_WAIT.',
    verdict: 'false',
    truth:
      '`runtime.NumGoroutine` and `/sched/goroutines:goroutines` count them; MemStats has no such field. A socket in TIME_WAIT has no file descriptor any more, so `ss` shows it and lsof does not. Go 1.26 has a profile of leaked goroutines under GOEXPERIMENT=goroutineleakprofile.',
    sources: [
      'src/runtime/debug.go: func NumGoroutine',
      'src/runtime/metrics/description.go: /sched/goroutines:goroutines',
      'src/internal/goexperiment/flags.go: GoroutineLeakProfile',
    ],
    versions: everyKnownVersion,
    says: [/\bMemStats\.NumGoroutine\b/, /\blsof\b[^;]* (?:shows?|lists?|counts?) [^;]*TIME_WAIT/i],
  },
]
