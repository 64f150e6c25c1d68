// `gotriage collect`: one bounded capture of what a diagnosis wants, from a URL with /debug/pprof, a process of this machine, or a command
// it starts itself. What could not be had becomes a note, never a failure of the whole.
import {errors} from '../base/errors.ts'
import type {Processes, RunningProgram} from '../base/processes.ts'
import type {Task} from '../base/progress.ts'
import {manifestName, manifestSchema, manifestText, type Manifest, type ManifestFile} from '../evidence/containers/manifest.ts'
import {captureKernel, debugUrlOf, snapshots, type Snapshot, startOf} from './collect-process.ts'
import {programOfExecutable} from './collect-program.ts'
import {captureTools, quitProcess, toolCosts} from './collect-tools.ts'

export interface CollectRequest {
  readonly directory: string
  readonly url?: string
  readonly pid?: number
  readonly command?: readonly string[]
  /** Length of the capture. */
  readonly seconds: number
  /** Heap profiles over that time. */
  readonly heaps: number
  readonly cpuSeconds: number
  /** 0: none. */
  readonly traceSeconds: number
  /** 0: none; milliseconds between schedtrace lines of a started command. */
  readonly schedtraceMs: number
  /** More goroutines than this and the text dump, which stops the world while it is written, is left out. */
  readonly goroutinesMax: number
  /** Of perf record on the process; 0 or absent: none. */
  readonly perfSeconds?: number
  /** Of strace -c on the process; 0 or absent: none. */
  readonly straceSeconds?: number
  /** Ends the process with SIGQUIT when the capture is over, for its goroutine dump. */
  readonly sigquit?: boolean
}

export interface Collected {
  readonly manifest: Manifest
  /** Files that hold evidence, without the manifest. */
  readonly files: number
}

const answerBytesMax = 1 << 30
const textBytesMax = 64 << 20
/** How often /debug/vars is asked over the capture. */
const varsSamples = 10
const stopGraceMs = 5000

/** What the capture costs the target, in lines, before anything is asked of it. */
export function costOf(request: CollectRequest): string[] {
  const {seconds, heaps, cpuSeconds, traceSeconds, schedtraceMs, goroutinesMax} = request
  return [
    `${heaps} heap profiles over ${seconds} s: some milliseconds of one CPU each; no garbage collection is forced`,
    `a CPU profile of ${cpuSeconds} s: 100 samples a second and CPU, about 1 % of CPU time while it runs`,
    `2 goroutine dumps: the world stops while each is written (about 0.2 s at 100,000 goroutines); left out above ${goroutinesMax} goroutines`,
    `/debug/vars ${varsSamples} times, if it is served: runtime.ReadMemStats stops the world for well under a millisecond`,
    'the mutex and the block profile, once, where the program has switched them on: some milliseconds of one CPU',
    ...(traceSeconds > 0
      ? [`an execution trace of ${traceSeconds} s: 1-2 % of CPU time since Go 1.21, 10-20 % before; some MB a second when busy`]
      : []),
    ...toolCosts(request),
    ...(request.command ? [`GODEBUG=${godebug('', schedtraceMs)}: a line of stderr for each garbage collection`] : []),
  ]
}

function godebug(inherited: string, schedtraceMs: number): string {
  return [inherited, 'gctrace=1', 'gcpacertrace=1', ...(schedtraceMs > 0 ? [`schedtrace=${schedtraceMs}`] : [])]
    .filter(part => part !== '')
    .join(',')
}

/** State of one capture: what has been written and what could not be had. */
export class Capture {
  readonly files: ManifestFile[] = []
  readonly notes: {code: string; message: string}[] = []
  readonly processes: Processes
  readonly directory: string

  constructor(processes: Processes, directory: string) {
    this.processes = processes
    this.directory = directory
  }

  note(code: string, message: string): void {
    if (!this.notes.some(note => note.code === code && note.message === message)) this.notes.push({code, message})
  }

  async write(path: string, kind: string, bytes: Uint8Array): Promise<void> {
    const timeUnixNs = String(this.processes.now())
    await this.processes.writeFile(`${this.directory}/${path}`, bytes)
    this.files.push({path, kind, timeUnixNs})
  }

