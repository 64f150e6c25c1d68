// The Go package of a circuit breaker: the machine, a Breaker with lock and clock, saturation sources, middleware for net/http, gin and gRPC.
import type {BreakerPolicy} from '../policies/breaker.ts'
import {breakerMachineGo} from './breaker-machine.ts'
import {generatedHeader, goFile, goString, type GeneratedFile} from './go-file.ts'

export const breakerMiddlewares = ['http', 'gin', 'grpc'] as const
export type BreakerMiddleware = (typeof breakerMiddlewares)[number]

export interface BreakerGuard {
  readonly name: string
  readonly package: string
  readonly preset: string
  readonly policy: BreakerPolicy
  readonly middleware: readonly BreakerMiddleware[]
  /** The answer while open. */
  readonly fallback: {readonly status: number; readonly contentType: string; readonly body: string}
}

export function breakerGo(guard: BreakerGuard, config: string): GeneratedFile[] {
  const header = generatedHeader('breaker', config)
  const doc = `Package ${guard.package} is the circuit breaker ${JSON.stringify(guard.name)}, made from preset ${guard.preset}.

It needs Go 1.21 or later and nothing outside the standard library${guard.middleware.some(m => m !== 'http') ? ' but what its middleware serves' : ''}.`
  const files = [
    {path: 'machine.go', text: breakerMachineGo(guard.package, header, guard.policy, doc)},
    {path: 'breaker.go', text: lockedGo(guard, header)},
    {path: 'sources.go', text: sourcesGo(guard, header)},
  ]
  const middleware = {http: httpGo, gin: ginGo, grpc: grpcGo}
  return [...files, ...guard.middleware.map(kind => ({path: `${kind}.go`, text: middleware[kind](guard, header)}))]
}

