// What must hold for any input: the parser ends, reports and never throws; a tree printed and parsed again is the same tree.
import {readdirSync, readFileSync} from 'node:fs'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {parseFile} from './parse.ts'
import {brokenPromise, lostInPrint, lostWithoutBodies} from './testing/holds.ts'

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

  test('parsed without bodies it has the same declarations', () => expect(lostWithoutBodies(bytes)).toBeUndefined())

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

/** Ways to write the same or other Go than gofmt would; what comes out as no Go says nothing. */
const rewritings: ReadonlyMap<string, (text: string) => string> = new Map([
  ['without indentation', text => text.replaceAll(/^[ \t]+/gm, '')],
  ['indented throughout', text => text.replaceAll(/^(?=.)/gm, '\t')],
  ['with carriage returns', text => text.replaceAll('\n', '\r\n')],
  ['declarations behind one another on a line', text => text.replaceAll(/^}\n+(?=func|type|var|const)/gm, '}; ')],
  ['closing braces behind the last statement', text => text.replaceAll(/\n[ \t]*}/g, ' }')],
  ['closing braces at the start of the line', text => text.replaceAll(/^[ \t]+}/gm, '}')],
  ['opening braces with what follows', text => text.replaceAll(/\{\n[ \t]*/g, '{ ')],
  ['comments behind every line', text => text.replaceAll(/$/gm, ' // } {')],
  ['comments for every blank', text => text.replaceAll(/ +/g, ' /* } " */ ')],
  ['characters outside ASCII', text => text.replaceAll(/^(?=func)/gm, '// é日😀 }\n')],
  ['no newline at the end', text => text.trimEnd()],
  ['everything twice', text => `${text}\n${text.replaceAll(/^package .*$|^import (?:".*"|\((?:[^)]*)\))$/gm, '')}`],
])

test('what is skipped without bodies is what the whole parse reads, however the file is laid out', () => {
  const texts = [...samples.values()].map(bytes => new TextDecoder().decode(bytes))
  const encoder = new TextEncoder()
  let accepted = 0
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.subarray([...rewritings.keys()], {maxLength: 4}), fc.boolean(), (text, names, reversed) => {
      const order = reversed ? names.toReversed() : names
      const bytes = encoder.encode(order.reduce((written, name) => rewritings.get(name)?.(written) ?? written, text))
      if (parseFile(bytes).errors.length === 0) accepted++
      expect(lostWithoutBodies(bytes), order.join(', ')).toBeUndefined()
    }),
    {numRuns: 300},
  )
  expect(accepted, 'layouts that are Go').toBeGreaterThan(30)
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
