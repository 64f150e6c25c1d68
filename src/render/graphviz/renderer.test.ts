import {afterAll, expect, test} from 'vitest'
import type {Vessel} from '../pool/pool.ts'
import {startGraphviz, type LayoutRequest} from './layout.ts'
import {environmentLabel} from './environment.ts'
import {nativeDot} from './native-dot.ts'
import {Renderer, type RenderRequest} from './renderer.ts'

const renderer = new Renderer({pool: {workers: 2}})
afterAll(() => renderer.close())

const request = (dot: string, more: Partial<RenderRequest> = {}): RenderRequest => ({
  dot,
  name: 'f.dot',
  format: 'svg',
  layout: 'dot',
  ...more,
})
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
/** A graph whose layered layout takes far longer than any deadline here, below the size limits. */
const endless = `digraph { ${Array.from({length: 3900}, (_, i) => `n${(i * 7919) % 600} -> n${(i * 104729 + 13 * (i % 37)) % 600}`).join('\n')} }`

test('SVG, JSON and DOT of one graph hold all its nodes, whatever the language', async () => {
  const dot = 'digraph { "中文" -> "日本語" -> "العربية" -> "😀 <&>" }'
  for (const format of ['svg', 'json', 'dot'] as const) {
    const result = await renderer.render(request(dot, {format}))
    expect(result).toMatchObject({kind: 'rendered', shows: 'dot', nodes: 4, edges: 3, steps: [{step: 'dot', outcome: 'ok'}]})
    if (result.kind === 'rendered') for (const name of ['中文', '日本語', 'العربية', '😀']) expect(textOf(result.bytes)).toContain(name)
  }
})

test('all eight layouts draw', async () => {
  for (const layout of ['dot', 'neato', 'fdp', 'sfdp', 'circo', 'twopi', 'osage', 'patchwork'] as const)
    expect(await renderer.render(request('digraph { a -> b -> c }', {layout})), layout).toMatchObject({kind: 'rendered', shows: layout})
})

test('the text of a wide label fits into its box', async () => {
  const result = await renderer.render(request('digraph { node [shape=box]; a [label="一二三四五六七八九十一二三四五六七八九十"] }'))
  const svg = result.kind === 'rendered' ? textOf(result.bytes) : ''
  const points =
    /<g id="node1"[^]*?points="([^"]+)"/
      .exec(svg)?.[1]
      ?.split(' ')
      .map(pair => Number(pair.split(',')[0])) ?? []
  expect(Math.max(...points) - Math.min(...points)).toBeGreaterThan(20 * 14)
})

test('a refused file says where, and leaves the pool as it was', async () => {
  expect(await renderer.render(request('digraph {\n a -> \n}'))).toMatchObject({
    kind: 'refused',
    error: {message: 'f.dot:3:1: "}" where a node, a subgraph or a statement is expected'},
  })
})

test('the same graph is not laid out twice, one after the other or at once', async () => {
  const asked = renderer.counts().asked
  const same = request('digraph { only -> once }')
  const results = await Promise.all([renderer.render(same), renderer.render(same), renderer.render(same)])
  results.push(await renderer.render(same))
  expect(renderer.counts().asked - asked).toBe(1)
  expect(results.map(result => result.kind === 'rendered' && result.cached)).toEqual([false, true, true, true])
})

test('a layout beyond its deadline gives way to a simpler one, and each step is logged', async () => {
  const result = await renderer.render(request(endless, {deadlineMs: 400}))
  expect(result).toMatchObject({kind: 'rendered', edges: 3900})
  if (result.kind !== 'rendered') return
  expect(result.steps[0]).toMatchObject({step: 'dot', outcome: 'no picture after 400 ms'})
  expect(result.steps.at(-1)?.outcome).toBe('ok')
  expect(['osage', 'table']).toContain(result.shows)
  expect(renderer.counts().retired.deadline).toBeGreaterThan(0)
})

test('what no layout can do in time is drawn as a table, or is a failure when no fallback is wanted', async () => {
  const table = await renderer.render(request(endless, {deadlineMs: 1}))
  expect(table).toMatchObject({kind: 'rendered', shows: 'table', steps: [{step: 'dot'}, {step: 'osage'}, {step: 'table', outcome: 'ok'}]})
  expect(await renderer.render(request(endless, {deadlineMs: 1, fallback: false}))).toMatchObject({kind: 'failed', steps: [{step: 'dot'}]})
})

