// What the trace says of every G, P and M at one point: tables with a slot each, reused when a goroutine ends.
// Follows the state kept by `ordering` in src/internal/trace/order.go (Go 1.26).
import {go} from './event-types.ts'
import {IdMap} from './id-map.ts'

/** Live goroutines at once; a damaged file could otherwise ask for any number. */
const goroutinesMax = 1 << 26

export interface Region {
  readonly task: number
  readonly name: string
}

/** What a sink sees of the model. */
export interface SchedulerView {
  /** By G slot. */
  readonly goId: Float64Array
  readonly goState: Uint8Array
  /** By P slot, and by M slot; M slot 0 is "no thread". */
  readonly procId: readonly number[]
  readonly threadId: readonly number[]
  readonly threads: number
  readonly tasks: {readonly size: number}
  liveGoSlots(): Iterable<number>
  onThreads(): Iterable<OnThread>
}

/** A goroutine that is on a thread, with the P the thread has, -1 for none. */
export interface OnThread {
  readonly g: number
  readonly p: number
}

export class SchedulerModel implements SchedulerView {
  /** By G slot. */
  goId = new Float64Array(64)
  goState = new Uint8Array(64)
  goSeq = new Float64Array(64)
  /** Generation (ordinal) that goSeq belongs to. */
  goSeqGeneration = new Int32Array(64)
  /** 1 while a mark assist is in flight. */
  goAssist = new Uint8Array(64)
  readonly goStw = new Map<number, number[]>()
  readonly goRegions = new Map<number, Region[]>()
  /** One more than the largest G slot ever used. */
  goSlots = 0
  readonly #goSlot = new IdMap()
  readonly #goFree: number[] = []

  /** By P slot. */
  readonly procId: number[] = []
  readonly procStatus: number[] = []
  readonly procSeq: number[] = []
  readonly procSeqGeneration: number[] = []
  readonly procSweep: boolean[] = []
  readonly #procSlot = new Map<number, number>()

  /** By M slot; slot 0 is "no thread". `threadKnown` says whether the thread's own events were seen. */
  readonly threadId: number[] = [-1]
  threadGo = new Int32Array(64).fill(-1)
  threadProc = new Int32Array(64).fill(-1)
  threadKnown = new Uint8Array(64).fill(1, 0, 1)
  readonly #threadSlot = new Map<number, number>([[-1, 0]])

  readonly tasks = new Map<number, {readonly name: string; readonly parent: number}>()

  goSlot(id: number): number {
    return this.#goSlot.get(id)
  }

  get liveGoroutines() {
    return this.#goSlot.size
  }

  /** Slots of the goroutines alive now. */
  *liveGoSlots(): IterableIterator<number> {
    for (const [, slot] of this.#goSlot.entries()) yield slot
  }

  /** A slot for a goroutine that has none; undefined when there are too many. */
  addGo(id: number, state: number, generation: number): number | undefined {
    const slot = this.#goFree.pop() ?? this.goSlots++
    if (slot >= goroutinesMax) return undefined
    if (slot >= this.goId.length) this.#growGo()
    this.goId[slot] = id
    this.goState[slot] = state
    this.goSeq[slot] = 0
    this.goSeqGeneration[slot] = generation
    this.goAssist[slot] = 0
    this.#goSlot.set(id, slot)
    return slot
  }

  dropGo(slot: number): void {
    this.#goSlot.delete(this.goId[slot]!)
    this.goState[slot] = go.notExist
    if (this.goStw.size > 0) this.goStw.delete(slot)
    if (this.goRegions.size > 0) this.goRegions.delete(slot)
    this.#goFree.push(slot)
  }

  #growGo(): void {
    const length = this.goId.length * 2
    const grow = <T extends Float64Array | Uint8Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old)
      return fresh
    }
    this.goId = grow(this.goId, new Float64Array(length))
    this.goState = grow(this.goState, new Uint8Array(length))
    this.goSeq = grow(this.goSeq, new Float64Array(length))
    this.goSeqGeneration = grow(this.goSeqGeneration, new Int32Array(length))
    this.goAssist = grow(this.goAssist, new Uint8Array(length))
  }

  procSlot(id: number): number {
    return this.#procSlot.get(id) ?? -1
  }

  addProc(id: number, status: number, generation: number): number {
    const slot = this.procId.push(id) - 1
    this.procStatus.push(status)
    this.procSeq.push(0)
    this.procSeqGeneration.push(generation)
    this.procSweep.push(false)
    this.#procSlot.set(id, slot)
    return slot
  }

  /** The slot of a thread, made when it is new. */
  threadSlot(id: number): number {
    const known = this.#threadSlot.get(id)
    if (known !== undefined) return known
    const slot = this.threadId.push(id) - 1
    if (slot >= this.threadGo.length) {
      const [g, p, known] = [this.threadGo, this.threadProc, this.threadKnown]
      this.threadKnown = new Uint8Array(slot * 2)
      this.threadKnown.set(known)
      this.threadGo = new Int32Array(slot * 2).fill(-1)
      this.threadProc = new Int32Array(slot * 2).fill(-1)
      this.threadGo.set(g)
      this.threadProc.set(p)
    }
    this.#threadSlot.set(id, slot)
    return slot
  }

  *onThreads(): IterableIterator<OnThread> {
    for (let m = 1; m < this.threadId.length; m++) if (this.threadGo[m]! >= 0) yield {g: this.threadGo[m]!, p: this.threadProc[m]!}
  }

  get threads() {
    return this.threadId.length - 1
  }
}
