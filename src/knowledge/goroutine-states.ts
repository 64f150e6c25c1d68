// Where a goroutine may go from each state, inside the runtime and as an execution trace shows it. The simulator asserts with `go`,
// the trace decoder takes its transitions from `canShow`.
import {assert} from '../base/errors.ts'

/**
 * Goroutine states of the runtime and the states each may be followed by.
 *
 * Source: every casgstatus, casGToWaiting, casGToPreemptScan, casGFromPreempted and castogscanstatus call in Go 1.26.8 src/runtime
 * (proc.go, preempt.go, stack.go, coro.go, mgc.go, mgcmark.go, debugcall.go, trace.go). Left out: the scan bits (_Gscan) and the unused
 * values _Gmoribund_unused and _Genqueue_unused. `leaked` and `deadextra` exist since 1.26; until 1.25 a goroutine of an extra M is `dead`.
 */
export const nextStates = {
  idle: ['dead', 'deadextra'], //                                                just allocated: newproc1; oneNewExtraM
  dead: ['runnable', 'waiting', 'syscall'], //                                   newproc1 (waiting: a coroutine); needm until 1.25
  deadextra: ['syscall'], //                                                     needm, 1.26: a C thread calls in
  runnable: ['running'], //                                                      execute
  running: ['runnable', 'waiting', 'syscall', 'dead', 'copystack', 'preempted'],
  syscall: ['running', 'runnable', 'dead', 'deadextra'], //                      exitsyscall; exitsyscall0 until 1.25; dropm
  waiting: ['runnable', 'running', 'leaked'], //                                 ready; running is the GC or a stop giving the stack back
  copystack: ['running'], //                                                     newstack
  preempted: ['waiting'], //                                                     suspendG takes it over
  leaked: ['waiting'], //                                                        findGoroutineLeaks; allGsSnapshotSortedForGC of the next
} as const satisfies Record<string, readonly string[]>

export type GState = keyof typeof nextStates

export const canGo = (from: GState, to: GState) => (nextStates[from] as readonly GState[]).includes(to)

export function go(from: GState, to: GState): GState {
  assert(canGo(from, to), `goroutine went ${from} -> ${to}`)
  return to
}

/** States as an execution trace shows them: src/internal/trace/resources.go, GoState. */
export type ShownState = 'NotExist' | 'Runnable' | 'Running' | 'Waiting' | 'Syscall'

/** The runtime states behind each shown one. A copied stack shows as running, a preempted goroutine as waiting (goStatusToTraceGoStatus in tracestatus.go). */
const behind: Readonly<Record<ShownState, readonly GState[]>> = {
  NotExist: ['idle', 'dead', 'deadextra'],
  Runnable: ['runnable'],
  Running: ['running', 'copystack'],
  Waiting: ['waiting', 'preempted', 'leaked'],
  Syscall: ['syscall'],
}

/** Whether one event of a trace may take a goroutine from one shown state to the other. */
export const canShow = (from: ShownState, to: ShownState) => behind[from].some(a => behind[to].some(b => canGo(a, b)))
