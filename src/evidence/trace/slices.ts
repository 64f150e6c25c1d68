// What every P ran, as columns for the page's time line: a slice is one stay of a goroutine on a P, in Go code or in a syscall.
// 25 bytes a slice; a slice takes at least two events, so the page holds at most 12.5 bytes an event.
import {ev, go} from './event-types.ts'
import type {TraceContext, TraceSink} from './reader.ts'
import {Sites} from './sites.ts'
import {argColumn, timeColumn} from './trace-event.ts'

export interface SliceWindow {
  readonly fromNs: number
  readonly untilNs: number
  /** Slices kept; later ones are left out and `cut` says so. */
  readonly slicesMax: number
}

/** Distinct reasons kept; the runtime has about forty. */
const reasonsMax = 1000

/** What ended a slice: the columns hold `reason index * 4 + kind`. */
export const sliceEnds = {open: 0, runnable: 1, blocked: 2, over: 3} as const

export class Slices implements TraceSink {
  length = 0
  /** ns since the first event, and lengths in ns, to 24 bits. */
  start = new Float64Array(1 << 12)
  duration = new Float32Array(1 << 12)
  /** How long the goroutine was runnable before, ns; NaN when unknown. */
  wait = new Float32Array(1 << 12)
  goroutine = new Uint32Array(1 << 12)
  proc = new Uint16Array(1 << 12)
  end = new Uint16Array(1 << 12)
  /** 1 for a syscall. */
  syscall = new Uint8Array(1 << 12)
  readonly goroutineId: string[] = []
  readonly goroutineGroup: number[] = []
  readonly names: string[] = []
  /** What goroutines blocked on. */
  readonly reasons: string[] = []
  cut = false
  wallNs = 0
  stops: {readonly startNs: number; readonly totalNs: number; readonly kind: string}[] = []
  marks: {readonly startNs: number; readonly totalNs: number}[] = []

  readonly #window: SliceWindow
  readonly #sites = new Sites()
  readonly #nameIndex = new Map<number, number>()
  #context: TraceContext | undefined
  #zero = Number.NaN
  /** By G slot. */
  readonly #index: number[] = []
  readonly #since: number[] = []
  readonly #runnable: number[] = []
  #stop: {readonly at: number; readonly kind: string} | undefined
  #mark = Number.NaN

  constructor(window: SliceWindow) {
    this.#window = window
  }

  begin(context: TraceContext): void {
    this.#context = context
  }

