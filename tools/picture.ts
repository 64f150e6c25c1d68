// Draws docs/images/imports.svg from the table in tools/layers.ts: which folder may import which. `npm run picture` after changing the table.
import {readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {instance} from '@viz-js/viz'
import {layers} from './layers.ts'

/** Folders only, transitive edges left out, so that the picture shows the order and not every permission. */
export function importsDot(table: Readonly<Record<string, readonly string[]>> = layers): string {
  const folders = Object.keys(table).filter(name => !name.endsWith('.ts'))
  const below = (name: string) =>
    (table[name] ?? []).flatMap(entry =>
      entry === 'go' ? folders.filter(f => f.startsWith('go/')) : folders.includes(entry) ? [entry] : [],
    )
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    below(from).some(next => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))))
  const edges = folders.flatMap(from =>
    below(from)
      .filter(to => to !== from && !below(from).some(other => other !== to && other !== from && reaches(other, to)))
      .map(to => `  "${from}" -> "${to}"`),
  )
  return [
    'digraph imports {',
    '  rankdir=TB; node [shape=box, style="rounded,filled", fillcolor="#fbfaf7", color="#5c6675", fontname="system-ui"]; edge [color="#9aa4b2"]',
    ...edges,
    '}',
    '',
  ].join('\n')
}

export const picturePath = fileURLToPath(new URL('../docs/images/imports.svg', import.meta.url))
export const importsSvg = async (): Promise<string> => (await instance()).renderString(importsDot(), {format: 'svg'})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const svg = await importsSvg()
  if (readFileSync(picturePath, {flag: 'a+', encoding: 'utf8'}) !== svg) writeFileSync(picturePath, svg)
}
