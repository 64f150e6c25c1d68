// What the goroutines of a dump wait for. Wait reasons: runtime/runtime2.go (waitReasonStrings), Go 1.5 to 1.26; forms without a reason
// (debug=1, protobuf) are told by the runtime functions on top of the stack.
import type {Place} from '../base/place.ts'
import {idsMax} from '../evidence/dumps/goroutine-groups.ts'
import type {DumpFrame, GoroutineDump, GoroutineGroup} from '../evidence/model/goroutines.ts'
import type {Profile} from '../evidence/model/profile.ts'
import type {Identified, ProgramEvidence} from './engine/detector.ts'
import {placesOf} from './frame-places.ts'
import {firstUserFrame} from './user-frames.ts'

export type WaitKind =
  | 'lock'
  | 'read-lock'
  | 'waitgroup'
  | 'cond'
  | 'channel-send'
  | 'channel-receive'
  | 'select'
  | 'semaphore'
  | 'io'
  | 'sleep'
  | 'c-call'
  | 'syscall'
  | 'running'
  | 'other'

const byState: readonly (readonly [RegExp, WaitKind])[] = [
  [/^sync\.(?:Mutex\.Lock|RWMutex\.Lock)/, 'lock'],
  [/^sync\.RWMutex\.RLock/, 'read-lock'],
  [/^sync\.WaitGroup\.Wait/, 'waitgroup'],
  [/^sync\.Cond\.Wait/, 'cond'],
  [/^chan send/, 'channel-send'],
  [/^chan receive/, 'channel-receive'],
  [/^select/, 'select'],
  [/^IO wait/, 'io'],
  [/^sleep/, 'sleep'],
  [/^syscall/, 'syscall'],
  [/^(?:running|runnable)/, 'running'],
]

/** cgo's stub, or the runtime function under it. */
const cCall = /(?:^|\.)_Cfunc_|^runtime\.cgocall$/

const byFrame: readonly (readonly [RegExp, WaitKind])[] = [
  [/^sync\.\(\*RWMutex\)\.RLock$/, 'read-lock'],
  [/^(?:internal\/)?sync\.\(\*(?:RW)?Mutex\)\.Lock$/, 'lock'],
  [/^sync\.\(\*WaitGroup\)\.Wait$/, 'waitgroup'],
  [/^sync\.\(\*Cond\)\.Wait$/, 'cond'],
  [/^runtime\.chansend1?$/, 'channel-send'],
  [/^runtime\.(?:chanrecv[12]?)$/, 'channel-receive'],
  [/^runtime\.(?:selectgo|selectnbsend|selectnbrecv)$/, 'select'],
  [/^(?:runtime\.netpollblock|internal\/poll\.runtime_pollWait|net\.runtime_pollWait)$/, 'io'],
  [/^time\.Sleep$/, 'sleep'],
  [cCall, 'c-call'],
  [/^(?:syscall\.(?:Raw)?Syscall6?|internal\/runtime\/syscall\.Syscall6|syscall\.syscall)$/, 'syscall'],
  [/^(?:sync\.runtime_Semacquire\w*|runtime\.semacquire1?)$/, 'semaphore'],
]

/**
 * Where the standard library waits in a select or on a channel for what comes from outside: the answer of a server, a name, the end of a process
 * (net/http/transport.go, net/lookup.go, os/exec/exec.go, Go 1.22 to 1.26).
 */
const fromOutside = /^(?:net\/http\.\(\*(?:persistConn|http2ClientConn|http2clientStream)\)\.|net\.\(\*Resolver\)\.|os\/exec\.\(\*Cmd\)\.)/

