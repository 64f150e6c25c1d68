// `npm run bench -- check [NAME…]`: the built `gotriage check ./...` beside `go vet ./...` and, where it is installed, `staticcheck ./...`, turn by
// turn, in three states: cold (nobody's cache holds a result of this module; go's of its dependencies is filled), one file changed, unchanged.
// Seconds, processor seconds and the peak of resident memory over the processes of a run. Names: gin, prometheus, git2go. Build first.
import {execFileSync} from 'node:child_process'
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {asMainModule, go, type ModuleVersion} from '../tools/conformance/main-modules.ts'
import {median, timed, type Run} from '../tools/timed-process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = join(tmpdir(), 'gotriage-conformance')
const rounds = 3
const modules: Readonly<Record<string, ModuleVersion & {readonly changed: string}>> = {
  gin: {name: 'gin', path: 'github.com/gin-gonic/gin', version: 'v1.12.0', changed: 'context.go'},
  prometheus: {name: 'prometheus', path: 'github.com/prometheus/prometheus', version: 'v0.310.0', changed: 'tsdb/db.go'},
  git2go: {name: 'git2go', path: 'github.com/libgit2/git2go/v34', version: 'v34.0.0', changed: 'repository.go'},
}

function print(state: string, tool: string, runs: readonly Run[], base: readonly Run[]): void {
  const of = (pick: (run: Run) => number, from = runs) => median(from.map(pick))
  const ratio = of(run => run.seconds) / of(run => run.seconds, base)
  console.log(
    `  ${state.padEnd(10)} ${tool.padEnd(12)} ${of(run => run.seconds).toFixed(2)} s  ${of(run => run.cpu).toFixed(2)} s of processor  ` +
      `${of(run => run.peakMb).toFixed(0)} MB  ${ratio.toFixed(2)} × go vet`,
  )
}

async function measure(module: ModuleVersion & {readonly changed: string}): Promise<void> {
  const dir = asMainModule(scratch, module)
  const cache = mkdtempSync(join(tmpdir(), 'gotriage-bench-cache-'))
  const env = {GOTRIAGE_CACHE: cache, STATICCHECK_CACHE: join(cache, 'staticcheck')}
  const tools: Record<string, () => Promise<Run>> = {
    'go vet': () => timed(dir, 'go vet ./...', env),
    gotriage: () => timed(dir, `'${process.execPath}' '${join(root, 'bin/gotriage.js')}' check ./...`, env),
  }
  if (hasStaticcheck()) tools['staticcheck'] = () => timed(dir, 'staticcheck ./...', env)
  const changed = join(dir, module.changed)
  const original = readFileSync(changed)
  let serial = Date.now()
  const states: Record<string, () => void> = {
    cold: () => {
      rmSync(cache, {recursive: true, force: true})
      mkdirSync(join(cache, 'staticcheck'), {recursive: true})
      // A new line at the end of every package would be a change too many; go vet forgets by -a only, which builds dependencies again.
      appendFileSync(changed, `\nvar _ = ${serial++}\n`)
    },
    'one file': () => appendFileSync(changed, `\nvar _ = ${serial++}\n`),
    unchanged: () => {},
  }
  try {
    await tools['go vet']!()
    for (const [state, prepare] of Object.entries(states)) {
      const runs: Record<string, Run[]> = {}
      for (let round = 0; round < rounds; round++)
        for (const [tool, run] of Object.entries(tools)) {
          prepare()
          ;(runs[tool] ??= []).push(await run())
        }
      for (const [tool, list] of Object.entries(runs)) print(state, tool, list, runs['go vet'] ?? list)
    }
  } finally {
    writeFileSync(changed, original)
    rmSync(cache, {recursive: true, force: true})
  }
}

function hasStaticcheck(): boolean {
  try {
    execFileSync('staticcheck', ['-version'], {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

const names = process.argv.slice(2)
if (!existsSync(join(root, 'dist/main.js'))) {
  console.error('bench: build first (npm run build)')
  process.exitCode = 2
} else {
  mkdirSync(scratch, {recursive: true})
  console.log(
    `${go(scratch, 'env', 'GOVERSION').trim()}, Node ${process.version}; go vet's "cold" is one changed file: it keeps no cache of ours`,
  )
  for (const name of names.length > 0 ? names : ['prometheus', 'git2go']) {
    const module = modules[name]
    if (module === undefined) throw new Error(`no module "${name}"; there are: ${Object.keys(modules).join(', ')}`)
    console.log(`${name} ${module.version}`)
    await measure(module)
  }
}
