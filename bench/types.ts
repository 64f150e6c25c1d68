// `npm run bench -- types [NAME…]`: loading and checking a module beside `go vet ./...` in the same state, turn by turn: C0 with every cache of
// go empty (ours has none to fill), C1 with dependencies built and one own file changed, C2 with nothing changed. Names: gin, prometheus, hugo.
// Seconds and processor seconds of whole processes; ours is bundled first, as users run it. C0 takes minutes: it is left out unless `--c0` is given.
import {execFileSync} from 'node:child_process'
import {appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {PackageChecker} from '../src/go/load/check-packages.ts'
import {loadPackages} from '../src/go/load/load-packages.ts'
import {nodeHost} from '../src/host/node/node-host.ts'
import {asMainModule, go, type ModuleVersion} from '../tools/conformance/main-modules.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = 3
const scratch = join(tmpdir(), 'gotriage-conformance')
const modules: Readonly<Record<string, ModuleVersion & {readonly changed: string}>> = {
  gin: {name: 'gin', path: 'github.com/gin-gonic/gin', version: 'v1.12.0', changed: 'context.go'},
  prometheus: {name: 'prometheus', path: 'github.com/prometheus/prometheus', version: 'v0.310.0', changed: 'tsdb/db.go'},
  hugo: {name: 'hugo', path: 'github.com/gohugoio/hugo', version: 'v0.165.0', changed: 'hugolib/site.go'},
}

interface Run {
  readonly seconds: number
  /** User and system, of all processes. */
  readonly cpu: number
}

/** Runs to the end whatever the exit code: go vet exits 1 when it finds something. */
function timed(dir: string, command: string, env: Readonly<Record<string, string>> = {}): Run {
  const script = `TIMEFORMAT='%R %U %S'; time { ${command} >/dev/null 2>&1 || true; }`
  const answer = execFileSync('bash', ['-c', `( ${script} ) 2>&1`], {
    cwd: dir,
    encoding: 'utf8',
    env: {...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', ...env},
  })
  const [seconds = 0, user = 0, system = 0] = answer.trim().split(' ').map(Number)
  return {seconds, cpu: user + system}
}

/** What is measured of ours: load, then check every package of the module with its bodies. */
async function once(dir: string): Promise<void> {
  const loaded = await loadPackages(nodeHost(), {dir, patterns: ['./...'], tests: true, cgo: false})
  const checker = new PackageChecker(loaded)
  for (const pkg of loaded.roots) {
    checker.check(pkg)
    for (const file of pkg.files) loaded.release(file)
  }
  writeFileSync(
    join(scratch, 'types-bench.json'),
    JSON.stringify({rssMb: process.resourceUsage().maxRSS / 1e3, packages: loaded.roots.length}),
  )
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

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const told = (runs: readonly Run[]) => {
  const seconds = runs.map(run => run.seconds)
  return `${median(seconds).toFixed(1)} s (${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)}), processor ${median(runs.map(run => run.cpu)).toFixed(1)} s`
}

function compare(state: string, name: string, count: number, ours: () => Run, theirs: () => Run): void {
  const [mine, vet]: [Run[], Run[]] = [[], []]
  for (let round = 0; round < count; round++) {
    vet.push(theirs())
    mine.push(ours())
  }
  const ratio = (of: (run: Run) => number) => median(mine.map((run, i) => of(run) / of(vet[i] ?? run))).toFixed(2)
  console.log(
    `${name} ${state}: gotriage ${told(mine)}; go vet ${told(vet)}; ratio ${ratio(run => run.seconds)}, of processor time ${ratio(run => run.cpu)}`,
  )
}

async function measure(names: readonly string[], empty: boolean): Promise<void> {
  const bundle = await bundled()
  for (const name of names) {
    const module = modules[name]
    if (module === undefined) throw new Error(`no module ${name}; there are ${Object.keys(modules).join(', ')}`)
    const dir = asMainModule(scratch, module)
    const ours = () => timed(dir, `'${process.execPath}' '${bundle}' --once '${dir}'`)
    const vet = () => timed(dir, 'go vet ./...')
    if (empty)
      compare('C0', name, 1, ours, () => {
        const cache = mkdtempSync(join(tmpdir(), 'gotriage-gocache-'))
        const run = timed(dir, 'go vet ./...', {GOCACHE: cache})
        console.log(`  go's cache afterwards: ${execFileSync('du', ['-sh', cache], {encoding: 'utf8'}).split('\t')[0] ?? ''}`)
        rmSync(cache, {recursive: true, force: true})
        return run
      })
    vet() // fills go's cache
    compare('C2', name, rounds, ours, vet)
    const changed = join(dir, module.changed)
    const original = readFileSync(changed)
    let serial = Date.now()
    try {
      const touch = () => appendFileSync(changed, `\nvar _ = ${serial++}\n`)
      compare('C1', name, rounds, ours, () => {
        touch()
        return vet()
      })
    } finally {
      writeFileSync(changed, original)
    }
    const {rssMb, packages} = JSON.parse(readFileSync(join(scratch, 'types-bench.json'), 'utf8')) as {rssMb: number; packages: number} // written by once()
    console.log(`  ${packages} packages, test variants counted; peak ${rssMb.toFixed(0)} MB`)
  }
}

const args = process.argv.slice(2)
if (args[0] === '--once') await once(args[1] ?? '.')
else {
  mkdirSync(scratch, {recursive: true})
  console.log(`${go(scratch, 'env', 'GOVERSION').trim()}, Node ${process.version}`)
  const names = args.filter(arg => !arg.startsWith('-'))
  await measure(names.length > 0 ? names : ['gin', 'prometheus'], args.includes('--c0'))
}
