// The counters of calls into C as Go: figures by function, a hook for each call, Prometheus and OpenTelemetry. It is a file of the gate's own
// package, or a package of its own (`guard cgomonitor`) that all gates of a process register with.
import {goFile, type GeneratedFile} from './go-file.ts'

export interface MonitorGuard {
  readonly package: string
  /** Adds the adapter to OpenTelemetry's metric API. */
  readonly otel: boolean
}

/** Calls that took longer count as blocked. One of the bucket ends below. Unit: ms. */
const blockedAfterMs = 10

export function monitorFiles(guard: MonitorGuard, header: string, doc?: string): GeneratedFile[] {
  return [
    {path: 'monitor.go', text: monitorGo(guard, header, doc)},
    {path: 'thread_linux.go', text: threadGo(guard, header, true)},
    {path: 'thread_other.go', text: threadGo(guard, header, false)},
    ...(guard.otel ? [{path: 'otel.go', text: otelGo(guard, header)}] : []),
  ]
}

export function cgoMonitorDoc(guard: MonitorGuard): string {
  return `Package ${guard.package} counts the calls into C of a whole process. The packages that gotriage guard cgo writes with "monitor: <import path of this
package>" register their functions here in init.

It needs Go 1.21 or later${guard.otel ? ' and the metric API of OpenTelemetry' : ' and nothing outside the standard library'}.`
}

function monitorGo(guard: MonitorGuard, header: string, doc: string | undefined): string {
  const f = goFile(guard.package, header, doc)
  f.use('bytes', 'errors', 'fmt', 'io', 'runtime', 'sort', 'strconv', 'sync', 'sync/atomic', 'syscall', 'time')
  f.print(`
// Record is one call that returned.
type Record struct {
	Package, Name string
	Duration      time.Duration
	// Thread is the operating system's id of the thread; 0 where it is not known.
	Thread int
	// Goroutine is the id of the goroutine that asked for the call; 0 where it is not known.
	Goroutine int64
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

const (
	// blockedAfter is where a call counts as blocked.
	blockedAfter = ${blockedAfterMs} * time.Millisecond
	errnosMax    = 256
)

// Counter counts the calls of one C function.
type Counter struct {
	pkg, name string
	stuck     func() int64
	failed    atomic.Int64
	timeouts  atomic.Int64
	refused   atomic.Int64
	alerts    atomic.Int64
	nanos     atomic.Int64
	counts    [len(buckets) + 1]atomic.Int64
	mu        sync.Mutex
	errnos    map[syscall.Errno]int64
}

var registry struct {
	mu  sync.Mutex
	all []*Counter
}

// Register adds a function of a package. stuck says how many of its calls are in C although their callers have gone.
func Register(pkg, name string, stuck func() int64) *Counter {
	c := &Counter{pkg: pkg, name: name, stuck: stuck}
	registry.mu.Lock()
	registry.all = append(registry.all, c)
	registry.mu.Unlock()
	return c
}

// Timeout counts a caller that went away.
func (c *Counter) Timeout() { c.timeouts.Add(1) }

// Refuse counts a call that never began.
func (c *Counter) Refuse() { c.refused.Add(1) }

// Alert counts an error that someone should look at.
func (c *Counter) Alert() { c.alerts.Add(1) }

// Observe counts a call that returned. It must run on the thread of the call.
func (c *Counter) Observe(took time.Duration, goroutine int64, err error, good bool) {
	at := 0
	for at < len(buckets) && took > buckets[at] {
		at++
	}
	c.counts[at].Add(1)
	c.nanos.Add(int64(took))
	if !good {
		c.failed.Add(1)
	}
	var errno syscall.Errno
	if err != nil && errors.As(err, &errno) && errno != 0 {
		c.mu.Lock()
		if c.errnos == nil {
			c.errnos = map[syscall.Errno]int64{}
		}
		if _, known := c.errnos[errno]; known || len(c.errnos) < errnosMax {
			c.errnos[errno]++
		}
		c.mu.Unlock()
	}
	if h := hook.Load(); h != nil {
		(*h)(Record{Package: c.pkg, Name: c.name, Duration: took, Thread: threadID(), Goroutine: goroutine, Errno: errno, Err: err})
	}
}

// Goroutine is the id of this goroutine while someone listens with OnCall, else 0: to ask for it takes about a microsecond.
func Goroutine() int64 {
	if hook.Load() == nil {
		return 0
	}
	var text [64]byte
	fields := bytes.Fields(text[:runtime.Stack(text[:], false)])
	if len(fields) < 2 {
		return 0
	}
	id, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return id
}

// Stats are the figures of one function.
type Stats struct {
	Package, Name string
	// Calls returned; Failed of them with an error or a panic. Timeouts are callers that went away, Refused calls that never began.
	Calls, Failed, Timeouts, Refused, Stuck, Alerts int64
	// Blocked is the share of calls that took longer than ${blockedAfterMs} ms.
	Blocked float64
	Total   time.Duration
	// P99 is the upper end of the bucket that holds the 99th percentile; 0 without calls.
	P99    time.Duration
	Errnos map[syscall.Errno]int64
}

// Snapshot gives the figures of all functions, by package and name.
func Snapshot() []Stats {
	registry.mu.Lock()
	all := make([]Stats, 0, len(registry.all))
	for _, c := range registry.all {
		all = append(all, c.stats())
	}
	registry.mu.Unlock()
	sort.Slice(all, func(i, j int) bool {
		if all[i].Package != all[j].Package {
			return all[i].Package < all[j].Package
		}
		return all[i].Name < all[j].Name
	})
	return all
}

func (c *Counter) stats() Stats {
	s := Stats{
		Package: c.pkg, Name: c.name, Failed: c.failed.Load(), Timeouts: c.timeouts.Load(), Refused: c.refused.Load(),
		Stuck: c.stuck(), Alerts: c.alerts.Load(), Total: time.Duration(c.nanos.Load()), Errnos: map[syscall.Errno]int64{},
	}
	var counts [len(buckets) + 1]int64
	var blocked int64
	for i := range counts {
		counts[i] = c.counts[i].Load()
		s.Calls += counts[i]
		if i == len(buckets) || buckets[i] > blockedAfter {
			blocked += counts[i]
		}
	}
	if s.Calls > 0 {
		s.Blocked = float64(blocked) / float64(s.Calls)
		seen := int64(0)
		for i, n := range counts {
			seen += n
			if seen*100 >= s.Calls*99 {
				s.P99 = buckets[min(i, len(buckets)-1)]
				break
			}
		}
	}
	c.mu.Lock()
	for errno, n := range c.errnos {
		s.Errnos[errno] = n
	}
	c.mu.Unlock()
	return s
}

// WriteMetrics writes the figures in the text format of Prometheus.
func WriteMetrics(w io.Writer) error {
	for _, s := range Snapshot() {
		labels := fmt.Sprintf("package=%q,function=%q", s.Package, s.Name)
		_, err := fmt.Fprintf(w, "cgo_calls_total{%[1]s} %[2]d\\ncgo_failed_total{%[1]s} %[3]d\\ncgo_timeouts_total{%[1]s} %[4]d\\ncgo_refused_total{%[1]s} %[5]d\\n"+
			"cgo_stuck{%[1]s} %[6]d\\ncgo_alerts_total{%[1]s} %[7]d\\ncgo_blocked_share{%[1]s} %[8]g\\ncgo_duration_p99_seconds{%[1]s} %[9]g\\n",
			labels, s.Calls, s.Failed, s.Timeouts, s.Refused, s.Stuck, s.Alerts, s.Blocked, s.P99.Seconds())
		if err != nil {
			return err
		}
		errnos := make([]int, 0, len(s.Errnos))
		for errno := range s.Errnos {
			errnos = append(errnos, int(errno))
		}
		sort.Ints(errnos)
		for _, errno := range errnos {
			if _, err := fmt.Fprintf(w, "cgo_errno_total{%s,errno=\\"%d\\"} %d\\n", labels, errno, s.Errnos[syscall.Errno(errno)]); err != nil {
				return err
			}
		}
	}
	return nil
}
`)
  return f.toString()
}

