// `npm run conformance -- trace`: our reading of execution traces against the official reader's. Up to 5 MB by text, against `go tool trace -d=parsed`;
// larger ones by a digest from Sync to Sync, against golang.org/x/exp/trace (tools/trace-oracle). The figures of `trace summary` are held against the
// same reader. Traces: the Go project's own tests, the corpus, and captures of fixtures/programs made here with several Go releases.
// Writes docs/conformance/trace.md. Argument: `--only RE` (then nothing is written).
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {memorySource} from '../../src/base/byte-source.ts'
import {checkout, corpus} from '../../src/base/testing/needs.ts'
import {readTrace, type TraceContext, type TraceEnd} from '../../src/evidence/trace/reader.ts'
import {batch, binaryTrace, goTraceTest} from '../../src/evidence/trace/testing/text-trace.ts'
import {traceEnvelope, traceEvents, traceReport} from '../../src/operations/trace.ts'
import {parsedText} from './trace-parsed.ts'

const at = process.argv.indexOf('--only')
const only = at < 0 ? undefined : new RegExp(process.argv[at + 1] ?? '')
const byTextMax = 5_000_000
const dir = mkdtempSync(join(tmpdir(), 'gotriage-traces-'))
const run = {encoding: 'utf8', maxBuffer: 2 ** 30 - 1, env: {...process.env, TZ: 'UTC'}} as const
const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
const viewer = execFileSync('go', ['tool', '-n', 'trace'], {encoding: 'utf8'}).trim()

interface Program {
  readonly release: string
  readonly binary: string
}

/** Builds a folder with one Go release; undefined where that release cannot be had. */
function built(folder: string, release: string): Program | undefined {
  const binary = join(dir, `${folder.replace(/^.*\//, '')}-${release}`)
  const made = spawnSync('go', ['build', '-o', binary, '.'], {cwd: join(checkout, folder), env: {...process.env, GOTOOLCHAIN: release}})
  if (made.status === 0) return {release, binary}
  console.error(`${folder} with ${release}: ${String(made.stderr).split('\n')[0]}`)
  return undefined
}

const oracle = built('tools/trace-oracle', 'local')
if (oracle === undefined) throw new Error('conformance: tools/trace-oracle does not build')

/** The capture that is also compared cut short: it has several generations. */
const cutName = 'timers, 2.5 s'

/** Captures of fixtures/programs/trace-scenarios: name, arguments, GODEBUG. */
const scenarios: readonly (readonly [name: string, args: string, godebug?: string])[] = [
  ['gc', '-scenario gc'],
  ['gc, 1 P', '-scenario gc -procs 1'],
  ['gc, 2 Ps', '-scenario gc -procs 2'],
  ['gc, 16 Ps', '-scenario gc -procs 16'],
  ['syscalls', '-scenario syscalls'],
  ['LockOSThread', '-scenario locked'],
  ['timers', '-scenario timers'],
  ['AfterFunc', '-scenario afterfunc'],
  ['network', '-scenario network'],
  ['10,000 goroutines', '-scenario many'],
  ['leak', '-scenario leak'],
  ['tasks, regions, logs', '-scenario tasks'],
  ['stops of the world', '-scenario stw'],
  ['processor bound', '-scenario cpu -procs 2'],
  ['select', '-scenario select'],
  ['mutexes', '-scenario mutex'],
  ['CPU samples', '-scenario profile -for 400ms'],
  ['GOMAXPROCS changes', '-scenario procs'],
  ['long loops', '-scenario hog'],
  ['ping-pong', '-scenario pingpong'],
  ['pipeline, 1 P', '-scenario pipeline -procs 1'],
  ['idle', '-scenario idle'],
  ['ends without trace.Stop', '-scenario panic'],
  ['experiment AllocFree', '-scenario gc -for 20ms', 'traceallocfree=1'],
  ['ping-pong, 1.2 s', '-scenario pingpong -for 1200ms'],
  ['pipeline, 1.2 s', '-scenario pipeline -for 1200ms'],
  ['gc, 2 s', '-scenario gc -for 2s'],
  [cutName, '-scenario timers -for 2500ms'],
]
const since23: typeof scenarios = [['coroutines', '-scenario coroutines']]
const since25: typeof scenarios = [['flight recorder', '-scenario flight -for 2500ms']]
const releases = ['go1.22.12', 'go1.24.13', 'go1.25.0', 'local']

interface Subject {
  readonly group: string
  readonly name: string
  readonly bytes: Uint8Array
  /** What the Go project's test expects. */
  readonly expected?: 'SUCCESS' | 'FAILURE'
}

