// Runs the real programs by the protocol and keeps the least disturbed runs: `measure --only w1,w2 --runs 10 --seconds 4`.
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {cpus, release} from 'node:os'
import {fileURLToPath} from 'node:url'
import {kept, leastDisturbed, type MeasuredCase, type MeasuredRun, type Measurements} from '../../src/sim/validation/measured.ts'
import {build, busyCpus, discard, run, type Built, type ProgramRun} from './program.ts'
import {pacerRun} from './pacer-log.ts'

export const storePath = fileURLToPath(new URL('measurements.json', import.meta.url))

/** Releases beside the installed one, and which workloads show what changed in them. */
export const olderReleases: Readonly<Record<string, readonly string[]>> = {
  'go1.22.12': ['w1', 'w5', 'w11', 'pacer'],
  'go1.23.12': ['w11', 'pacer'],
  'go1.24.13': ['w11', 'pacer'],
  'go1.25.9': ['w1', 'w5', 'w11', 'pacer'],
}

export const workloads = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9', 'w10', 'w11', 'w12', 'w13', 'pacer'] as const

/** GOMAXPROCS of the quota runs: one CPU of quota on this machine. */
export const quotaProcs = [1, 2, 4, 8] as const
export const quotaCpus = 1

export interface Protocol {
  readonly only: readonly string[]
  readonly runs: number
  readonly seconds: number
  /** A toolchain; the installed one when absent. */
  readonly release?: string
  readonly through?: string
  /** Runs only begin while fewer CPUs than this are in use; for so many minutes at most. */
  readonly whenIdle?: {readonly cpus: number; readonly minutes: number}
  say(line: string): void
}

export function readStore(path = storePath): Measurements {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Measurements // written below
  return {machine: '', cases: {}}
}

/** Runs and merges into the store; says which releases cannot be had. */
export function measure(protocol: Protocol): void {
  const built = build(protocol.release)
  if (built === undefined) {
    protocol.say(`${protocol.release}: not served here, left out`)
    return
  }
  try {
    if (protocol.whenIdle !== undefined) {
      inIdleMoments(built, protocol, protocol.whenIdle)
      return
    }
    for (const workload of protocol.only) for (let i = 0; i < protocol.runs; i++) once(built, workload, protocol)
  } finally {
    discard(built)
  }
}

function once(built: Built, workload: string, protocol: Protocol): void {
  const began = Date.now()
  const made = runsOf(built, workload, protocol)
  if (made.length === 0) return
  store(built, made, protocol)
  const foreign = Math.max(...made.map(m => m.run.foreignCpus))
  protocol.say(`${built.version} ${workload}: ${((Date.now() - began) / 1000).toFixed(1)} s, others used ${foreign.toFixed(2)} CPUs`)
}

/** On a machine that is not ours alone: each time it is idle, one run of the workload that has the fewest good ones. */
function inIdleMoments(built: Built, protocol: Protocol, idle: {readonly cpus: number; readonly minutes: number}): void {
  const end = Date.now() + idle.minutes * 60_000
  const good = (workload: string) => {
    const cases = Object.entries(readStore().cases).filter(
      ([key, c]) => key.startsWith(`${workload}/`) && !key.includes('@') && c.seconds === protocol.seconds,
    )
    return Math.min(...(cases.length === 0 ? [0] : cases.map(([, c]) => c.runs.filter(r => r.foreignCpus <= 2 * idle.cpus).length)))
  }
  while (Date.now() < end) {
    if (busyCpus(300) > idle.cpus) continue
    const next = protocol.only.toSorted((a, b) => good(a) - good(b))[0]
    if (next === undefined || good(next) >= protocol.runs) return
    once(built, next, protocol)
  }
}

interface Made {
  readonly id: string
  readonly run: MeasuredRun
}

function runsOf(built: Built, workload: string, {seconds, through}: Protocol): readonly Made[] {
  const how = through === undefined ? {} : {through}
  if (workload === 'pacer') return pacerRun(built, seconds, how)
  if (workload !== 'w12') return asRuns(run(built, workload, seconds, how))
  return quotaProcs.flatMap(procs => asRuns(run(built, 'w12', seconds, {...how, quotaCpus, env: {PROCS: String(procs)}})))
}

const asRuns = (made: ProgramRun | undefined): readonly Made[] =>
  (made?.lines ?? []).map(line => ({
    id: `${line.workload}/${line.variant}`,
    run: {
      foreignCpus: Number(made!.foreignCpus.toFixed(3)),
      count: line.samples.length,
      values: kept(line.samples),
      ...(Object.keys(line.figures).length === 0 ? {} : {figures: line.figures}),
    },
  }))

function store(built: Built, made: readonly Made[], protocol: Protocol): void {
  const before = readStore()
  const cases: Record<string, MeasuredCase> = {...before.cases}
  const minor = /^go(1\.\d+)/.exec(built.version)?.[1] ?? ''
  for (const {id, run: one} of made) {
    const key = protocol.release === undefined ? id : `${id}@${minor}`
    const old = cases[key]
    const same = old !== undefined && old.go === built.version && old.seconds === protocol.seconds
    cases[key] = {go: built.version, seconds: protocol.seconds, runs: leastDisturbed([...(same ? old.runs : []), one], protocol.runs)}
  }
  write({machine: machineName(), cases})
}

export const machineName = () => `${cpus().length} CPUs, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.platform} ${release()}`

/** A run a line, so that the file can be compared line by line. */
export function write(all: Measurements, path = storePath): void {
  const names = Object.keys(all.cases).toSorted((a, b) => a.localeCompare(b, 'en', {numeric: true}))
  const cases = names.map(name => {
    const {runs, ...head} = all.cases[name]!
    const lines = runs.map(r => `    ${JSON.stringify(r)}`).join(',\n')
    return `  ${JSON.stringify(name)}: {${JSON.stringify(head).slice(1, -1)}, "runs": [\n${lines}\n  ]}`
  })
  writeFileSync(path, `{\n "machine": ${JSON.stringify(all.machine)},\n "cases": {\n${cases.join(',\n')}\n }\n}\n`)
}
