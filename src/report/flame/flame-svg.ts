// A flame graph as one static SVG: for documents and mails. Frames narrower than a pixel are left out.
import {escapeHtml} from '../html.ts'
import type {FlameData} from './flame-data.ts'
import {shortName} from './short-name.ts'

const width = 1200
const rowHeight = 17
const header = 24
/** Characters that fit into a pixel's width of text, the inverse of the mean glyph width at 12 px. */
const characterWidth = 6.6
const frameWidthMin = 1

/** Root at the bottom. Weights below zero count by their size. */
export function flameSvg(data: FlameData): string {
  const rows = data.parent.length
  const weight = Array.from(data.self, Math.abs)
  for (let row = rows - 1; row > 0; row--) weight[data.parent[row]!] = weight[data.parent[row]!]! + weight[row]!
  const all = weight[0] ?? 0
  const [start, next, depth] = [new Float64Array(rows), new Float64Array(rows), new Int32Array(rows)]
  const frames: {row: number; x: number; w: number; depth: number}[] = []
  let deepest = 0
  for (let row = 0; row < rows; row++) {
    const parent = data.parent[row]!
    if (row > 0) {
      start[row] = next[parent]!
      next[parent] = next[parent]! + weight[row]!
      depth[row] = depth[parent]! + 1
    }
    next[row] = start[row]!
    const w = all === 0 ? 0 : (weight[row]! / all) * width
    if (w < frameWidthMin) continue
    deepest = Math.max(deepest, depth[row]!)
    frames.push({row, x: (start[row]! / all) * width, w, depth: depth[row]!})
  }
  const height = header + (deepest + 1) * rowHeight + 4
  const boxes = frames.map(({row, x, w, depth: level}) => {
    const name = row === 0 ? 'root' : data.names[data.name[row]!]!
    const y = height - (level + 1) * rowHeight - 2
    const fits = Math.floor((w - 4) / characterWidth)
    const short = name.length > fits ? shortName(name) : name
    const text = fits < 3 ? '' : short.length > fits ? `${short.slice(0, fits - 1)}…` : short
    const share = ((100 * weight[row]!) / all).toFixed(2)
    return (
      `<g><title>${escapeHtml(name)}: ${weight[row]} ${escapeHtml(data.unit)} (${share}%)</title>` +
      `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, w - 0.5).toFixed(1)}" height="${rowHeight - 1}" fill="${fill(name)}"/>` +
      `${text === '' ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escapeHtml(text)}</text>`}</g>`
    )
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escapeHtml(data.title)}">
<text x="4" y="16" font-weight="bold">${escapeHtml(data.title)} (${escapeHtml(data.type)})</text>
${boxes.join('\n')}
</svg>
`
}

/** One hue for a package, as in the page. */
function fill(name: string): string {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1)
  let hash = 7
  for (const character of dot < 0 ? name : name.slice(0, dot)) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0
  return `hsl(${Math.abs(hash) % 360} 60% 78%)`
}
