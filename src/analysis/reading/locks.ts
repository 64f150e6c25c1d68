// Calls that lock and unlock: sync.Mutex and sync.RWMutex, by the variable they lock. Interfaces and wrappers are not seen through.
import type {CallExpr, Node} from '../../go/syntax/ast.ts'
import {callsIn, receiverKey, receiverText, type Source, unparen} from './terms.ts'

export interface LockCall {
  readonly op: 'Lock' | 'Unlock' | 'RLock' | 'RUnlock'
  /** Equal for the same mutex. */
  readonly key: string
  readonly text: string
}

const operations: Readonly<Record<string, LockCall['op'] | undefined>> = {
  '(*sync.Mutex).Lock': 'Lock',
  '(*sync.Mutex).Unlock': 'Unlock',
  '(*sync.RWMutex).Lock': 'Lock',
  '(*sync.RWMutex).Unlock': 'Unlock',
  '(*sync.RWMutex).RLock': 'RLock',
  '(*sync.RWMutex).RUnlock': 'RUnlock',
}

/** What the call locks or unlocks; undefined when it does neither or the mutex is no path of names and fields. */
export function lockCall(source: Source, call: CallExpr): LockCall | undefined {
  if (!mayLockOrUnlock(call)) return undefined
  const op = operations[source.calleeName(call) ?? '']
  const key = op === undefined ? undefined : receiverKey(source, call)
  return op === undefined || key === undefined ? undefined : {op, key, text: receiverText(source, call)}
}

/** By the name alone, which costs nothing. */
function mayLockOrUnlock(call: CallExpr): boolean {
  const fun = unparen(call.fun)
  if (fun.kind !== 'SelectorExpr') return false
  const {name} = fun.sel
  return name === 'Lock' || name === 'Unlock' || name === 'RLock' || name === 'RUnlock'
}

/** Whether a function holds any lock somewhere: what it does may be excluded from what others do. Names count too: unknown types may be locks. */
export const locksSomething = (source: Source, node: Node) =>
  callsIn(source, node, true).some(
    ({fun}) => fun.kind === 'SelectorExpr' && /^(?:R?Lock|TryR?Lock|R?Unlock|lock|unlock)$/.test(fun.sel.name),
  )
