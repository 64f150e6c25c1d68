// The Go package of an A/B guard: the policy's arithmetic, a lock and a clock around it, the audit log, switching by callback or webhook,
// and middleware that gives each request a side and writes one event a request.
import {abBets, type AbPolicy} from '../policies/ab.ts'
import {generatedHeader, goConstants, goFile, goFloat, goString, type GeneratedFile} from './go-file.ts'

const q = '`'

export const abMiddlewares = ['http', 'gin'] as const
export type AbMiddleware = (typeof abMiddlewares)[number]

export interface AbGuard {
  readonly test: string
  readonly package: string
  readonly preset: string
  readonly policy: AbPolicy
  readonly control: string
  readonly variant: string
  readonly middleware: readonly AbMiddleware[]
}

export function abGo(guard: AbGuard, config: string, facts: readonly string[]): GeneratedFile[] {
  const header = generatedHeader('ab', config)
  const files = [
    {path: 'machine.go', text: machineGo(guard, header, facts)},
    {path: 'trial.go', text: trialGo(guard, header)},
    {path: 'events.go', text: eventsGo(guard, header)},
  ]
  const middleware = {http: httpGo, gin: ginGo}
  return [...files, ...guard.middleware.map(kind => ({path: `${kind}.go`, text: middleware[kind](guard, header)}))]
}

function constants(policy: AbPolicy): string {
  const rows: (readonly [string, string, string])[] = [
    ['fullShare', goFloat(policy.share), 'traffic of the variant while running'],
    ['recoveryShare', goFloat(Math.min(policy.share, policy.recoveryShare)), 'and while recovering'],
    ['waitMs', String(policy.waitMs), 'control alone after a downgrade'],
    ['waitMsMax', String(policy.waitMsMax), 'doubled with each further one, up to this'],
    ['recoveryMs', String(policy.recoveryMs), 'how long it recovers at least'],
    ['samplesMin', String(policy.samplesMin), 'requests of either side before anything is decided'],
  ]
  if (policy.rule === 'sequential')
    rows.push(
      ['margin', goFloat(policy.margin), 'the variant may fail this much more often'],
      ['evidenceForWorse', goFloat(policy.pairsPerFalseAlarm), 'mean number of pairs before a false alarm, at least'],
      ['evidenceForNoWorse', goFloat(1 / policy.alpha), '1 / alpha'],
      ['bets', String(abBets.length), 'sizes of bets'],
    )
  else
    rows.push(
      ['windowMs', String(policy.windowMs), 'length of a window'],
      ['threshold', goFloat(policy.threshold), 'a window is bad from this share of failures on'],
      ['inARow', String(policy.inARow), 'bad windows that downgrade'],
      ['bets', String(abBets.length), 'sizes of bets, unused by this rule'],
    )
  return goConstants(rows)
}

