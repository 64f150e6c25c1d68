// Myths about cgo: calls, checks, profiles, finalizers, ownership, TLS errors.
import {anyVersion, everyKnownVersion, type Myth} from './myth.ts'

export const mythsOfCgo: readonly Myth[] = [
  {
    id: 'E-16',
    claim: 'After a C call runtime.cgoreturn restores the stack and checks a GC safepoint.',
    verdict: 'false',
    truth:
      'No function of that name exists. `cgocall` announces a system call (`entersyscall`), runs C on the thread’s own stack (`asmcgocall`), and takes a P again (`exitsyscall`).',
    sources: ['src/runtime/cgocall.go: entersyscall(), asmcgocall(fn, arg), exitsyscall()'],
    versions: everyKnownVersion,
    says: [/\bcgoreturn\b/],
  },
  {
    id: 'E-17',
    claim: 'Symbols in a cgo binary need -gcflags=-l and external linking.',
    verdict: 'false',
    truth:
      'The linker keeps symbols and DWARF unless it is told otherwise (`-s`, `-w`); inlining has no part in it. For C frames inside a Go traceback a program has to install functions with `runtime.SetCgoTraceback`.',
    sources: ['src/runtime/symtab.go: pclntable', 'src/runtime/traceback.go: func SetCgoTraceback'],
    versions: everyKnownVersion,
    says: [/\bsymbols? [^;]{0,30}\b(?:needs?|requires?) [^;]{0,12}(?:-gcflags=-l\b|\bexternal linking|-linkmode=external)/i],
  },
  {
    id: 'E-18',
    claim: 'A map variable is a 24-byte header; C finds the count at offset 8 of &m and always faults.',
    verdict: 'false',
    truth:
      'A map variable is one pointer, so &m is a pointer to that pointer, and the entry count is the first word of what it leads to. C that reads through &m reads an address as a number: wrong data without a fault. By default (cgocheck=1) the runtime panics before such a call.',
    sources: ['src/runtime/cgocall.go: case abi.Chan, abi.Map', 'src/internal/runtime/maps/map.go: type Map struct'],
    versions: everyKnownVersion,
    says: [/\bmap (?:variable |value |header )?(?:is|has|takes) (?:a |an )?24(?:-byte| bytes?| B)\b/i, /count at offset 8\b/i],
  },
  {
    id: 'E-19',
    claim: 'cgoCheckPointer runs on every store and Go call, and memory from C.CString bypasses it.',
    verdict: 'false',
    truth:
      'It runs in the code that cgo generates around a C call and looks at that call’s arguments. Memory that `C.CString` returns belongs to C; there is nothing to check in it. Stores of Go pointers into C memory are only checked under GOEXPERIMENT=cgocheck2.',
    sources: ['src/runtime/cgocall.go: func cgoCheckPointer', 'src/runtime/cgocheck.go: cgoCheckPtrWrite'],
    versions: everyKnownVersion,
    says: [
      /cgoCheckPointer (?:runs|is called|checks) (?:on|for|at) (?:every|each|all) (?:store|assignment|Go call|write)/i,
      /C\.CString[^;]* bypass(?:es)? (?:it|cgocheck|cgoCheckPointer)/i,
    ],
  },
  {
    id: 'E-20',
    claim: '//go:cgo_unsafe_import disables pointer checks, and they are off when the pointer does not escape.',
    verdict: 'false',
    truth:
      'The compiler knows no such directive (it knows `go:cgo_unsafe_args`, which cgo writes for itself). Arguments of a C call escape unless `#cgo noescape` says otherwise.',
    sources: ['src/cmd/compile/internal/noder/lex.go: go:cgo_unsafe_args', 'src/cmd/cgo/doc.go: noescape'],
    versions: everyKnownVersion,
    says: [/go:cgo_unsafe_import\b/, /pointer checks? [^;]*\b(?:off|skipped|disabled) (?:when|if|for) [^;]*(?:does not|do not|non-)escap/i],
  },
  {
    id: 'E-21',
    claim: 'A heap profile shows what C.CString and C.malloc leak, and pprof finds the SIGSEGV.',
    verdict: 'false',
    truth:
      'A heap profile samples allocations of the Go heap; memory from malloc shows as resident size that Go’s own numbers do not explain. `alloc_space` is a view of a heap profile, not of a CPU profile; an execution trace is opened with `go tool trace`; for a crash one wants a core dump or the address sanitizer.',
    sources: ['src/runtime/pprof/pprof.go: heap', 'src/runtime/mprof.go: mProf_Malloc', 'src/cmd/trace/main.go: trace'],
    versions: everyKnownVersion,
    says: [
      /(?:Go )?heap profiles? (?:shows?|lists?|contains?|finds?|includes?) [^;]*\bC\.(?:CString|malloc|CBytes)/i,
      /-alloc_space \S*cpu/i,
      /go tool pprof -trace\b/i,
      /\bpprof (?:finds?|shows?|locates?) (?:the )?(?:SIGSEGV|crash|segfault)/i,
    ],
  },
  {
    id: 'E-22',
    claim: 'Build with -gcflags="all=-N -l" for profiling.',
    verdict: 'false',
    truth:
      'Those flags switch optimisation and inlining off, so the profile shows a program nobody runs. They are for stepping in a debugger; profile the binary that is deployed.',
    sources: ['src/cmd/compile/doc.go: Disable optimizations, Disable inlining', 'https://go.dev/doc/gdb'],
    versions: everyKnownVersion,
    says: [/-N -l["'`]* [^;]*\b(?:for|before|when|to) profil/i, /profil\w+ [^;]*\b(?:needs?|requires?|with|use) [^;]*-N -l\b/i],
  },
  {
    id: 'E-23',
    claim: 'dictiter_next, ma_used and __hash__ explain what a Go map frame does in the flame graph.',
    verdict: 'false',
    truth:
      'Those are names of CPython’s dictionary, which refuses to go on when the dictionary has changed size. Go’s map shares no code and not that rule with it.',
    sources: ['https://github.com/python/cpython/blob/main/Objects/dictobject.c'],
    versions: anyVersion,
    says: [/\b(?:dictiter_next|ma_used|dictiter_iternextkey)\b/],
  },
  {
    id: 'E-24',
    claim: 'Look for runtime.mapiternext to find hot map iteration.',
    verdict: 'outdated',
    truth:
      'Since Go 1.24 the frames are `internal/runtime/maps.(*Iter).Next` and `runtime.mapIterNext`. The old name is left only as a shim for code that linknames it; in profiles of Go up to 1.23 it is the right one.',
    sources: ['src/runtime/linkname_shim.go: func mapiternext', 'src/runtime/map.go: func mapIterNext'],
    versions: 'up to 1.23; 1.24 to 1.26',
    says: [/\b(?:[Ll]ook|[Ss]earch|[Gg]rep|[Ww]atch) for `?(?:runtime\.)?mapiternext\b(?![^;]*(?:mapIterNext|Iter\)?\.Next|1\.23))/],
  },
  {
    id: 'E-25',
    claim: 'A finalizer must take no arguments and may run several times.',
    verdict: 'false',
    truth:
      'It takes exactly one, the object. It runs at most once for each call of SetFinalizer, and the memory is freed by a later collection, as running it made the object reachable again. One goroutine runs all of them. An object in a cycle, a very small one without pointers or one of size zero may never get there.',
    sources: ['src/runtime/mfinal.go: A single goroutine runs all finalizers, cyclic structure, func SetFinalizer'],
    versions: everyKnownVersion,
    says: [
      /finalizers? (?:must|has to|have to|should) (?:take|have) no (?:arguments?|parameters?)/i,
      /finalizers? (?:may|can|might) (?:run|be called|fire) (?:several|many|multiple) times/i,
    ],
  },
  {
    id: 'E-26',
    claim: 'SetFinalizer is the tool for releasing what an object holds.',
    verdict: 'outdated',
    truth:
      'Since Go 1.24 there is `runtime.AddCleanup`: several for an object, no resurrection, cycles are no obstacle. Since 1.25 cleanups run on several goroutines, and GODEBUG=checkfinalizers=1 looks for common mistakes. Neither replaces a Close method.',
    sources: ['src/runtime/mcleanup.go: func AddCleanup', 'src/runtime/extern.go: checkfinalizers', 'api/go1.24.txt: AddCleanup'],
    versions: '1.24 to 1.26',
    says: [/SetFinalizer (?:is|remains) the (?:right |best |only )?(?:tool|way)\b/i],
  },
  {
    id: 'E-27',
    claim: 'A finalizer guarantees that C resources are released before the Go object goes away.',
    verdict: 'false',
    truth:
      'Nothing guarantees that a finalizer runs at all, least of all before the program ends. Release what C owns in Close; a finalizer or cleanup is a net below it.',
    sources: ['src/runtime/mfinal.go: There is no guarantee that finalizers will run before a program exits'],
    versions: everyKnownVersion,
    says: [/\bfinalizers? (?:guarantees?|ensures?|makes? sure)\b/i, /\bfinalizers? (?:will|do|does) always run/i],
  },
  {
    id: 'E-28',
    claim: 'Structs shared with C need #pragma pack(1).',
    verdict: 'false',
    truth:
      'cgo follows the C compiler’s default layout. A packed struct has fields that Go cannot express: misaligned fields and bit fields are left out of the Go type and become padding.',
    sources: ['src/cmd/cgo/doc.go: misaligned data'],
    versions: everyKnownVersion,
    says: [/\b(?:needs?|requires?|must (?:use|have)|use|add) `?#pragma pack/i],
  },
  {
    id: 'E-29',
    claim: 'unsafe.Slice(&b[0], len(b)) exports the bytes to C without a copy and transfers ownership.',
    verdict: 'false',
    truth:
      'The result is b itself. Taking &b[0] panics when b is empty. C may use the memory until the call returns; for longer it has to be pinned with `runtime.Pinner` (Go 1.21) or copied to C memory.',
    sources: ['src/runtime/pinner.go: type Pinner', 'api/go1.21.txt: (*Pinner) Pin', 'src/cmd/cgo/doc.go: pinned'],
    versions: everyKnownVersion,
    says: [
      /unsafe\.Slice[^;]* (?:transfers?|hands? over|gives? away|moves?) (?:the )?ownership/i,
      /unsafe\.Slice[^;]*(?:exports?|gives?) [^;]*(?:zero-copy|without a copy|no copy)/i,
    ],
  },
  {
    id: 'E-30',
    claim: 'A timeout in the Go wrapper bounds how long the C call runs.',
    verdict: 'partly true',
    truth:
      'The caller can stop waiting; the C function goes on, and its goroutine and thread stay inside until it returns. What ends it is something C itself obeys: a deadline on the socket, a non-blocking mode, or a process that can be killed.',
    sources: ['src/runtime/cgocall.go: func cgocall'],
    versions: everyKnownVersion,
    says: [
      /(?:timeout|deadline|context)[^;]* (?:bounds?|limits?|aborts?|interrupts?|cancels?|stops?|ends?) (?:how long )?(?:the |a |every )?(?:C|cgo) (?:call|function)/i,
    ],
    unless: [/\b(?:no|not|never|nothing|cannot|neither)\b/i],
  },
  {
    id: 'E-31',
    claim: 'Close a TLS connection with SSL_free and then BIO_free_all.',
    verdict: 'false',
    truth: '`SSL_set_bio` hands the BIOs to the SSL object, and `SSL_free` frees them with it; a second free is a double free.',
    sources: ['https://docs.openssl.org/3.0/man3/SSL_set_bio/', 'https://docs.openssl.org/3.0/man3/SSL_free/'],
    versions: anyVersion,
    says: [/SSL_free\b[^;]*\b(?:and then|then|followed by|before) (?:call )?`?BIO_free/i],
    unless: [/double free|freed twice/i],
  },
  {
    id: 'E-32',
    claim: 'WANT_READ comes only from reads, and three rows cover all SSL errors.',
    verdict: 'partly true',
    truth:
      'Any TLS call may have to wait for either direction, because a handshake can be under way. `SSL_get_error` knows thirteen results, 0 to 12 (NONE, SSL, WANT_READ, WANT_WRITE, WANT_X509_LOOKUP, SYSCALL, ZERO_RETURN, WANT_CONNECT, WANT_ACCEPT, WANT_ASYNC, WANT_ASYNC_JOB, WANT_CLIENT_HELLO_CB, WANT_RETRY_VERIFY).',
    sources: ['https://docs.openssl.org/3.0/man3/SSL_get_error/'],
    versions: anyVersion,
    says: [/WANT_READ\b[^;]* only (?:comes? )?(?:from|after|by|on) (?:a )?(?:SSL_)?reads?/i, /WANT_READ comes only from reads/i],
  },
  {
    id: 'E-33',
    claim: 'Counting errno after SSL_ERROR_SYSCALL tells why connections fail.',
    verdict: 'partly true',
    truth:
      'Only if the call and `SSL_get_error` ran on one thread, with the error queue empty before: do both in one C function, or keep the goroutine on its thread. An unexpected end of file gives SYSCALL with errno 0 before OpenSSL 3.0 and SSL_ERROR_SSL since.',
    sources: ['https://docs.openssl.org/3.0/man3/SSL_get_error/'],
    versions: anyVersion,
    says: [/(?:errno|EAGAIN)[^;]* (?:after|of|in|for) `?SSL_ERROR_SYSCALL`?[^;]* (?:tells?|shows?|says?|means?|explains?) why/i],
  },
  {
    id: 'E-34',
    claim: 'When a C call times out, force runtime.exitsyscall to get the goroutine back.',
    verdict: 'false',
    truth:
      'No call interrupts C code. `exitsyscall` is what a thread runs for itself when it has come back; run by anyone else it would corrupt the scheduler’s state.',
    sources: ['src/runtime/proc.go: func exitsyscall'],
    versions: everyKnownVersion,
    says: [
      /\b(?:force|trigger)\w* (?:a |an )?`?(?:runtime\.)?exitsyscall/i,
      /\bexitsyscall\b[^;]* (?:gets?|brings?|takes?) the goroutine back/i,
    ],
  },
  {
    id: 'E-35',
    claim:
      'Over 72 hours the wait for WANT_READ rose by 400 %, EAGAIN was 89 % of SYSCALL errors, and SSL_free took 12.7 ms in the median.',
    verdict: 'no basis',
    truth: 'Numbers of one text, without a program, load or machine to repeat them on. They are not limits to alarm on.',
    sources: ['computed: nothing to compute from; no setup is given'],
    versions: anyVersion,
    says: [/\bSSL_free\b[^;]*12\.7 ?ms/i, /EAGAIN\b[^;]*\b89 ?%/i, /WANT_READ\b[^;]*\b400 ?%/i],
  },
]
