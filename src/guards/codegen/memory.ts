// The Go package of the GOGC controller and memory fuse: the policy's arithmetic, a loop over runtime/metrics, handlers for readiness and roll-outs.
import type {MemoryPolicy} from '../policies/gogc.ts'
import {generatedHeader, goConstants, goFile, goFloat, type GeneratedFile} from './go-file.ts'

const q = '`'

export interface MemoryGuard {
  readonly package: string
  readonly preset: string
  readonly policy: MemoryPolicy
  readonly dryRun: boolean
}

export function memoryGo(guard: MemoryGuard, config: string, facts: readonly string[]): GeneratedFile[] {
  const header = generatedHeader('gogc', config)
  return [
    {path: 'machine.go', text: machineGo(guard, header, facts)},
    {path: 'run.go', text: runGo(guard, header)},
  ]
}

function machineGo(guard: MemoryGuard, header: string, facts: readonly string[]): string {
  const {gogc, fuse} = guard.policy
  const doc = `Package ${guard.package} keeps GOGC within bounds and warns before memory runs out, from preset ${guard.preset}.
${facts.length === 0 ? '' : `\n${facts.map(fact => `  - ${fact}.`).join('\n')}\n`}
It needs Go 1.21 or later.`
  const f = goFile(guard.package, header, doc)
  f.use('errors')
  if (gogc.rule === 'budget') f.use('math')
  const rows: (readonly [string, string, string])[] =
    gogc.rule === 'budget'
      ? [
          ['peakShare', goFloat(gogc.peakShare), 'of the quota, for the predicted peak'],
          ['gcCpuMax', goFloat(gogc.gcCpuMax), 'share of the CPU for the collector'],
          ['gcCpuWeight', '0.3', 'of one sample in the measured share'],
          ['hysteresis', goFloat(gogc.hysteresis), 'smaller changes are not made'],
          ['cyclesBetween', String(gogc.cyclesBetween), 'collections between two changes'],
          ['gogcUsual', goFloat(gogc.usual), 'when nothing else asks'],
          ['gogcMin', String(gogc.min), 'least GOGC'],
          ['gogcMax', String(gogc.max), 'largest GOGC'],
        ]
      : [
          ['ratioAbove', goFloat(gogc.above), 'Alloc/TotalAlloc above this'],
          ['aboveGogc', String(gogc.aboveGogc), 'sets this GOGC'],
          ['ratioBelow', goFloat(gogc.below), 'Alloc/TotalAlloc below this'],
          ['belowGogc', String(gogc.belowGogc), 'sets this GOGC'],
          ['gogcMin', String(gogc.min), 'least GOGC'],
        ]
  f.print(`
// What this guard was made with.
const (
${goConstants([
  ...rows,
  ['liveShare', goFloat(fuse.liveShare), 'of the quota: live heap that alarms; above 1 is off'],
  ['heapShare', goFloat(fuse.heapShare), 'of the quota: heap that alarms; above 1 is off'],
  ['totalShare', goFloat(fuse.totalShare), 'of the quota: memory that alarms; above 1 is off'],
  ['inARow', String(fuse.inARow), 'samples in a row'],
  ['slopeMax', goFloat(fuse.slopeMax), 'bytes per second of live heap while GOGC is at its least'],
  ['slopeSamples', String(fuse.slopeSamples), 'samples the slope is taken over'],
  ['refuseShare', goFloat(fuse.refuseShare), 'of the quota: memory that refuses new instances'],
  ['releaseShare', goFloat(fuse.releaseShare), 'of the quota: below it the fuse is armed again'],
])})

// Fuse is what the memory fuse says.
type Fuse string

// Armed: all is well. Alarm: memory will run out. Refusing: no new instances and no new sessions.
const (
	Armed    Fuse = "armed"
	Alarm    Fuse = "alarm"
	Refusing Fuse = "refusing"
)

// Sample is one reading of runtime/metrics. Sizes are bytes.
type Sample struct {
	NowMs     int64   ${q}json:"nowMs"${q}
	Cycles    int64   ${q}json:"cycles"${q}
	Live      float64 ${q}json:"live"${q}
	Heap      float64 ${q}json:"heap"${q}
	Goal      float64 ${q}json:"goal"${q}
	Total     float64 ${q}json:"total"${q}
	Allocated float64 ${q}json:"allocated"${q}
	GCCPU     float64 ${q}json:"gcCpu"${q}
	Quota     float64 ${q}json:"quota"${q}
}

// State is all a Machine knows, as JSON.
type State struct {
	Version        int       ${q}json:"version"${q}
	GOGC           int       ${q}json:"gogc"${q}
	GOGCReason     string    ${q}json:"gogcReason"${q}
	Cycles         int64     ${q}json:"cycles"${q}
	ChangedAtCycle int64     ${q}json:"changedAtCycle"${q}
	GCCPU          float64   ${q}json:"gcCpu"${q}
	Fuse           Fuse      ${q}json:"fuse"${q}
	FuseReason     string    ${q}json:"fuseReason"${q}
	High           int       ${q}json:"high"${q}
	Low            int       ${q}json:"low"${q}
	SlopeAtMs      []int64   ${q}json:"slopeAtMs"${q}
	SlopeLive      []float64 ${q}json:"slopeLive"${q}
}

// Machine decides. It reads no clock and sets nothing.
type Machine struct {
	s State
}

// NewMachine starts with the GOGC the process has.
func NewMachine(gogc int) *Machine {
	return &Machine{State{Version: 1, GOGC: gogc, GOGCReason: "begun", Fuse: Armed, FuseReason: "begun", SlopeAtMs: []int64{}, SlopeLive: []float64{}}}
}

// Restore continues from an exported state.
func Restore(s State) (*Machine, error) {
	if s.Version != 1 || len(s.SlopeAtMs) != len(s.SlopeLive) || len(s.SlopeAtMs) > slopeSamples {
		return nil, errors.New("gogc: state of another version or policy")
	}
	s.SlopeAtMs = append([]int64{}, s.SlopeAtMs...)
	s.SlopeLive = append([]float64{}, s.SlopeLive...)
	return &Machine{s}, nil
}

// State exports what the machine knows.
func (m *Machine) State() State {
	s := m.s
	s.SlopeAtMs = append([]int64{}, s.SlopeAtMs...)
	s.SlopeLive = append([]float64{}, s.SlopeLive...)
	return s
}

// Take decides on one sample; State().GOGC and State().Fuse are the answer.
func (m *Machine) Take(s Sample) {
	m.setGOGC(s)
	m.setFuse(s)
}
`)
  f.print(gogc.rule === 'budget' ? budgetGo : ratioGo)
  f.print(`
func (m *Machine) setFuse(s Sample) {
	m.s.SlopeAtMs = append(m.s.SlopeAtMs, s.NowMs)
	m.s.SlopeLive = append(m.s.SlopeLive, s.Live)
	if len(m.s.SlopeAtMs) > slopeSamples {
		m.s.SlopeAtMs = append(m.s.SlopeAtMs[:0], m.s.SlopeAtMs[1:]...)
		m.s.SlopeLive = append(m.s.SlopeLive[:0], m.s.SlopeLive[1:]...)
	}
	if s.Quota <= 0 {
		return
	}
	high := s.Live/s.Quota > liveShare || s.Heap/s.Quota > heapShare || s.Total/s.Quota > totalShare
	if high {
		m.s.High++
	} else {
		m.s.High = 0
	}
	if s.Total/s.Quota < releaseShare && !high {
		m.s.Low++
	} else {
		m.s.Low = 0
	}
	if s.Total/s.Quota > refuseShare {
		m.s.Fuse, m.s.FuseReason = Refusing, "total"
		return
	}
	if m.s.Fuse == Armed {
		if m.s.High >= inARow {
			m.alarm("shares")
		} else if m.s.GOGC <= gogcMin && m.slope() > slopeMax {
			m.alarm("slope")
		}
	} else if m.s.Low >= inARow {
		m.s.Fuse, m.s.FuseReason = Armed, "released"
	}
}

func (m *Machine) alarm(reason string) {
	m.s.Fuse, m.s.FuseReason, m.s.Low = Alarm, reason, 0
}

// slope is the growth of the live heap in bytes per second; 0 until there are enough samples.
func (m *Machine) slope() float64 {
	at, live := m.s.SlopeAtMs, m.s.SlopeLive
	last := len(at) - 1
	if len(at) < slopeSamples || at[last] <= at[0] {
		return 0
	}
	return (live[last] - live[0]) * 1000 / float64(at[last]-at[0])
}
`)
  return f.toString()
}

