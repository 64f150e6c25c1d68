// What every P did when: time by state, a heat map of fixed width, and running totals of stopped and saturated time that waits are held against.
// Keeps the time of the event at hand, so that no time is passed as an argument: V8 allocates for each that is above 2^31 ns.

/** What a P is doing, as constants for the hot path; the bundler puts only those in place that come before anything else in a file. */
export const procIdle = 0
export const procScheduler = 1
export const procUser = 2
export const procGc = 3
export const procSyscall = 4
const procUnknown = 5
const states = 8
/** Columns of the heat map; its bucket doubles whenever the trace outgrows it. */
const bucketsMax = 1024
const procsMax = 4096
/** Columns of `ProcClock.sums`. */
export const sumStopped = 0
export const sumSaturated = 1
export const sumGcSaturated = 2
/** What a P is doing, by name. */
export const procDoes = {idle: procIdle, scheduler: procScheduler, user: procUser, gc: procGc, syscall: procSyscall} as const

export class ProcClock {
  /** Time of the event at hand, ns since the first one. Begins as no number so that V8 keeps a double here from the start. */
  now: number = Number.NaN
  /** Ps that are not idle now. */
  busy = 0
  /** GOMAXPROCS; a double like the argument it comes from. */
  procs: number = Number.NaN
  gcActive = false
  stwDepth = 0
  bucketNs = 250_000
  /** Time up to the last `tick`: with the world stopped, with no P idle (and the world not stopped), and the part of the latter in a GC mark phase. */
  readonly sums: Float64Array = new Float64Array(3)
  /** By P slot × state, ns. */
  readonly #total: Float64Array = new Float64Array(states * procsMax)
  readonly #heat: (Float32Array | undefined)[] = []
  readonly #state = new Uint8Array(procsMax).fill(procUnknown)
  readonly #since = new Float64Array(procsMax)
  #at: number = Number.NaN
  /** The heat map's column that `now` was in last: its number and bounds. */
  #bucket = 0
  #bucketFrom: number = Number.NaN
  #bucketUntil: number = Number.NaN

  /** Also sets what changes seldom to something else and back: V8 takes a field that never changed for a constant and throws code away when it does. */
  constructor() {
    this.now = this.#at = this.#bucketFrom = this.#bucketUntil = 0
    this.busy = this.procs = this.stwDepth = 1
    this.busy = this.procs = this.stwDepth = 0
    this.gcActive = true
    this.gcActive = false
  }

  /** Brings `sums` up to now; call before anything they depend on changes, and before reading them. */
  tick(): void {
    const passed = this.now - this.#at
    this.#at = this.now
    if (this.stwDepth > 0) this.sums[sumStopped]! += passed
    else if (this.busy >= this.procs && this.procs > 0) {
      this.sums[sumSaturated]! += passed
      if (this.gcActive) this.sums[sumGcSaturated]! += passed
    }
  }

  /** Time up to now with the world stopped. */
  get stoppedNs() {
    this.tick()
    return this.sums[sumStopped]!
  }

  set(slot: number, state: number): void {
    if (slot >>> 0 >= procsMax) return
    const old = this.#state[slot]!
    if (old === state) return
    const now = this.now
    const from = this.#since[slot]!
    this.#state[slot] = state
    this.#since[slot] = now
    if (old === procUnknown) {
      if (state === procIdle) return
      this.tick()
      this.busy++
      return
    }
    const row = slot * states + old
    this.#total[row]! += now - from
    if (old >= procUser) {
      if (now >= this.#bucketUntil) this.#turn()
      const heat = this.#heat[row]
      if (from >= this.#bucketFrom && heat !== undefined) heat[this.#bucket]! += now - from
      else this.#spread(row, from, now)
    }
    if (old === procIdle || state === procIdle) {
      this.tick()
      this.busy += state === procIdle ? -1 : 1
    }
  }

  state(slot: number): number {
    const state = slot >>> 0 >= procsMax ? procIdle : this.#state[slot]!
    return state === procUnknown ? procIdle : state
  }

  /** Since when the P does what it does, ns. */
  sinceNs(slot: number): number {
    return slot >>> 0 >= procsMax ? 0 : this.#since[slot]!
  }

  /** Takes what is under way into the totals. */
  finish(slots: number): void {
    for (let slot = 0; slot < Math.min(slots, procsMax); slot++) {
      const state = this.#state[slot]!
      if (state === procUnknown) continue
      const row = slot * states + state
      this.#total[row]! += this.now - this.#since[slot]!
      if (this.now >= this.#bucketUntil) this.#turn()
      if (state >= procUser) this.#spread(row, this.#since[slot]!, this.now)
      this.#since[slot] = this.now
    }
    this.tick()
  }

  /** Finds the column of `now`, widening the columns when the trace has outgrown them. */
  #turn(): void {
    while (this.now >= this.bucketNs * bucketsMax) this.#widen()
    this.#bucket = Math.floor(this.now / this.bucketNs)
    this.#bucketFrom = this.#bucket * this.bucketNs
    this.#bucketUntil = this.#bucketFrom + this.bucketNs
  }

  #spread(row: number, from: number, to: number): void {
    const heat = (this.#heat[row] ??= new Float32Array(bucketsMax))
    const {bucketNs} = this
    let bucket = Math.floor(from / bucketNs)
    let edge = from - (from % bucketNs) + bucketNs // doubles all along: no small integers that overflow after 2 s
    for (let at = from; at < to; bucket++, edge += bucketNs) {
      const end = Math.min(to, edge)
      heat[bucket]! += end - at
      at = end
    }
  }

  #widen(): void {
    this.bucketNs *= 2
    for (const row of this.#heat) {
      if (row === undefined) continue
      for (let i = 0; i < bucketsMax / 2; i++) row[i] = row[2 * i]! + row[2 * i + 1]!
      row.fill(0, bucketsMax / 2)
    }
  }

  /** Ns per bucket of one P and state, as many buckets as the trace is long. */
  heat(slot: number, state: number, wallNs: number): number[] {
    const buckets = Math.max(1, Math.ceil(wallNs / this.bucketNs))
    const row = this.#heat[slot * states + state]
    return Array.from({length: buckets}, (_, i) => Math.round(row?.[i] ?? 0))
  }

  totalNs(slot: number, state: number): number {
    return slot < procsMax ? this.#total[slot * states + state]! : 0
  }
}
