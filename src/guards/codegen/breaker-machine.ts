// The breaker's decisions as Go: the same arithmetic as policies/breaker.ts in the same order. Products that are added to something are
// converted first, because the Go compiler may fuse x*y + z where the processor can (Go specification, "Floating-point operators").
import type {BreakerPolicy} from '../policies/breaker.ts'
import {windowSlices} from '../policies/breaker.ts'
import {goConstants, goFile, goFloat} from './go-file.ts'

const q = '`'

const halfOpenEnd = {
  open: 'half-open ends after this and it opens, whatever the probes do',
  closed: 'half-open ends after this and it closes, whatever the probes do',
  decide: 'half-open ends after this: closed if every probe that was let through was good',
} as const

const afterHalfOpen = (next: BreakerPolicy['afterHalfOpen']): string =>
  next === 'open'
    ? '\t\t\tm.open("probes unanswered")\n'
    : next === 'closed'
      ? '\t\t\tm.move(Closed, "probes unanswered")\n'
      : '\t\t\tif m.s.Good > 0 && m.s.Good == m.s.Asked {\n\t\t\t\tm.move(Closed, "probes good")\n\t\t\t} else {\n\t\t\t\tm.open("probes unanswered")\n\t\t\t}\n'

export function breakerMachineGo(packageName: string, header: string, policy: BreakerPolicy, doc: string): string {
  const f = goFile(packageName, header, doc)
  f.use('errors', 'math')
  const int = String
  f.print(`
// What this breaker was made with. Times are milliseconds.
const (
${goConstants([
  ['windowMs', int(policy.windowMs), 'calls older than this are forgotten'],
  ['evaluateEveryMs', int(policy.evaluateEveryMs), 'how often the rules are looked at'],
  ['slowMs', int(policy.slowMs), 'a call that takes longer is slow'],
  ['weightSlow', goFloat(policy.weights.slow), 'health is 1 minus the weighted sum'],
  ['weightErrors', goFloat(policy.weights.errors), 'of the scaled error share,'],
  ['weightSaturation', goFloat(policy.weights.saturation), 'of saturation'],
  ['errorScale', goFloat(policy.errorScale), 'the error share that counts as 1'],
  ['scoreBelow', goFloat(policy.scoreBelow), 'opens below this health'],
  ['scoreInARow', int(policy.scoreInARow), 'evaluations in a row'],
  ['scoreSamplesMin', int(policy.scoreSamplesMin), 'calls before the score counts'],
  ['errorShareAbove', goFloat(policy.errorShareAbove), 'opens above this error share'],
  ['errorSamplesMin', int(policy.errorSamplesMin), 'calls before the error share counts'],
  ['errorLowerAbove', goFloat(policy.errorLowerAbove), 'lower end of its 95 % interval must be above this'],
  ['failuresInARow', int(policy.failuresInARow), 'opens at once after so many failures; 0 never does'],
  ['slowShareAbove', goFloat(policy.slowShareAbove), 'opens above this share of slow calls'],
  ['slowSamplesMin', int(policy.slowSamplesMin), 'calls before the slow share counts'],
  ['openMs', int(policy.openMs), 'how long it stays open'],
  ['openFactor', goFloat(policy.openFactor), 'longer with each opening without a close'],
  ['openMsMax', int(policy.openMsMax), 'up to this'],
  ['openJitter', goFloat(policy.openJitter), 'share by which the open time varies'],
  ['probes', int(policy.probes), 'calls let through while half-open'],
  ['closeShare', goFloat(policy.closeShare), 'share of good probes that closes it'],
  ['reopenFailures', int(policy.reopenFailures), 'failed probes that reopen it'],
  ['slowProbeFails', String(policy.slowProbeFails), 'a slow probe counts as failed'],
  ['halfOpenMsMax', int(policy.halfOpenMsMax), halfOpenEnd[policy.afterHalfOpen]],
  ['slices', int(windowSlices), 'parts of the window'],
  ['z', '1.96', 'two-sided 95 % of the normal distribution'],
  ['zz', '3.8416', 'its square'],
])})
`)
  f.print(`
// Status is what the breaker does with calls; in JSON it is its name.
type Status uint8

// Closed lets calls through, Open refuses them, HalfOpen lets a few probes through; ForcedOpen and Disabled are set by hand.
const (
	Closed Status = iota
	Open
	HalfOpen
	ForcedOpen
	Disabled
)

var statusNames = [...]string{"closed", "open", "half-open", "forced-open", "disabled"}

func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return "unknown"
}

// MarshalText gives the name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes a name.
func (s *Status) UnmarshalText(text []byte) error {
	for i, name := range statusNames {
		if name == string(text) {
			*s = Status(i)
			return nil
		}
	}
	return errors.New("breaker: state without a known status")
}

// Outcome is how a call ended. Ignored says nothing about the backend: its caller gave up, for example.
type Outcome int

const (
	Good Outcome = iota
	Failed
	Ignored
)

// Admission is the answer to one call that wants to go out.
type Admission int

const (
	Allow Admission = iota
	Probe
	Refuse
)

// Machine decides. It has no clock and no lock: times come in as milliseconds since a start of the caller's choice.
type Machine struct {
	s State
}

// State is all a Machine knows, as JSON.
type State struct {
	Version     int           ${q}json:"version"${q}
	Status      Status        ${q}json:"status"${q}
	Generation  int64         ${q}json:"generation"${q}
	NowMs       int64         ${q}json:"nowMs"${q}
	SinceMs     int64         ${q}json:"sinceMs"${q}
	OpenUntilMs int64         ${q}json:"openUntilMs"${q}
	EvaluatedMs int64         ${q}json:"evaluatedMs"${q}
	Openings    int           ${q}json:"openings"${q}
	LowScores   int           ${q}json:"lowScores"${q}
	Saturation  float64       ${q}json:"saturation"${q}
	Asked       int           ${q}json:"asked"${q}
	Good        int           ${q}json:"good"${q}
	Failed      int           ${q}json:"failed"${q}
	Chance      uint32        ${q}json:"chance"${q}
	Slice       int64         ${q}json:"slice"${q}
	Calls       [slices]int64 ${q}json:"calls"${q}
	Errors      [slices]int64 ${q}json:"errors"${q}
	Slow        [slices]int64 ${q}json:"slow"${q}
	CallsSum    int64         ${q}json:"callsSum"${q}
	ErrorsSum   int64         ${q}json:"errorsSum"${q}
	SlowSum     int64         ${q}json:"slowSum"${q}
	Row         int           ${q}json:"row"${q}
	Reason      string        ${q}json:"reason"${q}
}

// NewMachine is closed with an empty window. chance seeds the variation of open times.
func NewMachine(nowMs int64, chance uint32) *Machine {
	if chance == 0 {
		chance = 1
	}
	return &Machine{State{Version: 1, Status: Closed, Generation: 1, NowMs: nowMs, SinceMs: nowMs, EvaluatedMs: nowMs, Chance: chance, Reason: "time"}}
}

// Restore continues from an exported state.
func Restore(s State) (*Machine, error) {
	if s.Version != 1 {
		return nil, errors.New("breaker: state of another version")
	}
	if s.Status > Disabled {
		return nil, errors.New("breaker: state without a known status")
	}
	var calls, failed, slow int64
	for i := range s.Calls {
		calls += s.Calls[i]
		failed += s.Errors[i]
		slow += s.Slow[i]
	}
	if calls != s.CallsSum || failed != s.ErrorsSum || slow != s.SlowSum || s.Chance == 0 {
		return nil, errors.New("breaker: state does not add up")
	}
	return &Machine{s}, nil
}

// State exports what the machine knows.
func (m *Machine) State() State { return m.s }

// Status is the status after the last event; a time that has run out since shows at the next Ask or Tick.
func (m *Machine) Status() Status { return m.s.Status }

// Generation goes with a call that was let through; Done ignores calls of an earlier one.
func (m *Machine) Generation() int64 { return m.s.Generation }

// SetSaturation gives the load of the backend, 0 to 1.
func (m *Machine) SetSaturation(share float64) {
	if share >= 0 { // not NaN
		m.s.Saturation = math.Min(1, share)
	}
}

// Ask says whether one more call may go out.
func (m *Machine) Ask(nowMs int64) Admission {
	m.pass(nowMs)
	switch m.s.Status {
	case Open, ForcedOpen:
		return Refuse
	case HalfOpen:
		if m.s.Asked >= probes {
			return Refuse
		}
		m.s.Asked++
		return Probe
	}
	return Allow
}

// Done says how a call ended that was let through under generation.
func (m *Machine) Done(nowMs, generation int64, outcome Outcome, durationMs float64) {
	m.s.NowMs = max(m.s.NowMs, nowMs)
	if generation != m.s.Generation {
		return
	}
	slow := durationMs > slowMs
	switch m.s.Status {
	case HalfOpen:
		m.answerProbe(outcome, slow)
	case Closed:
		if outcome != Ignored {
			m.count(outcome == Failed, slow)
			if failuresInARow > 0 && m.s.Row >= failuresInARow {
				m.open("row")
			} else {
				m.evaluate()
			}
		}
	}
}

// Tick does what is due by now when no call comes to do it.
func (m *Machine) Tick(nowMs int64) { m.pass(nowMs) }

// ForceOpen refuses every call until Enable.
func (m *Machine) ForceOpen(nowMs int64) { m.set(nowMs, ForcedOpen) }

// Disable lets every call through until Enable.
func (m *Machine) Disable(nowMs int64) { m.set(nowMs, Disabled) }

// Enable closes the breaker with an empty window.
func (m *Machine) Enable(nowMs int64) { m.set(nowMs, Closed) }

func (m *Machine) set(nowMs int64, to Status) {
	m.s.NowMs = max(m.s.NowMs, nowMs)
	if m.s.Status != to {
		m.move(to, "by hand")
	}
}

// Health is what an evaluation looks at. A Score of 1 is well.
type Health struct {
	Calls                                    int64
	SlowShare, ErrorShare, ErrorLower, Score float64
}

// Health gives the figures of the window.
func (m *Machine) Health() Health {
	h := Health{Calls: m.s.CallsSum}
	n := float64(m.s.CallsSum)
	if h.Calls > 0 {
		h.SlowShare = float64(m.s.SlowSum) / n
		h.ErrorShare = float64(m.s.ErrorsSum) / n
		h.ErrorLower = wilsonLower(h.ErrorShare, n)
	}
	scaled := math.Min(1, h.ErrorShare/errorScale)
	h.Score = 1 - (float64(weightSlow*h.SlowShare) + float64(weightErrors*scaled) + float64(weightSaturation*m.s.Saturation))
	return h
}

// wilsonLower is the lower end of the 95 % Wilson interval of a share of n.
func wilsonLower(share, n float64) float64 {
	spread := math.Sqrt(float64(share*(1-share))/n + zz/(4*n*n))
	return (share + zz/(2*n) - float64(z*spread)) / (1 + zz/n)
}

func (m *Machine) pass(nowMs int64) {
	m.s.NowMs = max(m.s.NowMs, nowMs)
	switch m.s.Status {
	case Closed:
		m.evaluate()
	case Open:
		if m.s.NowMs >= m.s.OpenUntilMs {
			m.move(HalfOpen, "time")
		}
	case HalfOpen:
		if m.s.NowMs-m.s.SinceMs >= halfOpenMsMax {
${afterHalfOpen(policy.afterHalfOpen)}		}
	}
}

func (m *Machine) evaluate() {
	if m.s.NowMs-m.s.EvaluatedMs < evaluateEveryMs {
		return
	}
	m.s.EvaluatedMs = m.s.NowMs
	m.slide()
	h := m.Health()
	if h.Calls >= errorSamplesMin && h.ErrorShare > errorShareAbove && h.ErrorLower > errorLowerAbove {
		m.open("errors")
		return
	}
	if h.Calls >= slowSamplesMin && h.SlowShare > slowShareAbove {
		m.open("slow")
		return
	}
	if h.Calls >= scoreSamplesMin && h.Score < scoreBelow {
		m.s.LowScores++
	} else {
		m.s.LowScores = 0
	}
	if m.s.LowScores >= scoreInARow {
		m.open("score")
	}
}

func (m *Machine) answerProbe(outcome Outcome, slow bool) {
	if outcome == Ignored {
		if m.s.Asked > 0 {
			m.s.Asked-- // its place is free again
		}
		return
	}
	if outcome == Failed${policy.slowProbeFails ? ' || slow' : ''} {
		m.s.Failed++
	} else {
		m.s.Good++
	}
	if m.s.Failed >= reopenFailures {
		m.open("probe failed")
		return
	}
	if m.s.Good+m.s.Failed < probes {
		return
	}
	if float64(m.s.Good)/probes >= closeShare {
		m.move(Closed, "probes good")
		return
	}
	// Neither: the probes begin anew. SinceMs stays, so that this too ends at the limit.
	m.s.Generation++
	m.s.Reason = "probes undecided"
	m.s.Asked, m.s.Good, m.s.Failed = 0, 0, 0
}

func (m *Machine) open(reason string) {
	forMs := float64(openMs)
	for i := 0; i < m.s.Openings && forMs < openMsMax; i++ {
		forMs *= openFactor
	}
	forMs = math.Min(forMs, openMsMax)
	m.s.Chance ^= m.s.Chance << 13
	m.s.Chance ^= m.s.Chance >> 17
	m.s.Chance ^= m.s.Chance << 5
	swing := float64(2*(float64(m.s.Chance)/4294967296)) - 1
	forMs = math.Floor(forMs + float64(forMs*openJitter*swing))
	m.move(Open, reason)
	m.s.Openings++
	m.s.OpenUntilMs = m.s.NowMs + int64(forMs)
}

func (m *Machine) move(to Status, reason string) {
	m.s.Status = to
	m.s.Generation++
	m.s.SinceMs = m.s.NowMs
	m.s.Reason = reason
	m.s.Asked, m.s.Good, m.s.Failed = 0, 0, 0
	if to != Closed {
		return
	}
	m.s.Openings, m.s.LowScores = 0, 0
	m.s.EvaluatedMs = m.s.NowMs
	m.s.Calls, m.s.Errors, m.s.Slow = [slices]int64{}, [slices]int64{}, [slices]int64{}
	m.s.CallsSum, m.s.ErrorsSum, m.s.SlowSum, m.s.Row = 0, 0, 0, 0
}

func (m *Machine) count(failed, slow bool) {
	m.slide()
	at := m.s.Slice % slices
	m.s.Calls[at]++
	m.s.CallsSum++
	if failed {
		m.s.Errors[at]++
		m.s.ErrorsSum++
		m.s.Row++
	} else {
		m.s.Row = 0
	}
	if slow {
		m.s.Slow[at]++
		m.s.SlowSum++
	}
}

// slide drops the parts that left the window.
func (m *Machine) slide() {
	slice := m.s.NowMs * slices / windowMs
	for i := 0; m.s.Slice < slice && i < slices; i++ {
		m.s.Slice++
		at := m.s.Slice % slices
		m.s.CallsSum -= m.s.Calls[at]
		m.s.ErrorsSum -= m.s.Errors[at]
		m.s.SlowSum -= m.s.Slow[at]
		m.s.Calls[at], m.s.Errors[at], m.s.Slow[at] = 0, 0, 0
	}
	if m.s.Slice < slice {
		m.s.Slice = slice
	}
}
`)
  return f.toString()
}