function machineGo(guard: AbGuard, header: string, facts: readonly string[]): string {
  const {policy} = guard
  const sequential = policy.rule === 'sequential'
  const doc = `Package ${guard.package} decides how much traffic the variant of the A/B trial ${JSON.stringify(guard.test)} gets, from preset ${guard.preset}.

${facts.map(fact => `  - ${fact}.`).join('\n')}

It needs Go 1.21 or later.`
  const f = goFile(guard.package, header, doc)
  f.use('errors')
  f.print(`
// What this guard was made with. Times are milliseconds.
const (
${constants(policy)})

// Status is what the guard does with the variant.
type Status string

// Running gives the variant its share, Downgraded and Stopped nothing, Recovering a small share.
const (
	Running    Status = "running"
	Downgraded Status = "downgraded"
	Recovering Status = "recovering"
	Stopped    Status = "stopped"
)

// Verdict is what is known of the variant since the last change of status.
type Verdict string

const (
	Inconclusive Verdict = "inconclusive"
	NoWorse      Verdict = "no worse"
	Worse        Verdict = "worse"
)

// Machine decides. It has no clock and no lock: times come in as milliseconds since a start of the caller's choice.
type Machine struct {
	s State
}

// State is all a Machine knows, as JSON.
type State struct {
	Version            int           ${q}json:"version"${q}
	Status             Status        ${q}json:"status"${q}
	Verdict            Verdict       ${q}json:"verdict"${q}
	NowMs              int64         ${q}json:"nowMs"${q}
	SinceMs            int64         ${q}json:"sinceMs"${q}
	Downgrades         int           ${q}json:"downgrades"${q}
	VariantCalls       int64         ${q}json:"variantCalls"${q}
	VariantFailed      int64         ${q}json:"variantFailed"${q}
	ControlCalls       int64         ${q}json:"controlCalls"${q}
	ControlFailed      int64         ${q}json:"controlFailed"${q}
	BlockVariant       int64         ${q}json:"blockVariant"${q}
	BlockVariantFailed int64         ${q}json:"blockVariantFailed"${q}
	BlockControl       int64         ${q}json:"blockControl"${q}
	BlockControlFailed int64         ${q}json:"blockControlFailed"${q}
	Pairs              int64         ${q}json:"pairs"${q}
	Worse              [bets]float64 ${q}json:"worse"${q}
	NoWorse            [bets]float64 ${q}json:"noWorse"${q}
	WindowStartMs      int64         ${q}json:"windowStartMs"${q}
	WindowCalls        int64         ${q}json:"windowCalls"${q}
	WindowFailed       int64         ${q}json:"windowFailed"${q}
	BadWindows         int           ${q}json:"badWindows"${q}
	Reason             string        ${q}json:"reason"${q}
}

// NewMachine is running and knows nothing yet.
func NewMachine(nowMs int64) *Machine {
	m := &Machine{State{Version: 1, NowMs: nowMs}}
	m.move(Running, "begun")
	return m
}

// Restore continues from an exported state.
func Restore(s State) (*Machine, error) {
	if s.Version != 1 {
		return nil, errors.New("ab: state of another version")
	}
	switch s.Status {
	case Running, Downgraded, Recovering, Stopped:
	default:
		return nil, errors.New("ab: state without a known status")
	}
	return &Machine{s}, nil
}

// State exports what the machine knows.
func (m *Machine) State() State { return m.s }

// Share is the share of requests that go to the variant now.
func (m *Machine) Share() float64 {
	switch m.s.Status {
	case Running:
		return fullShare
	case Recovering:
		return recoveryShare
	}
	return 0
}

// Result says how a request ended.
func (m *Machine) Result(nowMs int64, variant, failed bool) {
	m.pass(nowMs)
	if m.s.Status != Running && m.s.Status != Recovering {
		return
	}
	n := int64(0)
	if failed {
		n = 1
	}
	if variant {
		m.s.VariantCalls++
		m.s.BlockVariant++
		m.s.WindowCalls++
		m.s.VariantFailed += n
		m.s.BlockVariantFailed += n
		m.s.WindowFailed += n
	} else {
		m.s.ControlCalls++
		m.s.BlockControl++
		m.s.ControlFailed += n
		m.s.BlockControlFailed += n
	}
${sequential ? '\tm.compare()\n' : ''}	m.recovered()
}

// Tick does what is due by now when no request comes to do it.
func (m *Machine) Tick(nowMs int64) {
	m.pass(nowMs)
	m.recovered()
}

// Stop gives control all traffic until Start.
func (m *Machine) Stop(nowMs int64) {
	m.s.NowMs = max(m.s.NowMs, nowMs)
	m.move(Stopped, "by hand")
}

// Start begins anew.
func (m *Machine) Start(nowMs int64) {
	m.s.NowMs = max(m.s.NowMs, nowMs)
	m.move(Running, "by hand")
	m.s.Downgrades = 0
}

func (m *Machine) pass(nowMs int64) {
	m.s.NowMs = max(m.s.NowMs, nowMs)
	if m.s.Status == Downgraded {
		wait := int64(waitMs)
		for i := 1; i < m.s.Downgrades && wait < waitMsMax; i++ {
			wait *= 2
		}
		if m.s.NowMs-m.s.SinceMs >= min(wait, waitMsMax) {
			m.move(Recovering, "waited")
		}
${
  sequential
    ? '\t}\n}\n'
    : `		return
	}
	if over := m.s.NowMs - m.s.WindowStartMs; m.s.Status != Stopped && over >= windowMs {
		m.closeWindow()
		m.s.WindowStartMs += over / windowMs * windowMs
	}
}
`
}`)
  f.print(sequential ? sequentialGo(policy.margin) : windowsGo)
  f.print(`
func (m *Machine) recovered() {
	if m.s.Status != Recovering || m.s.NowMs-m.s.SinceMs < recoveryMs {
		return
	}
	if m.s.VariantCalls < samplesMin${sequential ? ' || m.s.ControlCalls < samplesMin' : ' || m.s.BadWindows > 0'} {
		return
	}
	m.move(Running, "recovered")
}

func (m *Machine) downgrade(reason string) {
	m.move(Downgraded, reason)
	m.s.Verdict = Worse
	m.s.Downgrades++
}

func (m *Machine) move(to Status, reason string) {
	m.s = State{
		Version:       m.s.Version,
		Status:        to,
		Verdict:       Inconclusive,
		NowMs:         m.s.NowMs,
		SinceMs:       m.s.NowMs,
		WindowStartMs: m.s.NowMs,
		Downgrades:    m.s.Downgrades,
		Reason:        reason,
	}
	for i := range m.s.Worse {
		m.s.Worse[i], m.s.NoWorse[i] = 1, 1
	}
}
`)
  return f.toString()
}

