// A flame graph as a page of its own: one file, no network, its own canvas. Views: icicle, flame, sandwich, table; with a base, colours of change.
// The Content-Security-Policy names its script and its style by their hashes: nothing else in the page can run, whatever a profile is called.
import {contentHash, escapeHtml} from '../html.ts'
import {flameClient} from './flame-client.ts'
import {flameJson} from './flame-data.ts'
import type {FlameData} from './flame-data.ts'
import {flamePainter} from './flame-painter.ts'
import {shortName} from './short-name.ts'
import {functionWeights, layOut, sandwichOf} from './frame-tree.ts'

const style = `:root{color-scheme:light dark;font:13px system-ui,sans-serif}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column}
[hidden]{display:none!important}
header{display:flex;flex-wrap:wrap;gap:6px;align-items:center;padding:6px}
h1{font-size:inherit;margin:0}
header button[aria-pressed=true]{font-weight:bold;text-decoration:underline}
main{flex:1;display:flex;flex-direction:column;min-height:260px}
#plot{flex:1;min-height:240px;position:relative}
canvas{position:absolute;inset:0;width:100%;height:100%}
canvas:focus-visible{outline:2px solid Highlight;outline-offset:-2px}
p{margin:0;padding:4px 6px;overflow-wrap:anywhere}
#status{min-height:1.4em}
#table{flex:1;overflow:auto;padding:0 6px}
td{padding:1px 8px;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td:last-child,th:last-child{text-align:left}
#table button{all:unset;cursor:pointer}
#table button:focus-visible{outline:2px solid Highlight}
caption{text-align:left;padding:4px 8px}`

const views = [
  ['icicle', 'Icicle'],
  ['flame', 'Flame'],
  ['sandwich', 'Sandwich'],
  ['table', 'Table'],
] as const

const helpText =
  'Keys: arrows move, Enter zooms, Escape zooms out, s shows callers and callees, c changes between them, / searches, n goes to the next match, ' +
  '1 to 4 change the view, ? hides this line. Mouse: click zooms, right click shows callers and callees, the wheel scrolls, with Ctrl it zooms. '

const colorText = {
  alone: 'A package has one colour; grey bars stand for frames too narrow to draw.',
  compared:
    'Red grew, blue shrank, the stronger the more; a frame is as wide as both profiles together. Grey bars stand for frames too narrow to draw.',
}

/** `__name` is what a bundler that keeps the names of functions calls. */
const clientScript = (): string =>
  `'use strict';const __name=f=>f;(${flameClient.toString()})({layOut:${layOut.toString()},sandwichOf:${sandwichOf.toString()},` +
  `functionWeights:${functionWeights.toString()},flamePainter:${flamePainter.toString()},shortName:${shortName.toString()}})`

export function flamePage(data: FlameData): string {
  const title = escapeHtml(data.title)
  const script = clientScript()
  const policy = `default-src 'none'; script-src ${contentHash(script)}; style-src ${contentHash(style)}; base-uri 'none'; form-action 'none'`
  const buttons = views.map(
    ([view, text], index) =>
      `<button type="button" id="view-${view}" aria-pressed="false" aria-keyshortcuts="${index + 1}">${text}</button>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}: ${escapeHtml(data.type)}</title>
<style>${style}</style></head>
<body><header><h1>${title}</h1> <span>${escapeHtml(data.type)}</span> <span role="group" aria-label="View">${buttons.join(' ')}</span>
<label>Search <input type="search" id="search" aria-keyshortcuts="/"></label> <span id="matched" role="status"></span></header>
<p id="help">${helpText}${data.before === undefined ? colorText.alone : colorText.compared}</p>
<main><div id="plot"><canvas id="canvas" tabindex="0" role="application" aria-roledescription="flame graph" aria-label="Flame graph of ${title}. Arrow keys move between frames and say what each weighs; the table view holds the functions as text." aria-describedby="help"></canvas></div>
<div id="table" hidden></div></main>
<p id="status" role="status" aria-live="polite"></p>
<noscript><p>This page draws with a script; <code>gotriage profile top</code> prints the same as text.</p></noscript>
<script type="application/json" id="flame-data">${flameJson(data)}</script>
<script>${script}</script></body></html>
`
}
