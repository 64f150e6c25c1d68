// Two diagnoses of one program, before a change and after it: which causes are gone, what the numbers did, and whether AFTER could have shown it.
import type {Cause, Envelope} from '../findings/envelope.ts'
import type {ComparedCause, ComparedNumber, ComparedSide, Comparison} from '../findings/comparison.ts'
import type {ProgramEvidence} from './engine/detector.ts'
import {keyNumbers} from './key-numbers.ts'

export interface ComparedInput {
  readonly path: string
  readonly envelope: Envelope
  readonly evidence: readonly ProgramEvidence[]
}

/** AFTER must cover this part of BEFORE's time, or a slow growth would not show in it. */
const spanShareMin = 0.25
/** Below this part of BEFORE's time it is said, and the verdict stands. */
const spanShareSaid = 0.75
/** Numbers that differ by less than this factor are the same: what two runs of one program differ by. */
const sameFactor = 1.25

export function compareDiagnoses(before: ComparedInput, after: ComparedInput): Comparison {
  const spans = [before, after].map(side => spanSeconds(side.envelope))
  const sides = [before, after].map((side, i) => sideOf(side, spans[i]))
  const short = spans[0] !== undefined && spans[0] > 0 && (spans[1] ?? 0) < spanShareMin * spans[0]
  const causes = comparedCauses(before.envelope, after.envelope, short ? 'AFTER covers too little time' : undefined)
  const [was, is] = [keyNumbers(before.evidence), keyNumbers(after.evidence)]
  const numbers = [...new Set([...was.keys(), ...is.keys()])].map(name => comparedNumber(name, was.get(name), is.get(name)))
  const caveats = caveatsOf(before, after, spans)
  return {...verdictOf(causes), before: sides[0]!, after: sides[1]!, causes, numbers, caveats}
}

function comparedCauses(before: Envelope, after: Envelope, lacking: string | undefined): ComparedCause[] {
  const certain = (envelope: Envelope) => envelope.causes.filter(cause => cause.confidence >= 0.5)
  const left = new Set(certain(after))
  const compared = certain(before).map((cause): ComparedCause => {
    const same = [...left].find(other => sameCause(cause, other))
    const head = {id: cause.id, title: cause.title, ...placeOf(cause), before: cause.confidence}
    if (same !== undefined) {
      left.delete(same)
      return {...head, after: same.confidence, verdict: 'stays'}
    }
    const weak = after.causes.find(other => other.confidence < 0.5 && sameCause(cause, other))
    const seen = weak === undefined ? {} : {after: weak.confidence}
    const because = lacking ?? missingKind(cause, before, after)
    return because === undefined ? {...head, ...seen, verdict: 'gone'} : {...head, ...seen, verdict: 'untold', because}
  })
  const added = [...left].map((cause): ComparedCause => ({
    id: cause.id,
    title: cause.title,
    ...placeOf(cause),
    after: cause.confidence,
    verdict: 'new',
  }))
  return [...compared, ...added]
}

