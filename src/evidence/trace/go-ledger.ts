// What every live goroutine has done so far: one slot each in columns, taken over into its group when it ends.

export class GoLedger {
  /** Since when the goroutine is in its state, ns; NaN when that began before the trace. */
  since = new Float64Array(0)
  born = new Float64Array(0)
  running = new Float64Array(0)
  runnable = new Float64Array(0)
  blocked = new Float64Array(0)
  syscall = new Float64Array(0)
  assist = new Float64Array(0)
  assistSince = new Float64Array(0)
  /** Totals of ProcClock when the goroutine became runnable. */
  stopped = new Float64Array(0)
  saturated = new Float64Array(0)
  gcSaturated = new Float64Array(0)
  /** 1 once it was seen to run, become runnable or leave a syscall. */
  moved = new Uint8Array(0)
  created = new Uint8Array(0)
  byTimer = new Uint8Array(0)
  /** 0, or 1 dedicated, 2 fractional, 3 idle GC worker. */
  worker = new Uint8Array(0)
  /** 1 once it ran on a second M, or its M ran another goroutine in between. */
  shared = new Uint8Array(0)
  burst = new Int32Array(0)
  group = new Int32Array(0)
  createdAt = new Int32Array(0)
  /** Index of the blocked or syscall site it is in; -1 for none. */
  blockSite = new Int32Array(0)
  syscallSite = new Int32Array(0)
  lastProc = new Int32Array(0)
  lastThread = new Int32Array(0)
  starts = new Int32Array(0)
  /** Counts goroutines, so that one that takes over a slot is another. */
  serial = new Int32Array(0)
  #serials = 0

  /** Makes a slot ready for a new goroutine. */
  open(slot: number, now: number): void {
    if (slot >= this.since.length) this.#grow(Math.max(64, slot * 2))
    this.since[slot] = now
    this.born[slot] = now
    for (const column of [this.running, this.runnable, this.blocked, this.syscall, this.assist]) column[slot] = 0
    this.assistSince[slot] = Number.NaN
    this.moved[slot] = this.created[slot] = this.byTimer[slot] = this.worker[slot] = this.shared[slot] = 0
    this.group[slot] = this.createdAt[slot] = this.blockSite[slot] = this.syscallSite[slot] = -1
    this.lastProc[slot] = this.lastThread[slot] = -1
    this.starts[slot] = this.burst[slot] = 0
    this.serial[slot] = ++this.#serials | 0
  }

  #grow(length: number): void {
    const self = this as unknown as Record<string, Float64Array | Int32Array | Uint8Array>
    for (const name of Object.keys(self)) {
      const old = self[name]!
      const fresh =
        old instanceof Float64Array ? new Float64Array(length) : old instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length)
      fresh.set(old)
      self[name] = fresh
    }
  }
}
