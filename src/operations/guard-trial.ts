// A policy tried before it is deployed: on the same generated traffic or simulated heap as models of what else there is, or on recorded events.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {checkpoint, type Task} from '../base/progress.ts'
import {formatBytes} from '../base/units.ts'
import {readAbGuard} from '../guards/config/ab.ts'
import {readBreakerGuard} from '../guards/config/breaker.ts'
import {guardRoot} from '../guards/config/fields.ts'
import {readMemoryGuard} from '../guards/config/memory.ts'
import {abPresets, abResult, abWarnings, newAb, variantShare, type AbPolicy, type AbStatus} from '../guards/policies/ab.ts'
import {breakerPresets, breakerWarnings} from '../guards/policies/breaker-presets.ts'
import {memoryPresets, memoryWarnings} from '../guards/policies/gogc.ts'
import {cockatiel, gobreaker, opossum, ownBreaker, resilience4j, type TrialBreaker} from '../guards/trial/breaker-peers.ts'
import {tryBreaker, type BreakerTrial} from '../guards/trial/breaker-trial.ts'
import {memoryLoads, tryMemory} from '../guards/trial/memory-trial.ts'
import {procsCell, procsRules} from '../guards/trial/procs-trial.ts'
import {Prng} from '../sim/kernel/prng.ts'
import type {HeapPoint} from '../sim/gc/heap.ts'
import {scenarioBytesMax} from '../sim/scenario/reader.ts'
import {traffic, trafficKinds, trafficPhases} from '../sim/traffic/traffic.ts'

export const trialKinds = ['breaker', 'ab', 'gogc', 'gomaxprocs'] as const
export type TrialKind = (typeof trialKinds)[number]

export interface TrialRequest {
  readonly kind: TrialKind
  /** Path of a guard's YAML; without one the presets are tried. */
  readonly config?: string
  readonly seed: number
  /** Hours of each kind of traffic. */
  readonly hours: number
  /** Recorded events, JSON lines: the A/B guard only. */
  readonly events?: string
}