const sequentialGo = (margin: number) => `
// betSizes are fractions of the largest bet that cannot lose everything.
var betSizes = [bets]float64{${abBets.map(bet => goFloat(bet / (1 + margin))).join(', ')}}

// compare: a block is complete when both sides have a request; its two shares are compared once. The products are rounded before they are
// added, so that every processor decides the same.
func (m *Machine) compare() {
	if m.s.BlockVariant == 0 || m.s.BlockControl == 0 {
		return
	}
	difference := float64(m.s.BlockVariantFailed)/float64(m.s.BlockVariant) - float64(m.s.BlockControlFailed)/float64(m.s.BlockControl) - margin
	worse, noWorse := 0.0, 0.0
	for i, bet := range betSizes {
		m.s.Worse[i] = float64(max(1, m.s.Worse[i]) * (1 + float64(bet*difference)))
		m.s.NoWorse[i] = min(1e100, float64(m.s.NoWorse[i]*(1-float64(bet*difference))))
		worse += m.s.Worse[i]
		noWorse += m.s.NoWorse[i]
	}
	m.s.Pairs++
	m.s.BlockVariant, m.s.BlockVariantFailed, m.s.BlockControl, m.s.BlockControlFailed = 0, 0, 0, 0
	if m.s.VariantCalls < samplesMin || m.s.ControlCalls < samplesMin {
		return
	}
	if worse/bets >= evidenceForWorse {
		m.downgrade("worse than control")
	} else if noWorse/bets >= evidenceForNoWorse {
		m.s.Verdict = NoWorse
	}
}
`

const windowsGo = `
// closeWindow: a window without requests of the variant says nothing; the row neither grows nor ends.
func (m *Machine) closeWindow() {
	if calls := m.s.WindowCalls; calls > 0 && calls >= samplesMin {
		if float64(m.s.WindowFailed)/float64(calls) >= threshold {
			m.s.BadWindows++
		} else {
			m.s.BadWindows = 0
		}
	}
	m.s.WindowCalls, m.s.WindowFailed = 0, 0
	if m.s.BadWindows >= inARow {
		m.downgrade("failing windows")
	}
}
`

