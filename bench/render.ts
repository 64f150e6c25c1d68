// `npm run bench -- render [N]`: N pictures (default 100,000) at concurrency 1 to 32, 1 % malformed, 0.1 % that would take minutes, while workers are
// killed at random; then throughput beside native dot processes and beside one shared instance, and what one bad graph does to the latter.
import {spawnSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {instance} from '@viz-js/viz'
import type * as Library from '../src/render.ts'
import type {startGraphviz} from '../src/render/graphviz/layout.ts'
import type {nativeDot} from '../src/render/graphviz/native-dot.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.cache/bench/render')
const deadlineMs = 1000
const killEveryMs = 700
const levels = [1, 2, 4, 8, 16, 32]

/** A small generator, so that every run draws the same graphs. */
function prng(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const random = prng(13)
const upTo = (n: number) => Math.floor(random() * n)

/** 5 to 25 nodes, a few labels that are not ASCII; never twice the same. */
function ordinary(i: number): string {
  const nodes = 5 + upTo(20)
  const labels = Array.from({length: nodes}, (_, n) => `n${n} [label="${n % 7 === 0 ? '请求处理' : 'handler'} ${i}.${n}"]`)
  const edges = Array.from({length: nodes + upTo(10)}, () => `n${upTo(nodes)} -> n${upTo(nodes)}`)
  return `digraph g${i} {\n${labels.join('\n')}\n${edges.join('\n')}\n}`
}

const malformed = (i: number) => ordinary(i).slice(0, -upTo(60) - 2)
const endless = (i: number) => `digraph e${i} { ${Array.from({length: 3800}, () => `n${upTo(600)} -> n${upTo(600)}`).join('\n')} }`

type Kind = 'ordinary' | 'malformed' | 'endless'
const kindOf = (i: number): Kind => (i % 1000 === 500 ? 'endless' : i % 100 === 50 ? 'malformed' : 'ordinary')
const source = {ordinary, malformed, endless}

interface Bundle extends Pick<typeof Library, 'Renderer'> {
  readonly startGraphviz: typeof startGraphviz
  readonly nativeDot: typeof nativeDot
}

async function bundled(): Promise<Bundle> {
  const {build} = await import('esbuild')
  mkdirSync(folder, {recursive: true})
  const files = [
    'src/render.ts',
    'src/render/graphviz/layout.ts',
    'src/render/graphviz/native-dot.ts',
    'src/render/graphviz/graphviz.worker.ts',
    'src/render/png/rasterize.worker.ts',
  ]
  await build({
    entryPoints: files.map(file => ({in: join(root, file), out: file.replace(/^.*\//, '').replace(/\.ts$/, '')})),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  })
  const load = async (name: string) => (await import(pathToFileURL(join(folder, name)).href)) as unknown
  const [library, layout, native] = (await Promise.all(['render.js', 'layout.js', 'native-dot.js'].map(load))) as [Bundle, Bundle, Bundle] // built above
  return {Renderer: library.Renderer, startGraphviz: layout.startGraphviz, nativeDot: native.nativeDot}
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
const megabytes = () => Math.round(process.memoryUsage.rss() / 1e6)
const print = (line: string) => console.log(line)

async function hostile(bundle: Bundle, total: number): Promise<void> {
  const vessels: {stop(): void}[] = []
  let kills = 0
  const renderer = new bundle.Renderer({
    cacheBytesMax: 0,
    pool: {deadlineMs, retriesMax: 20, waitingMax: 10_000},
    start: events => {
      const vessel = bundle.startGraphviz({
        ...events,
        ready: () => (vessels.push(vessel), events.ready()),
        died: why => (vessels.splice(vessels.indexOf(vessel) >>> 0, 1), events.died(why)),
      })
      return vessel
    },
  })
  const killer = setInterval(() => {
    const victim = vessels[upTo(vessels.length)]
    if (!victim) return
    victim.stop()
    kills++
  }, killEveryMs)
  const answers: Record<string, number> = {}
  const memory: number[] = []
  let next = 0
  for (const concurrency of levels) {
    const until = Math.round((total * (levels.indexOf(concurrency) + 1)) / levels.length)
    const took: number[] = []
    const started = performance.now()
    const first = next
    const client = async () => {
      for (let i = next++; i < until; i = next++) {
        const kind = kindOf(i)
        const begin = performance.now()
        const result = await renderer.render({dot: source[kind](i), name: `${kind}.dot`, format: 'svg', layout: 'dot'})
        took.push(performance.now() - begin)
        const what = `${kind} ${result.kind === 'rendered' ? (result.shows === 'dot' ? 'drawn' : `drawn as ${result.shows}`) : result.kind}`
        answers[what] = (answers[what] ?? 0) + 1
        if (i % Math.ceil(total / 20) === 0) memory.push(megabytes())
      }
    }
    await Promise.all(Array.from({length: concurrency}, client))
    next = until
    took.sort((a, b) => a - b)
    const seconds = (performance.now() - started) / 1000
    print(
      `concurrency ${String(concurrency).padStart(2)}: ${(until - first) / seconds > 0 ? ((until - first) / seconds).toFixed(0) : '-'} pictures/s, p50 ${quantile(took, 0.5).toFixed(1)} ms, p99 ${quantile(took, 0.99).toFixed(1)} ms, max ${quantile(took, 1).toFixed(0)} ms`,
    )
  }
  clearInterval(killer)
  const counts = renderer.counts()
  renderer.close()
  const answered = Object.values(answers).reduce((sum, n) => sum + n, 0)
  print(
    `asked ${total}, answered ${answered}; workers killed ${kills}, created ${counts.created}, retired ${JSON.stringify(counts.retired)}`,
  )
  for (const [what, n] of Object.entries(answers).toSorted(([a], [b]) => (a < b ? -1 : 1))) print(`  ${what}: ${n}`)
  print(`resident memory along the run, MB: ${memory.join(' ')}`)
}

async function perSecond(n: number, concurrency: number, one: (i: number) => Promise<boolean>): Promise<number> {
  let next = 0
  let good = 0
  const started = performance.now()
  const client = async () => {
    for (let i = next++; i < n; i = next++) if (await one(i)) good++
  }
  await Promise.all(Array.from({length: concurrency}, client))
  if (good !== n) print(`  only ${good} of ${n} were good`)
  return n / ((performance.now() - started) / 1000)
}

async function compared(bundle: Bundle): Promise<void> {
  const n = 1000
  const renderer = new bundle.Renderer({cacheBytesMax: 0})
  await perSecond(
    50,
    4,
    async i => (await renderer.render({dot: ordinary(i), name: 'warm', format: 'svg', layout: 'dot'})).kind === 'rendered',
  )
  const pool = await perSecond(
    n,
    8,
    async i => (await renderer.render({dot: ordinary(i), name: 'o', format: 'svg', layout: 'dot'})).kind === 'rendered',
  )
  renderer.close()
  const viz = await instance()
  for (let i = 0; i < 50; i++) viz.render(ordinary(i), {format: 'svg'})
  const shared = await perSecond(n, 8, i => Promise.resolve(viz.render(ordinary(i), {format: 'svg'}).status === 'success'))
  print(
    `ordinary graphs per second: pool ${pool.toFixed(0)}, one shared instance on the main thread ${shared.toFixed(0)}, ratio ${(pool / shared).toFixed(2)}`,
  )
  if (spawnSync('dot', ['-V']).status === 0) {
    const native = await perSecond(
      200,
      8,
      async i => (await bundle.nativeDot({dot: ordinary(i), layout: 'dot', format: 'svg', deadlineMs: 10_000})).kind === 'drawn',
    )
    print(`native dot, a process each: ${native.toFixed(0)} per second, ratio of the pool to it ${(pool / native).toFixed(1)}`)
  } else print('native dot is not installed: not compared')
  afterOneBadGraph()
}

/** In a process of its own, because a damaged instance may also never answer again. */
function afterOneBadGraph(): void {
  const script = `
    import {instance} from '@viz-js/viz'
    const viz = await instance()
    const draw = dot => { try { return viz.render(dot, {format: 'svg'}).status === 'success' } catch { return false } }
    draw('digraph {' + Array.from({length: 500}, (_, i) => 'subgraph cluster_' + i + ' {').join(' ') + 'a' + '}'.repeat(501))
    let bad = 0
    for (let i = 0; i < 100; i++) if (!draw('digraph { a' + i + ' -> b -> c }')) bad++
    process.stdout.write(String(bad))`
  const {stdout, signal} = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
  })
  print(
    `after one graph of 500 nested clusters, the shared instance fails ${signal === null && stdout !== '' ? `${stdout} of 100 good graphs` : 'every later graph: it did not answer again within 20 s'}`,
  )
}

const bundle = await bundled()
await compared(bundle)
await hostile(bundle, Number(process.argv[2] ?? 100_000))
