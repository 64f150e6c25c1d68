// Writes docs/validation.md from the stored measurements and fresh simulations, and docs/experiments.md from the scenarios.
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {formatBytes, formatNanos} from '../../src/base/units.ts'
import {simulate, simulateKinds} from '../../src/operations/simulate.ts'
import {metricText} from '../../src/operations/simulate-text.ts'
import {parseProfile} from '../../src/sim/calibration/profile-file.ts'
import {profiles} from '../../src/sim/calibration/profiles.ts'
import {figureRows, heapRows, pacerJudgements, sampleRows, type Row} from '../../src/sim/validation/judge.ts'
import {predictions, publishedRows, reasons} from '../../src/sim/validation/published.ts'
import {profilePath} from './calibrate.ts'
import type {Measurements} from '../../src/sim/validation/measured.ts'
import {olderReleases, readStore} from './measure.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const seeds = 10

export function report(say: (line: string) => void): void {
  say('simulating what was measured')
  writeFileSync(`${root}docs/validation.md`, validation())
  say('running the scenarios of examples/scenarios')
  writeFileSync(`${root}docs/experiments.md`, experiments())
  say('wrote docs/validation.md and docs/experiments.md')
}

const text = (value: number, unit: Row['unit']) => {
  switch (unit) {
    case 'ns':
      return formatNanos(value)
    case 'B':
      return formatBytes(value)
    case 'share':
      return `${(100 * value).toFixed(1)} %`
    case 'x':
      return value.toPrecision(3)
    default:
      return String(Number(value.toPrecision(4)))
  }
}

function table(rows: readonly Row[]): string[] {
  const lines = [
    '| case | what | figure | real [95 %] | simulated | ratio | noise floor | KS | band | verdict | company |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
  ]
  for (const r of rows) {
    const c = r.compared
    if (c === undefined) continue
    const noise = Number.isNaN(c.noise)
      ? '-'
      : c.band.includes('points')
        ? `${(100 * c.noise).toFixed(1)} points`
        : `${(100 * c.noise).toFixed(1)} %`
    lines.push(
      `| ${r.id} | ${r.what} | ${c.statistic} | ${text(c.real, r.unit)} [${text(c.realLo, r.unit)}, ${text(c.realHi, r.unit)}] | ${text(c.simulated, r.unit)} | ${c.ratio.toPrecision(3)} | ${noise} | ${c.ks === undefined || r.unit !== 'ns' ? '-' : c.ks.toFixed(2)} | ${c.band} | **${c.verdict}** | ${r.foreignCpus.toFixed(2)} |`,
    )
  }
  return lines
}

const companyText = (used: readonly number[]) => {
  const quiet = used.filter(u => u < 0.05).length
  const most = Math.max(...used)
  return quiet === used.length
    ? 'less than 0.05 in every row'
    : `less than 0.05 in ${quiet} of ${used.length} rows, ${most.toFixed(2)} in the worst`
}

/** Says so where the protocol of ten runs of ten seconds was not kept. */
function shortfall(judged: readonly Row[], measured: Measurements): string[] {
  const short = judged.filter(r => r.runs < 10).length
  const brief = Object.values(measured.cases).filter(c => c.seconds < 10).length
  if (short === 0 && brief === 0) return []
  return [
    `Ten runs of ten seconds was the aim; ${short} rows have fewer runs (older releases, and the pacer, whose three runs last ${Math.max(...Object.values(measured.cases).map(c => c.seconds))} s), ${brief} variants shorter ones.`,
  ]
}

