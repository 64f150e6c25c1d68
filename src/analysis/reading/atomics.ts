// Accesses through sync/atomic: the functions on addresses, and the methods of its types, by the variable they touch.
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {receiverKey, type Source, termKey, unparen} from './terms.ts'

export interface AtomicAccess {
  readonly kind: 'load' | 'store' | 'change'
  /** Equal for the same variable. */
  readonly key: string
  /** The variable, when its address is passed: `&x.f` of the functions. */
  readonly variable: Expr | undefined
  /** 64-bit functions need alignment on 32-bit machines. */
  readonly bits: 32 | 64 | 'word'
}

const functionName = /^sync\/atomic\.(Load|Store|Add|Swap|CompareAndSwap|And|Or)(Int32|Uint32|Int64|Uint64|Uintptr|Pointer)$/
const methodName =
  /^\(\*sync\/atomic\.(?:Bool|Int32|Uint32|Int64|Uint64|Uintptr|Pointer|Value)\)\.(Load|Store|Add|Swap|CompareAndSwap|And|Or)$/

const kindOf = (operation: string): AtomicAccess['kind'] => (operation === 'Load' ? 'load' : operation === 'Store' ? 'store' : 'change')

export function atomicAccess(source: Source, call: CallExpr): AtomicAccess | undefined {
  const name = source.calleeName(call)
  if (name === undefined) return undefined
  const method = methodName.exec(name)
  if (method !== null) {
    const key = receiverKey(source, call)
    return key === undefined ? undefined : {kind: kindOf(method[1]!), key, variable: undefined, bits: 'word'}
  }
  const [, operation, width = ''] = functionName.exec(name) ?? []
  const address = call.args[0] === undefined ? undefined : unparen(call.args[0])
  if (operation === undefined || address === undefined) return undefined
  const variable = address.kind === 'UnaryExpr' && address.op === '&' ? unparen(address.x) : undefined
  const key = termKey(source, variable ?? address)
  if (key === undefined) return undefined
  return {kind: kindOf(operation), key, variable, bits: width.endsWith('64') ? 64 : width.endsWith('32') ? 32 : 'word'}
}
