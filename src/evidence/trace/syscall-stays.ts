// Syscalls and cgo calls: how long goroutines stay in them, by call and line, and the longest ones by themselves.
import type {LongSyscall} from '../model/trace.ts'
import {Longest} from './attribution.ts'
import type {GenerationTables} from './generation-tables.ts'
import {goGroup, goRow, goSince, goSyscall, goSyscallSite, type GoLedger} from './go-ledger.ts'
import type {ProcClock} from './proc-clock.ts'
import type {GoroutineNames} from './run-waits.ts'
import {SiteTotals} from './site-totals.ts'
import {isCgoStub, type Sites} from './sites.ts'

const longListMax = 1000

export class SyscallStays {
  readonly totals = new SiteTotals()
  readonly longest = new Longest<LongSyscall>(longListMax)
  readonly #longNs: number
  readonly #clock: ProcClock
  readonly #ledger: GoLedger
  readonly #sites: Sites
  readonly #names: GoroutineNames

  /** Stays longer than `longNs` are listed. */
  constructor(longNs: number, clock: ProcClock, ledger: GoLedger, sites: Sites, names: GoroutineNames) {
    this.#longNs = longNs
    this.#clock = clock
    this.#ledger = ledger
    this.#sites = sites
    this.#names = names
  }

  /** The goroutine is in a syscall with this stack. */
  begins(g: number, generation: GenerationTables, stack: number): void {
    const row = this.totals.row(this.#sites.call(generation, stack), this.#sites.user(generation, stack))
    this.#ledger.at[g * goRow + goSyscallSite] = row
  }

  /** It returned now; `retaken`: without a P. */
  ends(g: number, retaken: boolean): void {
    const {ns, at} = this.#ledger
    const row = g * goRow
    const startNs = ns[row + goSince]!
    const took = this.#clock.now - startNs
    ns[row + goSyscall]! += took
    ns[row + goSince] = this.#clock.now
    const site = at[row + goSyscallSite]!
    if (site < 0) return
    at[row + goSyscallSite] = -1
    this.totals.add(site, took)
    if (retaken) this.totals.addRetaken(site)
    if (took > this.#longNs) this.#long(g, site, startNs, took, true, retaken)
  }

  /** It had not returned at the end of the trace. */
  leftOpen(g: number, openNs: number): void {
    const {ns, at} = this.#ledger
    const row = g * goRow
    ns[row + goSyscall]! += openNs
    const site = at[row + goSyscallSite]!
    if (site < 0) return
    this.totals.addOpen(site, openNs)
    if (openNs > this.#longNs) this.#long(g, site, ns[row + goSince]!, openNs, false, false)
  }

  #long(g: number, site: number, startNs: number, totalNs: number, ended: boolean, retaken: boolean): void {
    if (!this.longest.wants(totalNs)) return
    const call = this.#sites.nameText(this.totals.reason[site]!)
    this.longest.add(totalNs, {
      goroutine: this.#names.goroutine(g),
      group: this.#names.group(this.#ledger.at[g * goRow + goGroup]!),
      site: this.#sites.site(this.totals.site[site]!),
      call,
      cgo: isCgoStub(call),
      startNs,
      totalNs,
      ended,
      retaken,
    })
  }
}
