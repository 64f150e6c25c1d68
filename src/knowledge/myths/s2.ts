// Myths about gin middleware, contexts, unsafe, cgo callbacks and sanitizers.
import {anyVersion, everyKnownVersion, type Myth} from './myth.ts'

export const mythsOfMiddlewareAndUnsafe: readonly Myth[] = [
  {
    id: 'E-36',
    claim: 'The race detector finds a gin key that two middlewares overwrite.',
    verdict: 'false',
    truth:
      'The handlers of one request run one after the other, and `Keys` has a mutex: an overwritten key is no data race. It shows as a wrong type or value. What the race detector does find is a `*gin.Context` used after its handler returned, when the pool has given it to another request; take `c.Copy()` along.',
    sources: [
      'https://github.com/gin-gonic/gin/blob/v1.12.0/context.go (Context.Next, Context.Set, Context.Copy)',
      'https://github.com/gin-gonic/gin/blob/v1.12.0/gin.go (Engine.ServeHTTP)',
    ],
    versions: 'gin 1.9 to 1.12',
    says: [/(?:race detector|-race)\b[^;]* (?:finds?|catches|detects?|shows?|reports?) [^;]*\b(?:gin |context )?keys? [^;]*\boverwr/i],
  },
  {
    id: 'E-37',
    claim: 'Callbacks from C into Go need LockOSThread, and //export works only in package main.',
    verdict: 'false',
    truth:
      'The runtime wires the goroutine to its thread for the length of a callback (`cgocallbackg`). `//export` works in any package that uses cgo.',
    sources: ['src/runtime/cgocall.go: func cgocallbackg, lockOSThread()', 'src/cmd/cgo/doc.go: //export'],
    versions: everyKnownVersion,
    says: [
      /callbacks?\b[^;]* (?:needs?|requires?|must (?:call|use|have)) [^;]*LockOSThread/i,
      /\/\/export`? (?:works|is allowed|must be|is valid) only in (?:the )?(?:package )?`?main/i,
    ],
  },
  {
    id: 'E-38',
    claim: 'Passing a pointer into a []byte to C crashes.',
    verdict: 'false',
    truth:
      'It is allowed until the call returns, if the bytes hold no pointers, which they do not. The usual bug is that C expects a terminating NUL and the slice has none.',
    sources: ['src/cmd/cgo/doc.go: a Go pointer to C, pinned'],
    versions: everyKnownVersion,
    says: [/\bpass\w* [^;]*\[\]byte\b[^;]* to C\b[^;]* (?:crashes|panics|is forbidden|is illegal|is not allowed)/i],
  },
  {
    id: 'E-39',
    claim: 'Set CGO_CHECK=2 or GODEBUG=cgocheck=2 to have cgo pointers checked thoroughly.',
    verdict: 'false',
    truth:
      'The first has never existed. With the second a program ends at the start since Go 1.21. The thorough check is chosen when building, GOEXPERIMENT=cgocheck2; the cheap one, cgocheck=1, is the default.',
    sources: ['src/runtime/runtime1.go: cgocheck > 1 mode is no longer supported', 'src/runtime/extern.go: cgocheck=1'],
    versions: everyKnownVersion,
    says: [/\b(?:set|use|run (?:it )?with|enable|export|with) `?(?:CGO_CHECK=\d|GODEBUG=cgocheck=2)/i],
  },
  {
    id: 'E-40',
    claim: '-d=checkptr catches assumed field offsets, since the compiler reorders fields.',
    verdict: 'false',
    truth:
      'The check is about alignment, about conversions that straddle allocations, and about arithmetic that leaves the object. It covers dependencies only as `-gcflags=all=-d=checkptr`, and comes with -race, -msan and -asan. The gc compiler lays fields out in the order of the source; `structs.HostLayout` (Go 1.23) says so for structs that others read.',
    sources: [
      'src/runtime/checkptr.go: checkptrAlignment, checkptrArithmetic',
      'src/cmd/compile/internal/base/flag.go: Debug.Checkptr',
      'src/structs/hostlayout.go: HostLayout',
    ],
    versions: everyKnownVersion,
    says: [
      /checkptr[^;]* (?:catches|finds|detects|reports) [^;]*\boffsets?/i,
      /\bcompiler (?:reorders|may reorder|can reorder) (?:the )?(?:struct )?fields/i,
    ],
  },
  {
    id: 'E-41',
    claim:
      'defer cancel() in a middleware cancels the context before the handlers downstream run, and a cancelled context loses its values.',
    verdict: 'false',
    truth:
      '`c.Next()` runs what follows before it returns, so the deferred cancel comes after. Cancelling takes no values away. The real bugs: a goroutine that outlives the handler and keeps its context, and code further up that reads `c.Request.Context()` when the middleware is through.',
    sources: [
      'src/context/context.go: type valueCtx struct, func (c *cancelCtx) cancel',
      'https://github.com/gin-gonic/gin/blob/v1.12.0/context.go (Context.Next)',
    ],
    versions: everyKnownVersion,
    says: [
      /defer cancel\(\)`?[^;]* cancels? [^;]*before [^;]*(?:downstream|next|handlers?) [^;]*\b(?:run|start)/i,
      /cancel(?:l?ed|l?ing) (?:a |the )?context\b[^;]* (?:loses|drops|removes|clears) (?:its |the )?values/i,
      /avoid `?defer cancel\(\)/i,
    ],
  },
  {
    id: 'E-42',
    claim: 'A breakpoint on runtime.mapassign shows when context.WithValue changes the context.',
    verdict: 'false',
    truth:
      'A context with a value is a link in a chain (`valueCtx`), not an entry in a map, and it does not change. Where goroutines disturb each other, it is by assigning to a variable `ctx` that they share.',
    sources: ['src/context/context.go: type valueCtx struct'],
    versions: everyKnownVersion,
    says: [/mapassign\b[^;]*(?:WithValue|valueCtx|context)/i],
  },
  {
    id: 'E-43',
    claim: 'Pooling contexts with sync.Pool saves their allocations and gives 50 % more requests per second.',
    verdict: 'false',
    truth:
      'A reset that calls `context.WithCancel` allocates what was to be saved. A pool may drop an item at any collection, and then nobody calls its cancel function. The figures come with no program.',
    sources: ['src/sync/pool.go: may be removed automatically at any time', 'src/context/context.go: func WithCancel'],
    versions: everyKnownVersion,
    says: [/\bpool(?:ing|ed)? (?:the )?contexts?\b[^;]* (?:saves?|avoids?|reduces?|removes?) [^;]*alloc/i],
  },
  {
    id: 'E-44',
    claim: 'The conditional middleware registrar UseMiddlewareIf is Go code.',
    verdict: 'false',
    truth:
      'The code shown is C#, for ASP.NET. In gin a condition is an `if` around `Use`, or a handler that calls `c.Next()` only when it should.',
    sources: ['https://github.com/gin-gonic/gin/blob/v1.12.0/routergroup.go (RouterGroup.Use)'],
    versions: anyVersion,
    says: [/\bUseMiddlewareIf\b/],
  },
  {
    id: 'E-45',
    claim: 'The share of requests whose P99 is above one second measures health.',
    verdict: 'inconsistent',
    truth:
      'A percentile belongs to a set of requests, not to one of them. Count the slow calls: the share of requests that took longer than one second.',
    sources: ['computed: a percentile is defined on a sample, so no request has one'],
    versions: anyVersion,
    says: [/\b(?:share|proportion|percentage|ratio) of (?:the )?requests [^;]*\b(?:P9\d|percentile)\b/i],
  },
  {
    id: 'E-46',
    claim:
      'A circuit breaker is well specified by: open at an error rate above 15 % of the window, close when at least 95 % of five probes succeed, open again at two failures.',
    verdict: 'inconsistent',
    truth:
      'At least 95 % of five is five of five, so exactly one failure neither closes nor opens it; with 5 % true failures that happens in 20 % of the probes. Without a least number of calls, five calls with 5 % true failures pass 15 % in 22.6 % of the windows. One place asks for one bad window, another for three.',
    sources: ['computed: 5 × 0.05 × 0.95⁴ = 0.204; 1 − 0.95⁵ = 0.226'],
    versions: anyVersion,
    says: [/95 ?% of (?:the )?(?:five|5) (?:probes?|requests?|calls?)/i],
    unless: [/five of five|5 of 5/i],
  },
  {
    id: 'E-47',
    claim: 'A string made from bytes with unsafe lets the GC free the bytes, because strings are reference counted.',
    verdict: 'false',
    truth:
      'A string header holds a real pointer, so the array lives as long as the string; Go counts no references. The danger is that someone writes to the bytes and the string changes. `unsafe.String` (Go 1.20) is the same with a shorter spelling.',
    sources: ['src/runtime/mgc.go: mark', 'src/unsafe/unsafe.go: func String'],
    versions: everyKnownVersion,
    says: [
      /\bstrings? (?:is|are) reference[- ]counted/i,
      /unsafe\b[^;]*string\b[^;]*\b(?:lets?|allows?|makes?) (?:the )?(?:GC|collector|garbage collector) (?:to )?(?:free|collect|reclaim)/i,
      /\b(?:GC|garbage collector|collector) (?:can|may|might|will|could) (?:free|collect|reclaim) the (?:bytes|underlying array|backing array)/i,
    ],
  },
  {
    id: 'E-48',
    claim: 'go build -gcflags=-m warns about illegal propagation of unsafe pointers and shows that name is forced to the heap.',
    verdict: 'false',
    truth:
      'The output of -m is about escapes and inlining and has no such warnings; the `unsafeptr` check of go vet looks for them. A parameter that flows out is a “leaking param”; a variable that has to live on the heap is “moved to heap”.',
    sources: ['src/cmd/compile/internal/escape/escape.go: leaking param, moved to heap', 'src/cmd/vet/main.go: unsafeptr'],
    versions: everyKnownVersion,
    says: [/-gcflags=["'`]*-m\b[^;]* warns? (?:about|of|when)/i, /escape analysis (?:warns|complains) about (?:illegal|unsafe)/i],
  },
  {
    id: 'E-49',
    claim: 'memguard finds memory bugs, and the address sanitizer works everywhere.',
    verdict: 'false',
    truth:
      'memguard keeps secrets: its guard pages lie around its own buffers. `go build -asan` (Go 1.18) supports linux on amd64, arm64, loong64, riscv64 and ppc64le, not together with -race or -msan; since 1.25 it also reports leaks of C memory at exit.',
    sources: [
      'src/internal/platform/supported.go: func ASanSupported',
      'https://go.dev/doc/go1.25',
      'https://pkg.go.dev/github.com/awnumar/memguard',
    ],
    versions: everyKnownVersion,
    says: [
      /\bmemguard (?:finds?|detects?|catches) /i,
      /\b(?:address sanitizer|ASan|-asan) (?:works|is supported|runs) (?:everywhere|on (?:all|every|any))/i,
    ],
  },
  {
    id: 'E-50',
    claim: 'A C callback crashes because of stack switching at nesting depth 2, and GODEBUG=sigpanic=1 shows it.',
    verdict: 'false',
    truth:
      'What crashes is a pointer into a C frame that is gone. The depth plays no part, the setting does not exist, and a profile does not hold the crash: read the traceback or a core dump.',
    sources: ['src/runtime/runtime1.go: dbgvars', 'src/runtime/cgocall.go: func cgocallbackg'],
    versions: everyKnownVersion,
    says: [/GODEBUG=sigpanic\b/i, /(?:crash\w*|SIGSEGV)[^;]* because of (?:the )?stack switch/i],
    unless: [/does not exist|no such/i],
  },
  {
    id: 'E-51',
    claim: 'go build with checkptr in CI fails on violations.',
    verdict: 'false',
    truth:
      'The checks of cgo pointers and of checkptr are code that runs in the program. A build only puts them in; tests that execute the code make them speak.',
    sources: ['src/runtime/checkptr.go: throw', 'src/runtime/cgocall.go: func cgoCheckPointer'],
    versions: everyKnownVersion,
    says: [/\bgo build\b[^;]*(?:checkptr|cgocheck)[^;]* (?:fails|stops|breaks|rejects)/i],
  },
  {
    id: 'E-52',
    claim: 'A constructor is safe with `defer func() { if c.ctx != nil && recover() == nil { free(c.ctx) } }()`.',
    verdict: 'false',
    truth:
      'The condition holds when all went well, so the caller gets a freed handle. When the function panics the panic is swallowed and nothing is freed. Free on the error path, for instance guarded by the named error result.',
    sources: ['doc/go_spec.html: Handling_panics'],
    versions: everyKnownVersion,
    says: [/recover\(\) == nil \{? ?(?:free|C\.|release)/i],
  },
  {
    id: 'E-53',
    claim: 'During a cgo call the M is suspended and the goroutine may move to another thread.',
    verdict: 'false',
    truth:
      'The goroutine stays on its thread, which is busy in C; what others may take is the P. Between two calls it can move: locking the thread matters for state that belongs to a thread and has to survive from one call to the next.',
    sources: ['src/runtime/cgocall.go: func cgocall', 'src/runtime/proc.go: func entersyscall'],
    versions: everyKnownVersion,
    says: [
      /\b(?:during|inside|within|in the middle of) (?:a |the )?(?:cgo|C) call\b[^;]* (?:goroutine|G) (?:may|can|might|could) (?:move|migrate|switch|be moved)/i,
    ],
  },
  {
    id: 'E-54',
    claim: 'Register CRYPTO_set_locking_callback, with syscall.NewCallback, to make OpenSSL safe for goroutines.',
    verdict: 'outdated',
    truth:
      'Since OpenSSL 1.1.0 the library locks for itself and the function is a macro that does nothing. `syscall.NewCallback` exists on Windows only.',
    sources: [
      'https://docs.openssl.org/1.1.1/man3/CRYPTO_THREAD_run_once/',
      'https://github.com/openssl/openssl/blob/openssl-3.0/include/openssl/crypto.h.in',
      'src/syscall/syscall_windows.go: func NewCallback',
    ],
    versions: 'OpenSSL 1.1.0 and later',
    says: [/\b(?:register|set|install|call|use|needs?) (?:a )?`?CRYPTO_set_locking_callback/i],
    unless: [/no-op|does nothing|before 1\.1/i],
  },
  {
    id: 'E-55',
    claim: 'Initialise libcurl with CURL_GLOBAL_THREADSAFE.',
    verdict: 'false',
    truth:
      'libcurl has no flag of that name. Whether `curl_global_init` may be called from several threads is told by `curl_version_info` (CURL_VERSION_THREADSAFE, libcurl 7.84.0).',
    sources: ['https://curl.se/libcurl/c/curl_global_init.html', 'https://curl.se/libcurl/c/curl_version_info.html'],
    versions: anyVersion,
    says: [/\bCURL_GLOBAL_THREADSAFE\b/],
    unless: [/\bno (?:such )?flag/i],
  },
  {
    id: 'E-56',
    claim: '12,847 leaked goroutines explain 32 GB, and the heap profile shows their number.',
    verdict: 'inconsistent',
    truth:
      'At 2 to 8 KB of stack each they hold 25 to 100 MB; the rest is what they keep alive, or something else. Their number is in the goroutine profile. The leak is real: since Go 1.23 an unreferenced ticker can be collected, but a goroutine that waits for one refers to it.',
    sources: [
      'src/runtime/stack.go: stackMin = 2048',
      'src/time/tick.go: As of Go 1.23',
      'computed: 12,847 × 2 KiB = 26 MB; × 8 KiB = 105 MB',
    ],
    versions: everyKnownVersion,
    says: [
      /\bgoroutines? (?:explain|account for|take up|use|hold) 32 ?GB/i,
      /heap profile[^;]* (?:shows?|counts?|contains?) (?:the number|the count|how many)[^;]*goroutines/i,
      /heap profile shows their number/i,
    ],
  },
  {
    id: 'E-57',
    claim: 'A write to a global map beside a sync.Map causes a panic and cannot be detected statically, and schedtrace reproduces it.',
    verdict: 'false',
    truth:
      'It ends in a fatal error when the runtime notices, and in wrong data when it does not. The race detector is the tool; schedtrace shows queues. Load and then Store on a sync.Map are two steps: `LoadOrStore` is one.',
    sources: ['src/internal/runtime/maps/map.go: concurrent map writes', 'src/sync/map.go: LoadOrStore'],
    versions: everyKnownVersion,
    says: [
      /schedtrace[^;]* (?:reproduces|shows|finds|detects) [^;]*\b(?:map|race)/i,
      /schedtrace reproduces it/i,
      /global map[^;]* causes a panic/i,
    ],
  },
  {
    id: 'E-58',
    claim: 'Set http.Transport.KeepAlive; IdleConnTimeout is 0 by default.',
    verdict: 'false',
    truth:
      'KeepAlive is a field of `net.Dialer`, with probes after 15 s by default. A zero IdleConnTimeout in one’s own Transport means no limit; `http.DefaultTransport` sets 90 s.',
    sources: [
      'src/net/dial.go: defaultTCPKeepAliveIdle = 15 * time.Second',
      'src/net/http/transport.go: IdleConnTimeout:       90 * time.Second',
    ],
    versions: everyKnownVersion,
    says: [/\bhttp\.Transport\.KeepAlive\b/, /\bTransport\{[^}]*\bKeepAlive:/],
  },
  {
    id: 'E-59',
    claim:
      'With a client timeout of 30 s the call takes 42 s, and time_total minus time_starttransfer shows how long the server made us wait.',
    verdict: 'inconsistent',
    truth:
      '`http.Client.Timeout` ends the request after 30 s, reading the body included. In curl’s figures that difference is the transfer of the body; the server’s time is starttransfer minus pretransfer.',
    sources: ['src/net/http/client.go: reading the response body', 'https://curl.se/docs/manpage.html'],
    versions: everyKnownVersion,
    says: [/time_total (?:minus|-|−) time_starttransfer[^;]* (?:shows?|is|gives?|measures?) [^;]*(?:server|wait)/i],
  },
  {
    id: 'E-60',
    claim: 'perf script shows futex at 67 %, and replacing the RWMutex lowered P99 by 82 %.',
    verdict: 'no basis',
    truth:
      'Events of context switches carry no share of functions, and the improvement comes without a program to repeat it. Contention is measured with the mutex and block profiles.',
    sources: ['src/runtime/mprof.go: SetMutexProfileFraction', 'https://man7.org/linux/man-pages/man1/perf-script.1.html'],
    versions: anyVersion,
    says: [/futex\b[^;]*\b67 ?%/i, /\bP99\b[^;]*\b82 ?%/i],
  },
]