function validation(): string {
  const measured = readStore()
  const profile = existsSync(profilePath) ? parseProfile(profilePath, readFileSync(profilePath, 'utf8')) : profiles['xeon-guest']!
  const samples = sampleRows(profile, measured, {seeds})
  const figures = figureRows(profile, measured, {seeds})
  const heap = heapRows(profile, measured)
  const rows = [...samples, ...figures, ...heap]
  const judged = rows.filter(r => r.compared !== undefined)
  const count = (verdict: string) => judged.filter(r => r.compared!.verdict === verdict).length
  const runs = judged.map(r => r.runs)
  const missing = rows.filter(r => r.compared === undefined).map(r => r.id)
  const releases = [...new Set(Object.values(measured.cases).map(c => c.go))].toSorted((a, b) => a.localeCompare(b, 'en', {numeric: true}))
  const unserved = Object.keys(olderReleases).filter(name => !releases.includes(name))
  const seconds = [...new Set(Object.values(measured.cases).map(c => c.seconds))].toSorted((a, b) => a - b)
  const pacer = pacerJudgements(measured)
  const differing = judged.filter(r => r.compared!.verdict === 'differs')
  return `${[
    '# The simulators beside real Go',
    '',
    'Written by `npm run validate`; do not edit. Real programs are in `tools/validate/workloads`, what they measured in `tools/validate/measurements.json`,',
    'what the simulator runs for them in `src/sim/validation/workloads.ts`. Bands of W1 to W11, W13 and the pacer were agreed before the first run;',
    'those of W12 (this machine is not the one of the table) and of W3 with a hog on one P were chosen here. Costs come from',
    '`tools/validate/profile.json`, measured on primitives of this machine under the same conditions.',
    '',
    'What was changed after results were seen, so that these rows are no blind test. After the first, on a busy machine: the cost profile (the shipped one gave 18 differing figures of',
    'the 37 there were then); W3, W11 and W13 as scenarios (what is sampled, bytes of a block with its header, the collection at the end); the mark workers of the heap model (a share of',
    'every P); the heap starts warm, collections are compared for the same bytes allocated, and the rate of an unthrottled allocator is taken from the run that is judged. After those on',
    'the idle machine: a goroutine is picked after the cost of the switch, not before it; a thread pays for its kernel call before it sleeps; the limiter looks every 10 ms; allocators',
    'that keep a rate catch up; W1 merges stretches as the program does and starts its loops as it does; W10 takes the length of the assembly from the run that is judged, and its mean; W13 follows the',
    'whole course of the program; rows for the median cycle of the pacer. Since then, from sources and from primitives: a send that wakes and a goroutine that waits have rows of their own (`readyNs`, `parkNs`,',
    'a fan-out to 128 goroutines); a thread pays for its kernel calls before it parks (proc.go, `startlockedm`); a CPU that falls idle takes no thread that ran half a millisecond ago (kernel/sched/fair.c, `task_hot`);',
    'the limiter of GC CPU is looked at after assists, at the ends of marking and when schedule runs (mgclimit.go, `updateLocked`), not every 10 ms; between two measured quantiles above the median the line is straight',
    'over the logarithm of what is left, which keeps the mean of the samples of a calibration where a straight line gave up to 1.9 times as much.',
    'Then a first touch of memory costs time (`pageTouchNs`) and the scavenger leaves what mgcscavenge.go, `gcPaceScavenger`, says; the median cycle of the pacer is that of the cycles with the numbers that were kept.',
    'No workload was kept unseen, and no cost was chosen: `allocBytesPerNs` is an estimate; all others that matter here are measured.',
    '',
    `Machine: ${measured.machine}. Releases run: ${releases.join(', ')}${unserved.length > 0 ? `; not run: ${unserved.join(', ')}` : ''}.`,
    '',
    `Protocol: each case ${Math.min(...runs)} to ${Math.max(...runs)} runs of ${seconds.join(', ')} s after a second of warming up that is dropped,`,
    `GOGC=off where collections are not the subject, ${seeds} seeds of the simulator. The program ran in a CPU cgroup of the largest weight; *company* is the most CPUs that others`,
    `used during a run that counts (of runs beyond the number wanted the ones with least company count): ${companyText(judged.map(r => r.foreignCpus))}.`,
    ...shortfall(judged, measured),
    'The CPUs of this guest change their speed by up to half from moment to moment, idle or not (the loop of W12, made for 200 µs, took 131 to 209); what lasts by the clock is not touched by it.',
    '*Noise floor* is how far the two halves of the real runs lie apart; a difference below twice that counts as *within noise*.',
    '',
    `**${judged.length} figures judged: ${count('agrees')} agree, ${count('within noise')} are within noise, ${count('differs')} differ.**`,
    '',
    '## Scheduler',
    '',
    ...table([...samples, ...figures]),
    '',
    ...(missing.length === 0 ? [] : [`Not run here: ${missing.join(', ')}.`, '']),
    '## Heap and pacer',
    '',
    '| release | goal identity of runtime/metrics | gcpacertrace cycles replayed | goal off | goal of metrics off | expected work off | assist ratio off by at most | cycles began above the trigger by at most | below |',
    '|---|---|---|---|---|---|---|---|---|',
    ...pacer.map(
      p =>
        `| ${p.go} | ${p.identityChecked - p.identityOff} of ${p.identityChecked} to the byte | ${p.replay.cycles} | ${p.replay.goalOff} | ${p.replay.metricsGoalOff} | ${p.replay.expectedOff} | ${p.replay.assistRatioOff.toExponential(1)} | ${p.replay.lateMaxBytes} B | ${p.replay.earlyMaxBytes} B |`,
    ),
    '',
    'Up to Go 1.25 the assist ratio is printed with seven digits; since 1.26 with all, and then it is equal. The trigger is looked at when a span is refilled, so a cycle begins a few spans above it.',
    '',
    ...table(heap),
    '',
    'Collections are compared for the same bytes allocated.',
    '',
    '## Predictions',
    '',
    '| prediction | here | |',
    '|---|---|---|',
    ...predictions(judged, measured, profile).map(p => `| ${p.says} | ${p.found} | **${p.verdict}** |`),
    '',
    '## Where they differ',
    '',
    'Why, as far as it is known; where something was run to see it, the sentence says so.',
    '',
    ...(differing.length === 0
      ? ['Nowhere beyond the bands.']
      : differing.map(r => `- ${r.id} (${r.compared!.statistic}): ${reasons(r.id)}`)),
    '',
    '## Published figures of other machines',
    '',
    'Shown as published, never counted: this machine has two CPUs on one node.',
    '',
    '| workload | published | source |',
    '|---|---|---|',
    ...publishedRows.map(p => `| ${p.workload} | ${p.figures} | ${p.source} |`),
    '',
    '## What this cannot say',
    '',
    'Tails under steal of the hypervisor, results below 1 µs with several Ps, and anything of NUMA: the model of nodes is held against published ratios and its own laws only.',
  ].join('\n')}\n`
}

