// `guard cgo --init`: a first contract from a package's own `C.` calls and what its preambles declare. Types, constructors and destructors are
// read from the C; what may block is guessed from names and said so. The answer is YAML that `guard cgo` reads.
import {type CParam, type CType, stripTypedefs} from '../go/cgo/c-type.ts'
import type {CNames} from '../go/cgo/c-names.ts'
import {goKeywords} from './config/fields.ts'
import {pascal} from './codegen/cgo-names.ts'

export interface FirstContractInput {
  /** C functions the package calls, by name. */
  readonly calls: readonly string[]
  readonly names: CNames
  /** C text of the preambles, without #cgo lines. */
  readonly preambles: readonly string[]
  readonly flags: {readonly cflags: string; readonly ldflags: string; readonly pkgConfig: string}
  readonly package: string
}

interface Resource {
  readonly name: string
  readonly c: string
  destructor?: string
}

/** Functions of C's memory that the wrappers manage themselves. */
const managed = new Set(['CString', 'GoString', 'GoStringN', 'GoBytes', 'CBytes', 'malloc', 'calloc', 'free'])
const mayBlock =
  /(?:^|_)(?:read|write|recv|send|accept|connect|wait|sleep|usleep|nanosleep|poll|select|join|lock|flush|sync|query|exec|step|render|layout|handshake|shutdown)\w*$/i
const destroys = /(?:free|close|destroy|delete|release|unref|finalize|dispose|cleanup)(?:_v\d)?$/i
const fills = /(?:read|recv|get|receive|random)/i
const lengthName = /^(?:n|len|length|size|count|num|nbytes|bytes)$|(?:_|^)(?:len|length|size)$/i

export function firstContract(input: FirstContractInput): {readonly yaml: string; readonly notes: readonly string[]} {
  const resources = new Map<string, Resource>()
  const notes: string[] = []
  const entries: {readonly name: string; readonly text?: string; readonly why?: string; readonly single?: string}[] = []
  for (const name of [...new Set(input.calls)].sort()) {
    if (managed.has(name)) continue
    const found = input.names.lookup(name)
    if (found.kind === 'function') entries.push(functionEntry(name, found.declaration.type, resources))
    else if (found.kind === 'unknown') entries.push({name, why: 'its declaration was not found'})
  }
  if (entries.some(entry => entry.why === 'its declaration was not found')) notes.push(...input.names.notes.map(note => note.message))
  for (const entry of entries)
    if (entry.single !== undefined && destroys.test(entry.name)) {
      const resource = resources.get(entry.single)
      if (resource !== undefined) resource.destructor ??= entry.name
    }
  const orphans = [...resources.values()].filter(resource => resource.destructor === undefined)
  const isOrphan = (text: string) => orphans.some(({name}) => new RegExp(`(?:type|out): ${name}\\b|returns: ${name}\\b`).test(text))
  const written = entries.filter(entry => entry.text !== undefined && !isOrphan(entry.text))
  const left = entries.filter(entry => !written.includes(entry))
  const typed = written.length > 0
  const lines = [
    `package: ${/^[a-z][a-z0-9]*$/.test(input.package) && !goKeywords.has(input.package) ? `${input.package}c` : 'wrapper'}`,
    ...(typed ? headLines(input) : []),
    ...(typed && resources.size > orphans.length
      ? [
          'types:',
          ...[...resources.values()]
            .filter(({destructor}) => destructor !== undefined)
            .map(({name, c, destructor}) => `  - {name: ${name}, c: ${c}, destructor: ${destructor ?? ''}}`),
        ]
      : []),
    ...orphans.map(
      ({name, c}) =>
        `# No function that is called here destroys a ${c}: list one, and ${name} below "types:", before its functions are written.`,
    ),
    'functions:',
    ...written.filter(entry => !isDestructor(resources, entry.name)).flatMap(entry => entry.text!.split('\n')),
    ...left.map(entry =>
      typed
        ? `  # - name: ${entry.name} # ${entry.why ?? 'its object has no destructor here'}`
        : `  - name: ${entry.name}${mayBlock.test(entry.name) ? ' # by its name it may block\n    may_block: true\n    timeout_ms: 5000' : ''}`,
    ),
  ]
  for (const entry of left)
    if (typed) notes.push(`${entry.name}: ${entry.why ?? 'its object has no destructor here'}; it stands in the contract as a comment`)
  return {yaml: `${lines.join('\n')}\n`, notes}
}

