// `npm run bench -- types [NAME…] [--c0] [--parts]`: the built `gotriage check ./...`, and loading and type checking alone, beside `go vet ./...` in the
// same state, turn by turn: C0 with every cache of both empty, C1 with dependencies cached and one own file changed, C2 with nothing changed.
// Names: gin, prometheus, hugo, kubelet. C0 takes minutes (kubelet: much longer): it is left out unless `--c0` is given. `--parts` measures
// what two workers could give: the own packages in two halves of the import graph, each in a process of its own. Build first.
import {execFileSync} from 'node:child_process'
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {PackageChecker} from '../src/go/load/check-packages.ts'
import {loadPackages} from '../src/go/load/load-packages.ts'
import {packageKeys} from '../src/go/load/package-keys.ts'
import {openDeclarationCache} from '../src/host/node/declaration-cache.ts'
import {nodeHost} from '../src/host/node/node-host.ts'
import {asMainModule, go, kubelet, type ModuleVersion} from '../tools/conformance/main-modules.ts'
import {median, timed, type Run} from '../tools/timed-process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = 3
const scratch = join(tmpdir(), 'gotriage-conformance')
const modules: Readonly<Record<string, ModuleVersion & {readonly changed: string}>> = {
  gin: {name: 'gin', path: 'github.com/gin-gonic/gin', version: 'v1.12.0', changed: 'context.go'},
  prometheus: {name: 'prometheus', path: 'github.com/prometheus/prometheus', version: 'v0.310.0', changed: 'tsdb/db.go'},
  hugo: {name: 'hugo', path: 'github.com/gohugoio/hugo', version: 'v0.165.0', changed: 'hugolib/site.go'},
}

/** Loading and checking every package of the module with its bodies, dependencies from declaration files; `part` of two halves. */
async function once(dir: string, part?: number): Promise<void> {
  const host = nodeHost({cwd: dir})
  const cache = openDeclarationCache(dir)
  const nowMs = Date.now()
  const loaded = await loadPackages(host, {
    dir,
    patterns: ['./...'],
    tests: true,
    cgo: false,
    ...(cache === undefined ? {} : {kept: {cache, nowMs}}),
  })
  const kept = cache === undefined ? undefined : {cache, keys: await packageKeys(host, loaded, cache, nowMs)}
  const checker = new PackageChecker(loaded, {kept})
  const sizes = loaded.roots.map(pkg => pkg.files.reduce((sum, file) => sum + (part === undefined ? 0 : loaded.bytes(file).length), 0))
  const half = sizes.reduce((sum, size) => sum + size, 0) / 2
  let before = 0
  loaded.roots.forEach((pkg, i) => {
    // In go list's order dependencies come first, so that each half is the lower or the upper part of the graph.
    const mine = part === undefined || (before < half ? 0 : 1) === part
    before += sizes[i] ?? 0
    if (!mine) return
    checker.check(pkg)
    for (const file of pkg.files) loaded.release(file)
  })
  checker.keep()
}

async function bundled(): Promise<string> {
  const {build} = await import('esbuild')
  const outfile = join(root, '.cache/bench/types.mjs')
  mkdirSync(join(root, '.cache/bench'), {recursive: true})
  await build({
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    entryPoints: [join(root, 'bench/types.ts')],
    outfile,
  })
  return outfile
}

type Tools = Readonly<Record<string, () => Promise<Run>>>

/** Turn by turn; the first tool is what the others are held against. */
async function compare(state: string, count: number, tools: Tools, prepare: (tool: string) => void): Promise<void> {
  const runs = new Map<string, Run[]>()
  for (let round = 0; round < count; round++)
    for (const [name, run] of Object.entries(tools)) {
      prepare(name)
      runs.set(name, [...(runs.get(name) ?? []), await run()])
    }
  const [base = []] = runs.values()
  for (const [name, list] of runs) {
    const of = (pick: (run: Run) => number, from = list) => median(from.map(pick))
    const ratio = (pick: (run: Run) => number) => median(list.map((run, i) => pick(run) / pick(base[i] ?? run))).toFixed(2)
    console.log(
      `  ${state} ${name.padEnd(14)} ${of(run => run.seconds).toFixed(2)} s, processor ${of(run => run.cpu).toFixed(2)} s, ` +
        `peak ${of(run => run.peakMb).toFixed(0)} MB; of go vet's: ${ratio(run => run.seconds)}, ${ratio(run => run.cpu)}, ${ratio(run => run.peakMb)}`,
    )
  }
}

const sizeOf = (path: string) =>
  existsSync(path) ? (execFileSync('du', ['-sh', path], {encoding: 'utf8'}).split('\t')[0] ?? '') : 'nothing'

