// The flame graph of a diagnosis: one profile as nested bars (root on top), drawn as static SVG so that the page needs no script to show it.
import {formatBytes} from '../../base/units.ts'
import type {Profile} from '../../evidence/model/profile.ts'
import {html, type Html} from '../html.ts'

interface Bar {
  readonly name: string
  value: number
  readonly children: Map<string, Bar>
}

/** Bars narrower than this share of the whole are left out. */
const shareMin = 0.002
const rowHeight = 22
const width = 1000
const depthMax = 40

/** `marked` says which functions are the culprit's. Values are bytes. */
export function flameSvg(profile: Profile, typeIndex: number, marked: (functionName: string) => boolean): Html {
  const root = treeOf(profile, typeIndex)
  const bars: Html[] = []
  let depth = 0
  const draw = (bar: Bar, left: number, level: number): void => {
    const share = root.value === 0 ? 0 : bar.value / root.value
    if (share < shareMin || level >= depthMax) return
    depth = Math.max(depth, level)
    const barWidth = share * width
    const culprit = marked(bar.name)
    const short = shortName(bar.name)
    const letters = Math.floor((barWidth - 8) / 7)
    const label = letters < 3 ? '' : short.length <= letters ? short : `${short.slice(0, letters - 1)}…`
    bars.push(
      html`<g class="${culprit ? 'culprit' : `f${hue(bar.name)}`}"
        ><title>${bar.name}: ${formatBytes(bar.value)}, ${(100 * share).toFixed(1)} %${culprit ? ' (the culprit)' : ''}</title
        ><rect
          x="${left.toFixed(2)}"
          y="${level * rowHeight}"
          width="${Math.max(0.5, barWidth - 0.5).toFixed(2)}"
          height="${rowHeight - 1}"
          rx="2"
        /><text x="${(left + 5).toFixed(2)}" y="${level * rowHeight + 15}">${label}</text></g
      >`,
    )
    let at = left
    for (const child of [...bar.children.values()].sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1))) {
      draw(child, at, level + 1)
      at += (child.value / root.value) * width
    }
  }
  draw(root, 0, 0)
  return html`<svg
    class="flame"
    viewBox="0 0 ${width} ${(depth + 1) * rowHeight}"
    role="img"
    aria-label="Flame graph of live bytes; the culprit's frames are marked"
  >
    ${bars}
  </svg>`
}

function treeOf(profile: Profile, typeIndex: number): Bar {
  const root: Bar = {name: 'all live bytes', value: 0, children: new Map()}
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const value = profile.value(sample, typeIndex)
    if (value <= 0) continue
    root.value += value
    let bar = root
    const frames = profile.frames(sample)
    for (let i = frames.length - 1; i >= 0; i--) {
      const name = frames[i]!.function
      let child = bar.children.get(name)
      if (!child) bar.children.set(name, (child = {name, value: 0, children: new Map()}))
      child.value += value
      bar = child
    }
  }
  return root
}

/** Import path down to its last element: `net/http.(*conn).serve` → `http.(*conn).serve`. */
const shortName = (name: string) => name.replace(/^(?:[^(]*\/)?(?=[^/]*\.)/, '')

/** One of eight quiet colours, by package, so that a package looks the same everywhere. */
function hue(name: string): number {
  let sum = 0
  for (const c of name.replace(/\.[^/]*$/, '')) sum = (sum * 31 + c.codePointAt(0)!) % 9973
  return sum % 8
}
