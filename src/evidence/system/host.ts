// The host beside a process: PSI, CPU ticks, load, and how long each thread waited for a CPU. As `collect` writes it (`# /proc/…` above each
// file), as `head`, `tail` and `grep` print several files, or one such file alone. A file that comes again begins another capture.
// Formats: Documentation/accounting/psi.rst, Documentation/scheduler/sched-stats.rst (/proc/<pid>/schedstat), proc(5); Linux 4.20 to 6.18.
import {errors} from '../../base/errors.ts'
import type {Emit, Line, TextReader} from '../logs/text-reader.ts'
import type {CpuTicks, HostState, Pressure, ThreadSched} from '../model/system.ts'

const capturesMax = 100_000
const cpusMax = 8192
const threadsMax = 200_000

const file = String.raw`/proc/(?:pressure/(?:cpu|memory|io)|loadavg|stat|uptime|\d{1,10}/(?:task/\d{1,10}/)?(?:schedstat|stat)|\d{1,10}/task/\d{1,10}/status)`
const head = new RegExp(`^(?:# |==> )?(${file})(?: <==)?:?$`)
/** `grep . /proc/pressure/*` */
const prefixed = new RegExp(`^(${file}):(.+)$`)

const pressureLine = /^(some|full) avg10=(\d+\.\d+) avg60=(\d+\.\d+) avg300=(\d+\.\d+) total=(\d{1,20})$/
const loadLine = /^(\d+\.\d\d) (\d+\.\d\d) (\d+\.\d\d) (\d{1,9})\/(\d{1,9}) \d{1,10}$/
const cpuLine = /^cpu(\d{0,5}) +(\d{1,20}(?: \d{1,20}){3,9})$/
const statLine = /^(?:intr|ctxt|btime|processes|procs_running|procs_blocked|softirq|page|swap|disk_io)(?: \S+)+$/
const schedstatLine = /^(\d{1,20}) (\d{1,20}) (\d{1,20})$/
const uptimeLine = /^(\d+\.\d\d) \d+\.\d\d$/
const statusLine = /^(\w+):\t(.*)$/
const taskFile = /^\/proc\/(\d+)\/(?:task\/(\d+)\/)?(schedstat|stat|status)$/

interface Draft {
  readonly pressure: Map<'cpu' | 'memory' | 'io' | 'unnamed', {-readonly [K in keyof Pressure]: Pressure[K]}>
  readonly ticksByCpu: Map<number, CpuTicks>
  readonly threads: Map<string, {-readonly [K in keyof ThreadSched]?: ThreadSched[K]}>
  cpuTicks?: CpuTicks
  running?: number
  blocked?: number
  load?: NonNullable<HostState['load']>
  uptimeSeconds?: number
  process?: NonNullable<HostState['process']>
  /** Of the process, which is also that of its first thread; used where no thread is listed. */
  main?: {readonly pid: string; readonly sched: ThreadSched}
}

const emptyDraft = (): Draft => ({pressure: new Map(), ticksByCpu: new Map(), threads: new Map()})

export function hostReader(emit: Emit): TextReader {
  let draft: Draft | undefined
  /** Files of this capture, so that a repeated one begins the next. */
  let seen = new Set<string>()
  let current: string | undefined
  /** Lines without any head: the text is one file, or several run together. */
  let bare = false
  let [start, end, captures] = [0, 0, 0]

  const close = () => {
    const data = draft && stateOf(draft)
    draft = undefined
    seen = new Set()
    if (data === undefined) return
    if (++captures > capturesMax) throw errors.limit('captures of the host in one file', capturesMax)
    emit({format: 'system/host', start, end, data})
  }
  const begin = (line: Line, name: string) => {
    if (seen.has(name)) close()
    seen.add(name)
    if (!draft) [draft, start] = [emptyDraft(), line.start]
    return draft
  }
  const took = (line: Line) => {
    end = line.end
    return true
  }

  return {
    get open() {
      return draft !== undefined && (current !== undefined || bare)
    },
    offer(line) {
      const name = head.exec(line.text)?.[1]
      if (name !== undefined) {
        begin(line, name)
        ;[current, bare] = [name, false]
        return took(line)
      }
      const grep = prefixed.exec(line.text)
      if (grep?.[1] !== undefined && grep[2] !== undefined) {
        // The file's second line is no second file.
        const into = grep[1] === current && draft ? draft : begin(line, grep[1])
        ;[current, bare] = [grep[1], false]
        return take(into, grep[1], grep[2]) ? took(line) : false
      }
      const alone = line.number === 1 || bare ? fileOfBare(line.text, current) : undefined
      if (alone === undefined && current !== undefined && draft && take(draft, current, line.text)) return took(line)
      if (alone !== undefined) {
        const into = alone.continues && draft ? draft : begin(line, alone.name)
        ;[current, bare] = [alone.name, true]
        if (take(into, alone.name, line.text)) return took(line)
      }
      if (line.text !== '') [current, bare] = [undefined, false]
      return false
    },
    finish: close,
  }
}