interface Options {
  readonly empty: boolean
  readonly parts: boolean
}

async function measure(name: string, bundle: string, {empty, parts}: Options): Promise<void> {
  const module = modules[name]
  if (module === undefined && name !== 'kubelet')
    throw new Error(`no module ${name}; there are ${Object.keys(modules).join(', ')} and kubelet`)
  const dir = module === undefined ? kubelet(scratch) : asMainModule(scratch, module)
  const own = mkdtempSync(join(tmpdir(), 'gotriage-bench-types-'))
  const shared = {CGO_ENABLED: '0'}
  const ours = (command: string, place: string) => () =>
    timed(dir, `'${process.execPath}' ${command}`, {...shared, GOTRIAGE_CACHE: join(own, place)})
  const tools = (goCache?: string): Tools => ({
    'go vet': () => timed(dir, 'go vet ./...', {...shared, ...(goCache === undefined ? {} : {GOCACHE: goCache})}),
    'gotriage check': ours(`'${join(root, 'bin/gotriage.js')}' check ./...`, 'check'),
    'types alone': ours(`'${bundle}' --once '${dir}'`, 'types'),
  })
  const places: Readonly<Record<string, string>> = {'go vet': 'go', 'gotriage check': 'check', 'types alone': 'types'}
  const clear = (tool: string) => {
    const place = join(own, places[tool] ?? tool)
    rmSync(place, {recursive: true, force: true})
    mkdirSync(place, {recursive: true})
  }
  console.log(`${name}: ${go(dir, 'list', '-deps', './...').trim().split('\n').length} packages with dependencies`)
  try {
    if (empty) {
      await compare('C0', name === 'prometheus' ? rounds : 1, tools(join(own, 'go')), clear)
      console.log(`  caches afterwards: go's ${sizeOf(join(own, 'go'))}, ours ${sizeOf(join(own, 'check'))}`)
      clear('go vet')
    }
    clear('gotriage check')
    clear('types alone')
    for (const fill of Object.values(tools())) await fill()
    await compare('C2', rounds, tools(), () => {})
    if (module !== undefined) await oneChanged(join(dir, module.changed), tools())
    if (parts) await inParts(dir, bundle, {...shared, GOTRIAGE_CACHE: join(own, 'types')})
  } finally {
    rmSync(own, {recursive: true, force: true})
  }
}

async function oneChanged(changed: string, tools: Tools): Promise<void> {
  const original = readFileSync(changed)
  let serial = Date.now()
  try {
    await compare('C1', rounds, tools, () => appendFileSync(changed, `\nvar _ = ${serial++}\n`))
  } finally {
    writeFileSync(changed, original)
  }
}

/** Processor time says what an idle machine would need: the whole against the longer half. */
async function inParts(dir: string, bundle: string, env: Readonly<Record<string, string>>): Promise<void> {
  const run = (rest: string) => timed(dir, `'${process.execPath}' '${bundle}' --once '${dir}' ${rest}`, env)
  const [whole, lower, upper] = [[] as Run[], [] as Run[], [] as Run[]]
  for (let round = 0; round < rounds; round++) {
    whole.push(await run(''))
    lower.push(await run('0'))
    upper.push(await run('1'))
  }
  const cpu = (runs: readonly Run[]) => median(runs.map(one => one.cpu))
  const peak = (runs: readonly Run[]) => median(runs.map(one => one.peakMb))
  console.log(
    `  two halves: processor ${cpu(lower).toFixed(2)} s and ${cpu(upper).toFixed(2)} s, ${peak(lower).toFixed(0)} MB and ${peak(upper).toFixed(0)} MB; ` +
      `whole ${cpu(whole).toFixed(2)} s, ${peak(whole).toFixed(0)} MB; at best ${(cpu(whole) / Math.max(cpu(lower), cpu(upper))).toFixed(2)} × as fast ` +
      `at ${((peak(lower) + peak(upper)) / peak(whole)).toFixed(2)} × the memory`,
  )
}

const args = process.argv.slice(2)
if (args[0] === '--once') await once(args[1] ?? '.', args[2] === undefined ? undefined : Number(args[2]))
else if (!existsSync(join(root, 'dist/main.js'))) {
  console.error('bench: build first (npm run build)')
  process.exitCode = 2
} else {
  mkdirSync(scratch, {recursive: true})
  console.log(`${go(scratch, 'env', 'GOVERSION').trim()}, Node ${process.version}`)
  const names = args.filter(arg => !arg.startsWith('-'))
  const bundle = await bundled()
  for (const name of names.length > 0 ? names : ['gin', 'prometheus'])
    await measure(name, bundle, {empty: args.includes('--c0'), parts: args.includes('--parts')})
}