  event(): void {
    const context = this.#context
    if (context === undefined) return
    const {event, generation} = context
    if (Number.isNaN(this.#zero)) {
      if (generation === undefined) return // a Sync before a generation that was cut off
      this.#zero = event.n[timeColumn]!
    }
    const now = event.n[timeColumn]! - this.#zero
    this.wallNs = now
    if (generation === undefined) return
    const {type, g, p, resource} = event
    switch (type) {
      case ev.goCreate:
      case ev.goCreateBlocked:
        this.#open(context, resource, generation.stackIndex(event.n[argColumn + 1]!))
        this.#runnable[resource] = type === ev.goCreate ? now : Number.NaN
        return
      case ev.goCreateSyscall:
        this.#open(context, resource, -1)
        this.#since[resource] = now
        return
      case ev.goStatus:
      case ev.goStatusStack:
        if (event.from === event.to) return
        this.#open(context, resource, event.stack)
        if (event.to === go.running || event.to === go.syscall) this.#since[resource] = now
        return
      case ev.goStart:
        this.#since[resource] = now
        return
      case ev.goUnblock:
      case ev.goSwitch:
      case ev.goSwitchDestroy:
        this.#runnable[resource] = now
        return
      case ev.goStop:
        this.#add(g, p, now, 0, sliceEnds.runnable)
        this.#runnable[g] = now
        return
      case ev.goBlock:
        return this.#add(g, p, now, 0, sliceEnds.blocked + 4 * this.#reason(generation.text(event.n[argColumn]!)))
      case ev.goDestroy:
        return this.#add(g, p, now, 0, sliceEnds.over)
      case ev.goSyscallBegin:
        return this.#add(g, p, now, 0, sliceEnds.open)
      case ev.goSyscallEnd:
        return this.#add(g, p, now, 1, sliceEnds.open)
      case ev.goSyscallEndBlocked:
        this.#add(g, p, now, 1, sliceEnds.runnable)
        this.#runnable[g] = now
        return
      case ev.goDestroySyscall:
        return this.#add(g, p, now, 1, sliceEnds.over)
      case ev.stwBegin:
        this.#stop = {at: now, kind: generation.text(event.n[argColumn]!)}
        return
      case ev.stwEnd:
        if (this.#stop !== undefined && this.stops.length < 1e5)
          this.stops.push({startNs: this.#stop.at, totalNs: now - this.#stop.at, kind: this.#stop.kind})
        this.#stop = undefined
        return
      case ev.gcBegin:
      case ev.gcActive:
        if (Number.isNaN(this.#mark)) this.#mark = now
        return
      case ev.gcEnd:
        if (this.marks.length < 1e5) this.marks.push({startNs: this.#mark, totalNs: now - this.#mark})
        this.#mark = Number.NaN
        return
    }
  }

  /** Adds what was still running at the last event; call once. */
  finish(): void {
    const model = this.#context?.model
    if (model === undefined) return
    for (const {g, p} of model.onThreads()) this.#add(g, p, this.wallNs, model.goState[g] === go.syscall ? 1 : 0, sliceEnds.open)
    if (!Number.isNaN(this.#mark)) this.marks.push({startNs: this.#mark, totalNs: this.wallNs - this.#mark})
  }

  #open(context: TraceContext, slot: number, stack: number): void {
    const generation = context.generation!
    this.#index[slot] = this.goroutineId.push(String(context.wide.signed(context.model.goId[slot]!))) - 1
    this.goroutineGroup.push(this.#name(this.#sites.root(generation, stack)))
    this.#runnable[slot] = Number.NaN
  }

  #name(site: number): number {
    const known = this.#nameIndex.get(site)
    if (known !== undefined) return known
    const index = this.names.push(site < 0 ? '(unknown)' : this.#sites.nameText(site)) - 1
    this.#nameIndex.set(site, index)
    return index
  }

  #reason(text: string): number {
    const known = this.reasons.indexOf(text)
    if (known >= 0 || this.reasons.length >= reasonsMax) return known
    return this.reasons.push(text) - 1
  }

  #add(g: number, p: number, now: number, syscall: number, end: number): void {
    const since = this.#since[g]
    const runnable = this.#runnable[g]
    this.#since[g] = now
    this.#runnable[g] = Number.NaN
    if (since === undefined || now <= this.#window.fromNs || since >= this.#window.untilNs) return
    if (this.length >= this.#window.slicesMax) {
      this.cut = true
      return
    }
    if (this.length === this.start.length) this.#grow()
    const at = this.length++
    this.start[at] = since
    this.duration[at] = now - since
    this.wait[at] = runnable === undefined ? Number.NaN : since - runnable
    this.goroutine[at] = this.#index[g] ?? 0
    this.proc[at] = p < 0 ? 0xffff : Math.min(0xfffe, this.#context!.model.procId[p]!)
    this.end[at] = end & 0xffff
    this.syscall[at] = syscall
  }

  #grow(): void {
    const length = this.start.length * 2
    const grown = <T extends Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old)
      return fresh
    }
    this.start = grown(this.start, new Float64Array(length))
    this.duration = grown(this.duration, new Float32Array(length))
    this.wait = grown(this.wait, new Float32Array(length))
    this.goroutine = grown(this.goroutine, new Uint32Array(length))
    this.proc = grown(this.proc, new Uint16Array(length))
    this.end = grown(this.end, new Uint16Array(length))
    this.syscall = grown(this.syscall, new Uint8Array(length))
  }

  /** The columns of some slices in one buffer: start, duration, wait, goroutine, proc, end, syscall. */
  pack(from: number, until: number): Uint8Array {
    const n = until - from
    const parts = [this.start, this.duration, this.wait, this.goroutine, this.proc, this.end, this.syscall]
    const all = new Uint8Array(parts.reduce((bytes, part) => bytes + part.BYTES_PER_ELEMENT * n, 0))
    let at = 0
    for (const part of parts) {
      const bytes = new Uint8Array(part.buffer, part.byteOffset + part.BYTES_PER_ELEMENT * from, part.BYTES_PER_ELEMENT * n)
      all.set(bytes, at)
      at += bytes.length
    }
    return all
  }
}
