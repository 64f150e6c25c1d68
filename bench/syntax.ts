// `npm run bench -- syntax`: the parser against go/parser on the same files, one thread each, passes interleaved, processor time, medians of the ratios; what the
// declarations-only mode gains; and the time a line at three sizes, of code bases and of single files. Runs the bundled parser, as users do, on a thread as the front end has it.
import {execFileSync, spawn} from 'node:child_process'
import {mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {PerformanceObserver} from 'node:perf_hooks'
import {createInterface} from 'node:readline'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads'
import {frontEndLimits} from '../src/go/syntax/deep-stack.ts'
import {filesBelow} from '../tools/conformance/syntax.ts'
import type {parseFile} from '../src/go/syntax/parse.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.cache/bench')
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 9)
const megabytesMax = 24

/** `exported` is what the type checker asks of dependencies: declarations without comments and lines. */
interface Request {
  readonly mode: 'full' | 'declarations' | 'exported'
}

const modes = {full: {}, declarations: {declarationsOnly: true}, exported: {declarationsOnly: true, comments: false, lines: false}} as const

/** In the worker: one pass for each request, answered with nanoseconds of processor time. */
async function serve(bundle: string, files: readonly string[]): Promise<void> {
  const module = (await import(pathToFileURL(bundle).href)) as {parseFile: typeof parseFile} // built below from parse.ts
  const contents = files.map(file => new Uint8Array(readFileSync(file)))
  parentPort?.on('message', ({mode}: Request) => {
    const start = cpuNs()
    for (const content of contents) module.parseFile(content, modes[mode])
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
    parentPort?.postMessage(cpuNs() - start)
  })
}

