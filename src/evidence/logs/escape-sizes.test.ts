import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import type {EscapeEntry} from '../model/escape.ts'
import {escapeBytes, escapeSizes} from './escape-sizes.ts'
import {decoded, only} from './testing/decode-text.ts'

const entry = (subject: string): EscapeEntry => ({file: 'a.go', line: 1, column: 1, kind: 'escapes', subject, path: []})

test('a size is given where the text itself holds it, and nowhere else', () => {
  const known = ['make([]int, 100)', 'make([]byte, 10, 64)', 'new([4]string)', '&[8]*T{...}', 'new(int)', 'make([][]byte, 3)']
  expect(known.map(subject => escapeBytes(entry(subject)))).toEqual([800, 64, 64, 64, 8, 72])
  const unknown = [
    '&User{...}',
    'make([]int, n)',
    'make(map[string]int)',
    'new(User)',
    'x',
    'func literal',
    'make([]User, 3)',
    'make([]string, 999999999999999)',
  ]
  expect(unknown.map(subject => escapeBytes(entry(subject)))).toEqual(unknown.map(() => undefined))
})

test('the report of Go 1.26 is counted by sites, with the bytes of those that say them', async () => {
  const report = only(await decoded(readFileSync(new URL('testdata/escape-m.go1.26.txt', import.meta.url))), 'escape')
  const {sites, sized, bytes, largest} = escapeSizes(report)
  const heap = report.entries.filter(({kind}) => kind === 'escapes' || kind === 'moved-to-heap')
  expect(sites).toBe(heap.length)
  const made = heap.filter(({subject}) => subject === 'make([]int, 1048576)')
  expect(made.length).toBeGreaterThan(0)
  expect([sized, bytes, largest[0]?.bytes]).toEqual([made.length, made.length * 8 * 1_048_576, 8 * 1_048_576])
})