const isDestructor = (resources: ReadonlyMap<string, Resource>, name: string): boolean =>
  [...resources.values()].some(({destructor}) => destructor === name)

function headLines({flags, preambles}: FirstContractInput): string[] {
  const text = [...new Set(preambles.map(preamble => preamble.trim()))].filter(preamble => preamble !== '').join('\n')
  const flag = (key: string, value: string) => (value === '' ? [] : [`${key}: ${JSON.stringify(value)}`])
  return [
    ...flag('cflags', flags.cflags),
    ...flag('ldflags', flags.ldflags),
    ...flag('pkg_config', flags.pkgConfig),
    ...(text === '' ? [] : ['preamble: |', ...text.split('\n').map(line => (line.trim() === '' ? '' : `  ${line.trimEnd()}`))]),
  ]
}

interface FunctionShape {
  readonly result: CType
  readonly params: readonly CParam[]
  readonly variadic: boolean
}

function functionEntry(
  name: string,
  {result, params, variadic}: FunctionShape,
  resources: Map<string, Resource>,
): {readonly name: string; readonly text?: string; readonly why?: string; readonly single?: string} {
  if (variadic) return {name, why: 'cgo cannot call variadic functions'}
  const args: string[] = []
  let single: string | undefined
  for (let i = 0; i < params.length; i++) {
    const param = params[i]!
    const text = argumentText(name, param, i, params, resources)
    if (text === undefined) return {name, why: `its argument ${param.name ?? i + 1} has a type that wrappers do not take`}
    args.push(text)
    const resource = resourceOf(param.type, resources)
    if (params.length === 1 && resource !== undefined) single = resource.c
  }
  const returns = returnsText(result, resources)
  if (returns === undefined) return {name, why: 'its result has a type that wrappers do not give'}
  const blocks = mayBlock.test(name)
  const text = [
    `  - name: ${name}${blocks ? ' # by its name it may block' : ''}`,
    `    args: [${args.join(', ')}]`,
    ...(returns === '' ? [] : [`    returns: ${returns}`]),
    ...(blocks ? ['    may_block: true', '    timeout_ms: 5000'] : []),
  ].join('\n')
  return {name, text, ...(single === undefined ? {} : {single})}
}

/** A pointer to a struct, by the name cgo calls it by. */
function resourceOf(type: CType, resources: Map<string, Resource>): Resource | undefined {
  const pointer = stripTypedefs(type)
  if (pointer.kind !== 'pointer') return undefined
  const to = pointer.to
  const behind = stripTypedefs(to)
  if (behind.kind !== 'record' || behind.record.kind !== 'struct') return undefined
  const c = to.kind === 'typedef' ? to.name : behind.record.tag === undefined ? behind.record.typedefName : `struct_${behind.record.tag}`
  if (c === undefined) return undefined
  const known = resources.get(c)
  if (known !== undefined) return known
  const taken = new Set([...resources.values()].map(({name}) => name))
  let name = pascal(c.replace(/^struct_/, '').replace(/_t$/, ''))
  while (taken.has(name)) name += 'X'
  const resource: Resource = {name, c}
  resources.set(c, resource)
  return resource
}

const integers: Readonly<Record<string, readonly [go: string, c: string]>> = {
  char: ['int8', 'char'],
  schar: ['int8', 'schar'],
  uchar: ['uint8', 'uchar'],
  short: ['int16', 'short'],
  ushort: ['uint16', 'ushort'],
  int: ['int', 'int'],
  uint: ['uint', 'uint'],
  long: ['int64', 'long'],
  ulong: ['uint64', 'ulong'],
  longlong: ['int64', 'longlong'],
  ulonglong: ['uint64', 'ulonglong'],
}

