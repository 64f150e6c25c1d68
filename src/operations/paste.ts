// `… | gotriage`: recognises what was pasted and answers in ten lines, the guilty line first. A whole diagnosis is `gotriage diagnose`.
import {memorySource} from '../base/byte-source.ts'
import {errors} from '../base/errors.ts'
import type {Task} from '../base/progress.ts'
import {crashAdvice} from '../detectors/process-crash/detector.ts'
import {detectors} from '../detectors/registry.generated.ts'
import {runDetectors} from '../diagnosis/engine/run-detectors.ts'
import {groupByProgram} from '../diagnosis/programs.ts'
import {decodeSource} from '../evidence/decode.ts'
import {escapeSizes} from '../evidence/logs/escape-sizes.ts'
import {beganIn, isUserFrame, userFrame} from '../evidence/dumps/user-frame.ts'
import type {Artifact} from '../evidence/model/artifact.ts'
import type {Crash} from '../evidence/model/crash.ts'
import type {EscapeReport} from '../evidence/model/escape.ts'
import type {DumpFrame, GoroutineDump} from '../evidence/model/goroutines.ts'
import type {RaceReport} from '../evidence/model/race.ts'
import type {SanitizerReport} from '../evidence/model/sanitizer.ts'
import type {CurlTiming} from '../evidence/model/system.ts'
import {decoders} from '../evidence/registry.generated.ts'
import {summaryText} from '../evidence/summary.ts'
import {confidenceWord} from '../findings/finding.ts'
import {boundsOf, phasesOf} from '../evidence/system/request-phases.ts'

/** Lines of an answer. */
export const answerLinesMax = 10
const lineCharsMax = 200
const namedGroups = 4

/** Worse first: what is pasted together is answered by its worst part. */
const order: readonly string[] = ['crash', 'race', 'sanitizer', 'goroutines']

export interface Pasted {
  readonly text: string
  readonly complete: boolean
}

export async function paste(bytes: Uint8Array, task: Task): Promise<Pasted> {
  if (bytes.length === 0) throw errors.empty('standard input')
  const {artifacts, failure} = await decodeSource(memorySource('standard input', bytes), decoders, task)
  const rank = ({data}: Artifact) => (order.includes(data.kind) ? order.indexOf(data.kind) : order.length)
  const worst = artifacts.toSorted((a, b) => rank(a) - rank(b))[0]
  if (worst === undefined)
    throw failure ?? errors.unrecognized('standard input', ['a crash', 'a goroutine dump', 'a race report', 'runtime logs'])
  const others = artifacts.filter(each => each !== worst)
  const tail = [
    ...(others.length > 0 ? [`also here: ${counted(others.map(({format}) => format))}`] : []),
    ...(failure === undefined && worst.complete
      ? []
      : [`incomplete: ${failure?.message ?? worst.notes.at(-1)?.message ?? 'the text breaks off'}`]),
  ]
  const lines = [...linesOf(worst).slice(0, answerLinesMax - tail.length), ...tail]
  return {text: `${lines.map(short).join('\n')}\n`, complete: failure === undefined && worst.complete}
}

function linesOf(artifact: Artifact): string[] {
  const {data} = artifact
  switch (data.kind) {
    case 'crash':
      return crashLines(data)
    case 'race':
      return raceLines(data)
    case 'sanitizer':
      return sanitizerLines(data)
    case 'goroutines':
      return dumpLines(artifact, data)
    case 'curl-timing':
      return requestLines(data)
    case 'escape':
      return escapeLines(data)
    default:
      return [`${artifact.format}: ${summaryText(artifact)}`, 'next: gotriage diagnose FILE says what it means']
  }
}

const inSeconds = (value: number) => `${value.toFixed(3)} s`

