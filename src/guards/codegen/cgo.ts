// The Go package of a cgo contract: a gate that every listed C function is called through. It needs no signatures: the call itself stays in a
// function literal, the gate adds the lock, the bounds and the record. A C call cannot be stopped; only its waiter can be sent away.
import {generatedHeader, goConstants, goFile, goString, type GeneratedFile} from './go-file.ts'
import {opensslGo} from './cgo-openssl.ts'

export interface CgoFunction {
  readonly name: string
  /** How long a caller waits, for the lock and, when it may block, for the answer; 0 is without bound. Unit: ms. */
  readonly timeoutMs: number
  readonly mayBlock: boolean
  readonly lock?: string
}

export interface CgoGuard {
  readonly package: string
  readonly functions: readonly CgoFunction[]
  /** Calls of one function that may sit in C after their waiters have gone. */
  readonly blockedMax: number
  /** Adds the table of OpenSSL's error codes. */
  readonly openssl: boolean
}

export function cgoGo(guard: CgoGuard, config: string): GeneratedFile[] {
  const header = generatedHeader('cgo', config)
  return [
    {path: 'gate.go', text: gateGo(guard, header)},
    {path: 'monitor.go', text: monitorGo(guard, header)},
    {path: 'thread_linux.go', text: threadGo(guard, header, true)},
    {path: 'thread_other.go', text: threadGo(guard, header, false)},
    ...(guard.openssl ? [{path: 'openssl.go', text: opensslGo(guard.package, header)}] : []),
  ]
}

