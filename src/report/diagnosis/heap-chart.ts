// Heap over time as static SVG: live heap and goal from gctrace, total from runtime/metrics, and a dot for each heap profile.
import {formatBytes} from '../../base/units.ts'
import {html, type Html} from '../html.ts'

export interface Line {
  readonly name: string
  /** CSS class that gives its colour. */
  readonly style: 'live' | 'goal' | 'total' | 'profile'
  /** Seconds from the start, and bytes. */
  readonly points: readonly (readonly [number, number])[]
}

const [width, height, left, bottom, top] = [1000, 300, 70, 34, 14]

export function heapChart(lines: readonly Line[]): Html | undefined {
  const drawn = lines.filter(line => line.points.length > 0)
  const all = drawn.flatMap(line => line.points)
  if (all.length < 2) return undefined
  const secondsMax = Math.max(...all.map(point => point[0]), 1)
  const bytesMax = niceAbove(Math.max(...all.map(point => point[1]), 1))
  const x = (s: number) => left + (s / secondsMax) * (width - left - 10)
  const y = (b: number) => height - bottom - (b / bytesMax) * (height - bottom - top)
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    share =>
      html`<line
          class="grid"
          x1="${left}"
          x2="${width - 10}"
          y1="${y(share * bytesMax).toFixed(1)}"
          y2="${y(share * bytesMax).toFixed(1)}"
        /><text class="tick" x="${left - 8}" y="${(y(share * bytesMax) + 4).toFixed(1)}" text-anchor="end"
          >${formatBytes(share * bytesMax)}</text
        >`,
  )
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    share =>
      html`<text class="tick" x="${x(share * secondsMax).toFixed(1)}" y="${height - 12}" text-anchor="middle"
        >${Math.round(share * secondsMax)} s</text
      >`,
  )
  const series = drawn.map(line =>
    line.style === 'profile'
      ? html`<g class="profile"
          >${line.points.map(([s, b]) => html`<circle cx="${x(s).toFixed(1)}" cy="${y(b).toFixed(1)}" r="5"><title>${line.name} at ${s.toFixed(0)} s: ${formatBytes(b)}</title></circle>`)}</g
        >`
      : html`<polyline class="${line.style}" points="${line.points.map(([s, b]) => `${x(s).toFixed(1)},${y(b).toFixed(1)}`).join(' ')}"
          ><title>${line.name}</title></polyline
        >`,
  )
  const legend = html`<ul class="legend">
    ${drawn.map(line => html`<li class="${line.style}">${line.name}</li>`)}
  </ul>`
  const last = drawn.map(line => `${line.name} ends at ${formatBytes(line.points.at(-1)![1])}`).join('; ')
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="Heap over time: ${last}">
      ${grid}${ticks}${series}</svg
    >${legend}`
}

/** The next 1, 2 or 5 times a power of 1024-friendly ten. */
function niceAbove(bytes: number): number {
  const unit = 1024 ** Math.floor(Math.log(bytes) / Math.log(1024))
  for (const step of [1, 2, 4, 5, 8, 10, 16, 20, 32, 40, 50, 64, 80, 100, 128, 160, 200, 256, 320, 400, 500, 512, 640, 800, 1024]) {
    if (step * unit >= bytes) return step * unit
  }
  return bytes
}
