// Damages every small dump, log and table of the corpus and of the project's own captures: every prefix and ten thousand mutations of each, through
// all decoders. What comes of it must be allowed (src/evidence/dumps/testing/damage.ts). Files that are done are remembered in
// .cache/dumps-robust.json, so that a run can be stopped and taken up again. Arguments: `--mutations N`, `--minutes N`, `--only RE`, `--again`.
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {checkout, corpus} from '../../src/base/testing/needs.ts'
import {outcomeOf} from '../../src/evidence/dumps/testing/damage.ts'
import {looksLikeText} from '../../src/evidence/logs/text-decoder.ts'
import {mutated} from '../../src/evidence/pprof/testing/damage.ts'

const smallBytes = 16 * 1024
const memoryPath = join(checkout, '.cache/dumps-robust.json')
const option = (name: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
const mutations = Number(option('--mutations') ?? 10_000)
const untilMs = performance.now() + Number(option('--minutes') ?? 600) * 60_000
const only = new RegExp(option('--only') ?? '')

interface Counts {
  readonly prefixes: number
  readonly mutations: number
  readonly artifacts: number
  readonly errors: number
  readonly both: number
  readonly slowestMs: number
  readonly failures: number
}

const folders = [
  ...['crash', 'race', 'goroutine-dump', 'labelled-dump', 'gctrace', 'schedtrace', 'scavtrace', 'inittrace', 'escape'],
  ...['paired-gctrace-cpu', 'perf', 'bcc', 'cgroup', 'topology'],
].map(name => join(corpus, name))
const own = ['dumps', 'logs', 'metrics', 'system'].map(wing => join(checkout, `src/evidence/${wing}/testdata`))
const files = [...folders, ...own]
  .filter(existsSync)
  .flatMap(folder => readdirSync(folder).map(name => join(folder, name)))
  .filter(path => only.test(path) && statSync(path).isFile() && statSync(path).size <= smallBytes && !path.endsWith('README.md'))
  .filter(path => looksLikeText(readFileSync(path).subarray(0, 4096)))
  .sort((a, b) => statSync(a).size - statSync(b).size)

function remembered(): Map<string, Counts> {
  if (process.argv.includes('--again') || !existsSync(memoryPath)) return new Map()
  const parsed: unknown = JSON.parse(readFileSync(memoryPath, 'utf8'))
  return new Map(Object.entries(parsed as Record<string, Counts>)) // written below
}

const done = remembered()

async function damage(path: string): Promise<Counts | undefined> {
  const bytes = readFileSync(path)
  const counts = {prefixes: 0, mutations: 0, artifacts: 0, errors: 0, both: 0, slowestMs: 0, failures: 0}
  const attempt = async (damaged: Uint8Array, what: string) => {
    const began = performance.now()
    try {
      const outcome = await outcomeOf(damaged, 'damaged')
      if (outcome === 'artifacts') counts.artifacts++
      else if (outcome === 'error') counts.errors++
      else counts.both++
    } catch (error) {
      counts.failures++
      console.log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    counts.slowestMs = Math.max(counts.slowestMs, Math.round(performance.now() - began))
  }
  for (; counts.prefixes < bytes.length; counts.prefixes++) {
    if (performance.now() > untilMs) return undefined
    await attempt(bytes.subarray(0, counts.prefixes), `${path} cut to ${counts.prefixes}`)
  }
  for (; counts.mutations < mutations; counts.mutations++) {
    if (performance.now() > untilMs) return undefined
    await attempt(mutated(bytes, counts.mutations), `${path} mutated by ${counts.mutations}`)
  }
  return counts
}

for (const path of files) {
  const name = path.startsWith(corpus) ? `corpus/${relative(corpus, path)}` : relative(checkout, path)
  if (done.has(name)) continue
  const counts = await damage(path)
  if (!counts) break
  done.set(name, counts)
  mkdirSync(join(checkout, '.cache'), {recursive: true})
  writeFileSync(memoryPath, JSON.stringify(Object.fromEntries(done)))
  console.error(`${done.size}/${files.length} ${name}: slowest ${counts.slowestMs} ms`)
}
const all = [...done.values()]
const sum = (of: (counts: Counts) => number) => all.reduce((total, counts) => total + of(counts), 0)
console.log(
  `${all.length} of ${files.length} small texts: ${sum(c => c.prefixes)} prefixes and ${sum(c => c.mutations)} mutations gave ${sum(c => c.artifacts)} times artifacts, ` +
    `${sum(c => c.errors)} times an error of the catalogue and ${sum(c => c.both)} times both; ${sum(c => c.failures)} gave anything else. ` +
    `Slowest ${Math.max(0, ...all.map(c => c.slowestMs))} ms.`,
)
process.exitCode = sum(c => c.failures) === 0 && all.length === files.length ? 0 : 1