function gateGo(guard: CgoGuard, header: string): string {
  const locks = [...new Set(guard.functions.flatMap(fn => fn.lock ?? []))].sort()
  const doc = `Package ${guard.package} is the gate for calls into C. Call each listed function through it and nowhere else:

	err := ${guard.package}.Call(${goString(guard.functions[0]?.name ?? 'f')}, func() error {
		n, err := C.${guard.functions[0]?.name ?? 'f'}(…)
		…
	})

A C call cannot be stopped. When the time is over the caller gets ErrTimeout, but the thread stays in C, keeps its lock, and is counted; when too many
are stuck, further calls are refused. So nothing the literal touches may be freed or reused after ErrTimeout until it has returned. A panic in it after
that is counted as a failure and goes no further.

It needs Go 1.21 or later.`
  const f = goFile(guard.package, header, doc)
  f.use('context', 'errors', 'fmt', 'runtime', 'sync/atomic', 'time')
  const width = Math.max(...guard.functions.map(fn => goString(fn.name).length))
  const rows = guard.functions
    .map(fn => {
      const parts = [
        `name: ${goString(fn.name)}`,
        ...(fn.timeoutMs > 0 ? [`timeout: ${fn.timeoutMs} * time.Millisecond`] : []),
        ...(fn.mayBlock ? ['mayBlock: true'] : []),
        ...(fn.lock === undefined ? [] : [`lock: ${lockName(fn.lock)}`]),
      ]
      return `\t${goString(fn.name)}:${' '.repeat(width - goString(fn.name).length)} {${parts.join(', ')}},\n`
    })
    .join('')
  const constants = goConstants([
    ['blockedMax', String(guard.blockedMax), 'calls of one function that may be stuck in C after their callers have gone'],
  ])
  const lockVars = locks
    .map(lock => `// ${lockName(lock)} is the lock ${goString(lock)} of the contract.\nvar ${lockName(lock)} = newLock()\n`)
    .join('\n')
  f.print(`
const (
${constants})
${lockVars === '' ? '' : `\n${lockVars}`}
// contract lists the functions that may be called.
var contract = map[string]*function{
${rows}}

// What the gate refuses. errors.Is tells them apart.
var (
	ErrNotListed = errors.New("cgo: the function is not in the contract")
	ErrTimeout   = errors.New("cgo: the call did not return in time and still runs")
	ErrLocked    = errors.New("cgo: the lock was not free in time")
	ErrStuck     = errors.New("cgo: too many calls are stuck in C")
)

type function struct {
	name     string
	timeout  time.Duration // 0 is without bound
	mayBlock bool
	lock     lock // nil when none is needed
	stuck    atomic.Int64
	stats    stats
}

// lock is a mutex whose waiters can give up.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

// Call runs fn, which calls the C function of this name, under its lock and within its bounds. fn stays on one thread from begin to end, so
// errno and the error queue of a library can be read after the call.
func Call(name string, fn func() error) error { return CallContext(context.Background(), name, fn) }

// CallContext is Call that also gives up when ctx ends.
func CallContext(ctx context.Context, name string, fn func() error) error {
	f := contract[name]
	if f == nil {
		return fmt.Errorf("%s: %w", name, ErrNotListed)
	}
	if f.stuck.Load() >= blockedMax {
		f.stats.refuse()
		return fmt.Errorf("%s: %w", name, ErrStuck)
	}
	var expired <-chan time.Time
	if f.timeout > 0 {
		timer := time.NewTimer(f.timeout)
		defer timer.Stop()
		expired = timer.C
	}
	if f.lock != nil {
		select {
		case f.lock <- struct{}{}:
		case <-expired:
			f.stats.refuse()
			return fmt.Errorf("%s: %w", name, ErrLocked)
		case <-ctx.Done():
			f.stats.refuse()
			return fmt.Errorf("%s: %w", name, ctx.Err())
		}
	}
	if !f.mayBlock {
		return f.here(fn)
	}
	return f.elsewhere(ctx, expired, fn)
}

// here runs fn on the caller's own thread: it was promised not to block.
func (f *function) here(fn func() error) error {
	defer f.unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return f.record(fn)
}

type answer struct {
	err      error
	panicked any
}

// elsewhere runs fn in a goroutine whose thread may be left in C when the caller must go on.
func (f *function) elsewhere(ctx context.Context, expired <-chan time.Time, fn func() error) error {
	answers := make(chan answer, 1)
	var left atomic.Bool // the caller has gone, or the call has ended; whoever is second knows
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		a := answer{panicked: errors.New("runtime.Goexit in a C call")} // what stays if fn leaves by Goexit
		defer func() {
			f.unlock()
			if left.Swap(true) {
				f.stuck.Add(-1)
			}
			answers <- a
		}()
		defer func() {
			if p := recover(); p != nil {
				a = answer{panicked: p}
			}
		}()
		a = answer{err: f.record(fn)}
	}()
	var why error
	select {
	case a := <-answers:
		return f.answered(a)
	case <-expired:
		why = ErrTimeout
	case <-ctx.Done():
		why = ctx.Err()
	}
	f.stuck.Add(1)
	if left.Swap(true) { // it ended at the same moment
		f.stuck.Add(-1)
		return f.answered(<-answers)
	}
	f.stats.timeout()
	return fmt.Errorf("%s: %w", f.name, why)
}

func (f *function) answered(a answer) error {
	if a.panicked != nil {
		panic(a.panicked)
	}
	return a.err
}

func (f *function) unlock() {
	if f.lock != nil {
		<-f.lock
	}
}

// Stuck says how many calls of a function are in C although their callers have gone.
func Stuck(name string) int64 {
	if f := contract[name]; f != nil {
		return f.stuck.Load()
	}
	return 0
}
`)
  return f.toString()
}

const lockName = (lock: string) =>
  `lock${lock
    .split(/[^A-Za-z0-9]+/)
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`

