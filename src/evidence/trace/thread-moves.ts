// Where goroutines and Ps run: goroutines that start on another P or M than before, Ps that change threads or are taken away, and goroutines
// that only ever ran on one thread which ran no other meanwhile.
import {goLastProc, goLastThread, goRow, goSerial, goShared, goStarts, type GoLedger} from './go-ledger.ts'

export class ThreadMoves {
  starts = 0
  handoffs = 0
  toOtherProc = 0
  toOtherThread = 0
  /** How often each P, by slot, was taken away. */
  readonly retakes = new Map<number, number>()
  readonly #ledger: GoLedger
  /** By P slot: the M that had it last. By M slot: a serial number of the goroutine that ran there last. */
  readonly #threadOfProc: number[] = []
  #ranOnThread = new Int32Array(64)

  constructor(ledger: GoLedger) {
    this.#ledger = ledger
  }

  /** The goroutine starts on this P and M. */
  goStarts(slot: number, p: number, m: number): void {
    const {at} = this.#ledger
    const row = slot * goRow
    this.starts++
    if (m >= this.#ranOnThread.length) this.#moreThreads(m)
    const serial = at[row + goSerial]!
    if (++at[row + goStarts]! > 1) {
      if (at[row + goLastProc] !== p) this.toOtherProc++
      if (at[row + goLastThread] !== m) {
        this.toOtherThread++
        at[row + goShared] = 1
      } else if (this.#ranOnThread[m] !== serial) at[row + goShared] = 1
    }
    at[row + goLastProc] = p
    at[row + goLastThread] = m
    this.#ranOnThread[m] = serial
  }

  #moreThreads(m: number): void {
    const old = this.#ranOnThread
    this.#ranOnThread = new Int32Array(m * 2)
    this.#ranOnThread.set(old)
  }

  procStarts(slot: number, m: number): void {
    if (this.#threadOfProc[slot] === m) return
    if (this.#threadOfProc[slot] !== undefined) this.handoffs++
    this.#threadOfProc[slot] = m
  }

  procStolen(slot: number): void {
    this.retakes.set(slot, (this.retakes.get(slot) ?? 0) + 1)
  }
}
