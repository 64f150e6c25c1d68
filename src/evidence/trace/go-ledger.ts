// What every live goroutine has done so far: one row each of two arrays, taken over into its group when it ends. Rows are packed, so that
// what one event touches lies in one or two cache lines; the constants below name the columns.

const rowBits = 4
/** Where the row of a slot begins is `slot * goRow`. */
export const goRow: number = 1 << rowBits

/** Columns of `GoLedger.ns`, nanoseconds. Since when the goroutine is in its state; NaN when that began before the trace. */
export const goSince = 0
export const goBorn = 1
export const goRunning = 2
export const goRunnable = 3
export const goBlocked = 4
export const goSyscall = 5
export const goAssist = 6
export const goAssistSince = 7
/** Totals of ProcClock when the goroutine became runnable. */
export const goStopped = 8
export const goSaturated = 9
export const goGcSaturated = 10

/** Columns of `GoLedger.at`. Start function of the goroutine, -1 when unknown. */
export const goGroup = 0
export const goCreatedAt = 1
/** Index of the blocked or syscall site it is in; -1 for none. */
export const goBlockSite = 2
export const goSyscallSite = 3
export const goLastProc = 4
export const goLastThread = 5
export const goStarts = 6
/** Counts goroutines, so that one that takes over a slot is another. */
export const goSerial = 7
/** How many became runnable in the same 100 µs before it. */
export const goBurst = 8
/** What its P is doing while it runs: user code or GC. */
export const goDoes = 9
/** 0, or 1 dedicated, 2 fractional, 3 idle GC worker. */
export const goWorker = 10
export const goCreated = 11
export const goByTimer = 12
/** 1 once it ran on a second M, or its M ran another goroutine in between. */
export const goShared = 13

export class GoLedger {
  ns = new Float64Array(64 << rowBits)
  at = new Int32Array(64 << rowBits)
  #serials = 0

  /** Rows there are. */
  get slots() {
    return this.ns.length >> rowBits
  }

  /** Makes a slot ready for a new goroutine, which is taken to run user code. */
  open(slot: number, nowNs: number, doesUser: number): void {
    const row = slot << rowBits
    if (row >= this.ns.length) this.#grow(row * 2)
    this.ns.fill(0, row, row + goRow)
    this.at.fill(-1, row, row + goStarts)
    this.at.fill(0, row + goStarts, row + goRow)
    this.ns[row + goSince] = nowNs
    this.ns[row + goBorn] = nowNs
    this.ns[row + goAssistSince] = Number.NaN
    this.at[row + goSerial] = ++this.#serials | 0
    this.at[row + goDoes] = doesUser
  }

  #grow(length: number): void {
    const [ns, at] = [this.ns, this.at]
    this.ns = new Float64Array(length)
    this.ns.set(ns)
    this.at = new Int32Array(length)
    this.at.set(at)
  }
}
