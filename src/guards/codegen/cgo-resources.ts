// The parts of a typed cgo package that hold no C: the life of C objects, leaks, errors and their strategies.
import type {CgoErrorTable, CgoFunction, CgoGuard, CgoStrategy} from './cgo-contract.ts'
import {pascal} from './cgo-names.ts'
import {goFile, goString, goValues, type GeneratedFile} from './go-file.ts'

/** Names of the strategies in Go. */
export const strategyNames: Readonly<Record<CgoStrategy, string>> = {
  return: 'StrategyReturn',
  retry: 'StrategyRetry',
  poll_read: 'StrategyPollRead',
  poll_write: 'StrategyPollWrite',
  close: 'StrategyClose',
  alert: 'StrategyAlert',
  alert_close: 'StrategyAlertClose',
}

export const sentinelName = (table: string, row: string): string => `Err${pascal(table)}${pascal(row)}`

/** The table a function's failures are read by; `errno` has none. */
export const tableOf = (guard: CgoGuard, fn: CgoFunction): CgoErrorTable | undefined =>
  guard.typed?.tables.find(table => table.name === fn.signature?.error)

/** Whether a failure can make its wrapper do more than return it. */
export const acts = (table: CgoErrorTable | undefined): table is CgoErrorTable =>
  table?.rows.some(row => row.strategy !== 'return') === true

export const polls = (table: CgoErrorTable | undefined): boolean =>
  table?.rows.some(row => row.strategy === 'poll_read' || row.strategy === 'poll_write') === true

export function resourcesGo(guard: CgoGuard, header: string): GeneratedFile[] {
  const types = guard.typed?.types ?? []
  const fails = guard.functions.some(fn => fn.signature?.error !== undefined)
  return [
    ...(types.length > 0
      ? [
          {path: 'resources.go', text: handleGo(guard, header)},
          {path: 'leak_cleanup.go', text: leakGo(guard.package, header, true)},
          {path: 'leak_finalizer.go', text: leakGo(guard.package, header, false)},
        ]
      : []),
    {path: 'errors.go', text: errorsGo(guard, header, fails)},
  ]
}