/** The slowest of the timed requests: where its time went, and what would have bounded it. */
function requestLines({requests}: CurlTiming): string[] {
  const timed = requests.flatMap(request => {
    const phases = phasesOf(request)
    return phases === undefined || phases.length === 0 ? [] : [{phases, total: request.get('time_total') ?? 0}]
  })
  const slowest = timed.toSorted((a, b) => b.total - a.total)[0]
  if (slowest === undefined)
    return [`${requests.length} timed requests without time_total`, 'next: Add time_total: %{time_total} to the -w format.']
  const longest = slowest.phases.toSorted((a, b) => b.seconds - a.seconds)[0]
  return [
    `${requests.length === 1 ? 'a request' : `the slowest of ${requests.length} requests`} took ${inSeconds(slowest.total)}`,
    `phases: ${slowest.phases.map(({name, seconds}) => `${name} ${inSeconds(seconds)}`).join(', ')}`,
    ...(longest === undefined
      ? []
      : [
          `longest: ${longest.name}, ${Math.round((100 * longest.seconds) / slowest.total)} % of it`,
          `in a Go client bounded by: ${boundsOf[longest.name]}`,
        ]),
    'http.Client.Timeout bounds all of it, body included; IdleConnTimeout and KeepAlive bound connections between requests, no phase of one',
    'next: Compare with the time-outs in the code of the client; what the server did meanwhile is in its own trace or profile.',
  ]
}

/** What of an escape report is known in bytes, and what is not. */
function escapeLines(report: EscapeReport): string[] {
  const {sites, sized, bytes, largest} = escapeSizes(report)
  return [
    `escape analysis${report.packagePath === '' ? '' : ` of ${report.packagePath}`}: ${sites} sites allocate on the heap when they run`,
    `size known for ${sized} of them: ${bytes} bytes if each runs once, before rounding up to size classes`,
    ...largest.map(({entry, bytes: size}) => `${size} bytes: ${entry.subject} at ${entry.file}:${entry.line}`),
    'how often they run is in no escape report: an alloc profile counts it',
    'next: gotriage profile top -sample_index=alloc_space HEAP.pb.gz, and look for these lines',
  ]
}

function crashLines(crash: Crash): string[] {
  const said = crash.severity === 'panic' ? 'panic' : crash.severity === 'fatal' ? 'fatal error' : 'signal'
  const {why, next} = crashAdvice(crash)
  const {goroutine, site, signal} = crash
  // In C the runtime prints only the address where the signal came, unless runtime.SetCgoTraceback was given a traceback function.
  const native = [...new Set([...(signal?.duringCgo === true && signal.pc !== undefined ? [signal.pc] : []), ...crash.unresolvedPcs])]
  const frames = goroutine?.frames ?? []
  const at = site === undefined ? -1 : frames.findIndex(frame => frame.function === site.function && frame.line === site.line)
  const callers =
    at < 0
      ? []
      : frames
          .slice(at + 1)
          .filter(isUserFrame)
          .slice(0, 2)
  const calledIn = at > 0 ? frames[at - 1] : undefined
  return [
    `${said}: ${crash.message}`,
    site === undefined ? 'at: no line of the program itself is in this text' : `at: ${placeText(site)}`,
    ...(calledIn === undefined || /^(?:panic|runtime\.)/.test(calledIn.function) ? [] : [`in its call of: ${calledIn.function}`]),
    ...callers.map(frame => `called from: ${placeText(frame)}`),
    ...(goroutine === undefined
      ? []
      : [
          `goroutine ${goroutine.id} [${goroutine.state}]${goroutine.createdBy === undefined ? '' : `, started at ${placeText(goroutine.createdBy)}`}` +
            (crash.goroutines.total > 1 ? `; ${crash.goroutines.total} goroutines in ${crash.goroutines.groups.length} groups` : ''),
        ]),
    ...(crash.runningTests.length > 0 ? [`running tests: ${crash.runningTests.slice(0, 3).join(', ')}`] : []),
    `why: ${why}`,
    `next: ${next}`,
    ...(native.length > 0 ? [`C frames without a name: gotriage symbolize BINARY ${native.slice(0, 6).join(' ')}`] : []),
  ]
}

