// Which state change each goroutine event stands for, as the official reader shows it; checked against knowledge/goroutine-states.ts.
// Source: src/internal/trace/event.go, Event.StateTransition (Go 1.22 to 1.26).
import {canShow, type ShownState} from '../../knowledge/goroutine-states.ts'
import {assert} from '../../base/errors.ts'
import {ev, goStateNames} from './event-types.ts'

const table: readonly (readonly [type: number, from: ShownState, to: ShownState])[] = [
  [ev.goCreate, 'NotExist', 'Runnable'],
  [ev.goCreateBlocked, 'NotExist', 'Waiting'],
  [ev.goCreateSyscall, 'NotExist', 'Syscall'],
  [ev.goStart, 'Runnable', 'Running'],
  [ev.goStop, 'Running', 'Runnable'],
  [ev.goBlock, 'Running', 'Waiting'],
  [ev.goDestroy, 'Running', 'NotExist'],
  [ev.goUnblock, 'Waiting', 'Runnable'],
  [ev.goSwitch, 'Waiting', 'Runnable'],
  [ev.goSwitchDestroy, 'Waiting', 'Runnable'],
  [ev.goSyscallBegin, 'Running', 'Syscall'],
  [ev.goSyscallEnd, 'Syscall', 'Running'],
  [ev.goSyscallEndBlocked, 'Syscall', 'Runnable'],
  [ev.goDestroySyscall, 'Syscall', 'NotExist'],
]

/** By wire event number: goroutine state before and after; 0 for events that are no goroutine transition of fixed states. */
export const goTransition = {from: new Uint8Array(256), to: new Uint8Array(256)}
for (const [type, from, to] of table) {
  assert(canShow(from, to), `a trace shows a goroutine go ${from} -> ${to}`)
  goTransition.from[type] = goStateNames.indexOf(from)
  goTransition.to[type] = goStateNames.indexOf(to)
}

export const fixedTransitions = table
