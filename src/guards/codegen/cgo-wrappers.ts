// The calls themselves: one Go function or method for each C function with a signature. What a call uses is released when it has returned from C,
// also when its caller went away before; memory that C may still touch then is C's own and never the caller's.
import type {CgoArgument, CgoErrorTable, CgoFunction, CgoGuard, CgoSignature, CgoType} from './cgo-contract.ts'
import {functionName, pascal} from './cgo-names.ts'
import {acts, polls, tableName, tableOf} from './cgo-resources.ts'
import {goFile, goString, type GeneratedFile} from './go-file.ts'

/** Names the wrappers use themselves; arguments of these names get a suffix. */
const localNames = new Set(
  'acquire after append C call callError callSite carryOut copy created ctx dataPointer err errno errors false fits gone inRange len made nil ok release result ret runtime site string strings text true unsafe'.split(
    ' ',
  ),
)

/** An argument's name in the generated Go. */
export const argumentName = (name: string): string => (localNames.has(name) ? `${name}Arg` : name)

/** Whether C may still run when the caller has gone. */
const outlives = (fn: CgoFunction): boolean => fn.mayBlock || fn.thread !== undefined

/** Whether a caller can be kept waiting, so that it gives a context. */
const waits = (guard: CgoGuard, fn: CgoFunction): boolean => outlives(fn) || fn.lock !== undefined || acts(tableOf(guard, fn))

export function wrappersGo(guard: CgoGuard, header: string): GeneratedFile[] {
  const {typed} = guard
  if (typed === undefined) return []
  const f = goFile(guard.package, header)
  const body: string[] = []
  const helpers = new Set<string>()
  for (const type of typed.types) body.push(typeGo(guard, type, helpers))
  for (const fn of guard.functions)
    if (fn.signature !== undefined && !typed.types.some(type => type.destructor === fn.name))
      body.push(functionGo(guard, fn, fn.signature, helpers))
  const used = typed.tables.filter(table => guard.functions.some(fn => fn.signature?.error === table.name))
  for (const table of used) body.push(failGo(table))
  if (guard.functions.some(fn => fn.signature?.error === 'errno')) body.push(failErrno(used.length > 0))
  const text = body.join('\n')
  const blocks = [
    ...(text.includes('fits[') ? [fitsGo] : []),
    ...(text.includes('dataPointer(') ? [dataPointerGo] : []),
    ...(text.includes('.keepMemory(') ? [freeMemoryGo] : []),
    ...(used.some(polls) ? [pollGo] : []),
  ].join('\n')
  const all = `${text}${blocks === '' ? '' : `\n${blocks}`}`
  f.use(...['context', 'runtime', 'strings', 'time', 'unsafe', 'syscall'].filter(name => new RegExp(`\\b${name}\\.`).test(all)))
  f.print(`\n${all}`)
  const comment = cComment(guard, used)
  return [
    {
      path: 'wrappers.go',
      text: f.toString().replace(/\npackage (\w+)\n/, (_, name: string) => `\npackage ${name}\n\n${comment}import "C"\n`),
    },
  ]
}

function cComment(guard: CgoGuard, used: readonly CgoErrorTable[]): string {
  const own = [
    ...(used.some(polls)
      ? [
          '#include <poll.h>',
          '',
          '// guardPoll waits until fd is ready; it returns at once when a signal comes.',
          'static int guardPoll(int fd, int write, int ms) {',
          '\tstruct pollfd p = {fd, write ? POLLOUT : POLLIN, 0};',
          '\treturn poll(&p, 1, ms);',
          '}',
        ]
      : []),
  ]
  const lines = ['#include <stdlib.h>', ...(guard.typed?.preamble ?? '').trim().split('\n'), ...own]
  return `/*\n${lines.join('\n').replaceAll('*/', '* /')}\n*/\n`
}