function lockedGo(guard: BreakerGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('context', 'errors', 'fmt', 'sync', 'time')
  f.print(`
// ErrOpen is what Do returns for a call that was not let through.
var ErrOpen = errors.New(${goString(`${guard.name}: circuit breaker is open`)})

// Breaker is a Machine with a lock and a monotonic clock. Create it with New.
type Breaker struct {
	mu       sync.Mutex
	machine  *Machine
	start    time.Time
	onChange func(Change)
}

// Change is one step from a status to another.
type Change struct {
	From, To Status
	// Reason is one line for people.
	Reason string
	Health Health
}

// New makes a closed breaker. onChange may be nil; it is called without the lock, after each change of status.
func New(onChange func(Change)) *Breaker {
	now := time.Now()
	return &Breaker{machine: NewMachine(0, uint32(now.UnixNano())), start: now, onChange: onChange}
}

// Resume makes a breaker from an exported state. Its clock goes on from the time in the state.
func Resume(state State, onChange func(Change)) (*Breaker, error) {
	machine, err := Restore(state)
	if err != nil {
		return nil, err
	}
	return &Breaker{machine: machine, start: time.Now().Add(-time.Duration(state.NowMs) * time.Millisecond), onChange: onChange}, nil
}

// Call is a call that was let through. End it with Done exactly once.
type Call struct {
	breaker    *Breaker
	generation int64
	started    time.Duration
}

// Ask lets one more call through, or not.
func (b *Breaker) Ask() (Call, bool) {
	now := time.Since(b.start)
	b.mu.Lock()
	before := b.machine.s.Status
	admission := b.machine.Ask(now.Milliseconds())
	call := Call{b, b.machine.s.Generation, now}
	if b.machine.s.Status == before {
		b.mu.Unlock()
	} else {
		b.changed(before)
	}
	return call, admission != Refuse
}

// Done says how the call ended.
func (c Call) Done(outcome Outcome) {
	now := time.Since(c.breaker.start)
	c.end(now, outcome, now-c.started)
}

// DoneUntimed says how a call ended whose duration says nothing about the backend, such as a stream's.
func (c Call) DoneUntimed(outcome Outcome) { c.end(time.Since(c.breaker.start), outcome, 0) }

func (c Call) end(now time.Duration, outcome Outcome, took time.Duration) {
	b := c.breaker
	b.mu.Lock()
	before := b.machine.s.Status
	b.machine.Done(now.Milliseconds(), c.generation, outcome, float64(took)/1e6)
	if b.machine.s.Status == before {
		b.mu.Unlock()
	} else {
		b.changed(before)
	}
}

// Do runs call if the breaker lets it, else it returns ErrOpen. A call that its caller gave up says nothing about the backend;
// one that ran out of time does. A panic counts as a failure and goes on.
func (b *Breaker) Do(ctx context.Context, call func(context.Context) error) (err error) {
	c, ok := b.Ask()
	if !ok {
		return ErrOpen
	}
	outcome := Failed
	defer func() { c.Done(outcome) }()
	err = call(ctx)
	outcome = OutcomeOf(err)
	return err
}

// OutcomeOf is the usual reading of an error.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Good
	case errors.Is(err, context.Canceled):
		return Ignored
	}
	return Failed
}

// Tick does what is due when no calls come.
func (b *Breaker) Tick() { b.with(func(m *Machine, nowMs int64) { m.Tick(nowMs) }) }

// SetSaturation gives the load of the backend, 0 to 1.
func (b *Breaker) SetSaturation(share float64) {
	b.with(func(m *Machine, _ int64) { m.SetSaturation(share) })
}

// ForceOpen refuses every call until Enable.
func (b *Breaker) ForceOpen() { b.with((*Machine).ForceOpen) }

// Disable lets every call through until Enable.
func (b *Breaker) Disable() { b.with((*Machine).Disable) }

// Enable closes the breaker with an empty window.
func (b *Breaker) Enable() { b.with((*Machine).Enable) }

// State exports what the breaker knows; Resume continues from it.
func (b *Breaker) State() (state State) {
	b.with(func(m *Machine, nowMs int64) {
		m.Tick(nowMs)
		state = m.State()
	})
	return state
}

// Health gives the figures of the window.
func (b *Breaker) Health() (health Health) {
	b.with(func(m *Machine, nowMs int64) {
		m.Tick(nowMs)
		m.slide()
		health = m.Health()
	})
	return health
}

func (b *Breaker) with(do func(m *Machine, nowMs int64)) {
	b.mu.Lock()
	before := b.machine.s.Status
	do(b.machine, time.Since(b.start).Milliseconds())
	b.changed(before)
}

// changed unlocks and tells of a new status.
func (b *Breaker) changed(before Status) {
	after, reason := b.machine.s.Status, b.machine.s.Reason
	var health Health
	if after != before {
		health = b.machine.Health()
	}
	b.mu.Unlock()
	if after != before && b.onChange != nil {
		b.onChange(Change{before, after, explain(reason, health), health})
	}
}

func explain(reason string, h Health) string {
	switch reason {
	case "errors":
		return fmt.Sprintf("%.1f %% of %d calls failed", 100*h.ErrorShare, h.Calls)
	case "row":
		return fmt.Sprintf("%d calls in a row failed", failuresInARow)
	case "slow":
		return fmt.Sprintf("%.1f %% of %d calls took longer than %d ms", 100*h.SlowShare, h.Calls, slowMs)
	case "score":
		return fmt.Sprintf("health %.2f below %.2f %d times in a row", h.Score, scoreBelow, scoreInARow)
	case "time":
		return "the open time is over"
	}
	return reason
}
`)
  return f.toString()
}