/** The frames above the user's own are those of the runtime and of sync; only they say what is waited for. */
export function waitKind(group: GoroutineGroup): WaitKind {
  const named = byState.find(([pattern]) => pattern.test(group.state))?.[1]
  const own = firstUserFrame(group.frames)
  const above = group.frames.slice(0, own ?? group.frames.length)
  // `semacquire` is the lock, the wait group or something else that the frames name; a syscall may be a call into C.
  if (named === 'syscall') return above.some(frame => cCall.test(frame.function)) ? 'c-call' : 'syscall'
  const kind = named ?? byFrame.find(([pattern]) => above.some(frame => pattern.test(frame.function)))?.[1] ?? 'other'
  const forOthers = own !== undefined && (kind === 'select' || kind === 'channel-receive') // else it is a goroutine of the library's own
  return forOthers && above.some(frame => fromOutside.test(frame.function)) ? 'io' : kind
}

/** Waiting in which no timer, descriptor or call outside Go takes part: only another goroutine can end it. */
export const waitsForGoroutine = (kind: WaitKind) =>
  kind === 'lock' ||
  kind === 'read-lock' ||
  kind === 'waitgroup' ||
  kind === 'cond' ||
  kind === 'channel-send' ||
  kind === 'channel-receive' ||
  kind === 'select' ||
  kind === 'semaphore'

/** In words, as a clause after "goroutines wait". */
export const waitWords: Readonly<Record<WaitKind, string>> = {
  lock: 'for a lock',
  'read-lock': 'for a read lock',
  waitgroup: 'for a WaitGroup',
  cond: 'for a condition variable',
  'channel-send': 'to send on a channel',
  'channel-receive': 'to receive from a channel',
  select: 'in a select',
  semaphore: 'for a semaphore of the runtime',
  io: 'for I/O',
  sleep: 'in a sleep',
  'c-call': 'in a call into C',
  syscall: 'in a system call',
  running: 'to run',
  other: 'for something the dump does not name',
}

/** Goroutines that wait for the same thing at the same line of the user's own, started by the same function. */
export interface Waiters {
  readonly key: string
  readonly kind: WaitKind
  readonly frame: DumpFrame
  readonly createdBy: DumpFrame | undefined
  readonly groups: readonly GoroutineGroup[]
  readonly count: number
  /** Of the member that waits shortest; undefined when the dump shows no times. */
  readonly waitMinutesMin: number | undefined
  readonly waitMinutesMax: number | undefined
  /** Ids of the members that were started first, ascending; empty where the dump shows none. */
  readonly oldestIds: readonly string[]
}

/** Groups of a dump joined by what they wait for and where; goroutines without a frame of the user's own are left out. Largest first. */
export function waitersOf(dump: GoroutineDump, module?: string): Waiters[] {
  const joined = new Map<string, {kind: WaitKind; frame: DumpFrame; createdBy: DumpFrame | undefined; groups: GoroutineGroup[]}>()
  for (const group of dump.groups) {
    const at = firstUserFrame(group.frames, module)
    const frame = at === undefined ? undefined : group.frames[at]
    if (frame === undefined) continue
    const kind = waitKind(group)
    const key = `${kind} ${frame.function} ${frame.line} ${group.createdBy?.function ?? ''}`
    const known = joined.get(key)
    if (known) known.groups.push(group)
    else joined.set(key, {kind, frame, createdBy: group.createdBy, groups: [group]})
  }
  return [...joined]
    .map(([key, {kind, frame, createdBy, groups}]) => ({
      key,
      kind,
      frame,
      createdBy,
      groups,
      count: groups.reduce((sum, group) => sum + group.count, 0),
      waitMinutesMin: lowest(groups.map(group => group.waitMinutesMin)),
      waitMinutesMax: highest(groups.map(group => group.waitMinutesMax)),
      oldestIds: oldestOf(groups),
    }))
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
}

/** Share of the oldest ids that must be the same in two dumps: some of those that a ticker wakes run just when a dump is written. */
const keptShareMin = 0.75