function* subjects(): Generator<Subject> {
  const folder = join(goroot, 'src/internal/trace/testdata/tests')
  for (const name of readdirSync(folder).filter(file => file.endsWith('.test'))) {
    const {expected, bytes} = goTraceTest(readFileSync(join(folder, name), 'utf8'))
    yield {group: "GOROOT's internal/trace/testdata/tests", name, bytes, expected}
  }
  const real = join(corpus, 'trace-v2')
  if (existsSync(real))
    for (const name of readdirSync(real).filter(file => file !== 'README.md'))
      yield {group: 'corpus', name, bytes: readFileSync(join(real, name))}
  const fixtures = join(checkout, 'fixtures/traces')
  for (const name of readdirSync(fixtures))
    yield {group: 'fixtures/traces, and their prefixes', name, bytes: readFileSync(join(fixtures, name))}
  const tables = `Trace Go1.26\n${batch(1, '18446744073709551615', 5, 'Strings\nString id=1\ndata="x"')}`
  yield {group: 'fixtures/traces, and their prefixes', name: 'tables and no event', bytes: binaryTrace(tables)}
  for (const name of ['stw.trace', 'tasks.trace', 'cgo.trace']) {
    const bytes = readFileSync(join(fixtures, name))
    for (let part = 1; part < 12; part++)
      yield {
        group: 'fixtures/traces, and their prefixes',
        name: `${name}, first ${part}/12`,
        bytes: bytes.subarray(0, (bytes.length * part) / 12),
      }
  }
  for (const release of releases) yield* captures(release)
}

function* captures(release: string): Generator<Subject> {
  const program = built('fixtures/programs/trace-scenarios', release)
  if (program === undefined) return
  const minor = release === 'local' ? 26 : Number(/1\.(\d+)/.exec(release)?.[1])
  const group = `own captures, ${release === 'local' ? execFileSync('go', ['env', 'GOVERSION'], {encoding: 'utf8'}).trim() : release}`
  const file = join(dir, 'capture.trace')
  for (const [name, args, godebug] of [...scenarios, ...(minor >= 23 ? since23 : []), ...(minor >= 25 ? since25 : [])]) {
    if (only !== undefined && !only.test(`${group} ${name}`)) continue
    spawnSync(program.binary, [...args.split(' '), '-o', file], {
      env: {...process.env, ...(godebug === undefined ? {} : {GODEBUG: godebug})},
    })
    const bytes = readFileSync(file)
    yield {group, name, bytes}
    if (name === cutName)
      for (const part of [0.1, 0.35, 0.6, 0.85, 0.999])
        yield {group, name: `${name}, first ${100 * part} %`, bytes: bytes.subarray(0, Math.floor(bytes.length * part))}
  }
  const cgo = built('fixtures/programs/trace-cgo', release)
  if (cgo === undefined) return
  spawnSync(cgo.binary, [file])
  yield {group, name: 'cgo, a C thread calls Go', bytes: readFileSync(file)}
}

interface Verdict {
  readonly events: number
  readonly byText: boolean
  readonly complete: boolean
  readonly header: string
  readonly problems: readonly string[]
}

async function judge(subject: Subject): Promise<Verdict> {
  const file = join(dir, 'subject.trace')
  writeFileSync(file, subject.bytes)
  const byText = subject.bytes.length <= byTextMax
  const problems: string[] = []
  let end: TraceEnd
  try {
    end = byText ? await sameText(subject.bytes, file, problems) : await sameDigests(subject.bytes, file, problems)
  } catch (error) {
    // Nothing of it can be read: the reader must give nothing either.
    const theirs = spawnSync(viewer, ['-d=parsed', file], run)
    if ((theirs.status === 0 && !cutBeforeEvents(String(error), theirs.stdout)) || theirs.stdout.trimEnd().includes('\n'))
      problems.push(`refused: ${String(error)}`)
    return {events: 0, byText, complete: false, header: '', problems}
  }
  if (subject.expected !== undefined && (subject.expected === 'SUCCESS') !== end.complete)
    problems.push(`the Go project expects ${subject.expected}`)
  if (end.complete) await sameSummary(subject.bytes, file, problems)
  return {events: end.events, byText, complete: end.complete, header: end.header, problems}
}

/** A Go 1.26 trace cut off after tables and before its first event is whole to the reader (readGeneration in generation.go); we say that it is cut. */
const cutBeforeEvents = (ours: string, theirs: string) => ours.includes('file ends inside a generation') && !theirs.trimEnd().includes('\n')

async function sameText(bytes: Uint8Array, file: string, problems: string[]): Promise<TraceEnd> {
  const theirs = spawnSync(viewer, ['-d=parsed', file], run)
  const failed = theirs.status !== 0
  let context: TraceContext | undefined
  let from = 0
  let shorter = true
  const sink = {
    begin(given: TraceContext) {
      context = given
    },
    event() {
      if (context === undefined || !shorter || problems.length > 0) return
      const ours = parsedText(context)
      if (from >= theirs.stdout.length) shorter = false // beyond what the reader got: of damaged traces only
      else if (!theirs.stdout.startsWith(ours, from))
        problems.push(
          `at character ${from}:\n  ours   ${ours.trimEnd()}\n  reader ${theirs.stdout.slice(from, from + ours.length).trimEnd()}`,
        )
      from += ours.length
    },
  }
  const end = await readTrace(memorySource('trace', bytes), sink)
  if (end.complete && failed) problems.push(`the reader fails: ${theirs.stderr.trim()}`)
  if (end.complete && !shorter) problems.push('we give more than the reader')
  if (!end.complete && !failed && !cutBeforeEvents(end.error?.message ?? '', theirs.stdout)) problems.push(`we fail: ${end.error?.message}`)
  if (from < theirs.stdout.length) problems.push(`the reader has ${theirs.stdout.length - from} characters more`)
  return end
}