function sourcesGo(guard: BreakerGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('context', 'errors', 'strconv', 'strings', 'time')
  f.print(`
// Source says how loaded a backend is, 0 to 1. A source that cannot say so returns an error and is left out of that reading.
type Source func(ctx context.Context) (float64, error)

// Watch asks the sources every so often and gives the breaker the highest load, until ctx ends. A time that has run out shows
// without traffic too. Call it in a goroutine of its own.
func (b *Breaker) Watch(ctx context.Context, every time.Duration, sources ...Source) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		load, known := 0.0, false
		for _, source := range sources {
			if share, err := source(ctx); err == nil {
				load, known = max(load, share), true
			}
		}
		if known {
			b.SetSaturation(load)
		}
		b.Tick()
	}
}

// RedisMemory is used_memory / maxmemory of the answer of Redis to INFO memory, however it is fetched.
func RedisMemory(info func(ctx context.Context) (string, error)) Source {
	return func(ctx context.Context) (float64, error) {
		text, err := info(ctx)
		if err != nil {
			return 0, err
		}
		used, limit := infoNumber(text, "used_memory:"), infoNumber(text, "maxmemory:")
		if used < 0 || limit <= 0 {
			return 0, errors.New("redis: no used_memory, or maxmemory is not set")
		}
		return used / limit, nil
	}
}

func infoNumber(text, key string) float64 {
	for _, line := range strings.Split(text, "\\n") {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), key); ok {
			if n, err := strconv.ParseFloat(rest, 64); err == nil {
				return n
			}
		}
	}
	return -1
}

// KafkaLag is the share of partitions whose consumer lag is above lagMax.
func KafkaLag(lagMax int64, lags func(ctx context.Context) ([]int64, error)) Source {
	return func(ctx context.Context) (float64, error) {
		perPartition, err := lags(ctx)
		if err != nil {
			return 0, err
		}
		if len(perPartition) == 0 {
			return 0, errors.New("kafka: no partitions")
		}
		behind := 0
		for _, lag := range perPartition {
			if lag > lagMax {
				behind++
			}
		}
		return float64(behind) / float64(len(perPartition)), nil
	}
}
`)
  return f.toString()
}

function fallbackConstants({fallback}: BreakerGuard): string {
  return `const (
	fallbackStatus      = ${fallback.status}
	fallbackContentType = ${goString(fallback.contentType)}
	fallbackBody        = ${goString(fallback.body)}
)`
}

function httpGo(guard: BreakerGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('errors', 'io', 'net', 'net/http', 'sync')
  f.print(`
// The answer while open.
${fallbackConstants(guard)}

// Middleware puts the breaker before a handler: answers of 500 and above are failures, and a request that its client gave up is ignored.
func (b *Breaker) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call, ok := b.Ask()
		if !ok {
			w.Header().Set("Content-Type", fallbackContentType)
			w.WriteHeader(fallbackStatus)
			_, _ = io.WriteString(w, fallbackBody)
			return
		}
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		outcome := Failed // what a panic leaves
		defer func() { call.Done(outcome) }()
		next.ServeHTTP(recorder, r)
		switch {
		case recorder.status >= 500:
		case r.Context().Err() != nil:
			outcome = Ignored
		default:
			outcome = Good
		}
	})
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

// Transport puts the breaker before calls to a backend. Answers of 500 and above and connections that are not made are failures.
// The call ends when its body is read or closed.
type Transport struct {
	Breaker *Breaker
	// Base makes the calls; nil means http.DefaultTransport.
	Base http.RoundTripper
}

func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	call, ok := t.Breaker.Ask()
	if !ok {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, ErrOpen
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	done := false
	defer func() {
		if !done {
			call.Done(Failed)
		}
	}()
	response, err := base.RoundTrip(r)
	done = true
	if err != nil {
		call.Done(transportOutcome(err))
		return nil, err
	}
	outcome := Good
	if response.StatusCode >= 500 {
		outcome = Failed
	}
	if response.Body == nil || response.StatusCode == http.StatusSwitchingProtocols {
		call.Done(outcome) // a switched connection's body must stay a ReadWriteCloser
		return response, nil
	}
	response.Body = &endingBody{ReadCloser: response.Body, call: call, outcome: outcome}
	return response, nil
}

// transportOutcome: a time-out while connecting is the backend's even when the caller's context set it.
func transportOutcome(err error) Outcome {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return Failed
	}
	return OutcomeOf(err)
}

type endingBody struct {
	io.ReadCloser
	once    sync.Once
	call    Call
	outcome Outcome
}

func (e *endingBody) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	if err == io.EOF {
		e.end(e.outcome)
	} else if err != nil {
		e.end(transportOutcome(err))
	}
	return n, err
}

func (e *endingBody) Close() error {
	e.end(e.outcome)
	return e.ReadCloser.Close()
}

func (e *endingBody) end(outcome Outcome) { e.once.Do(func() { e.call.Done(outcome) }) }
`)
  return f.toString()
}

