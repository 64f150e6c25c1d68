// What calls do to what they are given: closing, freeing, locking, putting into a pool. By the callee's name, before any summary is asked.
import type {CallExpr, Expr} from '../syntax/ast.ts'
import {importedPackage, objectOf, objectType, type FileState, type Func} from '../types/api.ts'
import {calleeOf, functionExpr} from './callee.ts'
import {functionName} from './function-name.ts'

export const effectNames = ['closes', 'frees', 'locks', 'rlocks', 'unlocks', 'runlocks', 'stops', 'done', 'calls', 'puts'] as const
export type Effect = (typeof effectNames)[number]

const byName: Readonly<Record<string, Effect>> = {
  'sync.(*Mutex).Lock': 'locks',
  'sync.(*Mutex).Unlock': 'unlocks',
  'sync.(*RWMutex).Lock': 'locks',
  'sync.(*RWMutex).Unlock': 'unlocks',
  'sync.(*RWMutex).RLock': 'rlocks',
  'sync.(*RWMutex).RUnlock': 'runlocks',
  'sync.Locker.Lock': 'locks',
  'sync.Locker.Unlock': 'unlocks',
  'sync.(*WaitGroup).Done': 'done',
  'time.(*Timer).Stop': 'stops',
  'time.(*Ticker).Stop': 'stops',
}

export interface DirectEffect {
  readonly effect: Effect
  /** What it happens to: the receiver's expression, an argument, or the called function value. */
  readonly target: Expr
  /** -1 for the receiver, -2 for the called value. */
  readonly index: number
}

/** An effect known by the callee alone; undefined for all other calls. */
export function directEffect(file: FileState, call: CallExpr): DirectEffect | undefined {
  const fun = functionExpr(call)
  const [first] = call.args
  const callee = calleeOf(file, call)
  if (callee.kind === 'builtin') {
    return callee.builtin.name === 'close' && first !== undefined ? {effect: 'closes', target: first, index: 0} : undefined
  }
  if (isC(file, fun)) {
    return fun.kind === 'SelectorExpr' && fun.sel.name === 'free' && first !== undefined
      ? {effect: 'frees', target: first, index: 0}
      : undefined
  }
  if (callee.kind === 'value') return {effect: 'calls', target: fun, index: -2}
  if ((callee.kind !== 'function' && callee.kind !== 'interface') || fun.kind !== 'SelectorExpr') return undefined
  if (functionName(callee.func) === 'sync.(*Pool).Put' && first !== undefined) return {effect: 'puts', target: first, index: 0}
  const effect = byName[functionName(callee.func) ?? ''] ?? (isCloser(callee.func) ? 'closes' : undefined)
  return effect === undefined ? undefined : {effect, target: fun.x, index: -1}
}

/** Whether the called expression is a name of `import "C"`. */
export function isC(file: FileState, fun: Expr): boolean {
  if (fun.kind !== 'SelectorExpr' || fun.x.kind !== 'Ident' || fun.x.name !== 'C') return false
  return importedPackage(objectOf(file, fun.x))?.path === 'C'
}

/** A method Close without parameters. */
function isCloser(func: Func): boolean {
  if (func.name !== 'Close') return false
  const type = objectType(func)
  return type.kind === 'Signature' && type.recv !== undefined && type.params.vars.length === 0
}
