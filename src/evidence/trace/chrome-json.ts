// A trace as Chrome/Perfetto JSON: a track a P with the goroutines it ran, tracks for GC and stops, counters for heap and goroutines.
// Format: "Trace Event Format" of the Chromium project (JSON object with traceEvents; ph X, C, M; times in µs).
import {ev, go, proc} from './event-types.ts'
import type {TraceContext, TraceSink} from './reader.ts'
import {Sites} from './sites.ts'
import {argColumn, timeColumn} from './trace-event.ts'

const procsPid = 1
const runtimePid = 2
/** Text is handed on in pieces of about this many characters. */
const pieceChars = 1 << 16
const tracks = {gc: 0, stw: 1} as const

export class ChromeJson implements TraceSink {
  readonly #out: (text: string) => void
  #pending = ''
  readonly #sites = new Sites()
  readonly #group: number[] = []
  readonly #since: number[] = []
  /** P slots whose track has its name. */
  readonly #named = new Set<number>()
  #context: TraceContext | undefined
  #zero = Number.NaN
  #first = true
  #last = 0
  #gcSince = Number.NaN
  #stop: {readonly since: number; readonly kind: string} | undefined

  /** `write` gets the document in pieces. */
  constructor(write: (text: string) => void) {
    this.#out = write
  }

  #write(text: string): void {
    this.#pending += text
    if (this.#pending.length > pieceChars) this.#flush()
  }

  #flush(): void {
    this.#out(this.#pending)
    this.#pending = ''
  }

  begin(context: TraceContext): void {
    this.#context = context
    this.#write('{"displayTimeUnit":"ns","traceEvents":[')
    this.#emit({ph: 'M', name: 'process_name', pid: procsPid, args: {name: 'Ps'}})
    this.#emit({ph: 'M', name: 'process_name', pid: runtimePid, args: {name: 'runtime'}})
    this.#emit({ph: 'M', name: 'thread_name', pid: runtimePid, tid: tracks.gc, args: {name: 'GC mark'}})
    this.#emit({ph: 'M', name: 'thread_name', pid: runtimePid, tid: tracks.stw, args: {name: 'stop-the-world'}})
  }

  finish(): void {
    const {model} = this.#context ?? {}
    for (const {g, p} of model?.onThreads() ?? []) this.#ran(model!.goState[g] === go.syscall ? 'syscall' : '', g, p, this.#last)
    if (!Number.isNaN(this.#gcSince)) this.#slice('GC mark', runtimePid, tracks.gc, this.#gcSince, this.#last)
    this.#write(']}\n')
    this.#flush()
  }

  #emit(event: Readonly<Record<string, unknown>>): void {
    this.#write(`${this.#first ? '' : ','}${JSON.stringify(event)}\n`)
    this.#first = false
  }

  #slice(name: string, pid: number, tid: number, from: number, to: number, args: Readonly<Record<string, unknown>> = {}): void {
    this.#emit({ph: 'X', name, pid, tid, ts: (from - this.#zero) / 1000, dur: (to - from) / 1000, args})
  }

  event(): void {
    const context = this.#context
    if (context === undefined) return
    const {event, model, generation} = context
    const now = event.n[timeColumn]!
    this.#last = now
    if (generation === undefined) return
    if (Number.isNaN(this.#zero)) this.#zero = now
    const {type, g, p, resource} = event
    switch (type) {
      case ev.goCreate:
      case ev.goCreateBlocked:
        this.#group[resource] = this.#sites.root(generation, generation.stackIndex(event.n[argColumn + 1]!))
        return
      case ev.goStatus:
      case ev.goStatusStack:
        this.#group[resource] = this.#sites.root(generation, event.stack)
        this.#since[resource] = now
        return
      case ev.goCreateSyscall:
        this.#group[resource] = -1
        return
      case ev.goStart:
      case ev.goSyscallEnd:
        if (type === ev.goSyscallEnd) this.#ran('syscall', g, p, now)
        this.#since[type === ev.goStart ? resource : g] = now
        return
      case ev.goBlock:
      case ev.goStop:
      case ev.goDestroy:
        return this.#ran('', g, p, now)
      case ev.goSyscallBegin:
        this.#ran('', g, p, now)
        this.#since[g] = now
        return
      case ev.procStart:
      case ev.procStatus:
        if (event.to === proc.running && !this.#named.has(resource)) {
          this.#named.add(resource)
          const tid = model.procId[resource]!
          this.#emit({ph: 'M', name: 'thread_name', pid: procsPid, tid, args: {name: `P${tid}`}})
        }
        return
      case ev.gcBegin:
      case ev.gcActive:
        if (Number.isNaN(this.#gcSince)) this.#gcSince = now
        return
      case ev.gcEnd:
        this.#slice('GC mark', runtimePid, tracks.gc, this.#gcSince, now)
        this.#gcSince = Number.NaN
        return
      case ev.stwBegin:
        this.#stop = {since: now, kind: generation.text(event.n[argColumn]!)}
        return
      case ev.stwEnd:
        if (this.#stop !== undefined) this.#slice(this.#stop.kind, runtimePid, tracks.stw, this.#stop.since, now)
        this.#stop = undefined
        return
      case ev.heapAlloc:
        this.#emit({ph: 'C', name: 'heap', pid: runtimePid, ts: (now - this.#zero) / 1000, args: {bytes: Math.max(0, event.n[argColumn]!)}})
        return
    }
  }

  #ran(suffix: string, g: number, p: number, now: number): void {
    const since = this.#since[g]
    if (since === undefined || since >= now || p < 0 || this.#context === undefined) return
    const {model, wide} = this.#context
    const name = this.#sites.nameText(this.#group[g] ?? -1)
    this.#slice(suffix === '' ? name : `${name} (${suffix})`, procsPid, model.procId[p]!, since, now, {
      g: String(wide.signed(model.goId[g]!)),
    })
  }
}
