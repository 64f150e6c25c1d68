// gotriage.api.yaml: what a project says of the C functions it calls. Either the four-field list alone (name, timeout_ms, may_block,
// requires_lock), also pasted with its indentation lost, or the file of `gotriage guard cgo`, which has the list below `functions:`.
import {isMap, isScalar, isSeq, LineCounter, type Node, parseDocument} from 'yaml'
import {errors, type TriageError} from '../../base/errors.ts'
import {nearest} from '../../base/nearest.ts'

export interface CFunctionContract {
  readonly name: string
  /** How long callers wait for it; a C call that has begun cannot be stopped (runtime/cgocall.go). */
  readonly timeoutMs?: number
  readonly mayBlock: boolean
  /** Name of the lock to hold around it. */
  readonly requiresLock?: string
}

/** Longer files are no contract (bytes). */
export const contractBytesMax = 1 << 20
const functionsMax = 20_000
const functionKeys = ['name', 'timeout_ms', 'may_block', 'requires_lock'] as const
/** Those of `guard cgo`; only `functions` is read here. */
const topKeys = ['guard', 'package', 'functions', 'blocked_max', 'errors'] as const

/** `path` is only for messages. */
export function readCgoContract(path: string, bytes: Uint8Array): readonly CFunctionContract[] {
  if (bytes.length > contractBytesMax) throw errors.limit(`size of ${path} in bytes`, contractBytesMax)
  const lines = new LineCounter()
  const document = parseDocument(indented(new TextDecoder().decode(bytes)), {lineCounter: lines, uniqueKeys: true, version: '1.2'})
  const problem = (node: Node | undefined, what: string, hint: string): TriageError =>
    errors.usage(`${path}:${lines.linePos(node?.range?.[0] ?? 0).line}: ${what}`, hint)
  const [broken] = document.errors
  if (broken)
    throw errors.usage(
      `${path}:${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]?.replace(/ at line \d.*$/, '')}`,
      'Correct the YAML.',
    )
  const fields = (node: Node, known: readonly string[], what: string): Map<string, Node> => {
    if (!isMap(node)) throw problem(node, `${what} must be keys with values`, `Known are: ${known.join(', ')}.`)
    return new Map(
      node.items.map(({key, value}) => {
        const name = isScalar(key) ? String(key.value) : ''
        if (!known.includes(name)) {
          const near = nearest(name, known)
          throw problem(
            key as Node,
            `there is no key "${name}" here`,
            near === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean "${near}"?`,
          )
        }
        return [name, value as Node] // parseDocument makes nodes of every value
      }),
    )
  }
  const {contents} = document
  const list = isMap(contents) ? fields(contents, topKeys, 'the file').get('functions') : (contents ?? undefined)
  if (!isSeq(list)) throw problem(list ?? undefined, 'there is no list of functions', 'Write one "- name:" for each C function.')
  if (list.items.length > functionsMax) throw errors.limit(`functions of ${path}`, functionsMax)
  const seen = new Set<string>()
  return list.items.map(item => {
    const entry = fields(item as Node, functionKeys, 'a function') // parseDocument makes nodes of every item
    const scalar = (key: (typeof functionKeys)[number]): unknown => {
      const node = entry.get(key)
      if (node !== undefined && !isScalar(node))
        throw problem(node ?? (item as Node), `"${key}" must be one value`, `Write ${key}: and a value.`)
      return node?.value
    }
    const [name, timeout, block, lock] = functionKeys.map(scalar)
    if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name))
      throw problem(
        item as Node,
        `"${typeof name === 'string' ? name : ''}" is no name of a C function`,
        'Write it as in the header, without "C.".',
      )
    if (seen.has(name)) throw problem(item as Node, `${name} is listed twice`, 'Keep one of them.')
    seen.add(name)
    if (timeout !== undefined && !(typeof timeout === 'number' && Number.isInteger(timeout) && timeout > 0))
      throw problem(entry.get('timeout_ms'), 'timeout_ms must be whole milliseconds above 0', 'Leave it out for none.')
    if (block !== undefined && typeof block !== 'boolean')
      throw problem(entry.get('may_block'), 'may_block must be true or false', 'Write may_block: true.')
    if (lock !== undefined && typeof lock !== 'string')
      throw problem(entry.get('requires_lock'), 'requires_lock must be the name of a lock', 'Leave it out for none.')
    return {
      name,
      mayBlock: block === true,
      ...(typeof timeout === 'number' ? {timeoutMs: timeout} : {}),
      ...(typeof lock === 'string' ? {requiresLock: lock} : {}),
    }
  })
}

/** The four keys at the margin below a `- name:` belong to it. Lines stay where they are. */
function indented(yaml: string): string {
  if (!/^- name:/m.test(yaml)) return yaml
  return yaml.replace(/^(timeout_ms|may_block|requires_lock):/gm, '  $1:')
}
