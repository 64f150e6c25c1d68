// Myths found when the five texts were read again: curl, flame graphs, reflection, memguard, pools.
import {anyVersion, everyKnownVersion, type Myth} from './myth.ts'

export const mythsFoundLater: readonly Myth[] = [
  {
    id: 'E-133',
    claim: 'CURLOPT_NOSIGNAL=1 stops SIGPIPE from disturbing Go’s signal handler.',
    verdict: 'false',
    truth:
      'The reverse: with it libcurl no longer asks the system to ignore SIGPIPE. It is for programs with threads, where the timeout of the standard resolver by SIGALRM and longjmp is unsafe; with that resolver a DNS lookup then has no timeout.',
    sources: ['https://curl.se/libcurl/c/CURLOPT_NOSIGNAL.html'],
    versions: anyVersion,
    says: [/\bCURLOPT_NOSIGNAL\b[^;]* (?:stops|prevents|blocks|suppresses|avoids) (?:the )?SIGPIPE/i],
  },
  {
    id: 'E-134',
    claim: '#cgo LDFLAGS: -fPIC helps against trouble with thread-local state.',
    verdict: 'false',
    truth:
      'The flag is about the addressing in generated code, and it is for the compiler. Whose thread-local variables a call sees depends on the thread it runs on.',
    sources: ['https://gcc.gnu.org/onlinedocs/gcc/Code-Gen-Options.html'],
    versions: anyVersion,
    says: [/LDFLAGS: ?-fPIC\b/],
  },
  {
    id: 'E-135',
    claim: 'Linking with -s -w makes profiles lose their symbols; --no-as-needed keeps those of cgo.',
    verdict: 'false',
    truth:
      'A Go profile gets its names in the process, from the table the runtime needs for itself, and that stays in the binary. What goes is DWARF: debuggers, and lines of C frames.',
    sources: ['src/runtime/symtab.go: pclntable', 'src/runtime/pprof/proto.go: runtime.CallersFrames'],
    versions: everyKnownVersion,
    says: [
      /-s -w\b[^;]* (?:profiles? (?:lose|without|lack)|makes? profiles? (?:lose|useless|unreadable)|breaks? (?:pprof|profiles?)|removes? [^;]*from profiles?)/i,
    ],
  },
  {
    id: 'E-136',
    claim: 'Unexported fields can be read and set through reflection.',
    verdict: 'false',
    truth: '`reflect` panics when `Interface` or `Set` is called on a value that came from an unexported field.',
    sources: ['src/reflect/value.go: mustBeExported, cannot return value obtained from unexported field or method'],
    versions: everyKnownVersion,
    says: [/\bunexported fields?\b[^;]* (?:can|may|could) be (?:read and set|set|written|changed|modified)[^;]* reflect/i],
  },
  {
    id: 'E-137',
    claim: 'memguard.New() from github.com/memguard/memguard with defer mg.Destroy() in init protects the program.',
    verdict: 'false',
    truth:
      'The module is github.com/awnumar/memguard and has no such constructor. A defer in `init` runs when init returns, before main starts.',
    sources: ['https://pkg.go.dev/github.com/awnumar/memguard', 'doc/go_spec.html: Defer_statements'],
    versions: anyVersion,
    says: [/github\.com\/memguard\/memguard/, /\bmemguard\.New\(\)/],
  },
  {
    id: 'E-138',
    claim: 'Every c.Next() derives a new context and passes it on.',
    verdict: 'false',
    truth: '`Next` advances an index and calls the next handler with the same `*gin.Context`, one for each request and taken from a pool.',
    sources: ['https://github.com/gin-gonic/gin/blob/v1.12.0/context.go (Context.Next)'],
    versions: 'gin 1.9 to 1.12',
    says: [/\bc?\.?Next\(\)`? (?:derives|creates|makes|allocates) a (?:new|child|fresh) context/i],
  },
  {
    id: 'E-139',
    claim: 'The output of perf script goes straight into flamegraph.pl.',
    verdict: 'partly true',
    truth: '`stackcollapse-perf.pl` comes between the two: flamegraph.pl reads folded stacks, one a line with a count.',
    sources: ['https://github.com/brendangregg/FlameGraph'],
    versions: anyVersion,
    says: [/perf script\b[^|;\n]*\| *(?:\.\/)?flamegraph\.pl/i, /perf script goes straight into flamegraph/i],
  },
  {
    id: 'E-140',
    claim: 'sysmon calls preemptMSupported() to decide whether to preempt.',
    verdict: 'false',
    truth: 'That is a constant of the platform. sysmon calls `retake`, which asks for preemption where 10 ms are over.',
    sources: ['src/runtime/signal_unix.go: const preemptMSupported = true', 'src/runtime/proc.go: func retake'],
    versions: everyKnownVersion,
    says: [/\bpreemptMSupported\(\)/],
  },
  {
    id: 'E-141',
    claim: 'Pool.New returns a pointer in order to avoid escape.',
    verdict: 'false',
    truth:
      'What is pooled lives on the heap in any case. A pointer fits into an interface as it is, while another value would be boxed, which is one more allocation at each Put.',
    sources: ['src/sync/pool.go: New func() any', 'src/runtime/iface.go: func convT('],
    versions: everyKnownVersion,
    says: [/\bPool\b[^;]* pointer\b[^;]* (?:avoids?|prevents?) (?:an? )?escap/i],
  },
  {
    id: 'E-142',
    claim: 'Call runtime.nanotime() to measure time.',
    verdict: 'false',
    truth: 'It is not exported. `time.Now` and `time.Since` read the monotonic clock.',
    sources: ['src/runtime/time_nofake.go: func nanotime', 'src/time/time.go: monotonic'],
    versions: everyKnownVersion,
    says: [/\b(?:call|use|prefer|recommend\w*) `?runtime\.nanotime\b/i],
  },
  {
    id: 'E-143',
    claim: 'Reset() is the synchronisation point that makes a pool thread-safe.',
    verdict: 'false',
    truth:
      'Reset is a method like any other and synchronises nothing. `Get` and `Put` do: what happened before a Put is visible to the Get that receives the item.',
    sources: ['src/sync/pool.go: synchronizes before'],
    versions: everyKnownVersion,
    says: [/\bReset(?:\(\))?`? (?:is|acts as|serves as) (?:the|a) synchroni[sz]ation/i],
  },
  {
    id: 'E-144',
    claim: 'A missing C.free leads to a leak and then to out-of-bounds access.',
    verdict: 'false',
    truth: 'Memory that nobody frees stays valid: the process grows, and no access goes out of bounds because of it.',
    sources: ['https://man7.org/linux/man-pages/man3/free.3.html'],
    versions: anyVersion,
    says: [/\b(?:C\.free|leak)\b[^;]* (?:leads?|causes?|ends?|results?) [^;]*\bout[- ]of[- ]bounds/i],
  },
]
