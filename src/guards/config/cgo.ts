// `guard cgo`: the list of C functions, as go/cgo/api reads it, with the bounds of a gate.
import {errors} from '../../base/errors.ts'
import {readApiDescription} from '../../go/cgo/api/read-api.ts'
import type {CgoFunction, CgoGuard} from '../codegen/cgo.ts'

/** A gate of more functions than this would be no list that anybody reads. */
const functionsMax = 2000
const blockedMaxUsual = 16

export function readCgoGuard(name: string, yaml: string): CgoGuard {
  if (yaml.trim() === '{}')
    throw errors.usage(
      'a cgo contract needs its functions',
      'Name a YAML with --config: a list of name, timeout_ms, may_block, requires_lock.',
    )
  const {guard, functions} = readApiDescription(name, new TextEncoder().encode(yaml))
  if (functions.length === 0) throw errors.usage(`${name}: no functions`, 'List at least one.')
  if (functions.length > functionsMax) throw errors.limit(`functions of ${name}`, functionsMax)
  return {
    package: guard.package ?? 'cgogate',
    functions: functions.map(({name: fn, timeoutMs = 0, mayBlock = false, requiresLock}): CgoFunction => ({
      name: fn,
      timeoutMs,
      mayBlock,
      ...(requiresLock === undefined ? {} : {lock: requiresLock}),
    })),
    blockedMax: guard.blockedMax ?? blockedMaxUsual,
    openssl: guard.errors === 'openssl',
  }
}

/** What a contract leaves open, in words. */
export function cgoWarnings(guard: CgoGuard): string[] {
  return guard.functions.flatMap(fn => [
    ...(fn.mayBlock && fn.timeoutMs === 0 ? [`${fn.name} may block and has no timeout_ms: its callers wait without bound`] : []),
    ...(fn.mayBlock && fn.lock !== undefined && fn.timeoutMs > 0
      ? [`${fn.name} keeps ${fn.lock} until it returns from C, also after ${fn.timeoutMs} ms: a C call cannot be stopped (E-30)`]
      : []),
  ])
}