function handleGo(guard: CgoGuard, header: string): string {
  const gives = guard.functions.some(fn =>
    fn.signature?.owns.some(name => fn.signature?.args.some(arg => arg.kind === 'resource' && arg.name === name)),
  )
  const keepsMemory = guard.functions.some(fn =>
    fn.signature?.stores.some(name => fn.signature?.args.some(arg => (arg.kind === 'string' || arg.kind === 'bytes') && arg.name === name)),
  )
  const away = guard.functions.some(fn => fn.mayBlock || fn.thread !== undefined)
  const f = goFile(guard.package, header)
  f.use('errors', 'fmt', 'runtime', 'sync', 'sync/atomic', 'unsafe')
  f.print(`
// handle is the life of one C object. It is apart from the Go value that owns it, so that a value nobody closed can be collected and told of.
type handle struct {
	kind string
	site uintptr
	free func(ptr unsafe.Pointer, after func(gone bool)) error

	mu     sync.Mutex
	ptr    unsafe.Pointer // nil when C has it back
	users  int            // calls that use it, and objects whose C side points to it
	closed bool
${gives ? '\ttaken  bool // on its way into the hands of C\n' : ''}	keeps  []*handle
${keepsMemory ? '\tmemory []unsafe.Pointer\n' : ''}}

// acquire keeps the objects alive until release.
func acquire(handles ...*handle) error {
	for i, h := range handles {
		if !h.use() {
			release(handles[:i]...)
			return ErrClosed
		}
	}
	return nil
}

func (h *handle) use() bool {
	if h == nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed${gives ? ' || h.taken' : ''} || h.ptr == nil {
		return false
	}
	h.users++
	return true
}

// release ends what acquire began; the last one out destroys what was closed meanwhile.
func release(handles ...*handle) {
	for _, h := range handles {
		h.mu.Lock()
		h.users--
		if ptr := h.due(); ptr != nil {
			_ = h.destroy(ptr) // counted by its function
		} else {
			h.mu.Unlock()
		}
	}
}

// close gives the object back to C now, or when its last user is done.
func (h *handle) close() error {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	h.closed = true
	if ptr := h.due(); ptr != nil {
		return h.destroy(ptr)
	}
	h.mu.Unlock()
	return nil
}

// due takes the pointer if it is time. The lock is held.
func (h *handle) due() unsafe.Pointer {
	if !h.closed || h.users > 0 {
		return nil
	}
	ptr := h.ptr
	h.ptr = nil
	return ptr
}

// destroy unlocks. A destructor that could not begin is tried again by the next Close.
func (h *handle) destroy(ptr unsafe.Pointer) error {
	h.mu.Unlock()
	err := h.free(ptr, func(gone bool) {
		if gone {
			h.letGo()
		}
	})
	if errors.Is(err, ErrLocked) || errors.Is(err, ErrStuck)${away ? ' || errors.Is(err, ErrBusy)' : ''} {
		h.mu.Lock()
		h.ptr = ptr
		h.mu.Unlock()
		return err
	}
	if !errors.Is(err, ErrTimeout) {
		h.letGo()
	}
	return err
}

// letGo ends what the object's C side pointed to.
func (h *handle) letGo() {
${keepsMemory ? '\tfor _, memory := range h.memory {\n\t\tfreeMemory(memory)\n\t}\n\th.memory = nil\n' : ''}	keeps := h.keeps
	h.keeps = nil
	release(keeps...)
}
${
  gives
    ? `
// take readies an acquired object for being given to C: nobody else may be using it.
func (h *handle) take() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.taken || h.users != 1 {
		return ErrInUse
	}
	h.taken = true
	return nil
}

// given ends take. C owns the object after a success, and what it pointed to must live as long as its new owner.
func (h *handle) given(success bool, owner *handle) {
	h.mu.Lock()
	h.taken = false
	var keeps []*handle
	if success {
		h.ptr, h.closed = nil, true
		keeps, h.keeps = h.keeps, nil
	}
	h.mu.Unlock()
	owner.keep(keeps...)
}
`
    : ''
}
// keep makes acquired objects live as long as this one.
func (h *handle) keep(others ...*handle) {
	if len(others) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keeps = append(h.keeps, others...)
}
${
  keepsMemory
    ? `
// keepMemory frees C memory with this object.
func (h *handle) keepMemory(memory unsafe.Pointer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.memory = append(h.memory, memory)
}
`
    : ''
}
// Leak is an object that was collected without Close. Its C side is still there: which thread and order its destructor needs, the collector cannot know.
type Leak struct {
	Kind string
	// Site is the file and line that made it.
	Site string
}

var (
	leaks  atomic.Int64
	onLeak atomic.Pointer[func(Leak)]
)

// OnLeak sets the function that is told of leaks, from the goroutine of cleanups; nil takes it away.
func OnLeak(fn func(Leak)) {
	if fn == nil {
		onLeak.Store(nil)
		return
	}
	onLeak.Store(&fn)
}

// Leaks is the number of objects that were collected without Close.
func Leaks() int64 { return leaks.Load() }

func reportLeak(h *handle) {
	h.mu.Lock()
	leaked := !h.closed && h.ptr != nil
	h.mu.Unlock()
	if !leaked {
		return
	}
	leaks.Add(1)
	if fn := onLeak.Load(); fn != nil {
		frame, _ := runtime.CallersFrames([]uintptr{h.site}).Next()
		(*fn)(Leak{Kind: h.kind, Site: fmt.Sprintf("%s:%d", frame.File, frame.Line)})
	}
}

// callSite is where the wrapper was called.
func callSite() uintptr {
	var pcs [1]uintptr
	runtime.Callers(3, pcs[:])
	return pcs[0]
}
`)
  return f.toString()
}

