// What must hold for any input: the parser ends, reports and never throws; a tree printed and parsed again is the same tree.
import {readdirSync, readFileSync} from 'node:fs'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import type {Node} from './ast.ts'
import {preorder} from './digest.ts'
import {parseFile} from './parse.ts'
import {printFile} from './testing/print.ts'

const samples = new Map(
  readdirSync(`${checkout}src/go/syntax/testdata`)
    .filter(name => name.endsWith('.go'))
    .map(name => [name, new Uint8Array(readFileSync(`${checkout}src/go/syntax/testdata/${name}`))]),
)

/** Parses and checks what holds for every result. */
function check(bytes: Uint8Array, declarationsOnly = false): void {
  const {file, errors, lines, nodeCount} = parseFile(bytes, {declarationsOnly})
  expect(lines[0]).toBe(0)
  for (const error of errors) {
    expect(error.pos).toBeGreaterThanOrEqual(0)
    expect(error.pos).toBeLessThanOrEqual(bytes.length)
    expect(error.line).toBeLessThanOrEqual(lines.length)
  }
  let nodes = 0
  preorder(file, node => {
    nodes++
    if (node.id < 0 || node.id >= nodeCount) throw new Error(`${node.kind} has id ${node.id} of ${nodeCount}`)
    if (node.pos < 0 || node.end < node.pos || node.pos > bytes.length) throw new Error(`${node.kind} spans ${node.pos}-${node.end}`)
  })
  expect(nodes).toBeLessThanOrEqual(nodeCount)
}

describe.each([...samples])('%s', (name, bytes) => {
  test('parses without errors', () => expect(parseFile(bytes).errors).toEqual([]))

  test('printed and parsed again it is the same tree', () => {
    const [first, second] = [parseFile(bytes).file, parseFile(new TextEncoder().encode(printFile(parseFile(bytes).file))).file]
    const shape = (root: Node) => {
      const parts: string[] = []
      preorder(root, node => parts.push(`${node.kind} ${'name' in node && typeof node.name === 'string' ? node.name : ''}`))
      return parts
    }
    expect(shape(second)).toEqual(shape(first))
  })

  test.runIf(bytes.length <= 4096)('every prefix parses within its bytes', () => {
    for (let end = 0; end <= bytes.length; end++) check(bytes.subarray(0, end))
  })

  test('random cuts and swaps parse, with and without bodies', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(60), fc.nat(bytes.length), fc.boolean(), (at, length, elsewhere, declarationsOnly) => {
        const cut = [...bytes.subarray(0, at), ...bytes.subarray(elsewhere, elsewhere + length), ...bytes.subarray(at + length)]
        check(Uint8Array.from(cut), declarationsOnly)
      }),
      {numRuns: name.startsWith('large') ? 1000 : 200},
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