  /** Downloads one endpoint into a file; false, with a note, when it is not to be had. */
  async fetch(url: string, path: string, kind: string, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const timeUnixNs = String(this.processes.now())
    const answer = await this.processes
      .get(url, {timeoutMs, bytesMax: answerBytesMax, path: `${this.directory}/${path}`, ...(signal ? {signal} : {})})
      .catch((error: unknown) => {
        this.note(`${kind}-missing`, error instanceof Error ? error.message : String(error))
        return undefined
      })
    if (answer?.status === 200 && answer.bytes > 0) {
      this.files.push({path, kind, timeUnixNs})
      return true
    }
    if (!signal?.aborted) this.note(`${kind}-missing`, answer ? `${url} answered ${answer.status}` : `${url} did not answer`)
    return false
  }
}

export async function collect(request: CollectRequest, processes: Processes, task: Task): Promise<Collected> {
  if (!request.url && request.pid === undefined && !request.command)
    throw errors.usage('nothing to collect from', 'Give a URL, --pid N, or -- COMMAND.')
  const made = await processes.makeDirectory(request.directory)
  const capture = new Capture(processes, request.directory)
  const startedUnixNs = processes.now()
  const before = new Set(await processes.list(request.directory))
  const stop = new AbortController()
  const interrupted = () => stop.abort()
  task.signal?.addEventListener('abort', interrupted)
  let running: RunningProgram | undefined
  let exit: Manifest['exit']
  let program: Manifest['program'] = {}
  try {
    if (request.command) running = await startCommand(request, request.command, capture)
    const pid = running?.pid ?? request.pid
    void running?.exited.then(ended => {
      exit = ended
      stop.abort()
    })
    if (pid !== undefined) program = await programOfExecutable(processes, pid, await startOf(processes, pid))
    await during(request, pid, capture, stop.signal, task)
    if (request.sigquit === true && request.pid !== undefined && !stop.signal.aborted) await quitProcess(capture, request.pid)
  } finally {
    task.signal?.removeEventListener('abort', interrupted)
    if (running && exit === undefined) exit = await stopProgram(running, processes, capture, request.sigquit === true)
    // A folder without evidence is of no use to anybody, and would be taken for a capture.
    if (capture.files.length === 0 && made !== undefined) await processes.removeEmptyDirectories?.(request.directory, made)
  }
  if (capture.files.length === 0 && task.signal?.aborted !== true)
    throw errors.nothingCaptured(
      request.url ?? `process ${request.pid}`,
      (capture.notes.find(note => note.code === 'proc-missing') ?? capture.notes[0])?.message ?? '',
    )
  if (request.command) await adoptOwnFiles(capture, before)
  const manifest: Manifest = {
    schema: manifestSchema,
    ...(request.command ? {command: request.command} : {}),
    ...(request.url === undefined ? {} : {url: request.url}),
    startedUnixNs: String(startedUnixNs),
    program: {...program, host: processes.hostname()},
    ...(exit ? {exit} : {}),
    files: [...capture.files].sort((a, b) => (a.path < b.path ? -1 : 1)),
    notes: capture.notes,
  }
  if (capture.files.length > 0)
    await processes.writeFile(`${request.directory}/${manifestName}`, new TextEncoder().encode(manifestText(manifest)))
  return {manifest, files: capture.files.length}
}

async function startCommand(request: CollectRequest, command: readonly string[], capture: Capture): Promise<RunningProgram> {
  const {processes, directory} = capture
  const timeUnixNs = String(processes.now())
  const running = await processes.start(command, {
    env: {
      GODEBUG: godebug(processes.env('GODEBUG') ?? '', request.schedtraceMs),
      GOTRACEBACK: processes.env('GOTRACEBACK') ?? 'all',
      // A program that writes its own captures (a heap profile at exit, runtime/metrics lines) finds the directory here.
      GOTRIAGE_EVIDENCE: directory,
    },
    stdoutPath: `${directory}/stdout.log`,
    stderrPath: `${directory}/stderr.log`,
  })
  capture.files.push({path: 'stdout.log', kind: 'stdout', timeUnixNs}, {path: 'stderr.log', kind: 'stderr', timeUnixNs})
  return running
}