/** Line numbers move with the fix, so a place is its symbol, or its file where it has none. */
const placeOf = (cause: Cause): {place?: string} => {
  const place = cause.places[0]
  return place === undefined ? {} : {place: place.symbol ?? place.file.replace(/^.*\//, '')}
}

const sameCause = (a: Cause, b: Cause) =>
  a.id === b.id && (placeOf(a).place === placeOf(b).place || a.places.length === 0 || b.places.length === 0)

/** Kinds of evidence that showed the cause and that AFTER has none of: absent when at least one observation could have been made again. */
function missingKind(cause: Cause, before: Envelope, after: Envelope): string | undefined {
  const formats = new Map(before.artifacts.map(artifact => [artifact.id, artifact.format]))
  const cited = new Set(cause.chain.filter(step => step.role === 'shows').flatMap(step => step.findings))
  const shown = before.findings.filter(finding => finding.kind === 'observation' && cited.has(finding.fingerprint))
  const needs = shown.map(finding =>
    finding.kind === 'observation'
      ? [...new Set(finding.measured.flatMap(one => (one.artifact === undefined ? [] : [formats.get(one.artifact) ?? ''])))].filter(
          format => format !== '',
        )
      : [],
  )
  const known = needs.filter(formatsOfOne => formatsOfOne.length > 0)
  if (known.length === 0) return after.artifacts.length > 0 ? undefined : 'AFTER has no evidence'
  const count = (envelope: Envelope, format: string) =>
    envelope.artifacts.filter(artifact => kindOf(artifact.format) === kindOf(format)).length
  const again = known.some(list => list.every(format => count(after, format) >= Math.min(2, count(before, format))))
  if (again) return undefined
  // A report of a race, a crash or a leak check exists only when something went wrong: its absence is what a fix looks like, if anything ran at all.
  if (known.every(list => list.every(isReport))) return after.artifacts.length > 0 ? undefined : 'AFTER has no evidence'
  return `AFTER lacks ${[...new Set(known.flat())].filter(format => count(after, format) < Math.min(2, count(before, format))).join(', ')}`
}

/** `dumps/goroutine-debug2` and `-debug1` show the same; so do traces of different versions. */
const kindOf = (format: string) => format.replace(/^(dumps\/goroutine|trace\/|metrics\/).*$/, '$1')
const isReport = (format: string) => /race|crash|sanitizer|panic/.test(format)

function verdictOf(causes: readonly ComparedCause[]): Pick<Comparison, 'verdict' | 'says'> {
  const of = (verdict: ComparedCause['verdict']) => causes.filter(cause => cause.verdict === verdict)
  const [gone, stays, added, untold] = [of('gone'), of('stays'), of('new'), of('untold')]
  const named = (list: readonly ComparedCause[]) => list.map(cause => cause.id).join(', ')
  if (gone.length + stays.length + untold.length === 0)
    return added.length === 0
      ? {verdict: 'nothing-to-fix', says: 'no cause of 0.5 or more before, and none after'}
      : {verdict: 'failed', says: `no cause of 0.5 or more before, and a new one after: ${named(added)}`}
  const more = added.length > 0 ? `, and something new is there: ${named(added)}` : ''
  if (stays.length > 0)
    return gone.length > 0
      ? {verdict: 'partly', says: `the fix worked in part: ${named(gone)} gone, ${named(stays)} still there${more}`}
      : {verdict: 'failed', says: `the fix did not work: ${named(stays)} still there${more}`}
  if (untold.length > 0)
    return {
      verdict: 'untold',
      says: `whether the fix worked cannot be told: ${untold.map(cause => `${cause.id} (${cause.because ?? ''})`).join(', ')}${more}`,
    }
  if (added.length > 0) return {verdict: 'partly', says: `${named(gone)} gone${more}`}
  return {verdict: 'worked', says: `the fix worked: ${named(gone)} gone, nothing new`}
}

function comparedNumber(name: string, was: KeyNumber | undefined, is: KeyNumber | undefined): ComparedNumber {
  const [before, after] = [was?.value, is?.value]
  const {unit, floor} = was ?? is!
  const verdict =
    before === undefined || after === undefined
      ? 'untold'
      : Math.abs(after - before) < floor || (after <= before * sameFactor && before <= after * sameFactor)
        ? 'same'
        : after < before
          ? 'better'
          : 'worse'
  return {name, unit, ...(before === undefined ? {} : {before}), ...(after === undefined ? {} : {after}), verdict}
}

type KeyNumber = NonNullable<ReturnType<ReturnType<typeof keyNumbers>['get']>>

function sideOf({path, envelope}: ComparedInput, seconds: number | undefined): ComparedSide {
  const program = envelope.programs[0]
  return {
    path,
    artifacts: envelope.artifacts.length,
    ...(seconds === undefined ? {} : {seconds}),
    ...(program?.goVersion === undefined ? {} : {goVersion: program.goVersion}),
    ...(program?.buildId === undefined ? {} : {buildId: program.buildId}),
  }
}

function spanSeconds(envelope: Envelope): number | undefined {
  const times = envelope.artifacts.flatMap(artifact => (artifact.timeUnixNs === undefined ? [] : [BigInt(artifact.timeUnixNs)]))
  if (times.length < 2) return undefined
  const [least, most] = times.reduce(([low, high], time) => [time < low ? time : low, time > high ? time : high], [times[0]!, times[0]!])
  return Number((most - least) / 1_000_000n) / 1e3
}

function caveatsOf(before: ComparedInput, after: ComparedInput, [was, is]: readonly (number | undefined)[]): string[] {
  const [b, a] = [before.envelope, after.envelope]
  const modules = [b, a].map(envelope => envelope.programs.find(program => program.module !== undefined)?.module)
  const builds = [b, a].map(envelope => envelope.programs.find(program => program.buildId !== undefined)?.buildId)
  return [
    ...(was !== undefined && is !== undefined && is < spanShareSaid * was
      ? [`AFTER covers ${Math.round(is)} s and BEFORE ${Math.round(was)} s: capture as long as before`]
      : []),
    ...(modules[0] !== undefined && modules[1] !== undefined && modules[0] !== modules[1]
      ? [`BEFORE is of module ${modules[0]} and AFTER of ${modules[1]}: these are two programs`]
      : []),
    ...(builds[0] !== undefined && builds[0] === builds[1] ? ['both are of the same build: nothing was changed in the code'] : []),
    'the comparison holds for the same load: compare requests, or CPU time of user code, before the verdict is trusted',
  ]
}
