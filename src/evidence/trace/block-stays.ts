// Blocked goroutines: how long, by reason and line, and who woke them.
import type {GenerationTables} from './generation-tables.ts'
import {goBlocked, goBlockSite, goGroup, goRow, goSince, type GoLedger} from './go-ledger.ts'
import type {ProcClock} from './proc-clock.ts'
import {SiteTotals} from './site-totals.ts'
import type {Sites} from './sites.ts'
import {Wakes} from './wakes.ts'

export class BlockStays {
  readonly totals = new SiteTotals()
  readonly wakes = new Wakes()
  /** By row of `totals`: name of what the line called when it blocked first. */
  readonly calls: number[] = []
  readonly #clock: ProcClock
  readonly #ledger: GoLedger
  readonly #sites: Sites
  /** By stack of the generation: the reason's string id and the row that were last looked up. */
  #generation: GenerationTables | undefined
  #reason = new Float64Array(0)
  #row = new Int32Array(0)

  constructor(clock: ProcClock, ledger: GoLedger, sites: Sites) {
    this.#clock = clock
    this.#ledger = ledger
    this.#sites = sites
  }

  /** The goroutine blocks now; `reason` is a string id. */
  begins(g: number, generation: GenerationTables, reason: number, stack: number): void {
    const {ns, at} = this.#ledger
    const row = g * goRow
    ns[row + goSince] = this.#clock.now
    const site = this.#site(generation, reason, stack)
    at[row + goBlockSite] = site
    this.totals.group[site] = at[row + goGroup]!
  }

  /** It was blocked when the trace began, for a reason nobody knows. */
  beganBefore(g: number, generation: GenerationTables, stack: number): void {
    const row = this.totals.row(-1, this.#sites.user(generation, stack))
    this.calls[row] ??= this.#sites.callee(generation, stack)
    this.#ledger.at[g * goRow + goBlockSite] = row
  }

  /** Row of a block site; nearly every stack blocks for one reason only, so the last answer is kept by stack. */
  #site(generation: GenerationTables, reason: number, stack: number): number {
    if (this.#generation !== generation) {
      this.#generation = generation
      this.#reason = new Float64Array(generation.stackCount).fill(-1)
      this.#row = new Int32Array(generation.stackCount)
    }
    if (stack >= 0 && this.#reason[stack] === reason) return this.#row[stack]!
    const row = this.totals.row(this.#sites.text(generation, reason), stack < 0 ? -1 : this.#sites.user(generation, stack))
    this.calls[row] ??= this.#sites.callee(generation, stack)
    if (stack >= 0) {
      this.#reason[stack] = reason
      this.#row[stack] = row
    }
    return row
  }

  /** Somebody unblocks it now: the goroutine `waker`, or the runtime (-1). */
  ends(slot: number, waker: number): void {
    const {ns, at} = this.#ledger
    const row = slot * goRow
    const blocked = this.#clock.now - ns[row + goSince]!
    ns[row + goBlocked]! += blocked
    const site = at[row + goBlockSite]!
    if (site >= 0) this.totals.add(site, blocked)
    this.wakes.add(site, waker < 0 ? 0 : at[waker * goRow + goGroup]! + 2, at[row + goGroup]!)
    at[row + goBlockSite] = -1
  }

  /** It was still blocked at the end of the trace. */
  leftOpen(g: number, openNs: number): void {
    const {ns, at} = this.#ledger
    const row = g * goRow
    ns[row + goBlocked]! += openNs
    const site = at[row + goBlockSite]!
    if (site < 0) return
    this.totals.addOpen(site, openNs)
    if (this.totals.group[site] === -1) this.totals.group[site] = at[row + goGroup]!
  }
}
