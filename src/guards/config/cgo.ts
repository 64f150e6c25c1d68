// `guard cgo`: the list of C functions, either as the four-field list alone (name, timeout_ms, may_block, requires_lock) or below `functions:`.
import {errors} from '../../base/errors.ts'
import type {Field} from '../../sim/scenario/reader.ts'
import type {CgoFunction, CgoGuard} from '../codegen/cgo.ts'
import {guardRoot, packageName, whole} from './fields.ts'

const functionKeys = ['name', 'timeout_ms', 'may_block', 'requires_lock'] as const
const functionsMax = 2000

export function readCgoGuard(name: string, yaml: string): CgoGuard {
  if (yaml.trim() === '{}')
    throw errors.usage(
      'a cgo contract needs its functions',
      'Name a YAML with --config: a list of name, timeout_ms, may_block, requires_lock.',
    )
  const root = guardRoot(name, indented(yaml))
  if (root.isList) return {package: 'cgogate', functions: readFunctions(root), blockedMax: 16, openssl: false}
  const e = root.map(['guard', 'package', 'functions', 'blocked_max', 'errors'])
  const functions = e.get('functions')
  if (functions === undefined) throw root.problem('no functions', 'List them below "functions:".')
  return {
    package: packageName(e.get('package'), 'cgogate'),
    functions: readFunctions(functions),
    blockedMax: whole(e.get('blocked_max'), 16, 1, 100_000),
    openssl: e.get('errors')?.oneOf(['openssl', 'none'] as const) === 'openssl',
  }
}

/** Lists are often pasted with their indentation lost: the four keys at the margin below a `- name:` belong to it. Lines stay where they are. */
function indented(yaml: string): string {
  if (!/^- name:/m.test(yaml)) return yaml
  return yaml.replace(/^(timeout_ms|may_block|requires_lock):/gm, '  $1:')
}

function readFunctions(list: Field): CgoFunction[] {
  const seen = new Set<string>()
  const functions = list.list(functionsMax).map((field): CgoFunction => {
    const e = field.map(functionKeys)
    const name = e.get('name')
    if (name === undefined) throw field.problem('a function without a name', 'Add "name:".')
    const text = name.text()
    if (!/^[A-Za-z_]\w*$/.test(text))
      throw name.problem(`"${text}" is no name of a C function`, 'Write it as it stands in the header, without "C.".')
    if (seen.has(text)) throw name.problem(`${text} is listed twice`, 'Keep one of them.')
    seen.add(text)
    const lock = e.get('requires_lock')
    const lockText = lock?.text()
    if (lock !== undefined && !/^[A-Za-z][\w.-]*$/.test(lockText ?? ''))
      throw lock.problem(`"${lockText}" is no name of a lock`, 'Write a word.')
    return {
      name: text,
      timeoutMs: whole(e.get('timeout_ms'), 0, 1, 86_400_000),
      mayBlock: e.get('may_block')?.flag() ?? false,
      ...(lockText === undefined ? {} : {lock: lockText}),
    }
  })
  if (functions.length === 0) throw list.problem('no functions', 'List at least one.')
  return functions
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