const budgetGo = `
// setGOGC chooses the GOGC whose predicted peak stays within the quota and whose collector stays within its share. The goal of the collector is
// live * (1 + GOGC/100), so the peak grows with GOGC and the CPU share falls about as 1/GOGC.
func (m *Machine) setGOGC(s Sample) {
	m.s.GCCPU += float64(gcCpuWeight * (s.GCCPU - m.s.GCCPU))
	if s.Cycles == m.s.Cycles || s.Live <= 0 {
		return
	}
	m.s.Cycles = s.Cycles
	want, reason := gogcUsual, "usual"
	if needed := float64(m.s.GOGC) * m.s.GCCPU / gcCpuMax; needed > want {
		want, reason = needed, "collector"
	}
	if s.Quota > 0 {
		other := max(0, s.Total-max(s.Goal, s.Heap)) // stacks, runtime, what is free and not given back
		most := (float64(peakShare*s.Quota) - other - s.Live) / s.Live * 100
		if most < want {
			want, reason = most, "memory"
			if most < gogcMin {
				reason = "live heap too large"
			}
		}
	}
	want = math.Floor(min(gogcMax, max(gogcMin, want)))
	if s.Cycles-m.s.ChangedAtCycle < cyclesBetween {
		return
	}
	if math.Abs(want-float64(m.s.GOGC)) <= hysteresis*float64(m.s.GOGC) {
		return
	}
	m.s.GOGC, m.s.GOGCReason, m.s.ChangedAtCycle = int(want), reason, s.Cycles
}
`

