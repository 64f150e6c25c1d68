// Crashes inside text: what the runtime says when it panics, throws or takes a signal, with the goroutines behind it.
// Order of the parts: runtime/panic.go (printpanics, fatalthrow, dopanic_m), signal_unix.go (sighandler), Go 1.5 to 1.26.
import type {Crash} from '../model/crash.ts'
import type {DumpFrame, GoroutineDump} from '../model/goroutines.ts'
import type {Emit, Line, TextReader} from '../logs/text-reader.ts'
import {crashClass} from './crash-classes.ts'
import {GoroutineText} from './goroutine-text.ts'
import {userFrame} from './user-frame.ts'

/** Lines between the message and the first goroutine at most; stack hex dumps of a damaged frame are long. */
const headLinesMax = 400
/** Lines in a row that are nobody's, after which a crash without goroutines is over. */
const foreignLinesMax = 12
/** `runtime: …` lines kept. */
const saysMax = 100

const starts =
  /^(?:.*[\]\s])?(?:(panic): |(fatal error): (?:fatal error: )*|(SIG[A-Z]+): [a-z ]+|fatal: (morestack on g(?:0|signal))|(runtime\/cgo: pthread_create failed): )/
const handler = /^(?:.*\s)?http2?: panic serving \S+: (.*)$/
const atStart = /^(?:panic: |fatal error: |SIG[A-Z]{2,6}: |fatal: morestack |runtime\/cgo: pthread_create failed)/

interface Open {
  start: number
  end: number
  severity: Crash['severity']
  message: string
  handled: boolean
  readonly panics: {message: string; recovered: boolean; repanicked: boolean}[]
  signal: {name: string; code?: string; address?: string; pc?: string; duringCgo: boolean} | undefined
  readonly says: string[]
  readonly tests: string[]
  readonly system: DumpFrame[]
  readonly registers: Map<string, string>
  readonly pcs: string[]
  throws: number
  readonly dump: GoroutineText
  section: 'head' | 'system' | 'goroutines' | 'registers'
  systemFunction: string | undefined
  lines: number
  foreign: number
  lastNumber: number
  readonly atStart: boolean
}

export function crashReader(emit: Emit): TextReader {
  let open: Open | undefined
  // `runtime: …` lines stand before the failure they explain.
  let said: {line: Line; text: string}[] = []

  const close = () => {
    const crash = open
    open = undefined
    // A prefixed line ("TITLE: panic: …") that nothing followed is somebody's sentence about a crash.
    if (crash && (crash.atStart || crash.dump.groups.total > 0 || crash.dump.open || crash.signal?.pc !== undefined)) emit(partOf(crash))
  }
  const begin = (line: Line): boolean => {
    const begun = beginning(line.text)
    if (!begun) return false
    const near = said.filter(({line: before}) => line.number - before.number <= 12)
    open = {
      start: near[0]?.line.start ?? line.start,
      end: line.end,
      ...begun,
      says: near.map(({text}) => text),
      tests: [],
      system: [],
      registers: new Map(),
      pcs: [],
      throws: 1 + (line.text.match(/fatal error: /g)?.length ?? 1) - 1,
      dump: new GoroutineText(8, true),
      section: 'head',
      systemFunction: undefined,
      lines: 0,
      foreign: 0,
      lastNumber: line.number,
      atStart: begun.handled || atStart.test(line.text),
    }
    said = []
    return true
  }
  return {
    get open() {
      return open !== undefined
    },
    offer(line) {
      if (open) {
        if (continued(open, line)) {
          if (line.text !== '') open.end = line.end
          open.foreign = 0
          open.lastNumber = line.number
          return true
        }
        const over = open.section === 'goroutines' ? !open.dump.open : ++open.foreign > foreignLinesMax || open.lines > headLinesMax
        const another = atStart.test(line.text)
        if (over || another) close()
        if (open || !another) return false
      }
      if (begin(line)) return true
      const text = line.text
      if (text.startsWith('runtime: ') || text.startsWith('unexpected fault address ')) {
        if (said.length >= saysMax) said.shift()
        said.push({line, text})
      }
      return false
    },
    finish: close,
  }
}

function beginning(text: string): Pick<Open, 'severity' | 'message' | 'handled' | 'panics' | 'signal'> | undefined {
  const served = text.includes('panic serving ') ? handler.exec(text) : undefined
  if (served) return {severity: 'panic', message: served[1] ?? '', handled: true, panics: [panicOf(served[1] ?? '')], signal: undefined}
  if (!/panic: |fatal error: |^SIG|^fatal: |pthread_create failed/.test(text)) return undefined
  const m = starts.exec(text)
  if (!m) return undefined
  const rest = text.slice(m[0].length)
  // Behind a log prefix only texts of the runtime itself are believed: "level=error msg=panic: …" is somebody's message.
  if (!atStart.test(text) && !/^(?:runtime error: |checkptr: |concurrent map|all goroutines are asleep|sync: )/.test(rest)) return undefined
  if (m[1] !== undefined) {
    const panic = panicOf(rest)
    return {severity: 'panic', message: panic.message, handled: false, panics: [panic], signal: undefined}
  }
  if (m[3] !== undefined) {
    const signal = {name: m[3], duringCgo: false}
    return {severity: 'signal', message: text.slice(text.indexOf(m[3])), handled: false, panics: [], signal}
  }
  return {severity: 'fatal', message: m[2] === undefined ? (m[4] ?? m[5] ?? '') : rest, handled: false, panics: [], signal: undefined}
}