function raceLines(race: RaceReport): string[] {
  return [
    'data race: two goroutines use the same memory, and nothing orders them',
    ...race.accesses.slice(0, 2).map(access => {
      const frame = userFrame(access.frames) ?? access.frames[0]
      return `${access.operation} by goroutine ${access.goroutine} at: ${frame === undefined ? 'its stack was lost' : placeText(frame)}`
    }),
    ...race.created.slice(0, 2).flatMap(({goroutine, frames}) => {
      const frame = userFrame(frames) ?? frames[0]
      return frame === undefined ? [] : [`goroutine ${goroutine} is started at: ${placeText(frame)}`]
    }),
    'next: Guard both with one lock, hand the value over through a channel, or use sync/atomic for both.',
  ]
}

function sanitizerLines(report: SanitizerReport): string[] {
  const places = report.stacks.slice(0, 3).map(({title, frames}) => {
    const frame =
      frames.find(({function: fn, line}) => line > 0 && !/^(?:__interceptor_|__asan_|__sanitizer_|operator new)/.test(fn)) ?? frames[0]
    return `${title.replace(/:$/, '')}: ${frame === undefined ? 'no frames' : `${frame.function} ${frame.file}${frame.line > 0 ? `:${frame.line}` : ''}`}`
  })
  return [`${report.tool}: ${report.error}`, ...places]
}

/** What the detectors make of the one dump comes first; then the largest crowds, whoever started them. */
function dumpLines(artifact: Artifact, dump: GoroutineDump): string[] {
  const crowds = crowdsOf(dump)
  const {evidence} = groupByProgram([artifact])
  const {observations} = runDetectors(detectors, evidence, place => place)
  const said = observations.toSorted((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1)).slice(0, saidMax)
  return [
    `goroutine dump: ${dump.total} goroutines at ${crowds.length} places`,
    ...said.map(one => `${confidenceWord(one.confidence)}: ${one.what} (${one.id})`),
    ...crowds.slice(0, namedGroups).map(({count, state, frame, waitMinutesMax}) => {
      const waits = waitMinutesMax === undefined ? '' : `, up to ${waitMinutesMax} min`
      return `${count} × ${state === '' ? 'at' : `[${state}${waits}] at`} ${frame === undefined ? 'an unknown place' : placeText(frame)}`
    }),
    ...(said.length === 0 ? [] : [`next: ${said[0]!.next}`]),
    'next: compare with a second dump: gotriage diagnose DIR says which groups grow',
  ]
}

/** Observations shown of a dump. */
const saidMax = 2

interface Crowd {
  count: number
  readonly state: string
  readonly frame: DumpFrame | undefined
  waitMinutesMax: number | undefined
}

/** Goroutines in one state at one line of the program, largest first. */
function crowdsOf(dump: GoroutineDump): Crowd[] {
  const crowds = new Map<string, Crowd>()
  for (const group of dump.groups) {
    const frame = userFrame(group.frames) ?? beganIn(group.frames)
    const key = `${group.state}|${frame === undefined ? '' : placeText(frame)}`
    const known = crowds.get(key)
    if (known === undefined) crowds.set(key, {count: group.count, state: group.state, frame, waitMinutesMax: group.waitMinutesMax})
    else {
      known.count += group.count
      known.waitMinutesMax =
        group.waitMinutesMax === undefined ? known.waitMinutesMax : Math.max(known.waitMinutesMax ?? 0, group.waitMinutesMax)
    }
  }
  return [...crowds.values()].sort((a, b) => b.count - a.count)
}

const placeText = ({function: fn, file, line}: DumpFrame): string => `${file}${line > 0 ? `:${line}` : ''} ${fn}`.trim()

const short = (line: string): string => (line.length > lineCharsMax ? `${line.slice(0, lineCharsMax - 1)}…` : line)

function counted(formats: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const format of formats) counts.set(format, (counts.get(format) ?? 0) + 1)
  return [...counts].map(([format, count]) => (count > 1 ? `${count} × ${format}` : format)).join(', ')
}
