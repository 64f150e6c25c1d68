// `guard struct`: what its YAML may say.
import type {Field} from '../../sim/scenario/reader.ts'
import {structTypeNames, type StructField, type StructGuard} from '../codegen/struct.ts'
import {pascal} from '../codegen/cgo-names.ts'
import {goKeywords, packageName, whole} from './fields.ts'

export const structKeys = ['guard', 'package', 'name', 'c', 'packed', 'msgpack', 'fields'] as const
export const structFieldKeys = ['name', 'type', 'count'] as const
const fieldsMax = 500
const elementsMax = 65_535

const example: readonly StructField[] = [
  {name: 'id', type: 'uint64'},
  {name: 'at_ns', type: 'int64'},
  {name: 'kind', type: 'uint8'},
  {name: 'value', type: 'float64'},
]

export function readStructGuard(root: Field): StructGuard {
  const e = root.map(structKeys)
  const [nameField, cField] = [e.get('name'), e.get('c')]
  const name = nameField?.text() ?? 'Record'
  if (!/^[A-Z]\w*$/.test(name) || name === 'Export' || name === 'NewExport')
    throw (nameField ?? root).problem(`"${name}" is no name for an exported Go type here`, 'Begin with a capital letter.')
  const c = cField?.text() ?? name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, letter => `_${letter}`).toLowerCase()
  if (!/^[a-z_]\w*$/i.test(c)) throw (cField ?? root).problem(`"${c}" is no name in C`, 'Write an identifier.')
  return {
    package: packageName(e.get('package'), 'record'),
    name,
    c,
    packed: e.get('packed')?.flag() ?? false,
    msgpack: e.get('msgpack')?.flag() ?? false,
    fields: e.get('fields') === undefined ? example : readFields(e.get('fields')!),
  }
}

function readFields(list: Field): StructField[] {
  const seen = new Set<string>()
  const fields = list.list(fieldsMax).map(field => {
    const e = field.map(structFieldKeys)
    const [name, type, count] = [e.get('name'), e.get('type'), e.get('count')]
    if (name === undefined || type === undefined) throw field.problem('a field has a name and a type', 'Give both.')
    const text = name.text()
    if (!/^[a-z][a-z0-9_]*$/.test(text) || goKeywords.has(text) || cKeywords.has(text) || text.startsWith('padding'))
      throw name.problem(`"${text}" is no name for a field in both languages`, 'Write lower case letters, digits and _.')
    if (seen.has(pascal(text))) throw name.problem(`${text} is there twice`, 'Keep one of them.')
    seen.add(pascal(text))
    return {name: text, type: type.oneOf(structTypeNames), ...(count === undefined ? {} : {count: whole(count, 1, 1, elementsMax)})}
  })
  if (fields.length === 0) throw list.problem('a record without fields', 'List at least one.')
  return fields
}

const cKeywords = new Set(
  'auto char double enum extern float inline int long register restrict short signed sizeof static typedef union unsigned void volatile while do'.split(
    ' ',
  ),
)
