// A flame graph as part of a page, and as a page of its own: one file, no network, its own canvas. Views: icicle, flame, sandwich, table; diff colours.
import {flameClient} from './flame-client.ts'
import {escapeHtml, flameJson} from './flame-data.ts'
import type {FlameData} from './flame-data.ts'

/** Parts to be put into a page. `style` and `script` may be shared by several graphs; `html` holds its own data. */
export interface FlameParts {
  readonly html: string
  /** Defines `startFlame`; to be run once before the inline starts of each graph. */
  readonly script: string
  readonly style: string
}

const style = `
.flame{display:flex;flex-direction:column;font:13px system-ui,sans-serif;color-scheme:light dark;height:100%;min-height:320px}
.flame[hidden],.flame [hidden]{display:none!important}
.flame .bar{display:flex;flex-wrap:wrap;gap:6px;align-items:center;padding:6px}
.flame .bar button[aria-pressed=true]{font-weight:bold;text-decoration:underline}
.flame .plot{flex:1;min-height:240px;position:relative}
.flame canvas{position:absolute;inset:0;width:100%;height:100%}
.flame canvas:focus-visible{outline:2px solid Highlight;outline-offset:-2px}
.flame .status{padding:4px 6px;min-height:1.4em;overflow-wrap:anywhere}
.flame .table{flex:1;overflow:auto;padding:0 6px}
.flame td{padding:1px 8px;text-align:right;white-space:nowrap}
.flame td:last-child,.flame th:last-child{text-align:left}
.flame td button,.flame th button{all:unset;cursor:pointer}
.flame td button:focus-visible,.flame th button:focus-visible{outline:2px solid Highlight}
`

const views = [
  ['icicle', 'Icicle'],
  ['flame', 'Flame'],
  ['sandwich', 'Sandwich'],
  ['table', 'Table'],
] as const

const helpText =
  'Keys: arrows move, Enter zooms, Escape zooms out, s shows callers and callees, / searches, 1 to 4 change the view. ' +
  'Colours: one for each package; in a comparison red grew and blue shrank.'

/** `id` must be unique in the page. */
export function flameGraphHtml(data: FlameData, id: string): FlameParts {
  const title = escapeHtml(data.title)
  const buttons = views.map(
    ([view, text], index) => `<button type="button" data-view="${view}" aria-keyshortcuts="${index + 1}">${text}</button>`,
  )
  const html = `<section class="flame" id="${escapeHtml(id)}" aria-label="${title}">
<div class="bar"><strong>${title}</strong> <span>${escapeHtml(data.type)}</span> ${buttons.join('')}
<label>Search <input type="search" data-flame="search" aria-keyshortcuts="/"></label> <span data-flame="matched" role="status"></span></div>
<p data-flame="help" class="status">${helpText}</p>
<div class="plot" data-flame="plot"><canvas data-flame="canvas" tabindex="0" role="application" aria-roledescription="flame graph" aria-label="Flame graph of ${title}. Arrow keys move between frames; the table view holds the same as text." aria-describedby="${escapeHtml(id)}-status"></canvas></div>
<div class="table" data-flame="table" hidden></div>
<div class="status" data-flame="status" id="${escapeHtml(id)}-status" role="status" aria-live="polite"></div>
<script>startFlame(document.getElementById(${JSON.stringify(id)}), ${flameJson(data)})</script>
</section>`
  return {html, script: flameClient, style}
}

/** A page that holds one flame graph. */
export function flamePage(data: FlameData): string {
  const parts = flameGraphHtml(data, 'flame')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(data.title)}</title>
<style>html,body{height:100%;margin:0}${parts.style}</style>
<script>${parts.script}</script></head>
<body>${parts.html}</body></html>
`
}