function typeGo(guard: CgoGuard, type: CgoType, helpers: Set<string>): string {
  const destructor = guard.functions.find(fn => fn.name === type.destructor)
  const table = destructor === undefined ? undefined : tableOf(guard, destructor)
  const failing = destructor?.signature?.error
  const c = `(*C.${type.c})(ptr)`
  const run =
    failing === undefined
      ? `\t\tC.${type.destructor}(${c})\n\t\treturn nil\n`
      : `\t\tret, errno := C.${type.destructor}(${c})\n\t\treturn ${failName(failing)}(${goString(type.destructor)}, int64(ret), errno${table?.code === undefined ? '' : ', ptr'})\n`
  helpers.add('handle')
  return `// ${type.name} owns a ${type.c} of C. Whoever has one calls Close; methods fail with ErrClosed after that.
type ${type.name} struct{ handle *handle }

func new${type.name}(ptr *C.${type.c}, site uintptr, keeps ...*handle) *${type.name} {
	x := &${type.name}{&handle{kind: ${goString(type.name)}, site: site, free: free${type.name}, ptr: unsafe.Pointer(ptr), keeps: keeps}}
	watch(x, x.handle)
	return x
}

func free${type.name}(ptr unsafe.Pointer, after func(gone bool)) error {
	return call(context.Background(), ${functionName(type.destructor)}, func() error {
${run}	}, after)
}

// Close calls ${type.destructor}, or leaves that to the last call that still uses the object. It may be called again and from anywhere.
func (x *${type.name}) Close() error { return x.h().close() }

func (x *${type.name}) h() *handle {
	if x == nil {
		return nil
	}
	return x.handle
}
`
}

const failName = (table: string): string => `fail${pascal(table)}`

interface Parts {
  readonly params: string[]
  readonly results: {readonly type: string; readonly zero: string; readonly value: string}[]
  /** Before anything is held; `FAIL(err)` returns. */
  readonly checks: string[]
  readonly handles: string[]
  readonly allocations: string[]
  /** Answers, which outlive the attempts of a call; and what belongs to one attempt. */
  readonly vars: string[]
  readonly attempt: string[]
  readonly callArgs: string[]
  /** After C returned, in any case. */
  readonly frees: string[]
  /** After C returned and the caller still waits. */
  readonly copies: string[]
}

