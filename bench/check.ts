// `npm run bench -- check [NAME…]`: the built `gotriage check ./...` beside `go vet ./...` and, where it is installed, `staticcheck ./...`, turn by
// turn, in three states: cold (nobody's cache holds a result of this module; go's of its dependencies is filled), one file changed, unchanged.
// Seconds, processor seconds and the peak of resident memory over the processes of a run. Names: gin, prometheus, hugo, gvisor, git2go. Build first.
// With --findings: what go vet and staticcheck find of our catalogue, and which of it we do not. `staticcheck` is looked for on the PATH.
import {execFileSync, spawnSync} from 'node:child_process'
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {asMainModule, go, type ModuleVersion} from '../tools/conformance/main-modules.ts'
import {median, timed, type Run} from '../tools/timed-process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = join(tmpdir(), 'gotriage-conformance')
const flag = (name: string) => process.argv.find(arg => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
/** `--rounds=N` */
const rounds = Number(flag('rounds') ?? 3)
/** `--states=cold,unchanged` */
const chosen = flag('states')?.split(',')
const modules: Readonly<Record<string, ModuleVersion & {readonly changed: string}>> = {
  gin: {name: 'gin', path: 'github.com/gin-gonic/gin', version: 'v1.12.0', changed: 'context.go'},
  prometheus: {name: 'prometheus', path: 'github.com/prometheus/prometheus', version: 'v0.310.0', changed: 'tsdb/db.go'},
  hugo: {name: 'hugo', path: 'github.com/gohugoio/hugo', version: 'v0.165.0', changed: 'hugolib/site.go'},
  gvisor: {name: 'gvisor', path: 'gvisor.dev/gvisor', version: 'v0.0.0-20260905035102-160fafc42237', changed: 'pkg/sync/race.go'},
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
      if (chosen !== undefined && !chosen.includes(state)) continue
      const runs: Record<string, Run[]> = {}
      // What ran last before this changed the file for the tools that had run before it.
      if (state === 'unchanged') for (const run of Object.values(tools)) await run()
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

/** Checks of theirs that are about a hazard of ours (staticcheck.dev/docs/checks, cmd/vet). */
const sameHazard: Readonly<Record<string, string>> = {
  atomic: 'atomic-assign',
  cgocall: 'cgo-go-pointer-to-c',
  copylocks: 'copylocks, sync-pool-copied',
  lostcancel: 'context-lost-cancel',
  loopclosure: 'loop-var-capture',
  waitgroup: 'waitgroup-add-in-goroutine',
  unsafeptr: 'unsafe-slice-header, unsafe-uintptr-stored',
  SA1015: 'ticker-not-stopped',
  SA1027: 'atomic-64bit-align',
  SA1029: 'context-key-type',
  SA2000: 'waitgroup-add-in-goroutine',
  SA2003: 'mutex-missing-unlock',
  SA5000: 'nil-map-write',
  SA5002: 'busy-wait-loop',
  SA5003: 'defer-in-loop',
  SA5004: 'busy-wait-loop',
  SA5005: 'finalizer-closes-over-object',
  SA6002: 'sync-pool-nonpointer',
}

interface Theirs {
  readonly check: string
  readonly file: string
  readonly line: number
  readonly message: string
}

function output(dir: string, command: string, args: readonly string[]): string {
  const env = {...process.env, GOFLAGS: '', GOWORK: 'off'}
  const {stdout, stderr} = spawnSync(command, args, {cwd: dir, encoding: 'utf8', maxBuffer: 1 << 28, env})
  return command === 'go' ? stdout + stderr : stdout // go vet -json writes to stderr before Go 1.26
}

const below = (dir: string, file: string) => (file.startsWith(`${dir}/`) ? file.slice(dir.length + 1) : file)

function theirFindings(dir: string): Theirs[] {
  const found: Theirs[] = []
  // go vet -json: one object after another, {"package": {"analyzer": [{"posn": "file:line:col", "message": …}]}}, with comments between.
  const vet = output(dir, 'go', ['vet', '-json', './...']).replaceAll(/^#.*$/gm, '')
  for (const [, check = '', list = ''] of vet.matchAll(/"(\w+)": \[(\s*\{[\s\S]*?\}\s*)\]/g))
    for (const [, file = '', line = '', message = ''] of list.matchAll(
      /"posn": "([^"]+?):(\d+):\d+",(?:\s*"end": "[^"]*",)?\s*"message": "([^"]*)"/g,
    ))
      found.push({check, file: below(dir, file), line: Number(line), message})
  if (hasStaticcheck())
    for (const text of output(dir, 'staticcheck', ['-f', 'json', '-checks', 'SA*', './...']).split('\n')) {
      if (!text.startsWith('{')) continue
      const one = JSON.parse(text) as {code: string; location: {file: string; line: number}; message: string} // staticcheck's own form
      found.push({check: one.code, file: below(dir, one.location.file), line: one.location.line, message: one.message})
    }
  return found.filter(one => one.check in sameHazard)
}

function compareFindings(module: ModuleVersion): void {
  const dir = asMainModule(scratch, module)
  const args = [join(root, 'bin/gotriage.js'), 'check', '--preset', 'all', '--no-cache', '--format', 'json', './...']
  const ours = JSON.parse(output(dir, process.execPath, args)) as {findings: {id: string; places: {file: string; line: number}[]}[]} // our own form
  const theirs = theirFindings(dir)
  const isOurs = (one: Theirs) =>
    ours.findings.some(
      ({id, places}) => sameHazard[one.check]!.includes(id) && places.some(at => at.file === one.file && at.line === one.line),
    )
  const missed = theirs.filter(one => !isOurs(one))
  console.log(`  of our catalogue they find ${theirs.length}, and we do not find ${missed.length} of it; ours are ${ours.findings.length}`)
  for (const {check, file, line, message} of missed) console.log(`  ${file}:${line}: ${check} (${sameHazard[check]}): ${message}`)
}

const findingsOnly = process.argv.includes('--findings')
const names = process.argv.slice(2).filter(name => !name.startsWith('--'))
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
    if (findingsOnly) compareFindings(module)
    else await measure(module)
  }
}
