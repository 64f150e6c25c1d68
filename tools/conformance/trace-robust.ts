// `npm run conformance -- trace-robust`: damaged traces. Every prefix of the small fixtures, and 10,000 mutations of each, must end in a TriageError that
// names a byte (and, inside a generation, the generation and batch), or in a result that says the same of where it broke off. No crash, no hang, bounded
// memory. The cases run in a process of their own under a watchdog; where it stopped is in a file, so that a run that was cut off goes on from there.
// Arguments: --mutations N, --state FILE, --minutes M (stop after that, to be continued), --only RE. Writes docs/conformance/trace-robust.md when done.
import {spawn} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {memorySource} from '../../src/base/byte-source.ts'
import {TriageError} from '../../src/base/errors.ts'
import {checkout} from '../../src/base/testing/needs.ts'
import {goTraceTest} from '../../src/evidence/trace/testing/text-trace.ts'
import {traceReport} from '../../src/evidence/trace/report.ts'
import {generationText, mutate} from '../../src/evidence/trace/testing/mutations.ts'

/** Traces up to this size, bytes: what a mutation hits is then often a header, a table or a sequence number. */
const smallBytes = 10_000
/** A case that takes longer is a hang, ms; and how many cases pass between two signs of life. */
const hangMs = 60_000
const signEvery = 50
/** Memory of the process that runs the cases, above what it has after the first, MB. */
const growthMaxMb = 400