function monitorGo(guard: CgoGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('errors', 'fmt', 'io', 'sort', 'sync', 'sync/atomic', 'syscall', 'time')
  f.print(`
// Record is one call that returned.
type Record struct {
	Name     string
	Duration time.Duration
	// Thread is the operating system's id of the thread; 0 where it is not known.
	Thread int
	// Errno is the error number in the error, if there is one.
	Errno syscall.Errno
	Err   error
}

var hook atomic.Pointer[func(Record)]

// OnCall sets the function that gets every call that returned, on the thread of the call; nil takes it away.
func OnCall(fn func(Record)) {
	if fn == nil {
		hook.Store(nil)
		return
	}
	hook.Store(&fn)
}

// buckets are the upper ends of the durations that are counted.
var buckets = [...]time.Duration{
	10 * time.Microsecond, 50 * time.Microsecond, 100 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 500 * time.Millisecond, time.Second, 5 * time.Second, 30 * time.Second,
}

const errnosMax = 256

type stats struct {
	mu                sync.Mutex
	calls, failed     int64
	timeouts, refused int64
	total             time.Duration
	counts            [len(buckets) + 1]int64
	errnos            map[syscall.Errno]int64
}

// record runs fn and counts it. A panic is counted as a failure and goes on.
func (f *function) record(fn func() error) (err error) {
	started := time.Now()
	returned := false
	defer func() {
		r := Record{Name: f.name, Duration: time.Since(started), Thread: threadID(), Err: err}
		errors.As(err, &r.Errno)
		f.stats.add(r, returned && err == nil)
		if h := hook.Load(); h != nil {
			(*h)(r)
		}
	}()
	err = fn()
	returned = true
	return err
}

func (s *stats) add(r Record, good bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.total += r.Duration
	s.counts[sort.Search(len(buckets), func(i int) bool { return r.Duration <= buckets[i] })]++
	if !good {
		s.failed++
	}
	if r.Errno != 0 {
		if s.errnos == nil {
			s.errnos = map[syscall.Errno]int64{}
		}
		if _, known := s.errnos[r.Errno]; known || len(s.errnos) < errnosMax {
			s.errnos[r.Errno]++
		}
	}
}

func (s *stats) timeout() {
	s.mu.Lock()
	s.timeouts++
	s.mu.Unlock()
}

func (s *stats) refuse() {
	s.mu.Lock()
	s.refused++
	s.mu.Unlock()
}

// Stats are the figures of one function.
type Stats struct {
	Name string
	// Calls returned; Failed of them with an error or a panic. Timeouts are callers that went away, Refused calls that never began.
	Calls, Failed, Timeouts, Refused, Stuck int64
	// P99 is the upper end of the bucket that holds the 99th percentile; 0 without calls.
	P99    time.Duration
	Errnos map[syscall.Errno]int64
}

// Snapshot gives the figures of all functions, by name.
func Snapshot() []Stats {
	var all []Stats
	for name, f := range contract {
		s := &f.stats
		s.mu.Lock()
		one := Stats{Name: name, Calls: s.calls, Failed: s.failed, Timeouts: s.timeouts, Refused: s.refused, Stuck: f.stuck.Load(), Errnos: map[syscall.Errno]int64{}}
		for errno, n := range s.errnos {
			one.Errnos[errno] = n
		}
		seen := int64(0)
		for i, n := range s.counts {
			seen += n
			if s.calls > 0 && seen*100 >= s.calls*99 {
				one.P99 = buckets[min(i, len(buckets)-1)]
				break
			}
		}
		s.mu.Unlock()
		all = append(all, one)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// WriteMetrics writes the figures in the text format of Prometheus.
func WriteMetrics(w io.Writer) error {
	for _, s := range Snapshot() {
		_, err := fmt.Fprintf(w, "cgo_calls_total{function=%q} %d\\ncgo_failed_total{function=%q} %d\\ncgo_timeouts_total{function=%q} %d\\ncgo_refused_total{function=%q} %d\\ncgo_stuck{function=%q} %d\\ncgo_duration_p99_seconds{function=%q} %g\\n",
			s.Name, s.Calls, s.Name, s.Failed, s.Name, s.Timeouts, s.Name, s.Refused, s.Name, s.Stuck, s.Name, s.P99.Seconds())
		if err != nil {
			return err
		}
		errnos := make([]int, 0, len(s.Errnos))
		for errno := range s.Errnos {
			errnos = append(errnos, int(errno))
		}
		sort.Ints(errnos)
		for _, errno := range errnos {
			if _, err := fmt.Fprintf(w, "cgo_errno_total{function=%q,errno=\\"%d\\"} %d\\n", s.Name, errno, s.Errnos[syscall.Errno(errno)]); err != nil {
				return err
			}
		}
	}
	return nil
}
`)
  return f.toString()
}

function threadGo(guard: CgoGuard, header: string, linux: boolean): string {
  const build = linux ? '' : '//go:build !linux\n\n'
  const body = linux
    ? 'import "syscall"\n\n// threadID is the kernel\'s id of this thread.\nfunc threadID() int { return syscall.Gettid() }\n'
    : '// threadID is not known here.\nfunc threadID() int { return 0 }\n'
  return `${header}\n\n${build}package ${guard.package}\n\n${body}`
}
