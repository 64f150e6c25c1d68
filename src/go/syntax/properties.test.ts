// What must hold for any input: the parser ends, reports and never throws; a tree printed and parsed again is the same tree.
import {readdirSync, readFileSync} from 'node:fs'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {parseFile} from './parse.ts'
import {brokenPromise, lostInPrint} from './testing/holds.ts'

const samples = new Map(
  readdirSync(`${checkout}src/go/syntax/testdata`)
    .filter(name => name.endsWith('.go'))
    .map(name => [name, new Uint8Array(readFileSync(`${checkout}src/go/syntax/testdata/${name}`))]),
)

function check(bytes: Uint8Array, declarationsOnly = false): void {
  const wrong = brokenPromise(bytes, declarationsOnly)
  if (wrong !== undefined) throw new Error(wrong)
}

describe.each([...samples])('%s', (_, bytes) => {
  test('parses without errors', () => expect(parseFile(bytes).errors).toEqual([]))

  test('printed and parsed again it is the same tree', () => expect(lostInPrint(bytes)).toBeUndefined())

  test.runIf(bytes.length <= 4096)('every prefix parses within its bytes, with and without bodies', () => {
    for (let end = 0; end <= bytes.length; end++) check(bytes.subarray(0, end), end % 2 === 0)
  })

  test('random cuts and swaps parse, with and without bodies', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(60), fc.nat(bytes.length), fc.boolean(), (at, length, elsewhere, declarationsOnly) => {
        const cut = [...bytes.subarray(0, at), ...bytes.subarray(elsewhere, elsewhere + length), ...bytes.subarray(at + length)]
        check(Uint8Array.from(cut), declarationsOnly)
      }),
      {numRuns: 1000},
    )
  })
})

const words = fc.constantFrom(
  'package',
  'p',
  'func',
  'type',
  'var',
  'const',
  'import',
  'struct',
  'interface',
  'map',
  'chan',
  'if',
  'for',
  'range',
  'switch',
  'select',
  'case',
  'default',
  'return',
  'go',
  'defer',
  'else',
  'x',
  '1',
  '"s"',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ';',
  '\n',
  '.',
  '...',
  ':=',
  '=',
  '<-',
  '*',
  '&',
  '+',
  ':',
  '~',
  '|',
  '// c\n',
  '/* c */',
  '`',
  "'",
)

test('any run of tokens parses', () => {
  fc.assert(
    fc.property(fc.array(words, {maxLength: 120}), tokens => check(new TextEncoder().encode(`package p\n${tokens.join(' ')}`))),
    {numRuns: 3000},
  )
})

test('any bytes parse', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), bytes => check(bytes)),
    {numRuns: 1000},
  )
})