/** Everything that happens while the target runs. Ends after `seconds`, when the program ends, or when the user stops it. */
async function during(request: CollectRequest, pid: number | undefined, capture: Capture, signal: AbortSignal, task: Task): Promise<void> {
  const {processes} = capture
  const began = processes.now()
  const leftMs = () => Math.max(0, request.seconds * 1000 - Number((processes.now() - began) / 1_000_000n))
  const snapshot = pid === undefined ? undefined : snapshots(capture, pid)
  await snapshot?.()
  let base = request.url === undefined ? await debugUrlOf(processes, pid, leftMs, signal) : debugBase(request.url)
  const jobs: Promise<void>[] = []
  if (pid !== undefined && snapshot !== undefined)
    jobs.push(captureKernel(capture, pid, snapshot, leftMs, signal), captureTools(request, pid, capture, signal))
  else if (request.traceSeconds > 0)
    capture.note(
      'host-missing',
      'a trace does not tell a slow program from a full host: give --pid N beside the URL where the process runs on this machine',
    )
  if (base !== undefined && request.url !== undefined) {
    const patienceMs = Math.min(leftMs(), request.command === undefined ? servedMs : startMs)
    const served = await isServed(base, processes, patienceMs, signal)
    // What the kernel says of the process is worth having without it.
    if (!served && !signal.aborted && request.pid === undefined) throw errors.noAnswer(`${base}/debug/pprof/`)
    if (!served) base = undefined
  }
  if (base === undefined) capture.note('no-debug-endpoint', 'no /debug/pprof was found: heap, CPU and goroutine profiles are missing')
  else {
    jobs.push(
      heaps(request, base, capture, leftMs, signal),
      goroutines(request, base, capture, leftMs, signal),
      vars(base, capture, request, signal),
    )
    jobs.push(profiles(request, base, capture, snapshot, signal))
  }
  const ticker = (async () => {
    while (!signal.aborted && leftMs() > 0) {
      task.progress?.('collecting, seconds', request.seconds - leftMs() / 1000, request.seconds)
      await processes.sleep(Math.min(250, leftMs()), signal)
    }
  })()
  await Promise.all([...jobs, ticker])
}

/** `http://h:1/debug/pprof/heap` and `http://h:1` both mean `http://h:1`. */
function debugBase(url: string): string {
  const withScheme = /^https?:\/\//.test(url) ? url : `http://${url}`
  if (!URL.canParse(withScheme)) throw errors.usage(`"${url}" is no URL`, 'Give one like http://localhost:6060.')
  return withScheme.replace(/\/debug\/.*$/, '').replace(/\/+$/, '')
}

/** How long a program that was just started may take until it serves, and one that runs may take to answer. */
const [startMs, servedMs] = [10_000, 2000]

async function isServed(base: string, processes: Processes, patienceMs: number, signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < patienceMs && !signal.aborted; waited += 100) {
    if (await processes.get(`${base}/debug/pprof/`, {timeoutMs: 2000, bytesMax: textBytesMax, signal}).catch(() => undefined)) return true
    await processes.sleep(100, signal)
  }
  return false
}

/** Calls `take` `count` times, first at once and last at the end of the capture. */
async function spread(
  count: number,
  capture: Capture,
  totalMs: number,
  signal: AbortSignal,
  take: (n: number) => Promise<void>,
): Promise<void> {
  const began = capture.processes.now()
  for (let n = 1; n <= count && !signal.aborted; n++) {
    await take(n)
    if (n === count) return
    const dueMs = (totalMs * n) / (count - 1)
    await capture.processes.sleep(Math.max(0, dueMs - Number((capture.processes.now() - began) / 1_000_000n)), signal)
  }
}

/** Leaves the last moment of the capture for the last sample to be taken in. */
const span = (leftMs: () => number) => Math.max(0, leftMs() - Math.min(500, leftMs() / 10))

function heaps(request: CollectRequest, base: string, capture: Capture, leftMs: () => number, signal: AbortSignal): Promise<void> {
  return spread(request.heaps, capture, span(leftMs), signal, async n => {
    await capture.fetch(`${base}/debug/pprof/heap`, `heap-${n}.pb.gz`, 'heap', 30_000, signal)
  })
}

function goroutines(request: CollectRequest, base: string, capture: Capture, leftMs: () => number, signal: AbortSignal): Promise<void> {
  return spread(2, capture, span(leftMs), signal, async n => {
    // The index page prints counts without walking any stack.
    const index = await capture.processes
      .get(`${base}/debug/pprof/`, {timeoutMs: 10_000, bytesMax: textBytesMax, signal})
      .catch(() => undefined)
    const count = indexCount(index?.body, 'goroutine')
    await capture.fetch(`${base}/debug/pprof/goroutine`, `goroutine-${n}.pb.gz`, 'goroutine-profile', 60_000, signal)
    if (count <= request.goroutinesMax)
      await capture.fetch(`${base}/debug/pprof/goroutine?debug=2`, `goroutine-${n}.txt`, 'goroutine', 60_000, signal)
    else
      capture.note(
        'goroutine-dump-left-out',
        `${count} goroutines: the text dump would stop the world for long; the profile is there without ids and waiting times`,
      )
  })
}

