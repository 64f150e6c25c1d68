// Folded stacks, a line each: `root;child;leaf 12`. The format of Brendan Gregg's FlameGraph (stackcollapse-*.pl).
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import {LineScanner} from './line-scanner.ts'
import {NamedDraft} from './named-draft.ts'

const lineShape = /^(.*\S)\s+(\d+(?:\.\d+)?)$/
/** Lines looked at to recognise the format. */
const linesLookedAt = 5

/** Every one of the first lines is a stack with a number, and one of them has a separator. */
export function looksLikeFolded(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head)
  const lines = text.split('\n')
  if (head.length >= 4096) lines.pop()
  const looked = lines.filter(line => line.trim() !== '').slice(0, linesLookedAt)
  return (
    looked.length > 0 &&
    looked.every(line => lineShape.test(line.trim()) && !/^\s|[\t{}]/.test(line)) &&
    looked.some(line => line.includes(';'))
  )
}

export function decodeFolded(bytes: Uint8Array): ProfileColumns {
  const scanner = new LineScanner(bytes)
  const draft = new NamedDraft()
  while (scanner.scan()) {
    const line = scanner.text.trim()
    if (line === '' || line.startsWith('#')) continue
    const space = Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t'))
    const count = Number(line.slice(space + 1))
    if (space < 1 || !/^\d+(?:\.\d+)?$/.test(line.slice(space + 1)) || !Number.isFinite(count)) {
      throw errors.malformed('folded stacks', scanner.lineAt, 'a line without a count, which starts')
    }
    const names = line.slice(0, space).trim().split(';')
    draft.add(
      names.reverse().map(name => draft.location([name], '', 0n)),
      [Math.round(count)],
      [],
    )
  }
  if (draft.sampleCount === 0) throw errors.malformed('folded stacks', 0, 'no stack in a text that starts')
  const samples = {type: 'samples', unit: 'count'}
  return draft.finish([samples], samples, 1n)
}