function panicOf(text: string): Crash['panics'][number] & {message: string; recovered: boolean; repanicked: boolean} {
  const flags = / \[recovered(, repanicked)?\]$/.exec(text)
  return {message: flags ? text.slice(0, flags.index) : text, recovered: flags !== null, repanicked: flags?.[1] !== undefined}
}

/** Takes a line into an open crash; false when it is not part of it. */
function continued(crash: Open, line: Line): boolean {
  crash.lines++
  const text = line.text
  if (crash.section !== 'registers' && crash.dump.offer(text, line.number)) {
    crash.section = 'goroutines'
    noteNative(crash, text)
    return true
  }
  const register =
    /^(r[a-z0-9]{1,2}|rflags|[cdefgs]s|e[a-z]{2}|eflags|x\d{1,2}|lr|sp|pc|fault|cpsr|pstate|trap|error|oldmask) +(0x[0-9a-f]+)$/.exec(text)
  if (register?.[1] !== undefined && register[2] !== undefined) {
    crash.registers.set(register[1], register[2])
    crash.section = 'registers'
    return true
  }
  if (text.startsWith('fatal error: ')) {
    // Another thread threw, or the throw of a failure whose `panic:` line came first.
    if (crash.severity === 'panic' && crash.section === 'head') {
      crash.severity = 'fatal'
      crash.message = text.slice('fatal error: '.length)
    } else if (crash.section === 'head' || crash.severity === 'fatal') crash.throws++
    else return false
    return crash.section !== 'registers'
  }
  if (crash.section === 'head') return headLine(crash, text)
  if (crash.section === 'system') return systemLine(crash, text)
  return /^exit status \d+$/.test(text)
}

function headLine(crash: Open, text: string): boolean {
  if (text === '') return true
  const nested = /^\tpanic: (.*)$/.exec(text)
  if (nested?.[1] !== undefined) {
    const panic = panicOf(nested[1])
    crash.panics.push(panic)
    crash.message = panic.message
    return true
  }
  const signal = /^\[signal (\S+?)(?::? ([^[\]]*?))?(?: code=(\S+))?(?: addr=(\S+))?(?: pc=(\S+))?\]$/.exec(text)
  if (signal) {
    crash.signal = {
      name: signal[1] ?? '',
      ...(signal[3] === undefined ? {} : {code: signal[3]}),
      ...(signal[4] === undefined ? {} : {address: signal[4]}),
      ...(signal[5] === undefined ? {} : {pc: signal[5]}),
      duringCgo: false,
    }
    return true
  }
  const pc = /^PC=(0x[0-9a-f]+)(?: m=\S+)?(?: sigcode=(\S+))?(?: addr=(\S+))?/.exec(text)
  if (pc?.[1] !== undefined) {
    crash.signal = {
      name: crash.signal?.name ?? '',
      pc: pc[1],
      ...(pc[2] === undefined ? {} : {code: pc[2]}),
      ...(pc[3] === undefined ? {} : {address: pc[3]}),
      duringCgo: crash.signal?.duringCgo ?? false,
    }
    return true
  }
  if (/^signal arrived during (?:cgo|external code) execution$/.test(text)) {
    if (crash.signal) crash.signal.duringCgo = true
    return true
  }
  if (text === 'runtime stack:') {
    crash.section = 'system'
    return true
  }
  if (text.startsWith('runtime: ') || text.startsWith('stack: frame=')) {
    if (crash.says.length < saysMax) crash.says.push(text)
    return true
  }
  // Since Go 1.23 indented, as all of a panic's text is.
  if (text === 'running tests:' || text === '\trunning tests:') return true
  const test = /^\t\t?((?:Test|Fuzz|Benchmark|Example)\S* \([\d.hms]+\))$/.exec(text)
  if (test?.[1] !== undefined) {
    crash.tests.push(test[1])
    return true
  }
  // Go 1.23 and later indent the second and further lines of a panic's text by a tab.
  if (crash.severity === 'panic' && text.startsWith('\t')) return true
  if (/^(?:checkptr: |goroutine running on other thread)|^\s*0x[0-9a-f]{8,16}:\s|^r\d+=/.test(text)) return true
  // Before Go 1.23 such lines stood as they were: taken while they directly follow the message.
  return (
    crash.severity === 'panic' &&
    crash.lines <= 20 &&
    crash.foreign === 0 &&
    !atStart.test(text) &&
    !/^(?:exit status|FAIL\s|---|===|\d{4}[-/])/.test(text)
  )
}