/** Go type and C name of a scalar; undefined for everything else. */
function scalarOf(type: CType): {readonly go: string; readonly c: string} | undefined {
  const behind = stripTypedefs(type)
  const named = (c: string) => (type.kind === 'typedef' ? type.name : c)
  switch (behind.kind) {
    case 'bool':
      return {go: 'bool', c: '_Bool'}
    case 'integer': {
      const [go, c] = integers[behind.name] ?? []
      return go === undefined || c === undefined ? undefined : {go, c: named(c)}
    }
    case 'floating':
      return behind.name === 'longdouble' ? undefined : {go: behind.name === 'float' ? 'float32' : 'float64', c: named(behind.name)}
    case 'enum':
      return type.kind === 'typedef'
        ? {go: 'int', c: type.name}
        : behind.enumeration.tag === undefined
          ? undefined
          : {go: 'int', c: `enum_${behind.enumeration.tag}`}
    default:
      return undefined
  }
}

function argumentText(
  fn: string,
  param: CParam,
  index: number,
  params: readonly CParam[],
  resources: Map<string, Resource>,
): string | undefined {
  const name = param.name ?? `a${index + 1}`
  const scalar = scalarOf(param.type)
  const before = params[index - 1]
  if (scalar !== undefined) {
    if (before !== undefined && isData(before.type) && lengthName.test(name) && before.name !== undefined)
      return `{type: len, of: ${before.name}, c: ${scalar.c}}`
    return `{name: ${name}, type: ${scalar.go}, c: ${scalar.c}}`
  }
  const resource = resourceOf(param.type, resources)
  if (resource !== undefined) return `{name: ${name}, type: ${resource.name}}`
  const behind = stripTypedefs(param.type)
  if (behind.kind === 'function') return 'nil'
  if (behind.kind !== 'pointer') return undefined
  const to = stripTypedefs(behind.to)
  if (to.kind === 'function') return 'nil'
  if (isData(param.type)) {
    const next = params[index + 1]
    const measured = next !== undefined && scalarOf(next.type) !== undefined && lengthName.test(next.name ?? '')
    const isText = to.kind === 'integer' && to.name === 'char'
    if (!measured) return isText ? `{name: ${name}, type: string}` : to.kind === 'void' ? 'nil' : undefined
    const c = to.kind === 'integer' ? `, c: ${to.name}` : ''
    return `{name: ${name}, type: ${fills.test(fn) ? 'buffer' : 'bytes'}${c}}`
  }
  if (isData(behind.to)) return 'nil' // where to put a pointer the caller does not ask for
  const out = resourceOf(behind.to, resources)
  if (out !== undefined) return `{name: ${name}, out: ${out.name}}`
  const scalarOut = scalarOf(behind.to)
  return scalarOut === undefined ? undefined : `{name: ${name}, out: ${scalarOut.go}, c: ${scalarOut.c}}`
}

/** A pointer to bytes: char, unsigned char or void. */
function isData(type: CType): boolean {
  const behind = stripTypedefs(type)
  if (behind.kind !== 'pointer') return false
  const to = stripTypedefs(behind.to)
  return to.kind === 'void' || (to.kind === 'integer' && (to.name === 'char' || to.name === 'uchar' || to.name === 'schar'))
}

function returnsText(result: CType, resources: Map<string, Resource>): string | undefined {
  const behind = stripTypedefs(result)
  if (behind.kind === 'void') return ''
  const scalar = scalarOf(result)
  if (scalar !== undefined) return `{type: ${scalar.go}, c: ${scalar.c}}`
  const resource = resourceOf(result, resources)
  if (resource !== undefined) return resource.name
  if (behind.kind === 'pointer') {
    const to = stripTypedefs(behind.to)
    if (to.kind === 'integer' && to.name === 'char') return 'string'
  }
  return undefined
}
