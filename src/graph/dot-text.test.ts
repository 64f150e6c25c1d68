import fc from 'fast-check'
import {expect, test} from 'vitest'
import {readDot} from '../render/graphviz/read-dot.ts'
import {labelLines} from '../render/graphviz/wide-labels.ts'
import {dotLabel, dotString, dotText} from './dot-text.ts'
import {textWidthEm} from './text-width.ts'

const anyText = fc.oneof(
  fc.string({unit: 'binary'}),
  fc
    .array(fc.constantFrom('\\', '"', '\n', 'N', '&amp;', '<', '}', ']', ';', '中', '😀', '--'), {maxLength: 12})
    .map(parts => parts.join('')),
)
/** What dotString says it keeps: all but control characters, lone surrogates; it may add a joiner. */
const kept = (text: string) =>
  text.replace(/\r\n?|\n/g, ' ').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')

test('whatever a text holds, as a DOT string it is one name and nothing else', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const graph = readDot(`digraph ${dotString(b)} { ${dotString(a)} -> ${dotString(`x${b}`)} [label=${dotLabel([a, b])}] }`, 'f')
      expect(graph.name.replaceAll('\u200d', '')).toBe(kept(b).replaceAll('\u200d', ''))
      expect([...graph.nodes.keys()][0]?.replaceAll('\u200d', '')).toBe(kept(a).replaceAll('\u200d', ''))
      expect(graph.edgeCount).toBe(1)
    }),
    {numRuns: 500},
  )
})

test('a label shows the text it was made from, with no escape of DOT working inside', () => {
  fc.assert(
    fc.property(anyText, text => {
      const graph = readDot(`digraph { n [label=${dotLabel([text])}] }`, 'f')
      const label = graph.nodes.get('n')?.attributes.get('label')?.text ?? ''
      expect(labelLines(label, 'n', 'g').join('|')).toBe(kept(text))
    }),
  )
  expect(
    labelLines(
      readDot(String.raw`digraph { n [label="a\nb\l&lt;\N \\n"] }`, 'f')
        .nodes.get('n')
        ?.attributes.get('label')?.text ?? '',
      'n',
      'g',
    ),
  ).toEqual(['a', 'b', '<n \\n'])
})

test('a graph becomes DOT with its groups, and the same graph the same bytes', () => {
  const graph = {
    title: 'two "steps"',
    direction: 'down',
    groups: [{id: 'g', title: 'inside'}],
    nodes: [
      {id: 'a', lines: ['first', 'line 2'], group: 'g'},
      {id: 'b', lines: ['second'], tone: 'bad'},
    ],
    edges: [{from: 'a', to: 'b', label: 'leads to'}],
  } as const
  const read = readDot(dotText(graph), 'f')
  expect([...read.nodes.keys()]).toEqual(['a', 'b'])
  expect(read.name).toBe('two "steps"')
  expect(dotText(graph)).toBe(dotText(structuredClone(graph)))
})

test('widths follow graphemes: a family emoji is one, an accent none, a Chinese character one em', () => {
  expect(textWidthEm('中文')).toBe(2)
  expect(textWidthEm('👨‍👩‍👧‍👦')).toBe(1)
  expect(textWidthEm('e\u0301')).toBe(textWidthEm('e'))
  expect(textWidthEm('日本語')).toBeGreaterThan(textWidthEm('abcd'))
})