function systemLine(crash: Open, text: string): boolean {
  if (text === '') {
    crash.section = 'head'
    return true
  }
  const indented = /^(?:\t| {4,})(.*)$/.exec(text)
  if (indented?.[1] !== undefined && crash.systemFunction !== undefined) {
    const place = /^(.*):(\d+)(?: |$)/.exec(indented[1])
    if (crash.system.length < 1000)
      crash.system.push({function: crash.systemFunction, file: place?.[1] ?? '', line: Number(place?.[2] ?? 0)})
    crash.systemFunction = undefined
    return true
  }
  const paren = text.endsWith(')') ? text.lastIndexOf('(') : -1
  if (paren > 0 && !text.slice(0, paren).includes(' ')) {
    crash.systemFunction = text.slice(0, paren)
    return true
  }
  return text.startsWith('runtime: ') || text.startsWith('stack: frame=') || /^0x[0-9a-f]{8,16}: /.test(text)
}

/** `non-Go function` with a bare pc: what a traceback without SetCgoTraceback shows of C. */
function noteNative(crash: Open, text: string): void {
  const pc = /^\t(?:\S+ )?pc=(0x[0-9a-f]+)$/.exec(text)?.[1]
  if (pc !== undefined && crash.pcs.length < 1000) crash.pcs.push(pc)
}

/** Thread exhaustion is thrown on the system stack: no goroutine failed, the largest group holds the threads. */
function mostCommon({groups}: GoroutineDump): DumpFrame | undefined {
  for (const {frames} of groups) {
    const frame = userFrame(frames)
    if (frame) return frame
  }
  return undefined
}

/** The user frame of the goroutine that runs the first of the tests that hung. */
function hungTest(tests: readonly string[], {groups}: GoroutineDump): DumpFrame | undefined {
  const names = tests.map(test => test.split(/[/ ]/, 1)[0] ?? '')
  const runs = (fn: string) =>
    names.length === 0 ? /\.Test\w*(?:\.func|$)/.test(fn) : names.some(name => fn.endsWith(`.${name}`) || fn.includes(`.${name}.func`))
  const group = groups.find(({frames}) => frames.some(frame => runs(frame.function)))
  return group && userFrame(group.frames)
}

function partOf(crash: Open): Parameters<Emit>[0] {
  const torn = crash.dump.awaitsPlace
  crash.dump.finish()
  const goroutines = crash.dump.groups.dump('crash')
  // In a signal during cgo the first goroutine is g0; the one that called into C stands behind it.
  const failed = crash.dump.first.find(g => userFrame(g.frames) !== undefined && g.header.id !== '0') ?? crash.dump.first[0]
  const first = crash.dump.first[0]
  const shown = first && first.header.id !== '0' && crash.severity !== 'signal' ? first : failed
  const klass = crash.handled ? 'http-handler-panic' : crashClass(crash.severity, crash.message)
  const site =
    klass === 'test-timeout'
      ? hungTest(crash.tests, goroutines)
      : klass === 'thread-exhaustion'
        ? mostCommon(goroutines)
        : userFrame(shown?.frames ?? [])
  const quit = klass === 'quit'
  const heapAddresses = crash.dump.first.flatMap(({header}) => (header.id === '0' || header.record === undefined ? [] : [header.record]))
  const notes = [
    ...(crash.throws > 1
      ? [{code: 'interleaved-throws', message: `${crash.throws} threads threw at once; their lines are interleaved`}]
      : []),
    ...(goroutines.total === 0 ? [{code: 'no-goroutines', message: 'no goroutine follows (GOTRACEBACK=none, or the text was cut)'}] : []),
    ...(crash.dump.elided > 0 ? [{code: 'frames-elided', message: 'the runtime left out the middle of long stacks'}] : []),
    ...(torn ? [{code: 'truncated', message: `the crash breaks off in line ${crash.lastNumber}`}] : []),
  ]
  const common = {start: crash.start, end: crash.end, complete: !torn, notes}
  // SIGQUIT is how one asks for a dump: no failure to explain.
  if (quit && goroutines.total > 0) return {format: 'dumps/goroutine-sigquit', ...common, data: goroutines}
  return {
    format: crash.severity === 'panic' ? 'dumps/panic' : crash.severity === 'fatal' ? 'dumps/fatal-error' : 'dumps/signal',
    ...common,
    data: {
      kind: 'crash',
      class: klass,
      message: crash.message,
      severity: crash.severity,
      panics: crash.panics,
      ...(crash.signal ? {signal: crash.signal} : {}),
      ...(site ? {site} : {}),
      ...(shown
        ? {
            goroutine: {
              id: shown.header.id,
              state: shown.header.state,
              frames: shown.frames,
              ...(shown.createdBy ? {createdBy: shown.createdBy} : {}),
            },
          }
        : {}),
      systemStack: crash.system,
      registers: crash.registers,
      runtimeSays: crash.says,
      runningTests: crash.tests,
      throws: crash.throws,
      unresolvedPcs: crash.pcs,
      ...(heapAddresses.length > 0 ? {heapAddresses} : {}),
      goroutines,
    },
  }
}