export interface TrialTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Lines of characters beside the names of `rows`: what happened over time. */
  readonly plot?: readonly (readonly [name: string, line: string])[]
  /** The figures behind the text, by row. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface TrialResult {
  readonly tables: readonly TrialTable[]
  readonly notes: readonly string[]
}

const eventsBytesMax = 1 << 28

export async function guardTrial(request: TrialRequest, host: Host, task?: Task): Promise<TrialResult> {
  const name = request.config ?? ''
  const yaml = request.config === undefined ? undefined : new TextDecoder().decode(await host.readFile(request.config, scenarioBytesMax))
  switch (request.kind) {
    case 'breaker':
      return breakerTrials(request, yaml === undefined ? undefined : readBreakerGuard(guardRoot(name, yaml)), task)
    case 'gogc':
      return memoryTrials(yaml === undefined ? undefined : readMemoryGuard(guardRoot(name, yaml)), task)
    case 'gomaxprocs':
      return procsTrials()
    case 'ab': {
      const guard = yaml === undefined ? undefined : readAbGuard(guardRoot(name, yaml))
      if (request.events === undefined) return abTrials(request, guard?.policy, task)
      const events = new TextDecoder().decode(await host.readFile(request.events, eventsBytesMax))
      return replayEvents(request.events, events, guard ?? readAbGuard(guardRoot('defaults', '{}')))
    }
  }
}

function breakerTrials(request: TrialRequest, guard: ReturnType<typeof readBreakerGuard> | undefined, task: Task | undefined): TrialResult {
  const breakers: Record<string, () => TrialBreaker> = {
    ...(guard === undefined ? {default: () => ownBreaker(breakerPresets.default)} : {[guard.name]: () => ownBreaker(guard.policy)}),
    'seed-s2': () => ownBreaker(breakerPresets['seed-s2']),
    gobreaker,
    opossum,
    cockatiel,
    resilience4j,
  }
  const tables = trafficKinds.map((kind, i): TrialTable => {
    const hours = kind === 'low-traffic' ? Math.max(24, request.hours) : request.hours
    const durationMs = hours * 3_600_000
    const runs = Object.entries(breakers).map(([name, make]) => {
      checkpoint(task)
      return [name, tryBreaker(traffic(trafficPhases(kind, durationMs * 1e6), request.seed), make(), durationMs)] as const
    })
    task?.progress?.('traffic', i + 1, trafficKinds.length)
    return {
      title: `${kind}, ${hours} h, ${runs[0]?.[1].requests ?? 0} requests`,
      columns: ['breaker', 'trips', 'false a day', 'good refused', 'bad passed', 'time to trip', 'never tripped', 'time to recover'],
      rows: runs.map(([name, run]) => [name, ...breakerRow(run)]),
      plot: [['truth', runs[0]?.[1].truth ?? ''], ...runs.map(([name, run]) => [name, run.timeline] as const)],
      values: Object.fromEntries(runs),
    }
  })
  return {
    tables,
    notes: [
      'Every breaker sees the same requests; answers come when they come. Truth: - well, X bad; breaker: . closed, # open, ? half-open.',
      'gobreaker 2.4.0, opossum 9.0.0 and cockatiel 3.2.1 are models that take the same decisions as the libraries with these settings; resilience4j follows its documentation.',
      ...(guard === undefined ? [] : breakerWarnings(guard.policy)),
    ],
  }
}

function breakerRow(run: BreakerTrial): string[] {
  const mean = (values: readonly number[]) => (values.length === 0 ? '-' : seconds(values.reduce((a, b) => a + b, 0) / values.length))
  return [
    String(run.trips),
    ((run.falseTrips * 86_400_000) / run.durationMs).toFixed(1),
    percent(run.goodRefused, run.good),
    run.bad === 0 ? '-' : percent(run.badPassed, run.bad),
    mean(run.tripMs),
    run.badStretches === 0 ? '-' : `${run.badStretches - run.tripMs.length} of ${run.badStretches}`,
    mean(run.recoverMs),
  ]
}

const plotColumns = 72
const plotSeconds = 1800
const levels = '▁▂▃▄▅▆▇█'

/** Resident memory over the half hour, a full block for the whole gigabyte; it ends where the process was killed. */
function memoryLine(series: readonly HeapPoint[], endS: number): string {
  let line = ''
  let at = 0
  for (let column = 0; column < plotColumns; column++) {
    const untilS = ((column + 1) * plotSeconds) / plotColumns
    if (untilS > endS + plotSeconds / plotColumns) break
    let peak = 0
    for (; at < series.length && series[at]!.atS <= untilS; at++) peak = Math.max(peak, series[at]!.rssBytes)
    if (peak === 0) peak = series[Math.max(0, at - 1)]?.rssBytes ?? 0
    line += levels[Math.min(levels.length - 1, Math.floor((peak / 2 ** 30) * levels.length))]!
  }
  return line
}

/** CPUs of the machine that is looked at, and quotas in CPUs. */
const procsCpus = 16
const procsQuotas = [0.5, 1, 1.5, 2, 2.5, 3.7, 8, 16] as const

function procsTrials(): TrialResult {
  const tables = procsRules.map((rule): TrialTable => {
    const cells = procsQuotas.map(quota => [String(quota), procsCell(rule, quota, procsCpus)] as const)
    return {
      title: `${rule.name}, ${procsCpus} CPUs`,
      columns: ['quota', 'GOMAXPROCS', 'stands still', 'longest stop', 'quota unused'],
      rows: cells.map(([quota, cell]) => [
        quota,
        String(cell.procs),
        percent(cell.throttled, 1),
        `${cell.stopMs.toFixed(0)} ms`,
        percent(cell.unused, 1),
      ]),
      values: Object.fromEntries(cells),
    }
  })
  return {
    tables,
    notes: [
      'Closed form, for a program that keeps every P busy and a period of 100 ms; it is no measurement. A program that is mostly idle is throttled in bursts.',
    ],
  }
}

