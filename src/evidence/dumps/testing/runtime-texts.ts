// For tests: every text with which the runtime of a Go source tree ends a program, read from the calls of throw and fatal.
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'

/** Folders below src whose code may throw. */
const folders = ['runtime', 'internal/runtime', 'sync', 'internal/sync']
const literal = String.raw`"(?:[^"\\]|\\.)*"`
const call = new RegExp(String.raw`(?<!func )\b(?:throw|fatal)\((?:(${literal})|([A-Za-z_]\w*))(\)|\s*\+)?`, 'g')

function goFiles(folder: string): string[] {
  return readdirSync(folder, {withFileTypes: true}).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'testdata' ? [] : goFiles(path)
    return entry.name.endsWith('.go') && !entry.name.endsWith('_test.go') ? [path] : []
  })
}

const exists = (path: string) => statSync(path, {throwIfNoEntry: false}) !== undefined

/** Sorted, without repeats. What a text is completed with at run time stands as `X`. */
export function runtimeTexts(goroot: string): string[] {
  const sources = folders
    .map(folder => join(goroot, 'src', folder))
    .filter(exists)
    .flatMap(goFiles)
    .map(path => readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, ''))
  const constants = new Map<string, string>()
  for (const source of sources)
    for (const [, name = '', text = ''] of source.matchAll(new RegExp(String.raw`^\s*(?:const )?(\w+)\s*=\s*(${literal})$`, 'gm')))
      constants.set(name, text)
  const texts = new Set<string>()
  for (const source of sources)
    for (const [, quoted, name, after] of source.matchAll(call)) {
      const text = quoted ?? constants.get(name ?? '')
      if (text === undefined) continue // a variable: its texts come from elsewhere
      const parsed: unknown = JSON.parse(text.replace(/\\'/g, "'").replace(/\\x([0-9a-f]{2})/g, String.raw`\u00$1`))
      if (typeof parsed === 'string' && parsed !== '') texts.add(after?.trim() === '+' ? `${parsed}X` : parsed)
    }
  return [...texts].sort()
}
