import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {expect, test} from 'vitest'
import {errors} from '../base/errors.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import type {Picture, RendererKind, RenderRequest, RenderResult} from '../render/graphviz/renderer.ts'
import {abRecordText, AbRenderer, readAbRecord, type Draws} from './render-ab.ts'

const picture = (renderer: RendererKind): Picture => ({
  kind: 'rendered',
  bytes: new Uint8Array([1]),
  format: 'svg',
  renderer,
  shows: 'dot',
  steps: [{step: renderer === 'native' ? 'native' : 'dot', outcome: 'ok'}],
  messages: [],
  nodes: 1,
  edges: 0,
  cached: false,
})
const request: RenderRequest = {dot: 'digraph { a }', name: 'f.dot', format: 'svg', layout: 'dot'}

/** Fails native requests while `broken` says so; counts what each renderer was asked. */
function draws(broken: () => boolean): Draws & {readonly asked: Record<RendererKind, number>} {
  const asked = {wasm: 0, native: 0}
  return {
    asked,
    render({renderer = 'wasm'}): Promise<RenderResult> {
      asked[renderer]++
      const failed = renderer === 'native' && broken()
      return Promise.resolve(
        failed
          ? {kind: 'failed', error: errors.unsupported('no', 'no.'), steps: [{step: 'native', outcome: 'exit code 0 and wrote nothing'}]}
          : picture(renderer),
      )
    },
  }
}

/** An even walk through 0..1, so that a share is met closely. */
const even = () => {
  let at = 0
  return () => (at = (at + 0.618033988749895) % 1)
}

test('a native dot that begins to fail loses its traffic, each picture is drawn all the same, and it comes back after it is mended', async () => {
  let nowMs = 0
  let broken = false
  const renderer = draws(() => broken)
  const ab = new AbRenderer(renderer, {nowMs: () => nowMs, random: even()})
  const run = async (n: number) => {
    const before = renderer.asked.native
    for (let i = 0; i < n; i++) {
      nowMs += 100
      expect((await ab.render(request)).kind).toBe('rendered')
    }
    return (renderer.asked.native - before) / n
  }
  expect(await run(1000)).toBeCloseTo(0.5, 1)
  expect(ab.record.state).toMatchObject({status: 'running', downgrades: 0})
  broken = true
  await run(500)
  expect(ab.record.steps.map(({from, to, reason}) => `${from} -> ${to}: ${reason}`)).toEqual(['running -> downgraded: worse than control'])
  expect(await run(1000)).toBe(0)
  broken = false
  await run(60_000)
  expect(ab.record.steps.map(({to}) => to)).toEqual(['downgraded', 'recovering', 'running'])
  expect(await run(1000)).toBeCloseTo(0.5, 1)
  expect(ab.metrics()).toContain('gotriage_render_ab_status{status="running"} 1\n')
  expect(ab.metrics()).toContain('gotriage_render_ab_downgrades 1\n')
})

test('a failure that both renderers share does not downgrade the variant', async () => {
  let nowMs = 0
  const ab = new AbRenderer(
    {render: () => Promise.resolve({...picture('wasm'), shows: 'table'})},
    {nowMs: () => (nowMs += 10), random: even()},
  )
  for (let i = 0; i < 3000; i++) await ab.render(request)
  expect(ab.record.state).toMatchObject({status: 'running', downgrades: 0})
})

test('a record is the same after it was written down and read back, and a damaged one is refused', () => {
  const {record} = new AbRenderer(
    draws(() => false),
    {nowMs: () => 7, random: () => 0},
  )
  const text = abRecordText(record)
  const bytes = new TextEncoder().encode(text)
  expect(readAbRecord('ab.json', bytes)).toEqual(record)
  for (let end = 0; end < bytes.length - 1; end++)
    expect(() => readAbRecord('ab.json', bytes.subarray(0, end))).toThrow('no record of an A/B guard')
  for (const key of Object.keys(record.state)) {
    const state: Record<string, unknown> = {...record.state, [key]: key === 'status' ? 'sideways' : undefined}
    expect(() => readAbRecord('ab.json', new TextEncoder().encode(JSON.stringify({...record, state}))), key).toThrow(`state.${key}`)
  }
})

test('on the command line a broken dot in PATH is counted, its pictures are drawn by the pool, and the guard remembers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gotriage-ab-'))
  writeFileSync(join(folder, 'dot'), '#!/bin/sh\ncat > /dev/null\nexit 0\n')
  chmodSync(join(folder, 'dot'), 0o755)
  const names = Array.from({length: 24}, (_, i) => `g${i}.dot`)
  for (const [i, name] of names.entries()) writeFileSync(join(folder, name), `digraph { a${i} -> b }`)
  const path = process.env['PATH']
  process.env['PATH'] = `${folder}${delimiter}${path ?? ''}`
  try {
    const args = ['render', ...names, '-o', join(folder, 'out'), '--ab', join(folder, 'ab.json'), '--metrics', join(folder, 'm.prom')]
    const {exit, files, stderr} = await gotriage(args, {cwd: folder})
    expect([exit, [...files.keys()].filter(file => file.endsWith('.svg')).length]).toEqual([0, 24])
    const metrics = String(files.get(join(folder, 'm.prom')))
    const failed = Number(/renderer="native",format="svg",outcome="failed",environment="[^"]+"\} (\d+)/.exec(metrics)?.[1])
    expect(failed).toBeGreaterThan(0)
    expect(metrics).toContain(`gotriage_render_ab_requests{renderer="native",outcome="failed"} ${failed}\n`)
    expect(stderr.filter(line => line.includes('native: dot ended with exit code 0 and wrote nothing')).length).toBe(failed)
    const record = readAbRecord('ab.json', new TextEncoder().encode(String(files.get(join(folder, 'ab.json')))))
    expect(record.state.variantFailed).toBe(failed)
  } finally {
    process.env['PATH'] = path
    rmSync(folder, {recursive: true})
  }
})
