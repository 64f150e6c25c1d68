// The last step of the fallback chain: nodes and edges as a table. It needs no layout, so it cannot fail or take long.
import {textWidthEm} from '../../graph/text-width.ts'
import {labelLines} from './wide-labels.ts'
import type {DotGraph} from './read-dot.ts'

const fontsize = 13
const rowHeight = 18
const left = 12
const gap = 28
/** Rows of each table; the rest is counted. */
const rowsMax = 5000
const cellCharactersMax = 80

const xml = (text: string) =>
  text
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

const short = (text: string) => {
  const characters = [...text]
  return characters.length > cellCharactersMax ? `${characters.slice(0, cellCharactersMax - 1).join('')}…` : text
}

/** Every node id stands in a title, as in a drawn picture, also of those beyond the rows shown. */
export function tableSvg(graph: DotGraph, why: string): string {
  const nodes = [...graph.nodes.values()]
  const edges = graph.edges.slice(0, rowsMax)
  const label = (node: (typeof nodes)[number]) => {
    const value = node.attributes.get('label')
    return value === undefined || value.html ? node.name : labelLines(value.text, node.name, graph.name).join(' ')
  }
  const ids = nodes.slice(0, rowsMax).map(node => short(node.name))
  const width = (texts: readonly string[]) => Math.ceil(Math.max(0, ...texts.map(text => textWidthEm(text) * fontsize)))
  const first = Math.max(width(ids), width(edges.map(([from]) => short(from))), 60)
  const labels = nodes.slice(0, rowsMax).map(node => short(label(node)))
  const second = Math.max(width(labels), width(edges.map(([, to]) => short(to))), 60)
  let row = 0
  const out: string[] = []
  const text = (x: number, content: string, weight = '') => {
    out.push(`<text x="${x}" y="${(row + 1) * rowHeight}"${weight}>${xml(content)}</text>`)
  }
  const heading = (a: string, b: string) => {
    row++
    text(left, a, ' font-weight="bold"')
    text(left + first + gap, b, ' font-weight="bold"')
    row++
  }
  text(left, `${nodes.length} nodes and ${graph.edgeCount} edges as a table: ${why}`, ' fill="#9a6700"')
  row++
  heading('node', 'label')
  nodes.forEach((node, i) => {
    if (i >= rowsMax) return void out.push(`<g class="node"><title>${xml(node.name)}</title></g>`)
    out.push(`<g class="node"><title>${xml(node.name)}</title>`)
    text(left, ids[i] ?? '')
    text(left + first + gap, labels[i] ?? '')
    out.push('</g>')
    row++
  })
  if (nodes.length > rowsMax) {
    text(left, `and ${nodes.length - rowsMax} more`)
    row++
  }
  heading('from', 'to')
  for (const [from, to] of edges) {
    text(left, short(from))
    text(left + first + gap, `${graph.directed ? '→' : '—'} ${short(to)}`)
    row++
  }
  if (graph.edgeCount > edges.length) {
    text(left, `and ${graph.edgeCount - edges.length} more`)
    row++
  }
  const head = Math.ceil(textWidthEm(why) * fontsize) + 300
  const [w, h] = [Math.max(left * 2 + first + gap + second + 20, head), (row + 2) * rowHeight]
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="Helvetica,Arial,sans-serif" font-size="${fontsize}">`,
    `<rect width="${w}" height="${h}" fill="white"/>`,
    ...out,
    '</svg>',
    '',
  ].join('\n')
}