function oracleSays(mode: string, file: string): string {
  const {error, status, stderr, stdout} = spawnSync(oracle!.binary, [mode, file], run)
  if (error !== undefined || status !== 0) throw new Error(`trace-oracle ${mode}: ${error?.message ?? stderr}`)
  return stdout
}

async function sameDigests(bytes: Uint8Array, file: string, problems: string[]): Promise<TraceEnd> {
  const theirs = oracleSays('digest', file)
  let ours = ''
  const end = await traceEvents(memorySource('trace', bytes), {stacks: false, digest: true}, text => (ours += text), {})
  if (ours !== theirs) problems.push(`digests differ:\n${ours}\n${theirs}`)
  return end
}

async function sameSummary(bytes: Uint8Array, file: string, problems: string[]): Promise<void> {
  const theirs = JSON.parse(oracleSays('summary', file)) as Readonly<Record<string, unknown>> // the oracle's
  const {data} = traceEnvelope('summary', await traceReport(memorySource('trace', bytes)), 'trace', Number.MAX_SAFE_INTEGER)
  const goroutines = data['goroutines'] as {seen: number; ended: number} // as operations/trace.ts has it
  const stw = data['stw'] as readonly {kind: string; startNs: number; totalNs: number}[]
  const ours = {
    byKind: data['byKind'],
    events: data['events'],
    wallNs: data['wallNs'],
    seen: goroutines.seen,
    ended: goroutines.ended,
    procs: data['procs'],
    latencyNs: data['latencyNs'],
    stw: stw.map(({kind, startNs, totalNs}) => ({kind, startNs, totalNs})),
  }
  for (const [name, value] of Object.entries(ours))
    if (sorted(value) !== sorted(theirs[name])) problems.push(`summary ${name}: ours ${sorted(value)}, reader ${sorted(theirs[name])}`)
}

/** JSON with the keys of objects in order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  )

interface Tally {
  traces: number
  same: number
  damaged: number
  bytes: number
  events: number
  byDigest: number
  headers: Set<string>
}
const groups = new Map<string, Tally>()
const different: string[] = []
for (const subject of subjects()) {
  if (only !== undefined && !only.test(`${subject.group} ${subject.name}`)) continue
  const verdict = await judge(subject)
  const tally = groups.get(subject.group) ?? {traces: 0, same: 0, damaged: 0, bytes: 0, events: 0, byDigest: 0, headers: new Set()}
  groups.set(subject.group, tally)
  tally.traces++
  tally.bytes += subject.bytes.length
  tally.events += verdict.events
  if (verdict.header !== '') tally.headers.add(verdict.header.replace(/^go | trace$/g, ''))
  if (!verdict.byText) tally.byDigest++
  if (!verdict.complete) tally.damaged++
  if (verdict.problems.length === 0) tally.same++
  else different.push(`${subject.group}: ${subject.name}: ${verdict.problems.join('\n')}`)
  const how = `${verdict.byText ? 'text' : 'digest'}${verdict.complete ? '' : ', damaged'}`
  console.error(
    `${verdict.problems.length === 0 ? 'same' : 'DIFFERENT'} ${subject.group}: ${subject.name}: ${verdict.events} events, ${how}`,
  )
}
for (const text of different) console.log(text)
rmSync(dir, {recursive: true, force: true})

const count = (value: number) => value.toLocaleString('en-US')
const rows = [...groups].map(
  ([name, t]) =>
    `| ${name} | ${[...t.headers].sort().join(' ')} | ${t.traces} | ${(t.bytes / 1e6).toFixed(1)} | ${count(t.events)} | ${t.byDigest} | ${t.damaged} | ${t.same} of ${t.traces} |`,
)
const page = `# Execution traces: our reader against the official one

Written by \`npm run conformance -- trace\` with ${execFileSync('go', ['version'], {encoding: 'utf8'}).trim()}. Traces up to 5 MB: the whole text of
\`go tool trace -d=parsed\` (time, M, P, G, kind, states, reasons, names, values and stacks of every event, in order) is compared with the same
text made from our events. Larger ones: a SHA-256 of the event lines from Sync to Sync, against golang.org/x/exp/trace (\`tools/trace-oracle\`).
Of damaged traces, what the reader gives must be the beginning of what we give, and both must say that the trace is damaged (but for a Go 1.26 trace
cut off before its first event, which only we call damaged). Of whole ones, the
figures of \`trace summary\` (events by kind, goroutines, Ps, latency quantiles, every stop) must also be what that reader's events give.

| traces | headers | traces | MB | events | by digest | damaged | same |
|---|---|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}
`
if (only === undefined) {
  mkdirSync(join(checkout, 'docs/conformance'), {recursive: true})
  writeFileSync(join(checkout, 'docs/conformance/trace.md'), page)
} else console.log(page)
process.exitCode = different.length === 0 ? 0 : 1