function trialGo(guard: AbGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('bytes', 'context', 'encoding/json', 'fmt', 'hash/fnv', 'io', 'net/http', 'sync', 'time')
  f.print(`
// TestID names the trial in events and in the audit log; Control and Variant name its sides.
const (
	TestID  = ${goString(guard.test)}
	Control = ${goString(guard.control)}
	Variant = ${goString(guard.variant)}
)

// Decision is one line of the audit log: a change of status and what was known when it was made.
type Decision struct {
	At            time.Time ${q}json:"at"${q}
	TestID        string    ${q}json:"ab_test_id"${q}
	From          Status    ${q}json:"from"${q}
	To            Status    ${q}json:"to"${q}
	Share         float64   ${q}json:"variant_share"${q}
	Reason        string    ${q}json:"reason"${q}
	VariantCalls  int64     ${q}json:"variant_calls"${q}
	VariantFailed int64     ${q}json:"variant_failed"${q}
	ControlCalls  int64     ${q}json:"control_calls"${q}
	ControlFailed int64     ${q}json:"control_failed"${q}
}

// Trial is a Machine with a lock and a monotonic clock. Create it with New.
type Trial struct {
	mu       sync.Mutex
	machine  *Machine
	start    time.Time
	audit    io.Writer
	onSwitch func(Decision)
}

// New makes a running trial. audit gets one JSON line a decision; onSwitch is called after each, without the lock. Both may be nil.
func New(audit io.Writer, onSwitch func(Decision)) *Trial {
	return &Trial{machine: NewMachine(0), start: time.Now(), audit: audit, onSwitch: onSwitch}
}

// Assign gives a request its side. The same key (a user or session) keeps its side as long as the share allows.
func (t *Trial) Assign(key string) string {
	h := fnv.New64a()
	_, _ = io.WriteString(h, TestID)
	_, _ = h.Write([]byte{0})
	_, _ = io.WriteString(h, key)
	x := h.Sum64()
	x ^= x >> 33 // the low bytes of FNV are better mixed than the high ones
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	if float64(x>>11)/(1<<53) < t.Share() {
		return Variant
	}
	return Control
}

// Share is the share of requests that go to the variant now.
func (t *Trial) Share() (share float64) {
	t.with(func(m *Machine, nowMs int64) {
		m.Tick(nowMs)
		share = m.Share()
	})
	return share
}

// Result says how a request of a side ended. Other sides are not counted.
func (t *Trial) Result(side string, failed bool) {
	if side != Variant && side != Control {
		return
	}
	t.with(func(m *Machine, nowMs int64) { m.Result(nowMs, side == Variant, failed) })
}

// Stop gives control all traffic until Start.
func (t *Trial) Stop() { t.with((*Machine).Stop) }

// Start begins anew.
func (t *Trial) Start() { t.with((*Machine).Start) }

// State exports what the trial knows.
func (t *Trial) State() (state State) {
	t.with(func(m *Machine, nowMs int64) {
		m.Tick(nowMs)
		state = m.State()
	})
	return state
}

func (t *Trial) with(do func(m *Machine, nowMs int64)) {
	t.mu.Lock()
	before := t.machine.s
	do(t.machine, time.Since(t.start).Milliseconds())
	after := t.machine.s
	if after.Status == before.Status {
		t.mu.Unlock()
		return
	}
	d := Decision{
		At: time.Now().UTC(), TestID: TestID, From: before.Status, To: after.Status, Share: t.machine.Share(), Reason: after.Reason,
		VariantCalls: before.VariantCalls, VariantFailed: before.VariantFailed, ControlCalls: before.ControlCalls, ControlFailed: before.ControlFailed,
	}
	if t.audit != nil {
		line, err := json.Marshal(d)
		if err == nil {
			_, _ = t.audit.Write(append(line, '\\n'))
		}
	}
	t.mu.Unlock()
	if t.onSwitch != nil {
		t.onSwitch(d)
	}
}

// Webhook posts each decision as JSON to a router or gateway that switches the traffic. Errors go to onError, which may be nil.
func Webhook(url string, timeout time.Duration, onError func(error)) func(Decision) {
	client := &http.Client{Timeout: timeout}
	return func(d Decision) {
		body, err := json.Marshal(d)
		if err == nil {
			err = post(client, url, body)
		}
		if err != nil && onError != nil {
			onError(err)
		}
	}
}

func post(client *http.Client, url string, body []byte) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	return nil
}
`)
  return f.toString()
}