function ginGo(guard: BreakerGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('github.com/gin-gonic/gin')
  f.print(`
// Gin puts the breaker before the handlers that follow: answers of 500 and above are failures, a request that its client gave up is ignored.
// While open it answers ${guard.fallback.status} itself and the chain ends.
func (b *Breaker) Gin() gin.HandlerFunc {
	return func(c *gin.Context) {
		call, ok := b.Ask()
		if !ok {
			c.Data(${guard.fallback.status}, ${goString(guard.fallback.contentType)}, []byte(${goString(guard.fallback.body)}))
			c.Abort()
			return
		}
		outcome := Failed // what a panic leaves
		defer func() { call.Done(outcome) }()
		c.Next()
		switch {
		case c.Writer.Status() >= 500:
		case c.Request.Context().Err() != nil:
			outcome = Ignored
		default:
			outcome = Good
		}
	}
}
`)
  return f.toString()
}

function grpcGo(guard: BreakerGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('context', 'io', 'sync', 'google.golang.org/grpc', 'google.golang.org/grpc/codes', 'google.golang.org/grpc/status')
  f.print(`
// UnaryClient puts the breaker before unary calls to a backend.
func (b *Breaker) UnaryClient() grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		call, ok := b.Ask()
		if !ok {
			return status.Error(codes.Unavailable, ErrOpen.Error())
		}
		outcome := Failed
		defer func() { call.Done(outcome) }()
		err := invoke(ctx, method, req, reply, cc, opts...)
		outcome = codeOutcome(status.Code(err))
		return err
	}
}

// UnaryServer puts the breaker before the handler.
func (b *Breaker) UnaryServer() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		call, ok := b.Ask()
		if !ok {
			return nil, status.Error(codes.Unavailable, ErrOpen.Error())
		}
		outcome := Failed
		defer func() { call.Done(outcome) }()
		reply, err := handle(ctx, req)
		outcome = codeOutcome(status.Code(err))
		return reply, err
	}
}

// StreamClient puts the breaker before streams to a backend. The call ends when the stream does, or when its context does.
func (b *Breaker) StreamClient() grpc.StreamClientInterceptor {
	return func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
		call, ok := b.Ask()
		if !ok {
			return nil, status.Error(codes.Unavailable, ErrOpen.Error())
		}
		stream, err := open(ctx, desc, cc, method, opts...)
		if err != nil {
			call.DoneUntimed(codeOutcome(status.Code(err)))
			return nil, err
		}
		s := &endingStream{ClientStream: stream, call: call, answers: desc.ServerStreams}
		s.stop = context.AfterFunc(ctx, func() { s.once.Do(func() { call.DoneUntimed(OutcomeOf(ctx.Err())) }) })
		return s, nil
	}
}

// endingStream tells the breaker once how its stream ended.
type endingStream struct {
	grpc.ClientStream
	once    sync.Once
	call    Call
	stop    func() bool
	answers bool // more than one
}

func (s *endingStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	switch {
	case err == io.EOF || err == nil && !s.answers:
		s.end(Good)
	case err != nil:
		s.end(codeOutcome(status.Code(err)))
	}
	return err
}

func (s *endingStream) end(outcome Outcome) {
	s.once.Do(func() {
		s.stop()
		s.call.DoneUntimed(outcome)
	})
}

// StreamServer puts the breaker before the handlers of streams. How long a stream lasts says nothing of its health, so only its end counts.
func (b *Breaker) StreamServer() grpc.StreamServerInterceptor {
	return func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
		call, ok := b.Ask()
		if !ok {
			return status.Error(codes.Unavailable, ErrOpen.Error())
		}
		outcome := Failed
		defer func() { call.DoneUntimed(outcome) }()
		err := handle(srv, ss)
		outcome = codeOutcome(status.Code(err))
		return err
	}
}

// codeOutcome: what the caller did wrong is no failure of the backend.
func codeOutcome(code codes.Code) Outcome {
	switch code {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Internal, codes.Unknown, codes.DataLoss, codes.ResourceExhausted, codes.Unimplemented:
		return Failed
	case codes.Canceled:
		return Ignored
	}
	return Good
}
`)
  return f.toString()
}
