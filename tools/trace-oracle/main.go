// Trace-oracle says what golang.org/x/exp/trace makes of an execution trace, in the words of "gotriage trace events".
//
//	trace-oracle events  FILE   a JSON line an event, with stacks; a last line {"error": …} when the reader fails
//	trace-oracle digest  FILE   a JSON line a generation: {"sync", "events", "sha256"} of its event lines without stacks
//	trace-oracle summary FILE   counts, latencies and stops, for comparing "gotriage trace summary"
//	trace-oracle speed   FILE   reads the trace, counts kinds and measures latencies: the work of a summary, for bench/trace.ts
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: trace-oracle events|digest|summary|speed FILE")
		os.Exit(2)
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	file, err := os.Open(os.Args[2])
	check(err)
	switch os.Args[1] {
	case "events":
		err = each(file, func(e trace.Event) { out.Write(line(e, true)); out.WriteByte('\n') })
		if err != nil {
			fmt.Fprintf(out, "{\"error\":%s}\n", quote(strings.SplitN(err.Error(), "\n", 2)[0]))
		}
	case "digest":
		check(digest(file, out))
	case "summary":
		check(summary(file, out))
	case "speed":
		check(speed(file, out))
	default:
		fmt.Fprintln(os.Stderr, "unknown mode", os.Args[1])
		os.Exit(2)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func each(r io.Reader, do func(trace.Event)) error {
	reader, err := trace.NewReader(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return err
	}
	for {
		e, err := reader.ReadEvent()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		do(e)
	}
}

func quote(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	check(enc.Encode(s))
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func unsigned(v uint64) string {
	if v > 1<<53-1 {
		return fmt.Sprintf("%q", fmt.Sprint(v))
	}
	return fmt.Sprint(v)
}

func signed(v int64) string {
	if v > 1<<53-1 || v < -(1<<53-1) {
		return fmt.Sprintf("%q", fmt.Sprint(v))
	}
	return fmt.Sprint(v)
}

func resource(id trace.ResourceID) string {
	switch id.Kind {
	case trace.ResourceGoroutine:
		return `"resource":"Goroutine","id":` + signed(int64(id.Goroutine()))
	case trace.ResourceProc:
		return `"resource":"Proc","id":` + signed(int64(id.Proc()))
	}
	return `"resource":"None"`
}

func line(e trace.Event, withStacks bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"time":"%d","m":%s,"p":%s,"g":%s,"kind":"%s"`, e.Time(), signed(int64(e.Thread())), signed(int64(e.Proc())), signed(int64(e.Goroutine())), e.Kind())
	created := trace.NoStack
	switch e.Kind() {
	case trace.EventStateTransition:
		t := e.StateTransition()
		from, to := "", ""
		if t.Resource.Kind == trace.ResourceProc {
			f, s := t.Proc()
			from, to = f.String(), s.String()
		} else {
			f, s := t.Goroutine()
			from, to = f.String(), s.String()
			if f == trace.GoNotExist {
				created = t.Stack
			}
		}
		fmt.Fprintf(&b, `,%s,"from":"%s","to":"%s"`, resource(t.Resource), from, to)
		if t.Reason != "" {
			fmt.Fprintf(&b, `,"reason":%s`, quote(t.Reason))
		}
	case trace.EventMetric:
		m := e.Metric()
		fmt.Fprintf(&b, `,"name":"%s","args":{"value":%s}`, m.Name, unsigned(m.Value.Uint64()))
	case trace.EventLabel:
		l := e.Label()
		fmt.Fprintf(&b, `,%s,"name":%s`, resource(l.Resource), quote(l.Label))
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		r := e.Range()
		fmt.Fprintf(&b, `,%s,"name":%s`, resource(r.Scope), quote(r.Name))
		if e.Kind() == trace.EventRangeEnd && len(e.RangeAttributes()) > 0 {
			b.WriteString(`,"args":{`)
			for i, a := range e.RangeAttributes() {
				if i > 0 {
					b.WriteByte(',')
				}
				fmt.Fprintf(&b, `"%s":%s`, a.Name, unsigned(a.Value.Uint64()))
			}
			b.WriteByte('}')
		}
	case trace.EventTaskBegin, trace.EventTaskEnd:
		t := e.Task()
		fmt.Fprintf(&b, `,"name":%s,"args":{"id":%s,"parent":%s}`, quote(t.Type), unsigned(uint64(t.ID)), unsigned(uint64(t.Parent)))
	case trace.EventRegionBegin, trace.EventRegionEnd:
		r := e.Region()
		fmt.Fprintf(&b, `,"name":%s,"args":{"task":%s}`, quote(r.Type), unsigned(uint64(r.Task)))
	case trace.EventLog:
		l := e.Log()
		fmt.Fprintf(&b, `,"name":%s,"args":{"task":%s,"message":%s}`, quote(l.Category), unsigned(uint64(l.Task)), quote(l.Message))
	case trace.EventExperimental:
		x := e.Experimental()
		fmt.Fprintf(&b, `,"name":"%s","args":{"experiment":"%s"`, x.Name, x.Experiment)
		for i, name := range x.Args {
			v := x.ArgValue(i)
			fmt.Fprintf(&b, `,"%s":%s`, name, unsigned(v.Uint64()))
		}
		b.WriteByte('}')
	case trace.EventSync:
		s := e.Sync()
		fmt.Fprintf(&b, `,"args":{"n":%d`, s.N)
		if c := s.ClockSnapshot; c != nil {
			fmt.Fprintf(&b, `,"trace":"%d","mono":"%d","wallUnixNs":"%d"`, c.Trace, c.Mono, c.Wall.UnixNano())
		}
		b.WriteByte('}')
	}
	if withStacks {
		stack(&b, "stack", e.Stack())
		stack(&b, "transitionStack", created)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func stack(b *bytes.Buffer, name string, s trace.Stack) {
	if s == trace.NoStack {
		return
	}
	var frames []string
	for f := range s.Frames() {
		frames = append(frames, fmt.Sprintf(`{"func":%s,"file":%s,"line":%d,"pc":"0x%x"}`, quote(f.Func), quote(f.File), f.Line, f.PC))
	}
	if frames == nil {
		return
	}
	fmt.Fprintf(b, `,"%s":[%s]`, name, strings.Join(frames, ","))
}

func digest(r io.Reader, out io.Writer) error {
	sum, count, sync := sha256.New(), 0, 0
	flush := func() {
		if count > 0 {
			fmt.Fprintf(out, `{"sync":%d,"events":%d,"sha256":"%s"}`+"\n", sync, count, hex.EncodeToString(sum.Sum(nil)))
		}
		sum.Reset()
		count = 0
	}
	err := each(r, func(e trace.Event) {
		if e.Kind() == trace.EventSync {
			flush()
			sync = e.Sync().N
		}
		sum.Write(line(e, false))
		sum.Write([]byte("\n"))
		count++
	})
	flush()
	return err
}

// measure is the work of a summary: counts by kind, latencies, stops.
type measure struct {
	ByKind    map[string]int   `json:"byKind"`
	Events    int              `json:"events"`
	Wall      int64            `json:"wallNs"`
	Seen      int              `json:"seen"`
	Ended     int              `json:"ended"`
	Procs     int              `json:"procs"`
	Latencies map[string]int64 `json:"latencyNs"`
	Stops     []stop           `json:"stw"`

	first, last trace.Time
	kinds       [64]int
	since       map[trace.GoID]trace.Time
	procs       map[trace.ProcID]bool
	open        map[trace.GoID]stop
	waits       []int64
}

type stop struct {
	Kind  string `json:"kind"`
	Start int64  `json:"startNs"`
	Total int64  `json:"totalNs"`
}

func (m *measure) event(e trace.Event) {
	if m.Events == 0 {
		m.first = e.Time()
	}
	m.last = e.Time()
	m.Events++
	m.kinds[e.Kind()]++
	switch e.Kind() {
	case trace.EventStateTransition:
		t := e.StateTransition()
		if t.Resource.Kind == trace.ResourceProc {
			m.procs[t.Resource.Proc()] = true
			return
		}
		id := t.Resource.Goroutine()
		from, to := t.Goroutine()
		if from == trace.GoNotExist || from == trace.GoUndetermined {
			m.Seen++
		}
		if to == trace.GoNotExist {
			m.Ended++
		}
		if from == to {
			return
		}
		if from == trace.GoRunnable {
			if at, ok := m.since[id]; ok {
				if to == trace.GoRunning {
					m.waits = append(m.waits, int64(e.Time()-at))
				}
				delete(m.since, id)
			}
		}
		if to == trace.GoRunnable && from != trace.GoUndetermined {
			m.since[id] = e.Time()
		}
	case trace.EventRangeBegin:
		if r := e.Range(); strings.HasPrefix(r.Name, "stop-the-world (") {
			m.open[e.Goroutine()] = stop{Kind: strings.TrimSuffix(strings.TrimPrefix(r.Name, "stop-the-world ("), ")"), Start: int64(e.Time() - m.first)}
		}
	case trace.EventRangeEnd:
		if r := e.Range(); strings.HasPrefix(r.Name, "stop-the-world (") {
			s := m.open[e.Goroutine()]
			s.Total = int64(e.Time()-m.first) - s.Start
			m.Stops = append(m.Stops, s)
		}
	}
}

func newMeasure() *measure {
	return &measure{ByKind: map[string]int{}, since: map[trace.GoID]trace.Time{}, procs: map[trace.ProcID]bool{}, open: map[trace.GoID]stop{}, Stops: []stop{}}
}

func (m *measure) finish() {
	for kind, n := range m.kinds {
		if n > 0 {
			m.ByKind[trace.EventKind(kind).String()] = n
		}
	}
	m.Wall = int64(m.last - m.first)
	m.Procs = len(m.procs)
	slices.Sort(m.waits)
	rank := func(q float64) int64 {
		if len(m.waits) == 0 {
			return 0
		}
		return m.waits[max(0, int(math.Ceil(q*float64(len(m.waits))))-1)]
	}
	over := 0
	for _, w := range m.waits {
		if w > 300_000 {
			over++
		}
	}
	m.Latencies = map[string]int64{"count": int64(len(m.waits)), "p50": rank(.5), "p90": rank(.9), "p99": rank(.99), "p999": rank(.999), "max": rank(1), "over300us": int64(over)}
}

func summary(r io.Reader, out io.Writer) error {
	m := newMeasure()
	err := each(r, m.event)
	m.finish()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if e := enc.Encode(m); e != nil {
		return e
	}
	return err
}

func speed(r io.Reader, out io.Writer) error {
	start := time.Now()
	m := newMeasure()
	err := each(r, m.event)
	m.finish()
	took := time.Since(start)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	status, _ := os.ReadFile("/proc/self/status")
	peak := 0
	for l := range strings.Lines(string(status)) {
		if strings.HasPrefix(l, "VmHWM:") {
			fmt.Sscanf(l, "VmHWM: %d kB", &peak)
		}
	}
	fmt.Fprintf(out, `{"events":%d,"seconds":%f,"peakBytes":%d}`+"\n", m.Events, took.Seconds(), peak<<10)
	return err
}