function functionGo(guard: CgoGuard, fn: CgoFunction, signature: CgoSignature, helpers: Set<string>): string {
  const [first] = signature.args
  const receiver = first?.kind === 'resource' ? first : undefined
  const p: Parts = {
    params: [],
    results: [],
    checks: [],
    handles: [],
    allocations: [],
    vars: [],
    attempt: [],
    callArgs: [],
    frees: [],
    copies: [],
  }
  for (const arg of signature.args) addArgument(p, fn, signature, arg, arg === receiver)
  const out = signature.args.find(arg => arg.kind === 'outResource')
  const table = tableOf(guard, fn)
  const made =
    out !== undefined
      ? {type: out.type, variable: argumentName(out.name)}
      : signature.returns.kind === 'resource'
        ? {type: signature.returns.type, variable: 'result'}
        : undefined
  addResult(p, signature, made)
  const loop = acts(table)
  const context = waits(guard, fn)
  const owner = receiver === undefined ? undefined : `${argumentName(receiver.name)}.h()`
  const given = signature.args
    .filter(arg => arg.kind === 'resource' && signature.owns.includes(arg.name))
    .map(arg => `${argumentName(nameOf(arg))}.h()`)
  const kept = signature.args
    .filter(arg => arg.kind === 'resource' && signature.stores.includes(arg.name))
    .map(arg => `${argumentName(nameOf(arg))}.h()`)
  const memory = signature.args
    .filter(arg => (arg.kind === 'string' || arg.kind === 'bytes') && signature.stores.includes(arg.name))
    .map(arg => cName(nameOf(arg)))
  const zeros = p.results.map(result => result.zero)
  const failWith = (expression: string) => (loop ? `return ${expression}` : `return ${[...zeros, expression].join(', ')}`)
  const name = goString(fn.name)
  const tracksOk = made !== undefined || given.length > 0 || kept.length > 0 || memory.length > 0
  const lines: string[] = []
  const vars = [...p.vars, ...(made === undefined ? [] : [`var created *${made.type}`, 'site := callSite()'])]
  const inner: string[] = []
  for (const check of p.checks)
    inner.push(check.replaceAll(/FAIL\((\w+)\)/g, (_, error: string) => failWith(`callError(${name}, ${error})`)))
  if (p.handles.length > 0)
    inner.push(`if err := acquire(${p.handles.join(', ')}); err != nil {\n\t${failWith(`callError(${name}, err)`)}\n}`)
  for (const handle of given)
    inner.push(`if err := ${handle}.take(); err != nil {\n\trelease(${p.handles.join(', ')})\n\t${failWith(`callError(${name}, err)`)}\n}`)
  inner.push(...p.allocations, ...p.attempt, ...(tracksOk ? ['var ok bool'] : []))
  const after = afterLines(p, {made, given, kept, memory, owner, destroyOnError: signature.destroyOnError})
  const body = callLines(fn, signature, p, table, tracksOk, made)
  const afterText =
    after.length === 0
      ? 'nil'
      : `func(${after.some(line => /\bgone\b/.test(line)) ? 'gone bool' : 'bool'}) {\n${indent(after.join('\n'), 1)}\n}`
  const ctx = context ? 'ctx' : 'context.Background()'
  const theCall = `call(${ctx}, ${functionName(fn.name)}, func() error {\n${indent(body.join('\n'), 1)}\n}, ${afterText})`
  const answers = p.results.length > 0
  const open = answers ? 'err := ' : 'return '
  if (loop) {
    const waitFor =
      table.fd === undefined || receiver === undefined
        ? 'nil'
        : `func() int { return int(C.${table.fd}((*C.${cTypeOf(guard, receiver.type)})(${owner}.ptr))) }`
    const fd = guard.functions.some(other => polls(tableOf(guard, other))) ? `${waitFor}, ` : ''
    const handle = helpers.has('handle') ? `${owner ?? 'nil'}, ` : ''
    const attempt = indent([...inner, `return ${theCall}`].join('\n'), 1)
    lines.push(...vars, `${open}carryOut(ctx, ${functionName(fn.name)}, ${handle}${fd}func() error {\n${attempt}\n})`)
  } else lines.push(...vars, ...inner, `${open}${theCall}`)
  if (answers) {
    lines.push(`if err != nil {\n\treturn ${[...zeros, 'err'].join(', ')}\n}`)
    if (made !== undefined) lines.push(`if created == nil {\n\treturn ${[...zeros, `callError(${name}, ErrNoObject)`].join(', ')}\n}`)
    lines.push(`return ${[...p.results.map(result => result.value), 'nil'].join(', ')}`)
  }
  const params = [...(context ? ['ctx context.Context'] : []), ...p.params].join(', ')
  const returns = p.results.length === 0 ? 'error' : `(${[...p.results.map(result => result.type), 'error'].join(', ')})`
  const method = receiver === undefined ? '' : `(${argumentName(receiver.name)} *${receiver.type}) `
  return `// ${docOf(fn, signature)}\nfunc ${method}${signature.go}(${params}) ${returns} {\n${indent(
    lines
      .join('\n')
      .replaceAll(/\(\*CTYPE\((\w+)\)\)/g, (_, type: string) => `(*C.${cTypeOf(guard, type)})`)
      .replaceAll(/\*CTYPE\((\w+)\)/g, (_, type: string) => `*C.${cTypeOf(guard, type)}`),
    1,
  )}\n}\n`
}

