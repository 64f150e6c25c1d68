// Gives nodes whose text is wider than the WebAssembly build believes a width of their own, by statements before the closing brace; places of
// the file stay as they are. Records, HTML labels and edge labels keep Graphviz's estimate.
import {textWidthEm} from '../../graph/text-width.ts'
import type {DotGraph, DotNode} from './read-dot.ts'

const pointsPerInch = 72
/** Graphviz's defaults: attributes fontsize (points) and margin (inches on each side, for nodes). */
const fontsizeDefault = 14
const marginInches = 0.11

/** How much wider a shape is than the text in it; the ellipse by lib/common/shapes.c, poly_init (√2), the others on the safe side. */
const stretch: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      'box',
      'rect',
      'rectangle',
      'square',
      'plaintext',
      'plain',
      'none',
      'note',
      'tab',
      'folder',
      'box3d',
      'component',
      'underline',
      'cylinder',
      'signature',
    ].map(shape => [shape, 1]),
  ),
  diamond: 2,
  triangle: 2,
}
const unmeasured = new Set(['record', 'mrecord', 'point'])

export function withLabelWidths(text: string, graph: DotGraph): string {
  const lines: string[] = []
  for (const node of graph.nodes.values()) {
    const inches = widthWanted(node, graph.name)
    if (inches !== undefined) lines.push(`"${node.name.replaceAll('"', '\\"')}" [width=${inches.toFixed(2)}]`)
  }
  return lines.length === 0 ? text : `${text.slice(0, graph.end)}\n${lines.join('\n')}\n${text.slice(graph.end)}`
}

/** Inches; undefined where Graphviz's own estimate (ASCII by the metrics of Times) serves or the file says a width. */
function widthWanted({name, html, attributes}: DotNode, graphName: string): number | undefined {
  if (html || name.includes('\n') || name.endsWith('\\')) return undefined // cannot be named again in quotes
  const label = attributes.get('label')
  if (label?.html || attributes.has('width') || attributes.get('fixedsize')?.text === 'true') return undefined
  const shape = (attributes.get('shape')?.text ?? 'ellipse').toLowerCase()
  if (unmeasured.has(shape)) return undefined
  const lines = labelLines(label?.text ?? '\\N', name, graphName)
  // oxlint-disable-next-line no-control-regex
  if (!lines.some(line => /[^\x00-\x7f]/.test(line))) return undefined
  const fontsize = Number(attributes.get('fontsize')?.text ?? fontsizeDefault)
  if (!(fontsize > 0 && fontsize < 10_000)) return undefined
  const em = Math.max(...lines.map(textWidthEm))
  return ((em * fontsize) / pointsPerInch + 2 * marginInches) * (stretch[shape] ?? Math.SQRT2)
}

/** The text as it will stand in the box: escapes of type escString resolved, entities decoded. */
export function labelLines(label: string, nodeName: string, graphName: string): string[] {
  const lines = ['']
  const add = (text: string) => void (lines[lines.length - 1] += text)
  for (const [part] of label.matchAll(/\\[^]|\n|[^\\\n]+|\\$/gu)) {
    if (part === '\\n' || part === '\\l' || part === '\\r' || part === '\n') lines.push('')
    else if (part === '\\N') add(nodeName)
    else if (part === '\\G') add(graphName)
    else add(part.startsWith('\\') ? part.slice(1) : part)
  }
  return lines.map(line => line.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, body: string) => entity(body) ?? whole))
}

function entity(body: string): string | undefined {
  const named: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0'}
  if (!body.startsWith('#')) return Object.hasOwn(named, body) ? named[body] : undefined
  const code = body[1] === 'x' || body[1] === 'X' ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}
