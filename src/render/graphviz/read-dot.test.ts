import {instance} from '@viz-js/viz'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {TriageError} from '../../base/errors.ts'
import {readDot} from './read-dot.ts'

const viz = await instance()
const sample = `strict digraph "a b" { /* c */ node [shape=box, label="x\\"y"]; a:n -> {b c; "d" + "e"} [label=<<b>h</b>>, w=1.5]
  subgraph cluster_0 { label="中"; b, c -> f } # tail
  // end
  graph [rankdir=LR] 日本 -> -.5
}`

const messageOf = (text: string): string => {
  try {
    readDot(text, 'f.dot')
    return 'ok'
  } catch (error) {
    if (error instanceof TriageError) return error.message
    throw error
  }
}

test('nodes, edges and attributes are read as Graphviz reads them', () => {
  const graph = readDot(sample, 'f.dot')
  expect([...graph.nodes.keys()]).toEqual(['a', 'b', 'c', 'de', 'f', '日本', '-.5'])
  expect(graph.edgeCount).toBe(6)
  expect(graph.nodes.get('a')?.attributes.get('label')?.text).toBe('x"y')
  expect(sample[graph.end]).toBe('}')
})

test('an error has line and column', () => {
  expect(messageOf('digraph {\n  a -> b [label="x"\n  c -> d\n}')).toBe('f.dot:3:5: "->" where "=" after the attribute "c" is expected')
  expect(messageOf('digraph {\n  a -- b\n}')).toBe('f.dot:2:5: "--" in a digraph, where edges are "->"')
  expect(messageOf('digraph {\n  中 -> "x\n}')).toBe('f.dot:2:10: a string that does not end')
  expect(messageOf('digraph { a')).toBe('f.dot:1:12: the end of the file where "}" is expected')
  expect(messageOf('')).toBe('f.dot:1:1: the file holds no graph')
  expect(messageOf('digraph { a\0 }')).toBe('f.dot:1:12: a NUL character')
})

test('every prefix of a small file is a graph or an error with a place', () => {
  for (let i = 0; i < sample.length; i++) expect(messageOf(sample.slice(0, i))).toMatch(/^f\.dot:\d+:\d+: /)
})

test('what is accepted and what is refused is what Graphviz accepts and refuses', () => {
  const piece = fc.constantFrom(
    ...'digraph graph strict { } [ ] a "q" -> -- ; , = subgraph node edge : + <h> 1.5 -2 x_1 é 2x # é1'.split(' '),
    '\n',
    '//c\n',
    '/*x*/',
    '"a\\"b"',
  )
  const text = fc
    .tuple(fc.array(fc.tuple(piece, fc.boolean()), {maxLength: 9}), fc.constantFrom('digraph{', 'graph{', 'digraph x{', ''))
    .map(([pieces, head]) => `${head}${pieces.map(([p, spaced]) => (spaced ? `${p} ` : p)).join('')}}`)
  let accepted = 0
  fc.assert(
    fc.property(text, dot => {
      const theirs = viz.render(dot, {engine: 'nop', format: 'json0'})
      const refused = theirs.status === 'failure' && !theirs.errors.some(({message}) => message.includes('nop'))
      const ours = messageOf(dot)
      if (ours === 'ok') accepted++
      // Keywords and empty input are said differently; the verdict must be the same.
      expect([dot, ours === 'ok']).toEqual([dot, !refused || (theirs.status === 'failure' && ours === 'ok' && theirs.errors.length === 0)])
    }),
    {numRuns: 4000, seed: 7},
  )
  expect(accepted).toBeGreaterThan(200)
})

test('limits hold: nesting, and edges between two large sets', () => {
  expect(messageOf(`digraph{${'{'.repeat(150)}${'}'.repeat(150)}}`)).toContain('nesting of subgraphs')
  const many = Array.from({length: 3000}, (_, i) => `n${i}`).join(' ')
  expect(messageOf(`digraph{{${many}} -> {${many.replaceAll('n', 'm')}}}`)).toContain('edges of f.dot passed its limit')
})