function docOf(fn: CgoFunction, signature: CgoSignature): string {
  const parts = [`${signature.go} calls ${fn.name}.`]
  if (fn.thread !== undefined) parts.push(`It runs on the thread ${goString(fn.thread)} alone.`)
  if (fn.lock !== undefined) parts.push(`It holds the lock ${goString(fn.lock)}.`)
  if (fn.timeoutMs > 0) parts.push(`It gives up after ${fn.timeoutMs} ms.`)
  if (signature.owns.length > 0) parts.push(`C owns ${signature.owns.map(argumentName).join(' and ')} afterwards.`)
  return parts.join(' ')
}

const cTypeOf = (guard: CgoGuard, type: string): string => guard.typed?.types.find(t => t.name === type)?.c ?? type
const cName = (name: string): string => `c${pascal(name)}`
const nameOf = (arg: CgoArgument): string => ('name' in arg ? arg.name : '')
const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, '\t'.repeat(by))

function addArgument(p: Parts, fn: CgoFunction, signature: CgoSignature, arg: CgoArgument, isReceiver: boolean): void {
  const go = argumentName(nameOf(arg))
  const c = cName(nameOf(arg))
  const copies = outlives(fn) || ('name' in arg && (signature.stores.includes(arg.name) || signature.owns.includes(arg.name)))
  const keepsCopy = 'name' in arg && (signature.stores.includes(arg.name) || signature.owns.includes(arg.name))
  switch (arg.kind) {
    case 'constant':
      p.callArgs.push(arg.value)
      return
    case 'resource':
      if (!isReceiver) p.params.push(`${go} *${arg.type}`)
      p.handles.push(`${go}.h()`)
      p.callArgs.push(`(*CTYPE(${arg.type}))(${go}.h().ptr)`)
      return
    case 'scalar':
      p.params.push(`${go} ${arg.go}`)
      if (arg.go === 'bool' || arg.go.startsWith('float')) p.callArgs.push(`C.${arg.c}(${go})`)
      else {
        p.checks.push(`${c}, inRange := fits[C.${arg.c}](${go})\nif !inRange {\n\tFAIL(ErrRange)\n}`)
        p.callArgs.push(c)
      }
      return
    case 'string':
      p.params.push(`${go} string`)
      p.checks.push(`if strings.IndexByte(${go}, 0) >= 0 {\n\tFAIL(ErrNUL)\n}`)
      p.allocations.push(`${c} := C.CString(${go})`)
      p.callArgs.push(arg.c === 'char' ? c : `(*C.${arg.c})(unsafe.Pointer(${c}))`)
      if (!keepsCopy) p.frees.push(`C.free(unsafe.Pointer(${c}))`)
      return
    case 'bytes':
    case 'buffer': {
      p.params.push(`${go} []byte`)
      p.allocations.push(copies ? `${c} := C.CBytes(${go})` : `${c} := dataPointer(${go})`)
      p.callArgs.push(arg.c === 'void' ? c : `(*C.${arg.c})(${c})`)
      if (arg.kind === 'buffer' && copies) p.copies.push(`copy(${go}, unsafe.Slice((*byte)(${c}), len(${go})))`)
      if (copies && !keepsCopy) p.frees.push(`C.free(${c})`)
      return
    }
    case 'length': {
      const of = argumentName(arg.of)
      const length = `${cName(arg.of)}Len`
      p.checks.push(`${length}, inRange := fits[C.${arg.c}](len(${of}))\nif !inRange {\n\tFAIL(ErrRange)\n}`)
      p.callArgs.push(length)
      return
    }
    case 'out':
      p.vars.push(`var ${go} C.${arg.c}`)
      p.callArgs.push(`&${go}`)
      p.results.push({type: arg.go, zero: zeroOf(arg.go), value: `${arg.go}(${go})`})
      return
    case 'outResource':
      p.attempt.push(`var ${go} *CTYPE(${arg.type})`)
      p.callArgs.push(`&${go}`)
  }
}

const zeroOf = (go: string): string => (go === 'bool' ? 'false' : '0')