function memoryTrials(guard: ReturnType<typeof readMemoryGuard> | undefined, task: Task | undefined): TrialResult {
  const policies =
    guard === undefined
      ? {default: memoryPresets.default, 'seed-s4': memoryPresets['seed-s4']}
      : {[guard.package]: guard.policy, 'seed-s4': memoryPresets['seed-s4']}
  const tables = memoryLoads.map((load): TrialTable => {
    checkpoint(task)
    const trials = tryMemory(load, policies)
    return {
      title: `${load}: half an hour in 1 GB on 4 CPUs`,
      columns: ['policy', 'peak memory', 'killed', 'GC CPU', 'GOGC at the end', 'changes', 'fuse'],
      rows: trials.map(({name, run, gogcEnd, fuseAtS}) => [
        name,
        formatBytes(run.rssPeakBytes),
        run.oomAtS === undefined ? 'no' : `after ${seconds(run.oomAtS * 1000)}`,
        percent(run.gcCpuS, run.endS * 4),
        String(gogcEnd),
        String(run.decisions.length),
        fuseAtS === undefined ? '-' : `after ${seconds(fuseAtS * 1000)}`,
      ]),
      plot: trials.map(({name, run}) => [name, memoryLine(run.series, run.endS)] as const),
      values: Object.fromEntries(
        trials.map(({name, run, gogcEnd, fuseAtS}) => [
          name,
          {
            rssPeakBytes: Math.round(run.rssPeakBytes),
            ...(run.oomAtS === undefined ? {} : {oomAtS: run.oomAtS}),
            gcCpuShare: run.gcCpuS / (run.endS * 4),
            gogcEnd,
            changes: run.decisions.length,
            ...(fuseAtS === undefined ? {} : {fuseAtS}),
          },
        ]),
      ),
    }
  })
  return {
    tables,
    notes: [
      'Simulated with the pacer of Go 1.19 to 1.26; a fuse that refuses stops new sessions only.',
      ...(guard === undefined ? memoryWarnings(memoryPresets['seed-s4']) : memoryWarnings(guard.policy)),
    ],
  }
}

/** Truths the A/B guard is tried on: failure shares of control and variant, and requests a second. */
const abTruths = [
  {name: 'no difference, 1 %', control: 0.01, variant: 0.01, perS: 50, worse: false},
  {name: 'no difference, 5 %, 50 requests a minute and side', control: 0.05, variant: 0.05, perS: 100 / 60, worse: false},
  {name: 'outage of both, 20 %', control: 0.2, variant: 0.2, perS: 50, worse: false},
  {name: 'variant 6 % against 1 %', control: 0.01, variant: 0.06, perS: 50, worse: true},
  {name: 'variant 15 % against 1 %', control: 0.01, variant: 0.15, perS: 50, worse: true},
  {name: 'variant 30 % against 1 %, 10 requests a minute', control: 0.01, variant: 0.3, perS: 10 / 60, worse: true},
] as const
const abTrialsEach = 20

function abTrials(request: TrialRequest, own: AbPolicy | undefined, task: Task | undefined): TrialResult {
  const policies: Record<string, AbPolicy> = {
    ...(own === undefined ? {default: abPresets.default} : {config: own}),
    'seed-s5': abPresets['seed-s5'],
  }
  const tables = abTruths.map((truth): TrialTable => {
    const results = Object.entries(policies).map(([name, policy]) => {
      let downgraded = 0
      const times: number[] = []
      const verdicts = {inconclusive: 0, 'no worse': 0, worse: 0}
      for (let i = 0; i < abTrialsEach; i++) {
        checkpoint(task)
        const prng = new Prng(request.seed + i, 5)
        const state = newAb()
        let nowMs = 0
        for (; nowMs < request.hours * 3_600_000; nowMs += (prng.exponential() * 1000) / truth.perS) {
          const variant = prng.random() < variantShare(policy, state)
          abResult(policy, state, Math.floor(nowMs), variant, prng.random() < (variant ? truth.variant : truth.control))
          if (state.status !== 'running') break
        }
        verdicts[state.verdict]++
        if (state.status === 'running') continue
        downgraded++
        times.push(nowMs)
      }
      times.sort((a, b) => a - b)
      return {name, downgraded, medianMs: times[times.length >> 1], verdicts}
    })
    return {
      title: `${truth.name}: ${abTrialsEach} runs of ${request.hours} h, the variant is ${truth.worse ? 'worse' : 'not worse'}`,
      columns: ['policy', truth.worse ? 'downgraded' : 'downgraded for nothing', 'median time', 'inconclusive', 'no worse'],
      rows: results.map(r => [
        r.name,
        `${r.downgraded} of ${abTrialsEach}`,
        r.medianMs === undefined ? '-' : seconds(r.medianMs),
        String(r.verdicts.inconclusive),
        String(r.verdicts['no worse']),
      ]),
      values: Object.fromEntries(results.map(r => [r.name, r])),
    }
  })
  return {tables, notes: Object.entries(policies).flatMap(([name, policy]) => abWarnings(policy).map(warning => `${name}: ${warning}`))}
}