function leakGo(packageName: string, header: string, cleanup: boolean): string {
  const f = goFile(packageName, `${header}\n\n//go:build ${cleanup ? '' : '!'}go1.24`)
  f.use('runtime')
  f.print(
    cleanup
      ? `
// watch tells of owner if it is collected before h is closed.
func watch[T any](owner *T, h *handle) { runtime.AddCleanup(owner, reportLeak, h) }
`
      : `
// watch tells of owner if it is collected before h is closed.
func watch[T any](owner *T, h *handle) {
	runtime.SetFinalizer(owner, func(*T) { reportLeak(h) })
}
`,
  )
  return f.toString()
}

function errorsGo(guard: CgoGuard, header: string, fails: boolean): string {
  const tables = guard.typed?.tables ?? []
  const signatures = guard.functions.flatMap(fn => fn.signature ?? [])
  const used = tables.filter(table => signatures.some(signature => signature.error === table.name))
  const hasTypes = (guard.typed?.types.length ?? 0) > 0
  const has = (test: (kind: string) => boolean) => signatures.some(signature => signature.args.some(arg => test(arg.kind)))
  const gives = signatures.some(s => s.owns.some(name => s.args.some(arg => arg.kind === 'resource' && arg.name === name)))
  const makes = has(kind => kind === 'outResource') || signatures.some(s => s.returns.kind === 'resource')
  const f = goFile(guard.package, header)
  f.use('errors', 'fmt')
  f.print(`
// What a wrapper refuses before it calls C.
var (
${goValues([
  ...(hasTypes ? [['ErrClosed', 'errors.New("cgo: the object is closed")'] as const] : []),
  ...(makes ? [['ErrNoObject', 'errors.New("cgo: C gave no object")'] as const] : []),
  ...(gives ? [['ErrInUse', 'errors.New("cgo: the object is in use and cannot be given away")'] as const] : []),
  ...(has(kind => kind === 'string') ? [['ErrNUL', 'errors.New("cgo: a string with a NUL in it")'] as const] : []),
  ['ErrRange', 'errors.New("cgo: a number that does not fit the C type")'],
])})

func callError(name string, err error) error { return fmt.Errorf("%s: %w", name, err) }
`)
  if (!fails) return f.toString()
  f.use('syscall')
  for (const table of used)
    if (table.rows.length === 0) f.print(`var ${tableName(table.name)} map[int64]row // its codes have no names\n`)
    else
      f.print(`
// What functions of the table ${table.name} fail with.
var (
${goValues(table.rows.map(row => [sentinelName(table.name, row.name), `errors.New(${goString(`${table.name}: ${row.text ?? row.name}`)})`] as const))})

var ${tableName(table.name)} = map[int64]row{
${alignedRows(table)}}
`)
  f.print(`
// Strategy is what a wrapper does about a failure before it returns it.
type Strategy int

const (
	// StrategyReturn leaves it to the caller.
	StrategyReturn Strategy = iota
	// StrategyRetry calls again after a pause, within the time-out of the function.
	StrategyRetry
	// StrategyPollRead and StrategyPollWrite wait until the file descriptor is ready, within the time-out, and call again.
	StrategyPollRead
	StrategyPollWrite
	// StrategyClose closes the object.
	StrategyClose
	// StrategyAlert counts and tells whoever listens with OnAlert, StrategyAlertClose closes the object too.
	StrategyAlert
	StrategyAlertClose
)

// Error is a failure that C told of.
type Error struct {
	Function string
	Code     int64
	// Name is the code's name in its table, Text what the library says about it.
	Name, Text string
	// Errno is what the thread's errno was after the call.
	Errno    syscall.Errno
	Strategy Strategy
	kind     error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s: code %d", e.Function, e.Code)
	if e.Name != "" {
		text += " (" + e.Name + ")"
	}
	if e.Text != "" {
		text += ": " + e.Text
	}
	if e.Errno != 0 {
		text += ": " + e.Errno.Error()
	}
	return text
}

// Unwrap gives the table's error and errno to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	var all []error
	if e.kind != nil {
		all = append(all, e.kind)
	}
	if e.Errno != 0 {
		all = append(all, e.Errno)
	}
	return all
}
${
  used.length > 0
    ? `
type row struct {
	name     string
	strategy Strategy
	kind     error
}
`
    : ''
}
func newError(function string, code int64, errno error${used.length > 0 ? ', table map[int64]row' : ''}) *Error {
	e := &Error{Function: function, Code: code}
	_ = errors.As(errno, &e.Errno)
${used.length > 0 ? '\tif r, known := table[code]; known {\n\t\te.Name, e.Strategy, e.kind = r.name, r.strategy, r.kind\n\t}\n' : ''}	return e
}
`)
  if (used.some(acts)) f.print(strategiesGo(f.use, used.some(polls), hasTypes))
  return f.toString()
}

