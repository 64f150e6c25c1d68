// Values set from outside: replaces or adds `a.b.c` in a scenario's YAML and writes it out again, comments and order kept.
import {isMap, parseDocument} from 'yaml'
import {errors} from '../../base/errors.ts'

export function settingsApplied(yaml: string, set: Readonly<Record<string, string>>): string {
  const entries = Object.entries(set)
  if (entries.length === 0) return yaml
  const document = parseDocument(yaml, {prettyErrors: false})
  if (document.errors.length > 0 || !isMap(document.contents)) return yaml // the reader says what is wrong, with its line
  for (const [path, value] of entries) {
    const keys = path.split('.').map(key => (/^\d+$/.test(key) ? Number(key) : key))
    const parent = keys.slice(0, -1)
    if (parent.length > 0 && !document.hasIn(parent))
      throw errors.usage(`the scenario has no "${parent.join('.')}"`, 'Name a key that is there.')
    document.setIn(keys, parseDocument(value).toJS())
  }
  return document.toString()
}
