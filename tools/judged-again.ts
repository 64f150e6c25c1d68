// Precision measured again: fetches the modules of docs/precision/modules.json from the module proxy, runs the built `check --preset strict` over each,
// and counts what it reports by how it was judged (docs/precision, by fingerprint). `npx tsx tools/judged-again.ts [NAME…]`; NAME is part of a name.
import {execFileSync, spawnSync} from 'node:child_process'
import {cpSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {fileURLToPath} from 'node:url'
import {judgementsOf, ruleFacts} from './precision.mjs'

interface Reported {
  readonly id: string
  readonly fingerprint: string
  readonly places: readonly {readonly file: string; readonly line: number}[]
}

const root = fileURLToPath(new URL('../', import.meta.url))
/** Bytes of one answer. */
const answerMax = 1 << 28
/** Milliseconds for one module, its dependencies read from source. */
const checkMs = 900_000

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const isReported = (value: unknown): value is Reported =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['fingerprint'] === 'string' && Array.isArray(value['places'])

function parsed(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text)
  return isRecord(value) ? value : {}
}

/** A copy of the module's files, since those of the module cache are read-only and `go mod download` writes go.sum. */
function fetched(module: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', module], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: {...process.env, GOWORK: 'off'},
  })
  const dir = parsed(answer)['Dir']
  if (typeof dir !== 'string') throw new Error(`${module} cannot be had: ${answer}`)
  const copy = mkdtempSync(`${tmpdir()}/gotriage-judged-`)
  cpSync(dir, copy, {recursive: true})
  execFileSync('chmod', ['-R', 'u+w', copy])
  spawnSync('go', ['mod', 'download'], {cwd: copy, env: {...process.env, GOWORK: 'off'}}) // what is missing is said in the notes
  return copy
}

function reportedIn(dir: string): readonly Reported[] {
  const words = ['check', '-C', dir, '--preset', 'strict', '--format', 'json', '--fail-on', 'never', './...']
  const ran = spawnSync(process.execPath, [`${root}bin/gotriage.js`, ...words], {encoding: 'utf8', maxBuffer: answerMax, timeout: checkMs})
  const findings = parsed(ran.stdout)['findings']
  if (!Array.isArray(findings)) throw new Error(ran.stderr)
  return findings.filter(isReported)
}

interface Count {
  true: number
  style: number
  false: number
  unjudged: number
  gone: number
}

const verdicts = new Map<string, Readonly<Record<string, string>>>()
const rules = ruleFacts(root).map(({id}) => id)
for (const id of rules) for (const row of judgementsOf(root, id).rows) verdicts.set(`${id} ${row['fingerprint']}`, row)

const counts = new Map<string, Count>()
const countOf = (id: string): Count => {
  const known = counts.get(id) ?? {true: 0, style: 0, false: 0, unjudged: 0, gone: 0}
  counts.set(id, known)
  return known
}

const wanted = process.argv.slice(2)
for (const [name, module] of Object.entries(parsed(readFileSync(`${root}docs/precision/modules.json`, 'utf8')))) {
  if (typeof module !== 'string' || (wanted.length > 0 && !wanted.some(part => name.includes(part)))) continue
  const dir = fetched(module)
  const seen = new Set<string>()
  for (const {id, fingerprint, places} of reportedIn(dir)) {
    const key = `${id} ${fingerprint}`
    seen.add(key)
    const verdict = verdicts.get(key)?.['verdict']
    if (verdict === 'true' || verdict === 'style' || verdict === 'false') countOf(id)[verdict]++
    else countOf(id).unjudged++
    if (verdict === undefined || verdict === 'false')
      console.log(`${name} ${places[0]?.file}:${places[0]?.line}: ${id}: ${verdict ?? 'not judged'} ${fingerprint}`)
  }
  for (const [key, {place, reason}] of verdicts)
    if (place?.startsWith(`${name} `) === true && !seen.has(key) && reason?.startsWith('(mended, ') !== true)
      countOf(key.split(' ')[0]!).gone++
  rmSync(dir, {recursive: true, force: true})
}

console.log('\n| rule | true | style | false | not judged | not reported any more |\n|---|---|---|---|---|---|')
for (const [id, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`| ${id} | ${count.true} | ${count.style} | ${count.false} | ${count.unjudged} | ${count.gone} |`)
