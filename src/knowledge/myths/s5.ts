// Myths about Graphviz from Go, LockOSThread, affinity, builds without cgo and A/B guards.
import {anyVersion, everyKnownVersion, type Myth} from './myth.ts'

export const mythsOfThreadsAndRendering: readonly Myth[] = [
  {
    id: 'E-113',
    claim: 'Failures went from 1.2 % to 4.9 %, a rise of 37 %.',
    verdict: 'inconsistent',
    truth: 'That is 3.7 percentage points, or a rise of 308 %: about four times as many.',
    sources: ['computed: 4.9 − 1.2 = 3.7; 4.9 / 1.2 = 4.08'],
    versions: anyVersion,
    says: [/1\.2 ?% to 4\.9 ?%[^;]*\b37 ?%/i],
  },
  {
    id: 'E-114',
    claim: 'GRAPHVIZ_DISABLE_FONTCONFIG=1 cures missing fonts, which show as labels that read <unknown>.',
    verdict: 'false',
    truth:
      'Graphviz documents no such variable. What it has is the attribute `fontpath` and, for builds without fontconfig, `DOTFONTPATH` and `GDFONTPATH`. A glyph that no font has is drawn as a box.',
    sources: ['https://graphviz.org/docs/attrs/fontpath/', 'https://graphviz.org/faq/font/'],
    versions: anyVersion,
    says: [/\bGRAPHVIZ_DISABLE_FONTCONFIG\b/],
    unless: [/\bno such variable|not documented/i],
  },
  {
    id: 'E-115',
    claim: 'The same failed renders come from missing fonts and come from goroutines that change threads.',
    verdict: 'inconsistent',
    truth:
      'Two causes with two signs: missing fonts give a picture with boxes or other metrics, every time; a library with process-global state fails now and then, and more often with more calls at once. Look for each by its own sign.',
    sources: ['https://graphviz.org/faq/font/', 'https://graphviz.org/pdf/cgraph.pdf'],
    versions: anyVersion,
    says: [/\bcome from missing fonts and come from\b/i],
  },
  {
    id: 'E-116',
    claim: 'exitsyscall takes its P back with a compare-and-swap on _Psyscall.',
    verdict: 'outdated',
    truth:
      'So it was up to Go 1.25. Go 1.26 has no such state of a P: whoever wants it takes the scan bit of the goroutine’s status `_Gsyscall`.',
    sources: ['src/runtime/runtime2.go: _Psyscall_unused', 'src/runtime/proc.go: func setBlockOnExitSyscall'],
    versions: 'up to 1.25; 1.26',
    says: [/\b_Psyscall\b/],
    unless: [/\b(?:up to|until|before|through|≤) ?(?:Go )?1\.2[56]|removed|gone|former|used to|no longer|still existed|historical/i],
  },
  {
    id: 'E-117',
    claim: 'GOMAXPROCS caps the number of threads.',
    verdict: 'false',
    truth:
      'It caps the threads that run Go code at one time. Threads in system calls, in C or locked to waiting goroutines come on top, up to 10,000.',
    sources: [
      'src/runtime/debug/garbage.go: The initial setting is 10,000 threads',
      'src/runtime/extern.go: GOMAXPROCS variable limits the number of operating system threads',
    ],
    versions: everyKnownVersion,
    says: [
      /\bGOMAXPROCS (?:caps|limits|bounds|is) (?:the )?(?:total )?(?:number of |limit of )?(?:OS |operating system )?threads\b(?! that)/i,
    ],
  },
  {
    id: 'E-118',
    claim: 'UnlockOSThread cancels only the latest LockOSThread, and a goroutine that exits locked leaks its thread.',
    verdict: 'false',
    truth:
      'Calls are counted since Go 1.10: the goroutine is free after as many unlocks as locks. A goroutine that exits while locked takes its thread with it, which is the way to discard a thread whose state is spoilt.',
    sources: ['src/runtime/proc.go: func LockOSThread, the thread will be terminated', 'https://go.dev/doc/go1.10#runtime'],
    versions: everyKnownVersion,
    says: [
      /\bexits? (?:while |when )?(?:still )?locked\b[^;]* (?:leaks?|reuses?|returns|keeps) (?:its|the) thread/i,
      /UnlockOSThread cancels only the (?:latest|last)/i,
    ],
  },
  {
    id: 'E-119',
    claim: 'An affinity mask that C sets is lost after a collection or when the call returns.',
    verdict: 'false',
    truth:
      'A mask belongs to the thread and stays. While the goroutine is locked, it is on that thread. After the unlock the thread keeps the mask and other goroutines get to run under it; threads cloned from it inherit it, which the template thread prevents only while it is locked.',
    sources: [
      'src/runtime/proc.go: func startTemplateThread, lockedExt != 0',
      'https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html',
    ],
    versions: everyKnownVersion,
    says: [/\baffinity(?: mask)?\b[^;]* (?:is|gets|will be|becomes) (?:lost|reset|cleared|forgotten)/i],
  },
  {
    id: 'E-120',
    claim: 'gvLayout depends on errno, the SIGCHLD mask and the FPU state of its thread, so locking the thread makes it safe.',
    verdict: 'false',
    truth:
      'Graphviz keeps state in variables of the process. Two threads that lay out at once disturb each other, locked or not. One call at a time, in one process or one WASM instance, is what helps.',
    sources: ['https://graphviz.org/docs/library/', 'https://github.com/goccy/go-graphviz/issues/117'],
    versions: anyVersion,
    says: [
      /\bgvLayout\b[^;]* depends on (?:errno|the (?:SIGCHLD|FPU|thread))/i,
      /\bLockOSThread\b[^;]* makes? (?:it|Graphviz|gvLayout|the library|calls?) (?:thread-)?safe/i,
      /locking the thread makes it safe/i,
    ],
  },
  {
    id: 'E-121',
    claim: 'sched_setaffinity fails with EPERM because CAP_SYS_NICE is missing, also for one’s own threads; look at cpuset.constraints.',
    verdict: 'false',
    truth:
      'EINVAL says that the mask names no CPU the process may use. EPERM is for threads of others. The file to look at is `cpuset.cpus.effective`.',
    sources: ['https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html', 'https://docs.kernel.org/admin-guide/cgroup-v2.html'],
    versions: anyVersion,
    says: [/\bcpuset\.constraints\b/, /\bown threads?\b[^;]* (?:needs?|requires?) CAP_SYS_NICE/i],
  },
  {
    id: 'E-122',
    claim: 'runtime.Pinner came with Go 1.22, and a C int is made with C.CInt().',
    verdict: 'false',
    truth: 'Pinner came with Go 1.21; the conversion is `C.int(x)`.',
    sources: ['api/go1.21.txt: type Pinner struct', 'src/cmd/cgo/doc.go: C.int'],
    versions: everyKnownVersion,
    says: [/\bC\.CInt\(/, /\bPinner\b[^;]* (?:came with|since|from|added in|new in|introduced in) (?:Go )?1\.22/i],
  },
  {
    id: 'E-123',
    claim: 'Sharing one GVC_t between goroutines races in Agsymtab.',
    verdict: 'partly true',
    truth:
      'That it is unsafe is right. The mechanism is a guess; the state in question is global to the process, so a GVC_t for each goroutine is no cure. The example also renders without `gvLayout`.',
    sources: ['https://graphviz.org/docs/library/', 'https://graphviz.org/pdf/libguide.pdf'],
    versions: anyVersion,
    says: [/\bAgsymtab\b/],
  },
  {
    id: 'E-124',
    claim: 'A thread left locked passes its epoll file descriptor on to another goroutine.',
    verdict: 'false',
    truth:
      'File descriptors belong to the process, and the runtime has one epoll instance for all. A locked thread runs its goroutine only and ends with it.',
    sources: ['src/runtime/netpoll_epoll.go: epfd', 'src/runtime/proc.go: lockedExt'],
    versions: everyKnownVersion,
    says: [/\bthread\b[^;]* (?:passes|hands|gives|leaks) (?:its |an |the )?epoll/i],
  },
  {
    id: 'E-125',
    claim: 'A sync.Pool of C contexts works as thread-local storage.',
    verdict: 'false',
    truth:
      'Go has no thread-local storage. The pool hands an item to whichever goroutine asks, on any thread, and drops items at collections without freeing what C holds. One owner goroutine or process for each context, with a Close, is the pattern.',
    sources: [
      'src/sync/pool.go: may be removed automatically at any time',
      'https://github.com/goccy/go-graphviz/issues/117',
      'https://github.com/goccy/go-graphviz/issues/118',
    ],
    versions: everyKnownVersion,
    says: [/\bsync\.Pool\b[^;]* (?:works as|is|acts as|serves as|gives|provides) (?:a |an )?thread-local/i],
  },
  {
    id: 'E-126',
    claim: 'A context timeout stops the render.',
    verdict: 'false',
    truth:
      'It stops the one who waits. The layout goes on in C or in WASM until it is done: end the worker or process that runs it and start another.',
    sources: ['src/runtime/cgocall.go: func cgocall', 'https://github.com/goccy/go-graphviz/issues/118'],
    versions: anyVersion,
    says: [
      /\b(?:context|ctx)(?:'s)? (?:timeout|deadline|cancellation) (?:stops|ends|kills|aborts|cancels|interrupts) the (?:render|layout|C code)/i,
    ],
  },
  {
    id: 'E-127',
    claim: 'CGO_ENABLED=0 links musl, needs __atomic_* functions, and breaks time.Now.',
    verdict: 'false',
    truth:
      'Without cgo a Go program on Linux links no libc at all (and so no Graphviz). Atomic operations are instructions the compiler emits, and the runtime reads the clock through the vDSO by itself.',
    sources: [
      'src/runtime/vdso_linux_amd64.go: vdsoClockgettimeSym',
      'src/cmd/compile/internal/ssagen/intrinsics.go: internal/runtime/atomic',
    ],
    versions: everyKnownVersion,
    says: [
      /\bCGO_ENABLED=0\b[^;]* (?:links?|uses|pulls in|needs) (?:against )?(?:musl|libc|glibc)/i,
      /\bCGO_ENABLED=0\b[^;]* breaks `?time\.Now/i,
    ],
    unless: [/\bno libc/i],
  },
  {
    id: 'E-128',
    claim: 'The A/B guard downgrades after three windows of five minutes, sampled every 60 s, at more than (or at least) 8 % failures.',
    verdict: 'inconsistent',
    truth:
      'Three windows of five minutes are 15 minutes, three samples of 60 s are 3 minutes, and at exactly 8 % one reading acts and the other does not. A guard has to say which.',
    sources: ['computed: 3 × 300 s = 900 s; 3 × 60 s = 180 s'],
    versions: anyVersion,
    says: [/three windows of five minutes, sampled every 60 ?s/i],
  },
  {
    id: 'E-129',
    claim: 'An absolute limit of 8 % failures is enough to downgrade a variant.',
    verdict: 'false',
    truth:
      'Without a control group and a least number of events it fires at noise: a variant with 5 % true failures shows 8 % or more in 13 % of windows of 100 events and in 36 % of windows of 25. Compare with the control. A latency as a metric tag also makes one series for each value.',
    sources: ['computed: binomial tail P(X ≥ 0.08 n), p = 0.05, n = 25, 50, 100: 0.36, 0.24, 0.13'],
    versions: anyVersion,
    says: [/\babsolute (?:limit|threshold) (?:of 8 ?% (?:failures )?)?is enough/i],
  },
  {
    id: 'E-130',
    claim: 'OpenSSL needs CRYPTO_set_id_callback so that it can tell threads apart.',
    verdict: 'outdated',
    truth:
      'It is obsolete since OpenSSL 1.1.0. What remains is that the error queue belongs to a thread: fetch the error in the same C function as the call, or keep the goroutine locked between the two.',
    sources: [
      'https://docs.openssl.org/3.0/man3/ERR_get_error/',
      'https://github.com/openssl/openssl/blob/openssl-3.0/include/openssl/crypto.h.in',
    ],
    versions: 'OpenSSL 1.1.0 and later',
    says: [/\b(?:needs?|requires?|register|set|install) `?CRYPTO_set_id_callback/i],
  },
  {
    id: 'E-131',
    claim: 'Locked goroutines that block in C starve the others as soon as there are more of them than GOMAXPROCS.',
    verdict: 'false',
    truth:
      'The P of a thread that blocks in C goes to another thread. What locking costs is a switch of threads at each hand-over: one report has 500 ns against 7.9 µs for a channel ping-pong.',
    sources: ['src/runtime/proc.go: func handoffp', 'https://github.com/golang/go/issues/18023'],
    versions: everyKnownVersion,
    says: [/\block(?:ed|ing)\b[^;]*\bblock\w*\b[^;]* starves? (?:the )?(?:others?|all|other goroutines|the scheduler)/i],
  },
  {
    id: 'E-132',
    claim: 'Without cgo Go uses select() in place of epoll, and EPOLLET breaks.',
    verdict: 'false',
    truth:
      'The runtime’s poller makes epoll system calls itself, with cgo or without. That `syscall.EPOLLET` is negative (-0x80000000) is a nuisance of types: convert it to uint32.',
    sources: ['src/runtime/netpoll_epoll.go: EpollCreate1', 'src/syscall/zerrors_linux_amd64.go: EPOLLET'],
    versions: everyKnownVersion,
    says: [/\b(?:without cgo|CGO_ENABLED=0|no cgo)\b[^;]* (?:uses?|falls back to|switches to) `?select\b/i],
  },
]
