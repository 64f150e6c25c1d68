// `npm run bench -- render [N] [hostile|compared]`: N pictures (default 100,000) at concurrency 1 to 32, 1 % malformed, 0.1 % endless or huge, while
// workers are killed at random; and throughput beside native dot processes and beside one shared instance, with what one bad graph does to the latter.
// What there is so far is written to .cache/bench/render/progress.json all along, and printed when it is interrupted.
import {spawnSync} from 'node:child_process'
import {mkdirSync, renameSync, writeFileSync} from 'node:fs'
import {loadavg} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {instance} from '@viz-js/viz'
import type * as Library from '../src/render.ts'
import type {startGraphviz} from '../src/render/graphviz/layout.ts'
import type {nativeDot} from '../src/render/graphviz/native-dot.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.cache/bench/render')
const deadlineMs = 1000
/** Counted in pictures: a machine under load would otherwise kill workers faster than it can start them. */
const picturesPerKill = 100
const resultFile = join(folder, 'progress.json')
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
const chance = prng(7) // of kills: their number must not change the graphs
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

/** Above every limit of the layouts: refused before it costs anything, drawn as a table. */
const huge = (i: number) => `digraph h${i} { ${Array.from({length: 70_000}, () => `n${upTo(25_000)} -> n${upTo(25_000)}`).join('\n')} }`

type Kind = 'ordinary' | 'malformed' | 'endless' | 'huge'
const kindOf = (i: number): Kind => (i % 1000 === 500 ? (i % 2000 === 500 ? 'endless' : 'huge') : i % 100 === 50 ? 'malformed' : 'ordinary')
const source = {ordinary, malformed, endless, huge}

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

const quantile = (values: readonly number[], q: number) => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}
const megabytes = () => Math.round(process.memoryUsage.rss() / 1e6)
const print = (line: string) => console.log(line)

/** Milliseconds: p50, p99, longest. */
const spread = (values: readonly number[]) => ({
  p50: Math.round(quantile(values, 0.5) * 10) / 10,
  p99: Math.round(quantile(values, 0.99) * 10) / 10,
  max: Math.round(quantile(values, 1)),
})
const shown = ({p50, p99, max}: ReturnType<typeof spread>) => `p50 ${p50}, p99 ${p99}, max ${max} ms`

interface Level {
  readonly concurrency: number
  readonly pictures: number
  readonly seconds: number
  /** Processor time of all threads. */
  readonly processorMsEach: number
  /** From the moment a worker takes it to its answer: what the deadline limits. A picture that falls back has two. */
  readonly leaseMs: ReturnType<typeof spread>
  readonly leases: number
  /** From the request to the picture, the wait for a worker included; malformed ones, which never wait, are left out. */
  readonly requestMs: ReturnType<typeof spread>
  /** Mean of the machine's load over the last minute. */
  readonly load: number
}

const levelLine = (level: Level) =>
  `concurrency ${String(level.concurrency).padStart(2)}: ${level.pictures} pictures, ${(level.pictures / level.seconds).toFixed(0)}/s, ${level.processorMsEach.toFixed(1)} ms of processor each; lease to answer ${shown(level.leaseMs)}; request to answer ${shown(level.requestMs)}; load ${level.load.toFixed(0)}`

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
  const answers: Record<string, number> = {}
  const answered = new Uint8Array(total)
  const done: Level[] = []
  const memory: number[] = []
  const begun = performance.now()
  let count = 0
  let next = 0
  let interrupted = false
  const killSome = () => {
    if (chance() * picturesPerKill >= 1) return
    setTimeout(() => {
      const victim = vessels[Math.floor(chance() * vessels.length)]
      if (!victim) return
      victim.stop()
      kills++
    }, chance() * 20)
  }
  const save = () => {
    const {created, retired} = renderer.counts()
    writeFileSync(
      `${resultFile}.new`,
      `${JSON.stringify({total, count, interrupted, kills, created, retired, answers, memory, levels: done}, undefined, 1)}\n`,
    )
    renameSync(`${resultFile}.new`, resultFile)
  }
  const interrupt = () => void (interrupted = true)
  process.once('SIGINT', interrupt)
  for (const concurrency of levels) {
    const until = Math.round((total * (levels.indexOf(concurrency) + 1)) / levels.length)
    const leases: number[] = []
    const requests: number[] = []
    const started = performance.now()
    const processor = process.cpuUsage()
    const first = next
    const client = async () => {
      for (let i = next++; i < until && !interrupted; i = next++) {
        const kind = kindOf(i)
        const dot = source[kind](i)
        const begin = performance.now()
        const result = await renderer.render({dot, name: `${kind}.dot`, format: 'svg', layout: 'dot'})
        if (kind !== 'malformed') requests.push(performance.now() - begin)
        if ('steps' in result) for (const {tookMs} of result.steps) if (tookMs !== undefined) leases.push(tookMs)
        const what = `${kind} ${result.kind === 'rendered' ? (result.shows === 'dot' ? 'drawn' : `drawn as ${result.shows}`) : result.kind}`
        answers[what] = (answers[what] ?? 0) + 1
        answered[i]!++
        count++
        killSome()
        if (count % Math.ceil(total / 40) !== 0) continue
        memory.push(megabytes())
        save()
        const seconds = (performance.now() - begun) / 1000
        print(
          `  ${count} of ${total} after ${seconds.toFixed(0)} s, about ${(((total - count) * seconds) / count).toFixed(0)} s to go, ${memory.at(-1)} MB, ${kills} killed`,
        )
      }
    }
    await Promise.all(Array.from({length: concurrency}, client))
    next = until
    const {user, system} = process.cpuUsage(processor)
    const pictures = answered.subarray(first, until).reduce((sum, n) => sum + n, 0)
    done.push({
      concurrency,
      pictures,
      seconds: (performance.now() - started) / 1000,
      processorMsEach: (user + system) / 1000 / Math.max(1, pictures),
      leaseMs: spread(leases),
      leases: leases.length,
      requestMs: spread(requests),
      load: loadavg()[0] ?? Number.NaN,
    })
    print(levelLine(done.at(-1)!))
    save()
    if (interrupted) break
  }
  process.off('SIGINT', interrupt)
  const {created, retired} = renderer.counts()
  renderer.close()
  const once = answered.reduce((sum, n) => sum + (n === 1 ? 1 : 0), 0)
  const failures = Object.entries(answers).reduce((sum, [what, n]) => sum + (/ (?:drawn|drawn as \w+|refused)$/.test(what) ? 0 : n), 0)
  const wrong = Object.entries(answers).reduce(
    (sum, [what, n]) => sum + (/^(?:ordinary (?!drawn$)|malformed (?!refused$))/.test(what) ? n : 0),
    0,
  )
  print(`asked ${count}, answered once ${once}; workers killed ${kills}, created ${created}, retired ${JSON.stringify(retired)}`)
  for (const [what, n] of Object.entries(answers).toSorted(([a], [b]) => (a < b ? -1 : 1))) print(`  ${what}: ${n}`)
  print(`failures other than refused input: ${failures}; ordinary ones not drawn as asked, or malformed ones not refused: ${wrong}`)
  print(
    `levels whose p99 is within the deadline of ${deadlineMs} ms: lease to answer ${done.filter(level => level.leaseMs.p99 <= deadlineMs).length}, request to answer ${done.filter(level => level.requestMs.p99 <= deadlineMs).length} of ${done.length}`,
  )
  const quarter = Math.max(1, Math.floor(memory.length / 4))
  print(
    `resident memory, MB: median of the first quarter ${quantile(memory.slice(0, quarter), 0.5)}, of the last ${quantile(memory.slice(-quarter), 0.5)}; along the run ${memory.join(' ')}`,
  )
}