function addResult(p: Parts, signature: CgoSignature, made: {readonly type: string; readonly variable: string} | undefined): void {
  const {returns} = signature
  if (returns.kind === 'scalar' && signature.givesValue) {
    p.vars.push(`var result C.${returns.c}`)
    p.results.unshift({type: returns.go, zero: zeroOf(returns.go), value: `${returns.go}(result)`})
  } else if (returns.kind === 'string') {
    p.vars.push('var text string')
    p.results.unshift({type: 'string', zero: '""', value: 'text'})
  } else if (returns.kind === 'resource') p.attempt.push(`var result *CTYPE(${returns.type})`)
  if (made !== undefined) p.results.unshift({type: `*${made.type}`, zero: 'nil', value: 'created'})
}

interface Ownership {
  readonly made: {readonly type: string; readonly variable: string} | undefined
  readonly given: readonly string[]
  readonly kept: readonly string[]
  readonly memory: readonly string[]
  readonly owner: string | undefined
  readonly destroyOnError: boolean
}

function afterLines(p: Parts, o: Ownership): string[] {
  const lines: string[] = []
  if (p.copies.length > 0) lines.push(`if !gone {\n${indent(p.copies.join('\n'), 1)}\n}`)
  lines.push(...p.frees)
  const held = p.handles.filter(handle => !o.kept.includes(handle))
  const drop = [
    ...o.memory.map(memory => `C.free(unsafe.Pointer(${memory}))`),
    ...(o.kept.length > 0 ? [`release(${o.kept.join(', ')})`] : []),
  ]
  const {made} = o
  if (made !== undefined) {
    const keep = [
      `created = new${made.type}(${[made.variable, 'site', ...o.kept].join(', ')})`,
      ...o.memory.map(memory => `created.handle.keepMemory(unsafe.Pointer(${memory}))`),
    ]
    const late = `_ = free${made.type}(unsafe.Pointer(${made.variable}), ${o.kept.length > 0 || o.memory.length > 0 ? `func(bool) {\n${indent(drop.join('\n'), 1)}\n}` : 'nil'})`
    const lateTest = o.destroyOnError ? `${made.variable} != nil` : `ok && ${made.variable} != nil`
    lines.push(
      `switch {\ncase ok && !gone && ${made.variable} != nil:\n${indent(keep.join('\n'), 1)}\ncase ${lateTest}:\n${indent(late, 1)}\n${drop.length > 0 ? `default:\n${indent(drop.join('\n'), 1)}\n` : ''}}`,
    )
  } else if (o.kept.length > 0 || o.memory.length > 0) {
    const keep = [
      ...(o.kept.length > 0 ? [`${o.owner}.keep(${o.kept.join(', ')})`] : []),
      ...o.memory.map(memory => `${o.owner}.keepMemory(unsafe.Pointer(${memory}))`),
    ]
    lines.push(`if ok {\n${indent(keep.join('\n'), 1)}\n} else {\n${indent(drop.join('\n'), 1)}\n}`)
  }
  for (const handle of o.given) lines.push(`${handle}.given(ok, ${o.owner ?? handle})`)
  if (held.length > 0) lines.push(`release(${held.join(', ')})`)
  return lines
}

