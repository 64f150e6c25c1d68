// Goroutines by the function they start in: how many, how long they lived, what they did with the time.
import {
  goAssist,
  goBlocked,
  goBorn,
  goByTimer,
  goCreated,
  goCreatedAt,
  goGroup,
  goRow,
  goRunnable,
  goRunning,
  goSyscall,
  type GoLedger,
} from './go-ledger.ts'

export interface GroupTotals {
  seen: number
  created: number
  ended: number
  byTimer: number
  createdAt: number
  lifeNs: number
  runningNs: number
  runnableNs: number
  blockedNs: number
  syscallNs: number
  assistNs: number
  neverWoken: number
}

export class GoroutineGroups {
  /** By group + 1; 0 is the group nothing is known of. */
  readonly list: (GroupTotals | undefined)[] = []

  /** Takes the row of a goroutine that ended, or at the end of the trace; `nowNs` is when. */
  close(ledger: GoLedger, slot: number, nowNs: number, ended: boolean): GroupTotals {
    const {ns, at} = ledger
    const row = slot * goRow
    const totals = (this.list[at[row + goGroup]! + 1] ??= fresh())
    totals.seen++
    totals.created += at[row + goCreated]!
    totals.byTimer += at[row + goByTimer]!
    if (ended) totals.ended++
    if (at[row + goCreatedAt]! >= 0) totals.createdAt = at[row + goCreatedAt]!
    totals.lifeNs += nowNs - ns[row + goBorn]!
    totals.runningNs += ns[row + goRunning]!
    totals.runnableNs += ns[row + goRunnable]!
    totals.blockedNs += ns[row + goBlocked]!
    totals.syscallNs += ns[row + goSyscall]!
    totals.assistNs += ns[row + goAssist]!
    return totals
  }
}

const fresh = (): GroupTotals => ({
  seen: 0,
  created: 0,
  ended: 0,
  byTimer: 0,
  createdAt: -1,
  lifeNs: 0,
  runningNs: 0,
  runnableNs: 0,
  blockedNs: 0,
  syscallNs: 0,
  assistNs: 0,
  neverWoken: 0,
})