interface Rate {
  /** Pictures a second. */
  readonly rate: number
  /** Milliseconds of processor each, of all threads of this process. */
  readonly processorMs: number
}

async function perSecond(n: number, concurrency: number, one: (i: number) => Promise<boolean>): Promise<Rate> {
  let next = 0
  let good = 0
  const started = performance.now()
  const processor = process.cpuUsage()
  const client = async () => {
    for (let i = next++; i < n; i = next++) if (await one(i)) good++
  }
  await Promise.all(Array.from({length: concurrency}, client))
  if (good !== n) print(`  only ${good} of ${n} were good`)
  const {user, system} = process.cpuUsage(processor)
  return {rate: n / ((performance.now() - started) / 1000), processorMs: (user + system) / 1000 / n}
}

/** In turns, so that what else the machine does falls on all alike. */
async function compared(bundle: Bundle): Promise<void> {
  const rounds = 5
  const renderer = new bundle.Renderer({cacheBytesMax: 0})
  const viz = await instance()
  const native = spawnSync('dot', ['-V']).status === 0
  const ways = {
    pool: async (i: number) => (await renderer.render({dot: ordinary(i), name: 'o', format: 'svg', layout: 'dot'})).kind === 'rendered',
    shared: (i: number) => Promise.resolve(viz.render(ordinary(i), {format: 'svg'}).status === 'success'),
    native: async (i: number) =>
      (await bundle.nativeDot({dot: ordinary(i), layout: 'dot', format: 'svg', deadlineMs: 10_000})).kind === 'drawn',
  }
  await perSecond(50, 4, ways.pool)
  await perSecond(50, 4, ways.shared)
  const rates: Record<keyof typeof ways, Rate[]> = {pool: [], shared: [], native: []}
  for (let round = 0; round < rounds; round++) {
    rates.pool.push(await perSecond(200, 8, ways.pool))
    rates.shared.push(await perSecond(200, 8, ways.shared))
    if (native) rates.native.push(await perSecond(40, 8, ways.native))
  }
  renderer.close()
  const ratio = (other: readonly Rate[]) => {
    const all = rates.pool.map(({rate}, i) => rate / (other[i]?.rate ?? Number.NaN))
    return `${quantile(all, 0.5).toFixed(2)} (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)} in ${rounds} rounds)`
  }
  const median = (list: readonly Rate[], what: keyof Rate) =>
    quantile(
      list.map(one => one[what]),
      0.5,
    ).toFixed(1)
  print(`ordinary graphs a second: pool ${median(rates.pool, 'rate')} (${median(rates.pool, 'processorMs')} ms of processor each)`)
  print(
    `  one shared instance on the main thread ${median(rates.shared, 'rate')} (${median(rates.shared, 'processorMs')} ms); pool / shared ${ratio(rates.shared)}`,
  )
  print(
    native
      ? `  native dot, a process each, 8 at once ${median(rates.native, 'rate')}; pool / native ${ratio(rates.native)}`
      : '  native dot is not installed: not compared',
  )
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

const [words, numbers] = [
  process.argv.slice(2).filter(word => !/^\d+$/.test(word)),
  process.argv.slice(2).filter(word => /^\d+$/.test(word)),
]
const bundle = await bundled()
if (!words.includes('hostile')) await compared(bundle)
if (!words.includes('compared')) await hostile(bundle, Number(numbers[0] ?? 100_000))
