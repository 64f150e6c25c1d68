// Deadlines in Go, by what waits: a request's caller is answered in time, a database session is interrupted and discarded, background work ends at exit.
// A deadline ends the wait, not the work: what does not look at its context goes on, and is counted.
import {generatedHeader, goFile, goString, type GeneratedFile} from './go-file.ts'

export interface DeadlineGuard {
  readonly package: string
  readonly httpMs: number
  readonly databaseMs: number
  readonly exitMs: number
  /** What a request's caller reads when its time is over; the status is 503, as http.TimeoutHandler answers. */
  readonly body: string
}

export function deadlineGo(guard: DeadlineGuard, config: string): GeneratedFile[] {
  const f = goFile(
    guard.package,
    generatedHeader('deadline', config),
    `Package ${guard.package} bounds waits: for requests, for database sessions, for background work at exit.

A deadline ends the wait, not the work. Work that does not look at its context goes on; Abandoned counts it.

It needs Go 1.21 or later.`,
  )
  f.use('context', 'database/sql', 'database/sql/driver', 'errors', 'fmt', 'net/http', 'sync', 'sync/atomic', 'time')
  f.print(`
const (
	// HTTPTimeout bounds a request, DatabaseTimeout a database session, ExitTimeout the wait for background work at exit.
	HTTPTimeout     = ${guard.httpMs} * time.Millisecond
	DatabaseTimeout = ${guard.databaseMs} * time.Millisecond
	ExitTimeout     = ${guard.exitMs} * time.Millisecond
)

var abandoned atomic.Int64

// Abandoned is how many calls of Wait still run although their callers have gone.
func Abandoned() int64 { return abandoned.Load() }

// Wait runs work and returns its error, or context.DeadlineExceeded when timeout is over first. work gets a context that ends then; what it
// touches must not be reused until it has returned. A panic in work reaches the caller if the caller is still there.
func Wait(ctx context.Context, timeout time.Duration, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	type answer struct {
		err      error
		panicked any
	}
	answers := make(chan answer, 1)
	var left atomic.Bool // the caller has gone, or the work has ended; whoever is second knows
	go func() {
		defer cancel()
		a := answer{panicked: errors.New("runtime.Goexit in the work")} // what stays if work leaves by Goexit
		defer func() {
			if p := recover(); p != nil {
				a = answer{panicked: p}
			}
			if left.Swap(true) {
				abandoned.Add(-1)
			}
			answers <- a
		}()
		a = answer{err: work(ctx)}
	}()
	answered := func(a answer) error {
		if a.panicked != nil {
			panic(a.panicked)
		}
		return a.err
	}
	select {
	case a := <-answers:
		return answered(a)
	case <-ctx.Done():
	}
	abandoned.Add(1)
	if left.Swap(true) { // it ended at the same moment
		abandoned.Add(-1)
		return answered(<-answers)
	}
	return ctx.Err()
}

// HTTP bounds every request by HTTPTimeout: its context ends then, and the caller gets the fallback if nothing was written. The handler runs in
// a goroutine of its own and must stop when its context ends; what it writes after that is discarded (http.TimeoutHandler). Reading the body looks
// at no context: the connection gets a read deadline for it, so that a client that sends slowly keeps neither the handler nor the connection.
func HTTP(next http.Handler) http.Handler {
	bounded := http.TimeoutHandler(next, HTTPTimeout, ${goString(guard.body)})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The server lifts it when the body has been read. Where the writer knows no deadlines, ReadTimeout of the server has to do.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(HTTPTimeout))
		bounded.ServeHTTP(w, r)
	})
}

// Database runs work on one connection of the pool for at most DatabaseTimeout. The driver interrupts the running statement when the context ends, if it
// can; a session whose work did not end well is discarded, so that no half-done transaction or session variable goes back to the pool.
func Database(ctx context.Context, db *sql.DB, work func(context.Context, *sql.Conn) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, DatabaseTimeout)
	defer cancel()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	well := false
	defer func() {
		if !well {
			// A driver.ErrBadConn from Raw makes the pool drop the connection.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		if closing := conn.Close(); closing != nil && !errors.Is(closing, sql.ErrConnDone) && err == nil {
			err = closing
		}
	}()
	if err := work(ctx, conn); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	well = true
	return nil
}

// Background owns goroutines: it knows them by name, ends them together and says which do not end.
type Background struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	live   map[string]int
	idle   chan struct{} // closed when the last one of a closing group ends
}

// NewBackground makes a group whose contexts end with parent.
func NewBackground(parent context.Context) *Background {
	ctx, cancel := context.WithCancel(parent)
	return &Background{ctx: ctx, cancel: cancel, live: map[string]int{}, idle: make(chan struct{})}
}

// Go starts work with a context that ends at Close; false when the group is closed.
func (b *Background) Go(name string, work func(context.Context)) bool {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return false
	}
	b.live[name]++
	b.mu.Unlock()
	go func() {
		defer b.ended(name)
		work(b.ctx)
	}()
	return true
}

// Every calls work at once and then every so often until the group is closed. A call that takes longer than the period skips ticks.
func (b *Background) Every(name string, period time.Duration, work func(context.Context)) bool {
	return b.Go(name, func(ctx context.Context) {
		ticker := time.NewTicker(period)
		defer ticker.Stop()
		for ctx.Err() == nil {
			work(ctx)
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}

func (b *Background) ended(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.live[name]--; b.live[name] == 0 {
		delete(b.live, name)
	}
	if b.closed && len(b.live) == 0 {
		close(b.idle)
	}
}

// Close ends the contexts and waits up to ExitTimeout. Its error names the goroutines that still run.
func (b *Background) Close() error {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		if len(b.live) == 0 {
			close(b.idle)
		}
	}
	b.mu.Unlock()
	b.cancel()
	timer := time.NewTimer(ExitTimeout)
	defer timer.Stop()
	select {
	case <-b.idle:
		return nil
	case <-timer.C:
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.live) == 0 {
		return nil
	}
	return fmt.Errorf("still running after %v: %v", ExitTimeout, b.live)
}
`)
  return [{path: 'deadline.go', text: f.toString()}]
}