/** Processor time of the whole process, collector and compiler threads included: other work on the machine does not count, all of ours does. */
const cpuNs = () => {
  const {user, system} = process.cpuUsage()
  return (user + system) * 1000
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const spread = (values: readonly number[]) => `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`

/** A pass is a promise of nanoseconds. */
interface Racer {
  pass(mode?: Request['mode']): Promise<number>
  close(): void
}

async function bundled(): Promise<string> {
  const {build} = await import('esbuild')
  mkdirSync(cache, {recursive: true})
  const options = {bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external'} as const
  await build({...options, entryPoints: [join(root, 'src/go/syntax/parse.ts')], outfile: join(cache, 'parse.mjs')})
  await build({...options, entryPoints: [join(root, 'bench/syntax.ts')], outfile: join(cache, 'syntax.mjs')})
  return join(cache, 'parse.mjs')
}

function ours(bundle: string, files: readonly string[]): Racer {
  const worker = new Worker(join(cache, 'syntax.mjs'), {workerData: {bundle, files}, resourceLimits: frontEndLimits})
  return {
    pass: (mode = 'full') =>
      new Promise(resolve => {
        worker.once('message', resolve)
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
        worker.postMessage({mode} satisfies Request)
      }),
    close: () => void worker.terminate(),
  }
}

function theirs(files: readonly string[]): Racer {
  const binary = join(cache, 'go-syntax')
  execFileSync('go', ['build', '-o', binary, '.'], {cwd: join(root, 'bench/go/syntax'), env: {...process.env, GOWORK: 'off', GOFLAGS: ''}})
  const child = spawn(binary, {stdio: ['pipe', 'pipe', 'inherit'], env: {...process.env, GOMAXPROCS: '1'}})
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]()
  child.stdin.write(`${files.join('\n')}\n\n`)
  return {
    async pass() {
      child.stdin.write('pass\n')
      return Number((await lines.next()).value)
    },
    close: () => child.stdin.end(),
  }
}

function sample(): {readonly files: readonly string[]; readonly megabytes: number} {
  const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
  const all = filesBelow(join(goroot, 'src'), ['.go']).filter(file => !file.includes('/testdata/'))
  const files: string[] = []
  let bytes = 0
  for (let i = 0; i < all.length && bytes < megabytesMax * 1e6; i += 4) {
    files.push(all[i]!)
    bytes += readFileSync(all[i]!).length
  }
  return {files, megabytes: bytes / 1e6}
}

async function againstGo(bundle: string): Promise<void> {
  const {files, megabytes} = sample()
  const [here, go] = [ours(bundle, files), theirs(files)]
  const times = {full: [] as number[], declarations: [] as number[], exported: [] as number[], go: [] as number[]}
  for (let i = 0; i < rounds + 2; i++) {
    const round = [await here.pass(), await go.pass(), await here.pass('declarations'), await here.pass('exported')]
    if (i < 2) continue // two passes to warm up
    times.full.push(round[0]!)
    times.go.push(round[1]!)
    times.declarations.push(round[2]!)
    times.exported.push(round[3]!)
  }
  here.close()
  go.close()
  const speed = (ns: readonly number[]) => ((megabytes * 1e9) / median(ns)).toFixed(1)
  console.log(`node ${process.versions.node}, ${files.length} files of GOROOT/src, ${megabytes.toFixed(1)} MB, ${rounds} rounds, medians`)
  console.log(
    `go/parser ${speed(times.go)} MB/s, parseFile ${speed(times.full)} MB/s, declarations only ${speed(times.declarations)} MB/s, without comments ${speed(times.exported)} MB/s`,
  )
  const ratios = times.full.map((ns, i) => times.go[i]! / ns)
  console.log(`ratio to go/parser: ${median(ratios).toFixed(2)} (${spread(ratios)}); wanted 0.4 on Node 20, 0.5 on Node 24`)
  for (const [mode, what] of [
    ['declarations', 'comments attached'],
    ['exported', 'as dependencies are read, without comments and lines'],
  ] as const) {
    const gains = times.full.map((ns, i) => ns / times[mode][i]!)
    console.log(`declarations only, ${what}: ${median(gains).toFixed(2)} times the full parse (${spread(gains)}); wanted 3`)
  }
}

/** Go code of about `lines` lines, of functions like those people write. */
function generated(lines: number): Uint8Array {
  const body = '\tif x := call(a, i+1); x != nil && len(m[key]) > 3 {\n\t\treturn fmt.Errorf("bad %d: %w", i, x.err) // why\n\t}\n'
  const parts = ['package p\n']
  for (let line = 1, i = 0; line < lines; line += 14, i++)
    parts.push(`\n// f${i} does.\nfunc f${i}(a []int, m map[string]T) error {\n${body.repeat(3)}\treturn nil\n}\n`)
  return new TextEncoder().encode(parts.join(''))
}

const growthLines = [25_000, 250_000, 2_500_000]
const growthRounds = 3
/** Of a source file as people write them. */
const ordinaryLines = 500

/** What `growth` measures at one size: processor nanoseconds a line, and the part of the wall time in which the collector stopped the thread. */
interface Scale {
  readonly perLine: number
  readonly paused: number
}

/** In the worker: as many lines in files of ordinary size, each tree let go after its file, and in one file, whose tree is held to the end. */
async function serveGrowth(bundle: string): Promise<void> {
  const {parseFile: parse} = (await import(pathToFileURL(bundle).href)) as {parseFile: typeof parseFile} // built below from parse.ts
  let pausedMs = 0
  new PerformanceObserver(list => {
    for (const {duration} of list.getEntries()) pausedMs += duration
  }).observe({entryTypes: ['gc']})
  const turn = () => new Promise(resolve => setTimeout(resolve, 5)) // the observer is told of collections between two turns
  const measure = async (lines: number, times: number, work: () => void): Promise<Scale> => {
    await turn()
    pausedMs = 0
    const [cpu, wall] = [cpuNs(), performance.now()]
    for (let i = 0; i < times; i++) work()
    const [ns, ms] = [cpuNs() - cpu, performance.now() - wall]
    await turn()
    return {perLine: ns / (lines * times), paused: pausedMs / ms}
  }
  const ordinary = generated(ordinaryLines)
  const files = (lines: number) => () => {
    for (let i = 0; i < lines / ordinaryLines; i++) parse(ordinary)
  }
  const whole = growthLines.map(lines => generated(lines))
  for (let i = 0; i < 20; i++) parse(whole[0]!)
  const results = {files: growthLines.map((): Scale[] => []), whole: growthLines.map((): Scale[] => [])}
  for (let round = 0; round < growthRounds; round++)
    for (const [i, lines] of growthLines.entries()) {
      const times = Math.max(1, Math.round(500_000 / lines)) // small sizes more often, so that each measurement takes about as long
      results.files[i]!.push(await measure(lines, times, files(lines)))
      results.whole[i]!.push(await measure(lines, times, () => void parse(whole[i]!)))
    }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
  parentPort?.postMessage(results)
}

/** BENCH_YOUNG_MB: another size of the young generation than the front end's own. */
const youngMegabytes = process.env['BENCH_YOUNG_MB'] === undefined ? {} : {maxYoungGenerationSizeMb: Number(process.env['BENCH_YOUNG_MB'])}

async function growth(bundle: string): Promise<void> {
  const worker = new Worker(join(cache, 'syntax.mjs'), {workerData: {bundle}, resourceLimits: {...frontEndLimits, ...youngMegabytes}})
  const results = await new Promise<Record<'files' | 'whole', Scale[][]>>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await worker.terminate()
  const names = {files: `files of ${ordinaryLines} lines`, whole: 'one file'}
  for (const key of ['files', 'whole'] as const) {
    const perLine = results[key].map(scales => median(scales.map(scale => scale.perLine)).toFixed(0))
    const paused = results[key].map(scales => `${(100 * median(scales.map(scale => scale.paused))).toFixed(0)} %`)
    console.log(
      `${names[key]}: ns a line at 25 k, 250 k, 2.5 M lines: ${perLine.join(', ')}; stopped by the collector: ${paused.join(', ')}`,
    )
  }
}

/** `speed` or `growth` alone when named, as both together take minutes. */
async function bench(): Promise<void> {
  const bundle = await bundled()
  const only = process.argv[2]
  if (only !== 'growth') await againstGo(bundle)
  if (only !== 'speed') await growth(bundle)
}

if (!isMainThread) {
  const {bundle, files} = workerData as {bundle: string; files?: readonly string[]} // sent by `ours` and by `growth`
  await (files === undefined ? serveGrowth(bundle) : serve(bundle, files))
} else await bench()
