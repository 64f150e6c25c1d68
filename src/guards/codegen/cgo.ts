// The Go package of a cgo contract: a gate that every listed C function is called through. Without signatures the call itself stays in a
// function literal; with them cgo-wrappers.ts writes the calls too. A C call cannot be stopped; only its waiter can be sent away.
import type {CgoFunction, CgoGuard} from './cgo-contract.ts'
import {monitorFiles} from './cgo-monitor.ts'
import {opensslGo} from './cgo-openssl.ts'
import {resourcesGo} from './cgo-resources.ts'
import {wrappersGo} from './cgo-wrappers.ts'
import {functionName, lockName, threadName} from './cgo-names.ts'
import {generatedHeader, goConstants, goFile, goString, goValues, type GeneratedFile} from './go-file.ts'

/** `generate` is the command that `go generate` runs in the package's directory. */
export function cgoGo(guard: CgoGuard, config: string, generate?: string): GeneratedFile[] {
  const header = generatedHeader('cgo', config)
  return [
    {path: 'gate.go', text: gateGo(guard, header, generate)},
    ...(guard.monitor === undefined ? monitorFiles({package: guard.package, otel: guard.otel}, header) : []),
    ...(guard.typed === undefined
      ? guard.openssl
        ? [{path: 'openssl.go', text: opensslGo(guard.package, header)}]
        : []
      : [...resourcesGo(guard, header), ...wrappersGo(guard, header)]),
  ]
}

