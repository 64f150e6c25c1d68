import {instance} from '@viz-js/viz'
import {expect, test} from 'vitest'
import {dotProblem, jsonProblem, pdfProblem, pngProblem, svgProblem} from './check-output.ts'
import {readDot} from './read-dot.ts'
import {safeSvg} from './safe-svg.ts'
import {tableSvg} from './table-svg.ts'

const viz = await instance()
const draw = (dot: string, format = 'svg') => viz.renderString(dot, {format})
const dot = 'digraph { a -> "b--c" -> "<d> & \\"e\\""; "中 文" [style=invis]; "tab\there" }'
const graph = readDot(dot, 'f')

test('a whole picture has no problem, in SVG, JSON and DOT', () => {
  expect(svgProblem(draw(dot), graph)).toBeUndefined()
  expect(jsonProblem(draw(dot, 'json'), graph)).toBeUndefined()
  expect(dotProblem(draw(dot, 'dot'), graph)).toBeUndefined()
  expect(svgProblem(tableSvg(graph, 'it took too long'), graph)).toBeUndefined()
})

test('no proper prefix of an SVG passes', () => {
  const svg = draw(dot).trimEnd()
  for (let i = 0; i < svg.length; i += 7) expect(svgProblem(svg.slice(0, i), graph), String(i)).toBeDefined()
})

test('a picture without one of the nodes is a failure', () => {
  expect(svgProblem(draw('digraph { a }'), graph)).toMatch(/of 5 nodes are missing, like "b--c"/)
  expect(jsonProblem(draw('digraph { a }', 'json'), graph)).toContain('nodes are missing')
  expect(dotProblem(draw('digraph { a }', 'dot'), graph)).toContain('nodes are missing')
})

test('broken XML is told', () => {
  const wrap = (inner: string) => `<svg xmlns="http://www.w3.org/2000/svg">${inner}${'<g></g>'.repeat(40)}</svg>`
  expect(svgProblem(wrap(''))).toBeUndefined()
  for (const inner of ['<g>', '</g>', '<g a=b/>', '&nbsp;', '\u0001', '<g a="<"/>', '<g a="&x"/>', '<!-- x'])
    expect(svgProblem(wrap(inner)), inner).toContain('not well-formed')
})

test('control characters, scripts, style sheets and pictures of a graph do not reach the SVG', () => {
  const raw = draw(
    'digraph { stylesheet="http://evil/x.css"; a [label="x\u0001y", URL="javascript:alert(1)"]; b [URL="https://go.dev/?a=1&b=2"]; c [URL=" JaVa\tscript:alert(1)"]; d [URL="data:text/html,x"] }',
  )
  expect(svgProblem(raw)).toContain('U+0001')
  const safe = safeSvg(raw)
  expect(svgProblem(safe)).toBeUndefined()
  expect(safe).not.toMatch(/script:|evil|data:/i)
  expect(safe).toContain('https://go.dev/?a=1&amp;b=2')
})

test('signatures and ends of PNG and PDF are looked at', () => {
  const png = new Uint8Array(
    Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
  )
  expect(pngProblem(png)).toBeUndefined()
  for (let i = 0; i < png.length; i++) expect(pngProblem(png.subarray(0, i)), String(i)).toBeDefined()
  const pdf = new TextEncoder().encode(`%PDF-1.7\n${' '.repeat(300)}\n%%EOF\n`)
  expect(pdfProblem(pdf)).toBeUndefined()
  expect(pdfProblem(pdf.subarray(0, 280))).toBe('the PDF is cut off')
  expect(pdfProblem(new Uint8Array())).toBe('the PDF has 0 bytes')
})