const ratioGo = `
// setGOGC follows Alloc/TotalAlloc.
func (m *Machine) setGOGC(s Sample) {
	if s.Allocated <= 0 {
		return
	}
	switch ratio := s.Heap / s.Allocated; {
	case ratio > ratioAbove:
		m.s.GOGC = aboveGogc
	case ratio < ratioBelow:
		m.s.GOGC = belowGogc
	default:
		return
	}
	m.s.GOGCReason = "ratio"
}
`

function runGo(guard: MemoryGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('context', 'math', 'net/http', 'os', 'runtime/debug', 'runtime/metrics', 'strconv', 'strings', 'sync', 'time')
  f.print(`
const (
${goConstants([
  ['sampleEvery', `${guard.policy.sampleMs} * time.Millisecond`, 'how often it looks'],
  ['limitShare', goFloat(guard.policy.limitShare), 'of the quota, as GOMEMLIMIT; 0 leaves it alone'],
  ['dryRun', String(guard.dryRun), 'decide and tell, but set nothing'],
])})

// Change is a new GOGC or a new status of the fuse.
type Change struct {
	GOGCBefore, GOGC int
	FuseBefore, Fuse Fuse
	// Reason is one word or two for people.
	Reason string
	Sample Sample
}

// Guard samples the process and sets GOGC. Create it with New and start it with Run in a goroutine of its own.
type Guard struct {
	mu       sync.Mutex
	machine  *Machine
	quota    float64
	onChange func(Change)
}

// New makes a guard. quotaBytes is what the process may use; 0 asks the cgroup. onChange may be nil: it is called after each change, and with
// Fuse it is the place to shed load or to leave the load balancer.
func New(quotaBytes int64, onChange func(Change)) *Guard {
	if quotaBytes <= 0 {
		quotaBytes = cgroupLimit()
	}
	return &Guard{machine: NewMachine(currentGOGC()), quota: float64(quotaBytes), onChange: onChange}
}

// Run samples until ctx ends. What it set stays set.
func (g *Guard) Run(ctx context.Context) {
	if limitShare > 0 && g.quota > 0 && os.Getenv("GOMEMLIMIT") == "" && !dryRun {
		debug.SetMemoryLimit(int64(limitShare * g.quota))
	}
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	r := newReader()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			g.Take(r.read(g.quota))
		}
	}
}

// Take decides on one sample and sets GOGC. Run calls it; tests may.
func (g *Guard) Take(s Sample) {
	g.mu.Lock()
	before := g.machine.s
	g.machine.Take(s)
	after := g.machine.s
	g.mu.Unlock()
	if after.GOGC != before.GOGC && !dryRun {
		debug.SetGCPercent(after.GOGC)
	}
	if g.onChange == nil || (after.GOGC == before.GOGC && after.Fuse == before.Fuse) {
		return
	}
	reason := after.GOGCReason
	if after.Fuse != before.Fuse {
		reason = after.FuseReason
	}
	g.onChange(Change{before.GOGC, after.GOGC, before.Fuse, after.Fuse, reason, s})
}

// State exports what the guard knows.
func (g *Guard) State() State {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.machine.State()
}

// Fuse says whether the process may take more work.
func (g *Guard) Fuse() Fuse {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.machine.s.Fuse
}

// Ready answers 503 while the fuse refuses: as a readiness probe it takes the instance out of the load balancer, and a roll-out that waits for
// readiness starts no further instances.
func (g *Guard) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fuse := g.Fuse()
		if fuse == Refusing {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte(string(fuse) + "\\n"))
	})
}

// AllowRollout is for a roll-out hook: false while memory alarms or refuses, so that no new gray instance is started.
func (g *Guard) AllowRollout() bool { return g.Fuse() == Armed }

// reader turns runtime/metrics into samples. Reading does not stop the world, as runtime.ReadMemStats does.
type reader struct {
	start         time.Time
	samples       []metrics.Sample
	gcCPU, allCPU float64
}

var names = []string{
	"/gc/cycles/total:gc-cycles",
	"/gc/heap/live:bytes",
	"/memory/classes/heap/objects:bytes",
	"/gc/heap/goal:bytes",
	"/memory/classes/total:bytes",
	"/memory/classes/heap/released:bytes",
	"/gc/heap/allocs:bytes",
	"/cpu/classes/gc/total:cpu-seconds",
	"/cpu/classes/gc/mark/idle:cpu-seconds",
	"/cpu/classes/total:cpu-seconds",
}

func newReader() *reader {
	r := &reader{start: time.Now(), samples: make([]metrics.Sample, len(names))}
	for i, name := range names {
		r.samples[i].Name = name
	}
	r.read(0)
	return r
}

func (r *reader) read(quota float64) Sample {
	metrics.Read(r.samples)
	value := func(i int) float64 {
		switch v := r.samples[i].Value; v.Kind() {
		case metrics.KindUint64:
			return float64(v.Uint64())
		case metrics.KindFloat64:
			return v.Float64()
		}
		return 0
	}
	gc, all := value(7)-value(8), value(9)
	share := 0.0
	if all > r.allCPU {
		share = max(0, (gc-r.gcCPU)/(all-r.allCPU))
	}
	r.gcCPU, r.allCPU = gc, all
	return Sample{
		NowMs:     time.Since(r.start).Milliseconds(),
		Cycles:    int64(value(0)),
		Live:      value(1),
		Heap:      value(2),
		Goal:      value(3),
		Total:     value(4) - value(5),
		Allocated: value(6),
		GCCPU:     share,
		Quota:     quota,
	}
}

// currentGOGC reads the present setting without changing it.
func currentGOGC() int {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(s)
	if s[0].Value.Kind() == metrics.KindUint64 && s[0].Value.Uint64() <= 100_000 {
		return int(s[0].Value.Uint64())
	}
	return 100 // off: the guard takes over from the usual value
}

// cgroupLimit is the memory limit of the container: the least of this cgroup (v2) and of the old hierarchy (v1); 0 when there is none.
func cgroupLimit() int64 {
	limit := int64(0)
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && n > 0 && n < math.MaxInt64/2 && (limit == 0 || n < limit) {
			limit = n
		}
	}
	return limit
}
`)
  return f.toString()
}