function callLines(
  fn: CgoFunction,
  signature: CgoSignature,
  p: Parts,
  table: CgoErrorTable | undefined,
  tracksOk: boolean,
  made: {readonly type: string; readonly variable: string} | undefined,
): string[] {
  const lines: string[] = []
  const theCall = `C.${fn.name}(${p.callArgs.join(', ')})`
  const {returns, error} = signature
  if (table?.clear !== undefined) lines.push(`C.${table.clear}()`)
  const first = signature.args.find(arg => arg.kind === 'resource')
  const self = table?.code === undefined ? '' : `, ${first === undefined ? 'nil' : `${argumentName(nameOf(first))}.h().ptr`}`
  const finish = (value: string) => {
    const fail = `${failName(error ?? '')}(${goString(fn.name)}, ${value}, errno${self})`
    if (!tracksOk) lines.push(`return ${fail}`)
    else lines.push(`err := ${fail}`, 'ok = err == nil', 'return err')
  }
  if (returns.kind === 'void') lines.push(theCall)
  else if (returns.kind === 'string') {
    lines.push(
      `ret := ${theCall}`,
      'if ret != nil {\n\ttext = C.GoString(ret)\n' +
        (returns.free === undefined ? '' : `\tC.${returns.free}(unsafe.Pointer(ret))\n`) +
        '}',
    )
  } else if (returns.kind === 'resource') {
    if (error === undefined) lines.push(`result = ${theCall}`)
    else {
      lines.push(`ret, errno := ${theCall}`, 'result = ret', 'value := int64(0)', 'if ret == nil {\n\tvalue = -1\n}')
      finish('value')
      return lines
    }
  } else if (error === undefined) lines.push(signature.givesValue ? `result = ${theCall}` : theCall)
  else {
    lines.push(`ret, errno := ${theCall}`)
    if (signature.givesValue) lines.push('result = ret')
    finish('int64(ret)')
    return lines
  }
  if (tracksOk) lines.push(made === undefined || made.variable !== 'result' ? 'ok = true' : 'ok = result != nil')
  lines.push('return nil')
  return lines
}

function failGo(table: CgoErrorTable): string {
  const test = {nonzero: 'value == 0', negative: 'value >= 0', not_positive: 'value > 0', zero: 'value != 0'}[table.failed]
  const ok = table.ok.map(value => ` || value == ${value}`).join('')
  const {code} = table
  return `// ${failName(table.name)} reads what a function of the table ${table.name} returned, on the thread of the call.
func ${failName(table.name)}(function string, value int64, errno error${code === undefined ? '' : ', self unsafe.Pointer'}) error {
	if ${test}${ok} {
		return nil
	}
	e := newError(function, ${code === undefined ? 'value' : `int64(C.${code.function}((*C.${code.of})(self), C.int(value)))`}, errno, ${tableName(table.name)})
${table.message === undefined ? '' : `\tif text := C.${table.message}(C.int(e.Code)); text != nil {\n\t\te.Text = C.GoString(text)\n\t}\n`}${table.reason === undefined ? '' : `\tif text := C.${table.reason}(); text != nil {\n\t\te.Text = C.GoString(text)\n\t}\n`}	return e
}
`
}

const failErrno = (
  tables: boolean,
): string => `// failErrno reads what a function returned that tells of failures by a negative value and errno.
func failErrno(function string, value int64, errno error) error {
	if value >= 0 {
		return nil
	}
	e := newError(function, value, errno${tables ? ', nil' : ''})
	if e.Errno != 0 {
		e.Code = int64(e.Errno)
	}
	return e
}
`

const fitsGo = `type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// fits converts n unless the C type is too small or has no sign for it.
func fits[C, G integer](n G) (C, bool) {
	c := C(n)
	return c, G(c) == n && (c < 0) == (n < 0)
}
`

const dataPointerGo = `// dataPointer is nil for no bytes at all.
func dataPointer(data []byte) unsafe.Pointer {
	if len(data) == 0 {
		return nil
	}
	return unsafe.Pointer(unsafe.SliceData(data))
}
`

const freeMemoryGo = `// freeMemory is for memory that C pointed to.
func freeMemory(memory unsafe.Pointer) { C.free(memory) }
`

const pollGo = `// pollSlice bounds one wait in C, which cannot be stopped.
const pollSlice = 50 * time.Millisecond

// pollFD waits until fd can be read or written, or ctx ends.
func pollFD(ctx context.Context, fd int, write bool) error {
	direction := C.int(0)
	if write {
		direction = 1
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := C.guardPoll(C.int(fd), direction, C.int(pollSlice.Milliseconds()))
		if n > 0 {
			return nil
		}
		if n < 0 && err != syscall.EINTR {
			return err
		}
	}
}
`