/** What the index page of net/http/pprof counts of a profile: `<td>12</td><td><a href='mutex?debug=1'>`; 0 when it does not say. */
const indexCount = (page: Uint8Array | undefined, profile: string): number =>
  Number(new RegExp(`(\\d+)</td>\\s*<td><a href='?${profile}\\?`).exec(new TextDecoder().decode(page ?? new Uint8Array()))?.[1] ?? 0)

/** Mutex and block profiles count since they were switched on; where the program never did, they are empty and left out. */
async function contention(base: string, capture: Capture, signal: AbortSignal): Promise<void> {
  const index = await capture.processes
    .get(`${base}/debug/pprof/`, {timeoutMs: 10_000, bytesMax: textBytesMax, signal})
    .catch(() => undefined)
  for (const profile of ['mutex', 'block'])
    if (indexCount(index?.body, profile) > 0)
      await capture.fetch(`${base}/debug/pprof/${profile}`, `${profile}.pb.gz`, profile, 60_000, signal)
}

/**
 * CPU profile and trace one after the other: the trace would show the profiler's signals. The host is looked at right before the trace and right
 * after it.
 */
async function profiles(
  request: CollectRequest,
  base: string,
  capture: Capture,
  snapshot: Snapshot | undefined,
  signal: AbortSignal,
): Promise<void> {
  const {cpuSeconds, traceSeconds} = request
  if (cpuSeconds > 0)
    await capture.fetch(`${base}/debug/pprof/profile?seconds=${cpuSeconds}`, 'cpu.pb.gz', 'cpu', (cpuSeconds + 30) * 1000, signal)
  if (traceSeconds > 0 && !signal.aborted) {
    await snapshot?.()
    await capture.fetch(`${base}/debug/pprof/trace?seconds=${traceSeconds}`, 'trace.out', 'trace', (traceSeconds + 30) * 1000, signal)
    if (!signal.aborted) await snapshot?.()
  }
  if (!signal.aborted) await contention(base, capture, signal)
}

/** /debug/vars as JSON lines, each with the time it was taken. */
async function vars(base: string, capture: Capture, request: CollectRequest, signal: AbortSignal): Promise<void> {
  const lines: string[] = []
  let first = ''
  await spread(varsSamples, capture, request.seconds * 950, signal, async () => {
    const at = String(capture.processes.now())
    const answer = await capture.processes
      .get(`${base}/debug/vars`, {timeoutMs: 10_000, bytesMax: textBytesMax, signal})
      .catch(() => undefined)
    if (answer?.status !== 200) return
    try {
      const parsed: unknown = JSON.parse(new TextDecoder().decode(answer.body))
      if (typeof parsed !== 'object' || parsed === null) return
      if (first === '') first = at
      lines.push(JSON.stringify({...parsed, timeUnixNs: at}))
    } catch {
      capture.note('expvar-missing', `${base}/debug/vars is not JSON`)
    }
  })
  if (lines.length === 0) {
    capture.note('expvar-missing', `${base}/debug/vars is not served`)
    return
  }
  await capture.processes.writeFile(`${capture.directory}/vars.jsonl`, new TextEncoder().encode(`${lines.join('\n')}\n`))
  capture.files.push({path: 'vars.jsonl', kind: 'expvar', timeUnixNs: first})
}

/** SIGTERM (or SIGQUIT, when its dump is wanted), then SIGKILL: the program was started for this capture and its time is up. */
async function stopProgram(running: RunningProgram, processes: Processes, capture: Capture, quit: boolean): Promise<Manifest['exit']> {
  running.stop(quit ? 'SIGQUIT' : 'SIGTERM')
  const late = new AbortController()
  const ended = await Promise.race([running.exited, processes.sleep(stopGraceMs, late.signal)])
  late.abort()
  if (ended) return ended
  capture.note('killed', `the program did not end within ${stopGraceMs / 1000} s of ${quit ? 'SIGQUIT' : 'SIGTERM'} and was killed`)
  running.stop('SIGKILL')
  return running.exited
}

/** Files the program itself wrote into the directory. */
async function adoptOwnFiles(capture: Capture, before: ReadonlySet<string>): Promise<void> {
  const known = new Set([manifestName, ...capture.files.map(file => file.path)])
  for (const path of await capture.processes.list(capture.directory))
    if (!known.has(path) && !before.has(path)) capture.files.push({path, kind: 'other', timeUnixNs: String(capture.processes.now())})
}