const eventLinesMax = 10_000_000

/** Recorded events through the policy: what it would have decided, and when. */
function replayEvents(file: string, text: string, guard: ReturnType<typeof readAbGuard>): TrialResult {
  const state = newAb()
  const decisions: {at: string; from: AbStatus; to: AbStatus; reason: string; variant: string; control: string}[] = []
  let [taken, others, firstMs, lines] = [0, 0, -1, 0]
  for (const line of text.split('\n')) {
    if (++lines > eventLinesMax) throw errors.limit(`events of ${file}`, eventLinesMax)
    if (line.trim() === '') continue
    const event = readEvent(file, lines, line)
    if (event.test !== guard.test || (event.variant !== guard.variant && event.variant !== guard.control)) {
      others++
      continue
    }
    if (firstMs < 0) firstMs = event.atMs
    const before = {...state}
    abResult(guard.policy, state, Math.max(0, event.atMs - firstMs), event.variant === guard.variant, !event.ok)
    taken++
    if (state.status !== before.status)
      decisions.push({
        at: new Date(event.atMs).toISOString(),
        from: before.status,
        to: state.status,
        reason: state.reason,
        variant: `${before.variantFailed}/${before.variantCalls}`,
        control: `${before.controlFailed}/${before.controlCalls}`,
      })
  }
  return {
    tables: [
      {
        title: `${taken} events of "${guard.test}"; at the end ${state.status}, ${state.verdict}`,
        columns: ['at', 'from', 'to', 'because', 'variant failed', 'control failed'],
        rows: decisions.map(d => [d.at, d.from, d.to, d.reason, d.variant, d.control]),
        values: {taken, others, status: state.status, verdict: state.verdict, decisions},
      },
    ],
    notes: [...(others > 0 ? [`${others} events of other trials or sides were passed over`] : []), ...abWarnings(guard.policy)],
  }
}

interface AbEventLine {
  readonly test: string
  readonly variant: string
  readonly ok: boolean
  readonly atMs: number
}

function readEvent(file: string, line: number, text: string): AbEventLine {
  const wrong = (what: string) => errors.syntaxAt(file, line, 1, what)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('this line is no JSON')
  }
  if (typeof value !== 'object' || value === null) throw wrong('an object is needed in each line')
  const event = value as Readonly<Record<string, unknown>> // checked field by field below
  const {ab_test_id: test, variant, ok, at} = event
  if (typeof test !== 'string' || typeof variant !== 'string') throw wrong('"ab_test_id" and "variant" must be words')
  if (typeof ok !== 'boolean') throw wrong('"ok" must be true or false')
  const atMs = typeof at === 'string' ? Date.parse(at) : typeof at === 'number' ? at : Number.NaN
  if (!Number.isFinite(atMs)) throw wrong('"at" must be a time in RFC 3339 or in milliseconds')
  return {test, variant, ok, atMs}
}

export function trialText({tables, notes}: TrialResult): string {
  const parts = tables.map(table => {
    const rows = [table.columns, ...table.rows]
    const widths = table.columns.map((_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
    const lines = rows.map(row => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd())
    const plot = table.plot?.map(([name, line]) => `  ${name.padEnd(widths[0]!)}  ${line}`) ?? []
    return [table.title, ...lines, ...plot, ''].join('\n')
  })
  return `${parts.join('\n')}\n${notes.map(note => `note: ${note}\n`).join('')}`
}

const percent = (part: number, of: number) => (of === 0 ? '-' : `${((100 * part) / of).toFixed(2)} %`)
const seconds = (ms: number) => (ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`)
