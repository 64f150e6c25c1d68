// Folded stacks, a line each: `root;child;leaf 12`. The format of Brendan Gregg's FlameGraph (stackcollapse-*.pl). Read as bytes: a name is looked at
// as text only when a report prints it.
import {errors} from '../../base/errors.ts'
import type {ProfileColumns} from './columns.ts'
import type {LineScanner} from './line-scanner.ts'
import {NamedDraft} from './named-draft.ts'
import {rawOfBytes} from './string-table.ts'

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

const [tab, carriageReturn, space, hash, zero, semicolon] = [0x09, 0x0d, 0x20, 0x23, 0x30, 0x3b]
const isBlank = (byte: number | undefined): boolean => byte === space || (byte !== undefined && byte >= tab && byte <= carriageReturn)
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= zero + 9

export async function decodeFolded(scanner: LineScanner): Promise<ProfileColumns> {
  const draft = new NamedDraft()
  while (scanner.scan() || (await scanner.more())) {
    const {bytes} = scanner
    let {start, end} = scanner
    while (start < end && isBlank(bytes[start])) start++
    while (end > start && isBlank(bytes[end - 1])) end--
    if (start === end || bytes[start] === hash) continue
    let countAt = end
    while (countAt > start && !isBlank(bytes[countAt - 1])) countAt--
    let namesEnd = countAt
    while (namesEnd > start && isBlank(bytes[namesEnd - 1])) namesEnd--
    const count = countOf(bytes, countAt, end)
    if (namesEnd === start || !Number.isFinite(count)) {
      throw errors.malformed('folded stacks', scanner.lineAt, 'a line without a count, which starts')
    }
    for (let to = namesEnd, from = to; from >= start; from--) {
      if (from > start && bytes[from - 1] !== semicolon) continue
      draft.namedFrame(bytes, from, to)
      to = from - 1
    }
    draft.add([Math.round(count)])
  }
  if (draft.sampleCount === 0) throw errors.malformed('folded stacks', 0, 'no stack in a text that starts')
  const samples = {type: 'samples', unit: 'count'}
  return draft.finish([samples], samples, 1n)
}

/** Digits of which a double holds every value. */
const doubleDigitsMax = 15

/** Decimal digits, with a fraction or without; NaN for anything else. */
function countOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  let at = start
  for (; at < end && isDigit(bytes[at]); at++) value = value * 10 + bytes[at]! - zero
  if (at > start && at === end && end - start <= doubleDigitsMax) return value
  const text = rawOfBytes(bytes.subarray(start, end))
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}