function eventsGo(guard: AbGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('bufio', 'encoding/json', 'fmt', 'io', 'net/http', 'sync', 'time')
  f.print(`
// Event is one request of the trial, a JSON line.
type Event struct {
	TestID     string    ${q}json:"ab_test_id"${q}
	Variant    string    ${q}json:"variant"${q}
	OK         bool      ${q}json:"ok"${q}
	ErrorType  string    ${q}json:"error_type,omitempty"${q}
	DurationMs float64   ${q}json:"duration_ms"${q}
	At         time.Time ${q}json:"at"${q}
}

// EventWriter writes events as JSON lines. It may be used from many goroutines.
type EventWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// NewEventWriter writes to w.
func NewEventWriter(w io.Writer) *EventWriter { return &EventWriter{w: w} }

// Write appends one event; a nil writer writes nothing.
func (e *EventWriter) Write(event Event) {
	if e == nil {
		return
	}
	line, err := json.Marshal(event)
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = e.w.Write(append(line, '\\n'))
}

const (
	eventBytesMax  = 64 << 10
	eventsBytesMax = 16 << 20
)

// Handler takes events of other processes: a POST of JSON lines. Events of other trials are passed over.
func (t *Trial) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "POST JSON lines", http.StatusMethodNotAllowed)
			return
		}
		taken, err := t.Read(http.MaxBytesReader(w, r.Body, eventsBytesMax))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "{\\"taken\\": %d}\\n", taken)
	})
}

// Read counts the events of r and says how many were of this trial. It stops at the first line that is none.
func (t *Trial) Read(r io.Reader) (taken int, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, eventBytesMax)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var event Event
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return taken, fmt.Errorf("line %d: %w", n, err)
		}
		if event.TestID != TestID || (event.Variant != Variant && event.Variant != Control) {
			continue
		}
		t.Result(event.Variant, !event.OK)
		taken++
	}
	return taken, lines.Err()
}
`)
  return f.toString()
}

function httpGo(guard: AbGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('context', 'net/http', 'strconv', 'time')
  f.print(`
type sideKey struct{}

// Side is the side the middleware gave this request; Control when there is none.
func Side(ctx context.Context) string {
	if side, ok := ctx.Value(sideKey{}).(string); ok {
		return side
	}
	return Control
}

// Middleware gives each request a side by key (a user id, for example), counts how it ended and writes an event. A request that its client
// gave up is not counted. events may be nil.
func (t *Trial) Middleware(key func(*http.Request) string, events *EventWriter) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			side := t.Assign(key(r))
			recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
			started := time.Now()
			panicked := true
			defer func() {
				if !panicked && recorder.status < 500 && r.Context().Err() != nil {
					return
				}
				t.ended(side, recorder.status, panicked, started, events)
			}()
			next.ServeHTTP(recorder, r.WithContext(context.WithValue(r.Context(), sideKey{}, side)))
			panicked = false
		})
	}
}

func (t *Trial) ended(side string, status int, panicked bool, started time.Time, events *EventWriter) {
	kind := ""
	if panicked {
		kind = "panic"
	} else if status >= 500 {
		kind = strconv.Itoa(status)
	}
	t.Result(side, kind != "")
	events.Write(Event{TestID, side, kind == "", kind, float64(time.Since(started)) / 1e6, started.UTC()})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (s *statusRecorder) WriteHeader(status int) {
	if !s.wrote && status >= 200 { // 1xx answers come before the real one
		s.status, s.wrote = status, true
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusRecorder) Write(p []byte) (int, error) {
	s.wrote = true
	return s.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach Flush, Hijack and deadlines.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }
`)
  return f.toString()
}

function ginGo(guard: AbGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('strconv', 'time', 'github.com/gin-gonic/gin')
  f.print(`
// GinSideKey is the key of the side in a gin.Context.
const GinSideKey = ${goString(`${guard.package}.side`)}

// Gin gives each request a side by key, counts how it ended and writes an event. events may be nil.
func (t *Trial) Gin(key func(*gin.Context) string, events *EventWriter) gin.HandlerFunc {
	return func(c *gin.Context) {
		side := t.Assign(key(c))
		c.Set(GinSideKey, side)
		started := time.Now()
		panicked := true
		defer func() {
			status, kind := c.Writer.Status(), ""
			if panicked {
				kind = "panic"
			} else if status >= 500 {
				kind = strconv.Itoa(status)
			} else if c.Request.Context().Err() != nil {
				return // its client gave up
			}
			t.Result(side, kind != "")
			events.Write(Event{TestID, side, kind == "", kind, float64(time.Since(started)) / 1e6, started.UTC()})
		}()
		c.Next()
		panicked = false
	}
}
`)
  return f.toString()
}