function gateGo(guard: CgoGuard, header: string, generate: string | undefined): string {
  const {typed, functions} = guard
  const monitor = guard.monitor === undefined ? '' : 'monitor.'
  const locks = [...new Set(functions.flatMap(fn => fn.lock ?? []))].sort()
  const threads = [...new Set(functions.flatMap(fn => fn.thread ?? []))].sort()
  const blocking = functions.some(fn => fn.mayBlock && fn.thread === undefined)
  const away = blocking || threads.length > 0
  const f = goFile(guard.package, header, gateDoc(guard))
  f.use('context', 'errors', 'fmt', 'runtime', 'sync/atomic', 'time')
  if (threads.length > 0) f.use('sync')
  if (guard.monitor !== undefined) f.use(`monitor ${guard.monitor}`)
  const constants = goConstants([
    ['blockedMax', String(guard.blockedMax), 'calls of one function that may be stuck in C after their callers have gone'],
    ...(blocking ? [['threadsMax', String(guard.threadsMax), 'calls that may block and are in C at the same time'] as const] : []),
  ])
  const vars = [
    ...locks.map(lock => `// ${lockName(lock)} is the lock ${goString(lock)} of the contract.\nvar ${lockName(lock)} = newLock()\n`),
    ...threads.map(
      thread =>
        `// ${threadName(thread)} is the only thread that calls what is bound to ${goString(thread)}.\nvar ${threadName(thread)} thread\n`,
    ),
  ].join('\n')
  f.print(`${generate === undefined ? '' : `//go:generate ${generate}\n\n`}const (
${constants})
${vars === '' ? '' : `\n${vars}`}
${typed === undefined ? untypedContract(functions) : typedContract(functions)}
// What the gate refuses. errors.Is tells them apart.
var (
${goValues([
  ...(typed === undefined ? [['ErrNotListed', 'errors.New("cgo: the function is not in the contract")'] as const] : []),
  ['ErrTimeout', 'errors.New("cgo: the call did not return in time and still runs")'],
  ['ErrLocked', 'errors.New("cgo: the lock was not free in time")'],
  ['ErrStuck', 'errors.New("cgo: too many calls are stuck in C")'],
  ...(away ? [['ErrBusy', 'errors.New("cgo: no thread was free in time")'] as const] : []),
])})

type function struct {
${functionFields(blocking, threads.length > 0, monitor)}}

func init() {
	for _, f := range contract {
		f.counter = ${monitor}Register(${goString(guard.package)}, f.name, f.stuck.Load)
	}
}

// lock is a mutex whose waiters can give up.
type lock chan struct{}
${locks.length > 0 ? '\nfunc newLock() lock { return make(lock, 1) }\n' : ''}${threads.length > 0 ? threadGo : ''}${blocking ? threadsGo : ''}${typed === undefined ? callGo : ''}
// call runs fn under the lock and within the bounds of f. after, if there is one, runs exactly once and without the lock: when fn has returned, or
// when it never will begin. gone says that the caller did not wait for the end.
func call(ctx context.Context, f *function, fn func() error, after func(gone bool)) error {
	if f.stuck.Load() >= blockedMax {
		return f.refuse(after, ErrStuck)
	}
	var expired <-chan time.Time
	if f.timeout > 0${away ? '' : ' && f.lock != nil'} {
		timer := time.NewTimer(f.timeout)
		defer timer.Stop()
		expired = timer.C
	}
	if f.lock != nil {
		select {
		case f.lock <- struct{}{}:
		case <-expired:
			return f.refuse(after, ErrLocked)
		case <-ctx.Done():
			return f.refuse(after, ctx.Err())
		}
	}
	${away ? `if ${threads.length > 0 ? 'f.thread != nil' : ''}${threads.length > 0 && blocking ? ' || ' : ''}${blocking ? 'f.mayBlock' : ''} {\n\t\treturn f.elsewhere(ctx, expired, fn, after)\n\t}\n\t` : ''}if after != nil {
		defer after(false)
	}
	return f.here(fn)
}

func (f *function) refuse(after func(bool), why error) error {
	f.counter.Refuse()
	if after != nil {
		after(false)
	}
	return fmt.Errorf("%s: %w", f.name, why)
}

// here runs fn on the caller's own thread: it was promised not to block.
func (f *function) here(fn func() error) error {
	runtime.LockOSThread()
	defer func() {
		runtime.UnlockOSThread()
		f.unlock()
	}()
	return f.record(${monitor}Goroutine(), fn)
}

// record runs fn and counts it. A panic is counted as a failure and goes on.
func (f *function) record(goroutine int64, fn func() error) (err error) {
	started := time.Now()
	returned := false
	defer func() { f.counter.Observe(time.Since(started), goroutine, err, returned && err == nil) }()
	err = fn()
	returned = true
	return err
}

func (f *function) unlock() {
	if f.lock != nil {
		<-f.lock
	}
}
`)
  if (away) f.print(elsewhereGo(blocking, threads.length > 0, monitor))
  if (typed === undefined)
    f.print(`
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

function functionFields(blocking: boolean, threads: boolean, monitor: string): string {
  const name = (text: string) => text.padEnd(blocking ? 8 : 7)
  return [
    `\t${name('name')} string\n`,
    `\t${name('timeout')} time.Duration // 0 is without bound\n`,
    ...(blocking ? ['\tmayBlock bool\n'] : []),
    `\t${name('lock')} ${'lock'.padEnd(blocking ? (threads ? 7 : 4) : 13)} // nil when none is needed\n`,
    ...(threads ? [`\t${name('thread')} ${'*thread'.padEnd(blocking ? 7 : 13)} // nil when any will do\n`] : []),
    `\t${name('stuck')} atomic.Int64\n`,
    `\t${name('counter')} *${monitor}Counter\n`,
  ].join('')
}

function gateDoc(guard: CgoGuard): string {
  const [first] = guard.functions
  const name = first?.name ?? 'f'
  const needs = `It needs Go 1.21 or later; leaks are told by cleanups from Go 1.24 on and by finalizers before.`
  const stuck = `A C call cannot be stopped. When the time is over the caller gets ErrTimeout, but the thread stays in C, keeps its lock, and is counted; when too many
are stuck, further calls are refused.`
  if (guard.typed !== undefined)
    return `Package ${guard.package} calls C for you: each function of the contract has a method or function here, with its lock, its thread and its bounds.

${stuck} What such a call uses stays alive until it has returned.

${needs}`
  return `Package ${guard.package} is the gate for calls into C. Call each listed function through it and nowhere else:

	err := ${guard.package}.Call(${goString(name)}, func() error {
		n, err := C.${name}(…)
		…
	})

${stuck} So nothing the literal touches may be freed or reused after ErrTimeout until it has returned. A panic in it after
that is counted as a failure and goes no further.

It needs Go 1.21 or later.`
}

function rowOf(fn: CgoFunction): string {
  return [
    `name: ${goString(fn.name)}`,
    ...(fn.timeoutMs > 0 ? [`timeout: ${fn.timeoutMs} * time.Millisecond`] : []),
    ...(fn.mayBlock && fn.thread === undefined ? ['mayBlock: true'] : []),
    ...(fn.lock === undefined ? [] : [`lock: ${lockName(fn.lock)}`]),
    ...(fn.thread === undefined ? [] : [`thread: &${threadName(fn.thread)}`]),
  ].join(', ')
}

function untypedContract(functions: readonly CgoFunction[]): string {
  const width = Math.max(...functions.map(fn => goString(fn.name).length))
  const rows = functions.map(fn => `\t${goString(fn.name)}:${' '.repeat(width - goString(fn.name).length)} {${rowOf(fn)}},\n`).join('')
  return `// contract lists the functions that may be called.\nvar contract = map[string]*function{\n${rows}}\n`
}

function typedContract(functions: readonly CgoFunction[]): string {
  const width = Math.max(...functions.map(fn => functionName(fn.name).length))
  const rows = functions
    .map(fn => `\t${functionName(fn.name)}${' '.repeat(width - functionName(fn.name).length)} = &function{${rowOf(fn)}}\n`)
    .join('')
  return `// The functions of the contract.\nvar (\n${rows})\n\nvar contract = [...]*function{\n${functions.map(fn => `\t${functionName(fn.name)},\n`).join('')}}\n`
}

const callGo = `
// Call runs fn, which calls the C function of this name, under its lock and within its bounds. fn stays on one thread from begin to end, so
// errno and the error queue of a library can be read after the call.
func Call(name string, fn func() error) error { return CallContext(context.Background(), name, fn) }

// CallContext is Call that also gives up when ctx ends.
func CallContext(ctx context.Context, name string, fn func() error) error {
	f := contract[name]
	if f == nil {
		return fmt.Errorf("%s: %w", name, ErrNotListed)
	}
	return call(ctx, f, fn, nil)
}
`

const threadsGo = `
// threads holds a place for each call that may block.
var threads = make(chan struct{}, threadsMax)
`

const threadGo = `
// thread runs functions one after another on a thread of the operating system that does nothing else and is never changed.
type thread struct {
	once  sync.Once
	tasks chan func()
}

func (t *thread) offer() chan<- func() {
	t.once.Do(func() {
		t.tasks = make(chan func()) // unbuffered: what is handed over has begun
		go func() {
			runtime.LockOSThread() // never unlocked
			for run := range t.tasks {
				run()
			}
		}()
	})
	return t.tasks
}
`

function elsewhereGo(blocking: boolean, threads: boolean, monitor: string): string {
  const wait = (send: string) => `	select {
	case ${send}:
	case <-expired:
		f.unlock()
		return f.refuse(after, ErrBusy)
	case <-ctx.Done():
		f.unlock()
		return f.refuse(after, ctx.Err())
	}
`
  const indent = (text: string) => text.replace(/^(?=.)/gm, '\t')
  const start = !blocking
    ? wait('f.thread.offer() <- run')
    : !threads
      ? `${wait('threads <- struct{}{}')}	go run()\n`
      : `	if f.thread != nil {\n${indent(wait('f.thread.offer() <- run'))}	} else {\n${indent(wait('threads <- struct{}{}'))}		go run()\n	}\n`
  const leave = !blocking ? '' : threads ? '\t\t\tif f.thread == nil {\n\t\t\t\t<-threads\n\t\t\t}\n' : '\t\t\t<-threads\n'
  return `
type answer struct {
	err      error
	panicked any
}

// elsewhere runs fn on another thread, which may be left in C when the caller must go on.
func (f *function) elsewhere(ctx context.Context, expired <-chan time.Time, fn func() error, after func(gone bool)) error {
	answers := make(chan answer, 1)
	goroutine := ${monitor}Goroutine()
	var left atomic.Bool // the caller has gone, or the call has ended; whoever is second knows
	run := func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		a := answer{panicked: errors.New("runtime.Goexit in a C call")} // what stays if fn leaves by Goexit
		defer func() {
			f.unlock()
${leave}			if left.Swap(true) {
				f.stuck.Add(-1)
				if after != nil {
					go after(true) // not here: it may need this very thread
				}
			}
			answers <- a
		}()
		defer func() {
			if p := recover(); p != nil {
				a = answer{panicked: p}
			}
		}()
		a = answer{err: f.record(goroutine, fn)}
	}
${start}	var why error
	select {
	case a := <-answers:
		return a.result(after)
	case <-expired:
		why = ErrTimeout
	case <-ctx.Done():
		why = ctx.Err()
	}
	f.stuck.Add(1)
	if left.Swap(true) { // it ended at the same moment
		f.stuck.Add(-1)
		a := <-answers
		return a.result(after)
	}
	f.counter.Timeout()
	if why != ErrTimeout {
		return fmt.Errorf("%s: %w: %w", f.name, ErrTimeout, why)
	}
	return fmt.Errorf("%s: %w", f.name, why)
}

func (a answer) result(after func(gone bool)) error {
	if after != nil {
		after(false)
	}
	if a.panicked != nil {
		panic(a.panicked)
	}
	return a.err
}
`
}