function threadGo(guard: MonitorGuard, header: string, linux: boolean): string {
  const build = linux ? '' : '//go:build !linux\n\n'
  const body = linux
    ? 'import "syscall"\n\n// threadID is the kernel\'s id of this thread.\nfunc threadID() int { return syscall.Gettid() }\n'
    : '// threadID is not known here.\nfunc threadID() int { return 0 }\n'
  return `${header}\n\n${build}package ${guard.package}\n\n${body}`
}

function otelGo(guard: MonitorGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('context', 'go.opentelemetry.io/otel/attribute', 'go.opentelemetry.io/otel/metric')
  f.print(`
// ObserveOpenTelemetry reports the figures through a meter of OpenTelemetry each time it collects. Unregister the answer to end that.
func ObserveOpenTelemetry(meter metric.Meter) (metric.Registration, error) {
	calls, err := meter.Int64ObservableCounter("cgo.calls", metric.WithDescription("calls into C that returned"))
	if err != nil {
		return nil, err
	}
	failed, err := meter.Int64ObservableCounter("cgo.failed", metric.WithDescription("of them with an error"))
	if err != nil {
		return nil, err
	}
	stuck, err := meter.Int64ObservableGauge("cgo.stuck", metric.WithDescription("calls in C whose callers have gone"))
	if err != nil {
		return nil, err
	}
	blocked, err := meter.Float64ObservableGauge("cgo.blocked", metric.WithDescription("share of calls that took longer than ${blockedAfterMs} ms"))
	if err != nil {
		return nil, err
	}
	p99, err := meter.Float64ObservableGauge("cgo.duration.p99", metric.WithUnit("s"))
	if err != nil {
		return nil, err
	}
	errnos, err := meter.Int64ObservableCounter("cgo.errno")
	if err != nil {
		return nil, err
	}
	return meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for _, s := range Snapshot() {
			name := []attribute.KeyValue{attribute.String("package", s.Package), attribute.String("function", s.Name)}
			with := metric.WithAttributes(name...)
			o.ObserveInt64(calls, s.Calls, with)
			o.ObserveInt64(failed, s.Failed, with)
			o.ObserveInt64(stuck, s.Stuck, with)
			o.ObserveFloat64(blocked, s.Blocked, with)
			o.ObserveFloat64(p99, s.P99.Seconds(), with)
			for errno, n := range s.Errnos {
				o.ObserveInt64(errnos, n, with, metric.WithAttributes(attribute.Int("errno", int(errno))))
			}
		}
		return nil
	}, calls, failed, stuck, blocked, p99, errnos)
}
`)
  return f.toString()
}
