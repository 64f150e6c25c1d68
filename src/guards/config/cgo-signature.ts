// Arguments and results of a function in a cgo contract.
import type {Field} from '../../sim/scenario/reader.ts'
import {
  type CgoArgument,
  type CgoErrorTable,
  cgoScalarNames,
  cgoScalars,
  type CgoScalar,
  type CgoType,
  type CgoValue,
} from '../codegen/cgo-contract.ts'
import {argumentName} from '../codegen/cgo-wrappers.ts'
import {camel} from '../codegen/cgo-names.ts'
import {cIdentifier, goKeywords} from './fields.ts'

export const argumentKeys = ['name', 'type', 'c', 'of', 'out', 'value'] as const
export const returnsKeys = ['type', 'c', 'error', 'free'] as const
const argumentsMax = 64

/** `{name: path, type: string}`, `{type: len, of: data}`, `{name: db, out: DB}`, `nil`, `-1`. */
export function readArguments(list: Field, types: readonly CgoType[]): CgoArgument[] {
  const args: CgoArgument[] = []
  const seen = new Set<string>()
  const lengths: Field[] = []
  for (const field of list.list(argumentsMax)) {
    if (!field.isMap) {
      args.push({kind: 'constant', value: constant(field)})
      continue
    }
    const e = field.map(argumentKeys)
    const value = e.get('value')
    if (value !== undefined) {
      args.push({kind: 'constant', value: constant(value)})
      continue
    }
    const arg = e.get('type')?.raw === 'len' ? readLength(field, e, lengths) : readNamed(field, e, types)
    if ('name' in arg) {
      const go = argumentName(arg.name)
      if (seen.has(go)) throw field.problem(`two arguments "${arg.name}"`, 'Give them two names.')
      seen.add(go)
    }
    args.push(arg)
  }
  for (const of of lengths) {
    const target = args.find(arg => 'name' in arg && arg.name === camel(of.text()))
    if (target?.kind !== 'bytes' && target?.kind !== 'buffer' && target?.kind !== 'string')
      throw of.problem(`"${of.text()}" is no bytes, buffer or string among these arguments`, 'Name one of them.')
  }
  return args
}

function constant(field: Field): string {
  const {raw} = field
  if (raw === null || raw === 'nil') return 'nil'
  if (typeof raw === 'number' && Number.isSafeInteger(raw)) return String(raw)
  throw field.problem('a fixed argument is nil or a whole number', 'Write {name: …, type: …} for one the caller gives.')
}

function readLength(field: Field, e: ReadonlyMap<string, Field>, lengths: Field[]): CgoArgument {
  const of = e.get('of')
  if (of === undefined) throw field.problem('a length of nothing', 'Name the argument with "of:".')
  lengths.push(of)
  const c = e.get('c')
  return {kind: 'length', of: camel(of.text()), c: c === undefined ? 'int' : cIdentifier(c)}
}

function readNamed(field: Field, e: ReadonlyMap<string, Field>, types: readonly CgoType[]): CgoArgument {
  const nameField = e.get('name')
  if (nameField === undefined) throw field.problem('an argument without a name', 'Add "name:".')
  const name = camel(nameField.text())
  if (!/^[a-z]\w*$/.test(name) || goKeywords.has(name)) throw nameField.problem(`"${nameField.text()}" is no name in Go`, 'Take another.')
  const [type, out, cField] = [e.get('type'), e.get('out'), e.get('c')]
  if ((type === undefined) === (out === undefined)) throw field.problem('an argument has a type, or an out', 'Give one of them.')
  const word = (out ?? type)!
  const typeName = word.oneOf([...cgoScalarNames, ...(out === undefined ? ['string', 'bytes', 'buffer'] : []), ...types.map(t => t.name)])
  const c = (otherwise: string) => (cField === undefined ? otherwise : cIdentifier(cField))
  if (types.some(t => t.name === typeName)) {
    if (cField !== undefined) throw cField.problem('the type says it already', 'Leave it out.')
    return {kind: out === undefined ? 'resource' : 'outResource', name, type: typeName}
  }
  switch (typeName) {
    case 'string':
      return {kind: 'string', name, c: c('char')}
    case 'bytes':
    case 'buffer':
      return {kind: typeName, name, c: c('void')}
    default: {
      const go = typeName as CgoScalar // oneOf left only scalars
      return {kind: out === undefined ? 'scalar' : 'out', name, go, c: c(cgoScalars[go])}
    }
  }
}

export interface Returns {
  readonly value: CgoValue
  readonly error?: string
  readonly givesValue: boolean
}

/** `int`, `DB`, `string`, `{type: int, error: sqlite}`, `{error: sqlite}`, `{type: string, free: sqlite3_free}`. */
export function readReturns(
  field: Field | undefined,
  typing: {readonly types: readonly CgoType[]; readonly tables: readonly CgoErrorTable[]},
): Returns {
  if (field === undefined) return {value: {kind: 'void'}, givesValue: false}
  const e = field.isMap ? field.map(returnsKeys) : new Map([['type', field]])
  const [type, cField, errorField, free] = [e.get('type'), e.get('c'), e.get('error'), e.get('free')]
  const error = errorField?.oneOf([...typing.tables.map(table => table.name), 'errno'])
  const name = type?.oneOf(['void', 'string', ...cgoScalarNames, ...typing.types.map(t => t.name)])
  if (free !== undefined && name !== 'string') throw free.problem('only a string is freed', 'Leave it out.')
  const isType = typing.types.some(t => t.name === name)
  if (errorField !== undefined && (name === 'void' || name === 'string' || name === 'bool' || name?.startsWith('float') === true))
    throw errorField.problem(`a ${name} cannot say that it failed`, 'Leave the error out.')
  if (errorField !== undefined && isType && typing.tables.some(table => table.name === error && table.failed === 'nonzero'))
    return {value: {kind: 'resource', type: name!}, error: error!, givesValue: true}
  const withError = error === undefined ? {} : {error}
  if (isType) return {value: {kind: 'resource', type: name!}, ...withError, givesValue: true}
  if (name === 'void') return {value: {kind: 'void'}, givesValue: false}
  if (name === 'string') return {value: {kind: 'string', ...(free === undefined ? {} : {free: cIdentifier(free)})}, givesValue: true}
  const go = (name ?? 'int') as CgoScalar // oneOf left only scalars
  return {
    value: {kind: 'scalar', go, c: cField === undefined ? cgoScalars[go] : cIdentifier(cField)},
    ...withError,
    givesValue: name !== undefined,
  }
}