test('a graph above the limits goes to the simpler layout at once', async () => {
  const large = `digraph { ${Array.from({length: 1600}, (_, i) => `n${i}`).join(' ')} }`
  expect(await renderer.render(request(large, {deadlineMs: 30_000}))).toMatchObject({
    shows: 'osage',
    steps: [
      {step: 'dot', outcome: '1600 nodes are more than the 1500 it is tried with'},
      {step: 'osage', outcome: 'ok'},
    ],
  })
})

test('a graph above every limit becomes a table in one lease: it is read once, in the worker, and holds up nobody', async () => {
  const huge = `digraph { ${Array.from({length: 20_001}, (_, i) => `n${i}`).join(' ')} }`
  const asked = renderer.counts().asked
  expect(await renderer.render(request(huge, {deadlineMs: 60_000}))).toMatchObject({
    shows: 'table',
    nodes: 20_001,
    steps: [
      {step: 'dot', outcome: '20001 nodes are more than the 1500 it is tried with'},
      {step: 'osage', outcome: '20001 nodes are more than the 20000 it is tried with'},
      {step: 'table', outcome: 'ok'},
    ],
  })
  expect(renderer.counts().asked - asked).toBe(1)
})

test('a damaged instance is thrown away: nested HTML tables, huge labels and odd attributes leave the next graph whole', async () => {
  for (const dot of [
    `digraph { a [label=<${'<table><tr><td>'.repeat(300)}x${'</td></tr></table>'.repeat(300)}>] }`,
    'digraph { a [shape=nosuch, image="/etc/passwd", fontsize=-5]; layout=nosuch }',
    'digraph { nslimit=-1; ranksep="x"; a [width="1e300", height=-1]; a -> b }',
    `digraph { ${Array.from({length: 99}, (_, i) => `subgraph cluster_${i} {`).join(' ')} a ${'}'.repeat(99)} }`,
  ]) {
    const result = await renderer.render(request(dot, {deadlineMs: 3000}))
    expect(['rendered', 'failed']).toContain(result.kind)
    expect(await renderer.render(request(`digraph { good -> ${dot.length} }`))).toMatchObject({kind: 'rendered', shows: 'dot'})
  }
})

test('workers that are killed at random lose nothing', async () => {
  const vessels: Vessel<LayoutRequest>[] = []
  const own = new Renderer({
    pool: {workers: 2, retriesMax: 20},
    start: events => {
      const vessel: Vessel<LayoutRequest> = startGraphviz({...events, ready: () => (vessels.push(vessel), events.ready())})
      return vessel
    },
  })
  let [kills, answers] = [0, 0]
  // Counted in answers: by the clock a busy machine would kill workers faster than it can start them.
  const killSome = () => {
    if (++answers % 40 === 0 && vessels.length > 0) vessels.splice(kills++ % vessels.length, 1)[0]?.stop()
  }
  const results = await Promise.all(
    Array.from({length: 300}, async (_, i) => {
      const result = await own.render(request(`digraph { a${i} -> b -> c${i}; b -> d -> e${i} }`))
      killSome()
      return result
    }),
  )
  own.close()
  expect(results.map(result => result.kind)).toEqual(results.map(() => 'rendered'))
  expect(own.rate.text()).toContain(`outcome="rendered",environment="${environmentLabel()}"} 300`)
  expect(kills).toBeGreaterThan(0)
})

test('a full queue is a failure that says so, not a table', async () => {
  const small = new Renderer({pool: {workers: 1, waitingMax: 1}})
  const results = await Promise.all([0, 1, 2].map(i => small.render(request(`digraph { a -> b${i} }`))))
  small.close()
  expect(results.filter(result => result.kind === 'failed' && result.error.message.includes('queue full')).length).toBeGreaterThan(0)
})

test('exit 0 without a picture, a signal, a deadline and a missing program of native dot are failures', async () => {
  const run = (program: string, deadlineMs = 5000) => nativeDot({dot: 'digraph{a}', layout: 'dot', format: 'svg', deadlineMs, program})
  expect(await run('/bin/true')).toEqual({kind: 'failed', why: 'dot ended with exit code 0 and wrote nothing'})
  expect(await run('/bin/false')).toEqual({kind: 'failed', why: 'dot ended with exit code 1'})
  expect(await run('/nonexistent/dot')).toEqual({kind: 'missing'})
  expect((await run('yes', 50)).kind).toBe('failed')
})