export const tableName = (name: string): string => `table${pascal(name)}`

function alignedRows(table: CgoErrorTable): string {
  const width = Math.max(0, ...table.rows.map(row => String(row.code).length))
  return table.rows
    .map(
      row =>
        `\t${row.code}:${' '.repeat(width - String(row.code).length)} {${goString(row.name)}, ${strategyNames[row.strategy]}, ${sentinelName(table.name, row.name)}},\n`,
    )
    .join('')
}

function strategiesGo(use: (...paths: string[]) => void, polls: boolean, hasTypes: boolean): string {
  use('context', 'sync/atomic', 'time')
  return `
var onAlert atomic.Pointer[func(*Error)]

// OnAlert sets the function that is told of failures with the strategy StrategyAlert or StrategyAlertClose; nil takes it away.
func OnAlert(fn func(*Error)) {
	if fn == nil {
		onAlert.Store(nil)
		return
	}
	onAlert.Store(&fn)
}

const (
	retriesMax = 1000
	pauseMin   = time.Millisecond
	pauseMax   = 50 * time.Millisecond
)

// carryOut runs once and does what the strategy of its failure says. Without a time-out only ctx ends the waiting.
func carryOut(ctx context.Context, f *function, ${hasTypes ? 'h *handle, ' : ''}${polls ? 'fd func() int, ' : ''}once func() error) error {
${hasTypes ? '\tif h != nil { // an object that is waited for must not vanish\n\t\tif err := acquire(h); err != nil {\n\t\t\treturn callError(f.name, err)\n\t\t}\n\t\tdefer release(h)\n\t}\n' : ''}	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	pause := pauseMin
	var last error
	for again := 0; ; again++ {
		err := once()
		var e *Error
		if !errors.As(err, &e) {
			if err != nil && last != nil {
				return errors.Join(last, err) // why it was still at it when the time was over
			}
			return err
		}
		last = err
		switch e.Strategy {
		case StrategyRetry:
			if again >= retriesMax || !sleep(ctx, pause) {
				return err
			}
			pause = min(2*pause, pauseMax)
			continue
${polls ? '\t\tcase StrategyPollRead, StrategyPollWrite:\n\t\t\tif fd == nil {\n\t\t\t\treturn err\n\t\t\t}\n\t\t\tif ready := pollFD(ctx, fd(), e.Strategy == StrategyPollWrite); ready != nil {\n\t\t\t\treturn errors.Join(err, ready)\n\t\t\t}\n\t\t\tcontinue\n' : ''}		case StrategyClose, StrategyAlertClose:
${hasTypes ? '\t\t\t_ = h.close() // the failure matters more than that of the destructor\n' : ''}		}
		if e.Strategy == StrategyAlert || e.Strategy == StrategyAlertClose {
			f.counter.Alert()
			if fn := onAlert.Load(); fn != nil {
				(*fn)(e)
			}
		}
		return err
	}
}

func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
`
}