/** Whether the goroutines that were started first are the same in each of the dumps; no without ids or with a dump that lacks the group. */
export function oldestStay(inEachDump: readonly ({readonly oldestIds: readonly string[]} | undefined)[]): boolean {
  const last = inEachDump.at(-1)
  if (last === undefined || inEachDump.length < 2) return false
  return inEachDump.slice(0, -1).every(before => {
    if (before === undefined || before.oldestIds.length < idsMax / 2) return false
    const kept = before.oldestIds.filter(id => last.oldestIds.includes(id)).length
    return kept >= keptShareMin * before.oldestIds.length
  })
}

export const oldestOf = (groups: readonly GoroutineGroup[]): readonly string[] =>
  groups
    .flatMap(group => group.ids)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, idsMax)

/** A group without a time beside one with a time waits for less than a minute. */
function lowest(values: readonly (number | undefined)[]): number | undefined {
  return values.every(value => value === undefined) ? undefined : Math.min(...values.map(value => value ?? 0))
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

export function placesOfWaiters(waiters: Waiters): Place[] {
  const frames = waiters.groups[0]?.frames ?? []
  const at = frames.indexOf(waiters.frame)
  const places = placesOf(frames.slice(Math.max(0, at), Math.max(0, at) + 3), `waits here ${waitWords[waiters.kind]}`)
  if (waiters.createdBy !== undefined && waiters.createdBy.file !== '')
    places.push({
      role: 'related',
      file: waiters.createdBy.file,
      line: Math.max(1, waiters.createdBy.line),
      symbol: waiters.createdBy.function,
      label: 'started here',
    })
  return places
}

export interface SeenDump {
  readonly artifact: Identified
  readonly dump: GoroutineDump
}

/** Forms with ids and times: where there is one of them, those without would only stand in for it. */
const tellsMore = ({dump}: SeenDump) => dump.form === 'debug2' || dump.form === 'crash'

/**
 * Every state of the goroutines that a program's evidence shows, in order of time: dumps and crashes; where there is none with ids, debug=1 forms
 * and goroutine profiles.
 */
export function dumpsOf(evidence: ProgramEvidence): SeenDump[] {
  const seen: SeenDump[] = [
    ...evidence.of('goroutines').map(artifact => ({artifact, dump: artifact.data})),
    ...evidence
      .of('crash')
      .filter(artifact => artifact.data.class !== 'http-handler-panic') // one goroutine, and the process goes on
      .map(artifact => ({artifact, dump: artifact.data.goroutines})),
    ...evidence
      .of('profile')
      .filter(artifact => artifact.data.profileType === 'goroutine')
      .map(artifact => ({artifact, dump: dumpOfProfile(artifact.data)})),
  ]
  const order = ({artifact}: SeenDump) => Number(artifact.id.slice(1))
  // A log has the time at which it was begun; a process that dies says nothing after that.
  const died = ({artifact}: SeenDump) =>
    (artifact.data.kind === 'crash' && artifact.data.class !== 'http-handler-panic') || artifact.format === 'dumps/goroutine-sigquit'
      ? 1
      : 0
  const told = seen.some(tellsMore) ? seen.filter(tellsMore) : seen
  return told.sort((a, b) => died(a) - died(b) || compareTimes(a.artifact.timeUnixNs, b.artifact.timeUnixNs) || order(a) - order(b))
}

const compareTimes = (a: bigint | undefined, b: bigint | undefined) => (a === undefined || b === undefined ? 0 : a < b ? -1 : a > b ? 1 : 0)

/** A goroutine profile as a dump: no ids, no states, no times. */
export function dumpOfProfile(profile: Profile): GoroutineDump {
  const groups: GoroutineGroup[] = []
  let total = 0
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const count = profile.value(sample, 0)
    if (count <= 0) continue
    total += count
    groups.push({count, state: '', lockedToThread: false, frames: profile.frames(sample), ids: [], line: 0})
  }
  return {kind: 'goroutines', form: 'profile', total, groups: groups.sort((a, b) => b.count - a.count)}
}