/** Which file a line without a head comes from; `continues` when it is not that file's first line. */
function fileOfBare(text: string, current: string | undefined): {name: string; continues: boolean} | undefined {
  const pressure = pressureLine.exec(text)?.[1]
  if (pressure !== undefined) return {name: 'pressure', continues: pressure === 'full' && current === 'pressure'}
  if (loadLine.test(text)) return {name: '/proc/loadavg', continues: false}
  return cpuLine.exec(text)?.[1] === '' ? {name: '/proc/stat', continues: false} : undefined
}

/** Reads a line of the named file; false when it is none of that file's. */
function take(draft: Draft, name: string, text: string): boolean {
  if (name.startsWith('/proc/pressure/')) return takePressure(draft, name.slice('/proc/pressure/'.length), text)
  if (name === 'pressure') return takePressure(draft, 'unnamed', text)
  if (name === '/proc/loadavg') return takeLoad(draft, text)
  if (name === '/proc/stat') return takeStat(draft, text)
  if (name === '/proc/uptime') {
    const seconds = uptimeLine.exec(text)?.[1]
    if (seconds === undefined) return false
    draft.uptimeSeconds = Number(seconds)
    return true
  }
  return takeTask(draft, name, text)
}

function takePressure(draft: Draft, resource: string, text: string): boolean {
  const m = pressureLine.exec(text)
  if (!m || (resource !== 'cpu' && resource !== 'memory' && resource !== 'io' && resource !== 'unnamed')) return false
  const pressure = draft.pressure.get(resource) ?? {}
  draft.pressure.set(resource, pressure)
  const line = {avg10: Number(m[2]), avg60: Number(m[3]), avg300: Number(m[4]), totalUs: Number(m[5])}
  // psi.rst: CPU full is undefined at the system level and has been written as zero since 5.13.
  if (m[1] === 'some') pressure.some = line
  else if (resource !== 'cpu') pressure.full = line
  return true
}

function takeLoad(draft: Draft, text: string): boolean {
  const m = loadLine.exec(text)
  if (!m) return false
  draft.load = {one: Number(m[1]), five: Number(m[2]), fifteen: Number(m[3]), runnable: Number(m[4]), tasks: Number(m[5])}
  return true
}

function takeStat(draft: Draft, text: string): boolean {
  const cpu = cpuLine.exec(text)
  if (cpu) {
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = (cpu[2] ?? '').split(' ').map(Number)
    const ticks = {user, nice, system, idle, iowait, irq, softirq, steal}
    if (cpu[1] === '') draft.cpuTicks = ticks
    else draft.ticksByCpu.set(Number(cpu[1]), ticks)
    if (draft.ticksByCpu.size > cpusMax) throw errors.limit('CPUs of a machine', cpusMax)
    return true
  }
  if (!statLine.test(text)) return false
  const [word, value] = text.split(' ', 2)
  if (word === 'procs_running') draft.running = Number(value)
  if (word === 'procs_blocked') draft.blocked = Number(value)
  return true
}

function takeTask(draft: Draft, name: string, text: string): boolean {
  const [, pid = '', tid, kind] = taskFile.exec(name) ?? []
  const thread = () => {
    const key = tid ?? pid
    const found = draft.threads.get(key) ?? {}
    draft.threads.set(key, found)
    if (draft.threads.size > threadsMax) throw errors.limit('threads of a capture', threadsMax)
    return found
  }
  if (kind === 'schedstat') {
    const m = schedstatLine.exec(text)
    if (!m) return false
    const sched = {runNs: Number(m[1]), waitNs: Number(m[2]), timeslices: Number(m[3])}
    if (tid === undefined) draft.main = {pid, sched}
    else Object.assign(thread(), sched)
    return true
  }
  if (kind === 'stat') {
    // The command in parentheses may itself hold blanks and parentheses; utime and stime are fields 14 and 15.
    const fields = text.startsWith(`${tid ?? pid} (`) ? text.slice(text.lastIndexOf(')') + 2).split(' ') : []
    const [user, system] = [Number(fields[11] ?? Number.NaN), Number(fields[12] ?? Number.NaN)]
    if (!Number.isSafeInteger(user) || !Number.isSafeInteger(system)) return false
    if (tid === undefined) draft.process = {pid, userTicks: user, systemTicks: system}
    return true
  }
  const m = statusLine.exec(text)
  if (!m) return false
  if (m[1] === 'voluntary_ctxt_switches') thread().voluntarySwitches = Number(m[2])
  if (m[1] === 'nonvoluntary_ctxt_switches') thread().nonvoluntarySwitches = Number(m[2])
  return true
}

/** Undefined when the heads were all there was. */
function stateOf({pressure, ticksByCpu, threads, main, ...rest}: Draft): HostState | undefined {
  const listed = new Map<string, ThreadSched>()
  for (const [tid, {runNs, waitNs, timeslices, ...switches}] of threads)
    if (runNs !== undefined && waitNs !== undefined && timeslices !== undefined) listed.set(tid, {runNs, waitNs, timeslices, ...switches})
  if (listed.size === 0 && main) listed.set(main.pid, main.sched)
  if (pressure.size === 0 && ticksByCpu.size === 0 && listed.size === 0 && Object.keys(rest).length === 0) return undefined
  return {kind: 'host', pressure, ticksByCpu, threads: listed, ...rest}
}
