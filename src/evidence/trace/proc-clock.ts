// What every P did when: time by state, a heat map of fixed width, and running totals of stopped and saturated time that waits are held against.

/** What a P is doing. */
export const procDoes = {idle: 0, scheduler: 1, user: 2, gc: 3, syscall: 4} as const
const states = 5
/** Columns of the heat map; its bucket doubles whenever the trace outgrows it. */
const bucketsMax = 1024
const procsMax = 4096

export class ProcClock {
  /** By P slot × state, ns. */
  readonly total: Float64Array = new Float64Array(states * procsMax)
  /** Ps that are not idle now. */
  busy = 0
  procs = 0
  gcActive = false
  stwDepth = 0
  bucketNs = 250_000
  #heat: (Float32Array | undefined)[] = []
  readonly #state = new Uint8Array(procsMax)
  readonly #since = new Float64Array(procsMax)
  readonly #known = new Uint8Array(procsMax)
  #at = 0
  #stwNs = 0
  #busyNs = 0
  #gcBusyNs = 0

  /** Adds the time since the last call to the totals; call before anything they depend on changes. */
  tick(now: number): void {
    const passed = now - this.#at
    this.#at = now
    if (this.stwDepth > 0) this.#stwNs += passed
    else if (this.procs > 0 && this.busy >= this.procs) {
      this.#busyNs += passed
      if (this.gcActive) this.#gcBusyNs += passed
    }
  }

  /** Time up to `now` with the world stopped. */
  stoppedNs(now: number): number {
    return this.#stwNs + (this.stwDepth > 0 ? now - this.#at : 0)
  }

  /** Time up to `now` in which no P was idle (and the world not stopped). */
  saturatedNs(now: number): number {
    return this.#busyNs + (this.stwDepth === 0 && this.procs > 0 && this.busy >= this.procs ? now - this.#at : 0)
  }

  /** The part of saturatedNs in a GC mark phase. */
  gcSaturatedNs(now: number): number {
    return this.#gcBusyNs + (this.gcActive && this.stwDepth === 0 && this.procs > 0 && this.busy >= this.procs ? now - this.#at : 0)
  }

  set(slot: number, state: number, now: number): void {
    if (slot < 0 || slot >= procsMax) return
    const old = this.#state[slot]!
    if (this.#known[slot] === 0) {
      this.#known[slot] = 1
      this.#since[slot] = now
      this.#state[slot] = state
      if (state !== procDoes.idle) {
        this.tick(now)
        this.busy++
      }
      return
    }
    if (old === state) return
    this.#account(slot, old, this.#since[slot]!, now)
    this.#since[slot] = now
    this.#state[slot] = state
    if ((old === procDoes.idle) !== (state === procDoes.idle)) {
      this.tick(now)
      this.busy += state === procDoes.idle ? -1 : 1
    }
  }

  state(slot: number): number {
    return slot < 0 || slot >= procsMax ? procDoes.idle : this.#state[slot]!
  }

  /** How long the P has done what it does. */
  sinceNs(slot: number): number {
    return slot < 0 || slot >= procsMax ? 0 : this.#since[slot]!
  }

  finish(slots: number, now: number): void {
    for (let slot = 0; slot < Math.min(slots, procsMax); slot++) {
      if (this.#known[slot] === 0) continue
      this.#account(slot, this.#state[slot]!, this.#since[slot]!, now)
      this.#since[slot] = now
    }
    this.tick(now)
  }

  #account(slot: number, state: number, from: number, to: number): void {
    this.total[slot * states + state]! += to - from
    if (state < procDoes.user) return
    while (to >= this.bucketNs * bucketsMax) this.#widen()
    const row = (this.#heat[slot * states + state] ??= new Float32Array(bucketsMax))
    let bucket = Math.floor(from / this.bucketNs)
    for (let at = from; at < to; bucket++) {
      const end = Math.min(to, (bucket + 1) * this.bucketNs)
      row[bucket]! += end - at
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
    return slot < procsMax ? this.total[slot * states + state]! : 0
  }
}