interface Trace {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What came of the cases of one trace, and which is next. Prefixes come first, then mutations. */
interface Tally {
  next: number
  prefixes: number
  mutations: number
  refused: number
  partial: number
  whole: number
  slowestMs: number
  peakMb: number
  problems: string[]
}

const argument = (name: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
const mutations = Number(argument('--mutations') ?? 10_000)

function traces(): Trace[] {
  const fixtures = join(checkout, 'fixtures/traces')
  const own = readdirSync(fixtures).map(name => ({name, bytes: readFileSync(join(fixtures, name))}))
  const goroot = process.env['GOROOT'] ?? '/usr/local/go'
  const folder = join(goroot, 'src/internal/trace/testdata/tests')
  const texts = existsSync(folder) ? readdirSync(folder).filter(name => /^(go122-gc-stress|go122-task-across|go125-sync)/.test(name)) : []
  const theirs = texts.map(name => ({name, bytes: goTraceTest(readFileSync(join(folder, name), 'utf8')).bytes}))
  return [...own, ...theirs].filter(trace => trace.bytes.length <= smallBytes)
}

const fresh = (): Tally => ({next: 0, prefixes: 0, mutations: 0, refused: 0, partial: 0, whole: 0, slowestMs: 0, peakMb: 0, problems: []})

/** Runs one case and says what is wrong with how it ended. */
async function tryOut(bytes: Uint8Array, tally: Tally): Promise<string | undefined> {
  const began = performance.now()
  try {
    const {end} = await traceReport(memorySource('trace', bytes))
    if (end.complete) tally.whole++
    else tally.partial++
    if (end.complete !== (end.error === undefined)) return 'complete, and an error'
    if (end.error === undefined) return undefined
    return generationText.test(end.error.message) ? undefined : `"${end.error.message}" names no generation, batch and byte`
  } catch (error) {
    tally.refused++
    if (!(error instanceof TriageError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
    // Nothing could be read: an empty file, a header that is none or another's, or damage before the first generation was whole.
    return /^(empty|unsupported|truncated)$/.test(error.code) || /at byte \d+$/.test(error.message) || error.code === 'limit'
      ? undefined
      : `"${error.message}" names no byte`
  } finally {
    tally.slowestMs = Math.max(tally.slowestMs, Math.round(performance.now() - began))
  }
}

/** The process that runs cases: from `next` on, a line of JSON now and then. */
async function runCases(trace: Trace, tally: Tally): Promise<void> {
  const {bytes} = trace
  const say = () => process.stdout.write(`${JSON.stringify(tally)}\n`)
  for (; tally.next < bytes.length + mutations; tally.next++) {
    const index = tally.next
    if (index % signEvery === 0) say()
    const isPrefix = index < bytes.length
    if (isPrefix) tally.prefixes++
    else tally.mutations++
    const problem = await tryOut(isPrefix ? bytes.subarray(0, index) : mutate(bytes, index - bytes.length), tally)
    if (problem !== undefined && tally.problems.length < 20) tally.problems.push(`${isPrefix ? 'prefix' : 'mutation'} ${index}: ${problem}`)
    tally.peakMb = Math.max(tally.peakMb, Math.round(process.memoryUsage.rss() / 2 ** 20))
  }
  say()
}

/** Runs a trace's cases in a process of its own until they are done or time is up; a hang or a crash is a problem, and the case after it comes next. */
function watched(trace: Trace, tally: Tally, untilMs: number, keep: (tally: Tally) => void): Promise<Tally> {
  return new Promise(done => {
    const child = spawn(
      process.execPath,
      [
        ...process.execArgv,
        fileURLToPath(import.meta.url),
        '--run',
        trace.name,
        '--from',
        JSON.stringify(tally),
        '--mutations',
        String(mutations),
      ],
      {stdio: ['ignore', 'pipe', 'pipe']},
    )
    let last = tally
    let heard = performance.now()
    let hung = false
    let complaint = ''
    let rest = ''
    child.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2000)))
    child.stdout.on('data', (text: Buffer) => {
      heard = performance.now()
      const lines = (rest + text.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) last = JSON.parse(line) as Tally // what runCases wrote
      keep(last)
    })
    const look = setInterval(() => {
      hung = performance.now() - heard > hangMs
      if (hung || performance.now() > untilMs) child.kill('SIGKILL')
    }, 500)
    child.on('exit', code => {
      clearInterval(look)
      if (code !== 0 && (hung || performance.now() <= untilMs)) {
        const what = hung ? 'no sign of life' : `ended with ${code}: ${complaint}`
        last = {
          ...last,
          next: last.next + signEvery,
          problems: [...last.problems, `cases ${last.next} to ${last.next + signEvery}: ${what}`],
        }
      }
      keep(last)
      done(last)
    })
  })
}

const all = traces()
const toRun = argument('--run')
if (toRun === undefined) await supervise()
else
  await runCases(
    all.find(trace => trace.name === toRun)!,
    JSON.parse(argument('--from') ?? '') as Tally,
  ) // what watched wrote

async function supervise(): Promise<void> {
  const file = argument('--state') ?? join(tmpdir(), 'gotriage-trace-robust.json')
  const untilMs = performance.now() + Number(argument('--minutes') ?? 600) * 60_000
  const only = argument('--only')
  const state: Record<string, Tally> = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Tally>) : {} // our own
  const chosen = all.filter(trace => only === undefined || new RegExp(only).test(trace.name))
  for (const trace of chosen) {
    let tally = state[trace.name] ?? fresh()
    while (tally.next < trace.bytes.length + mutations && performance.now() < untilMs)
      tally = await watched(trace, tally, untilMs, now => {
        state[trace.name] = now
        writeFileSync(`${file}.new`, JSON.stringify(state))
        renameSync(`${file}.new`, file)
      })
    console.error(`${trace.name}: ${tally.prefixes} prefixes, ${tally.mutations} mutations, ${tally.problems.length} problems`)
  }
  const rows = chosen.map(trace => ({trace, tally: state[trace.name] ?? fresh()}))
  const problems = rows.flatMap(({trace, tally}) => [
    ...tally.problems.map(text => `${trace.name}: ${text}`),
    ...(tally.peakMb > growthMaxMb ? [`${trace.name}: ${tally.peakMb} MB`] : []),
  ])
  for (const text of problems) console.log(text)
  const left = rows.filter(({trace, tally}) => tally.next < trace.bytes.length + mutations)
  if (left.length > 0) console.log(`not done: ${left.map(row => row.trace.name).join(', ')}; run again to go on from ${file}`)
  else if (only === undefined) writeFileSync(join(checkout, 'docs/conformance/trace-robust.md'), page(rows, problems.length))
  process.exitCode = problems.length > 0 || left.length > 0 ? 1 : 0
}

function page(rows: readonly {readonly trace: Trace; readonly tally: Tally}[], problems: number): string {
  const count = (value: number) => value.toLocaleString('en-US')
  const sum = (of: (tally: Tally) => number) => count(rows.reduce((total, {tally}) => total + of(tally), 0))
  const lines = rows.map(
    ({trace, tally: t}) =>
      `| ${trace.name} | ${count(trace.bytes.length)} | ${count(t.prefixes)} | ${count(t.mutations)} | ${count(t.refused)} | ${count(t.partial)} | ${count(t.whole)} | ${t.slowestMs} | ${t.peakMb} |`,
  )
  return `# Execution traces: damaged files

Written by \`npm run conformance -- trace-robust\`. Every prefix and ${count(mutations)} mutations (bytes changed, moved, cut out; the same in every run) of each
small trace through \`trace summary\`'s reading: ${sum(t => t.prefixes)} prefixes and ${sum(t => t.mutations)} mutations, **${problems === 0 ? 'no crash, no hang, no message without its place' : `${problems} problems`}**. "Refused" are files of which
nothing could be read; of "partial" ones everything before the damage was, and the note names generation, batch and byte. Memory is the
whole process, which runs thousands of cases; the slowest case was timed on a busy machine.

| trace | bytes | prefixes | mutations | refused | partial | whole | slowest ms | peak MB |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
${lines.join('\n')}
`
}