function experiments(): string {
  const folder = `${root}examples/scenarios/`
  const lines = [
    '# Experiments of the source texts',
    '',
    'Written by `npm run validate -- report`; do not edit. Each row is a claim of a text with numbers, what the scenario of `examples/scenarios` gives for it, and the verdict.',
    'No parameter was chosen to meet a claim. *Not modelled* says what the simulator does not contain; E-numbers are the errata of the texts.',
    '',
    '| row | text | claim | scenario | simulated | times the claim | verdict |',
    '|---|---|---|---|---|---|---|',
  ]
  const rows: {readonly id: string; readonly line: string}[] = []
  for (const name of readdirSync(folder).filter(f => f.endsWith('.yaml'))) {
    const yaml = readFileSync(folder + name, 'utf8')
    const kind = simulateKinds.find(k => k === /^kind: (\S+)/m.exec(yaml)?.[1])
    if (kind === undefined) continue
    const result = simulate({kind, name, yaml, seed: 1})
    for (const claim of result.claims) {
      const figure =
        claim.notModelled === undefined
          ? claim.simulated === undefined
            ? '-'
            : `${claim.metric} ${metricText(claim.simulated)}`
          : 'not modelled'
      const verdict = [claim.notModelled === undefined || claim.verdict !== 'not judged' ? claim.verdict : '', claim.notModelled ?? '']
        .filter(part => part !== '')
        .join('; ')
      rows.push({
        id: claim.id,
        line: `| ${claim.id} | ${claim.source} | ${cell(claim.says)} | [${name.slice(0, -5)}](../examples/scenarios/${name}) | ${cell(figure)} | ${claim.ratio === undefined ? '' : claim.ratio.toPrecision(3)} | ${cell(verdict)}${claim.erratum === undefined ? '' : ` (${claim.erratum})`} |`,
      })
    }
  }
  rows.sort((a, b) => a.id.localeCompare(b.id, 'en', {numeric: true}))
  return `${[...lines, ...rows.map(r => r.line)].join('\n')}\n`
}

const cell = (value: string) => value.replaceAll('|', '\\|').replaceAll('\n', ' ')
