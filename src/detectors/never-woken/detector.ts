// never-woken: goroutines wait in the methods of one type for a signal or for room in a channel, and nobody in them could give it. See detector.md.
import {parseSymbolName} from '../../base/symbol-name.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {relatedPlace} from '../../diagnosis/frame-places.ts'
import {
  dumpsOf,
  oldestOf,
  oldestStay,
  placesOfWaiters,
  type SeenDump,
  type Waiters,
  waitersOf,
  type WaitKind,
} from '../../diagnosis/goroutine-waits.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'

type Message = 'signal' | 'room'
type Settings = Readonly<Record<'waitersMin', number>>

/** Waiters of one kind in the methods of one type. */
interface Crowd {
  readonly owner: string
  readonly kind: 'cond' | 'channel-send'
  /** Largest first. */
  readonly waiters: readonly Waiters[]
  readonly count: number
  readonly functions: ReadonlySet<string>
  /** Whether requests of a server are among them, which nobody leaves waiting on purpose. */
  readonly requests: boolean
}

const accepting = /^net\.\(\*(?:TCPListener|UnixListener)\)\.Accept(?:TCP|Unix)?$/
const serving = /^net\/http\.\(\*(?:conn|http2serverConn)\)\.(?:serve|runHandler)$/
/** Bodies and streams of HTTP/2 wait for their peer on a condition variable (net/http/h2_bundle.go, Go 1.22 to 1.26). */
const forPeer = /^net\/http\.\(\*http2/

export default defineDetector({
  id: 'never-woken',
  title: 'Goroutines wait for a signal or for room that nobody gives',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Cond', 'https://go.dev/ref/spec#Send_statements'],
  settings: {waitersMin: {value: 10, unit: 'goroutines', source: 'detector.md#settings'}},
  messages: {
    signal: {
      what: '{count} goroutines wait for a condition variable in {owner} ({lines}){same}, and nobody in its methods does anything else',
      why: 'Cond.Wait ends only by Signal or Broadcast, and those who would call it wait themselves; Signal wakes the one that has waited longest, whatever it waits for: with two conditions on one Cond it may be one that cannot go on and does not pass it on',
      next: 'Give each condition a Cond of its own in {owner}, or call Broadcast, and change the state only with the lock held.',
    },
    room: {
      what: '{count} goroutines wait to send in {owner} ({lines}){same}, and nobody in its methods does anything else',
      why: 'a send waits until somebody receives: where a channel is used as a semaphore its places are taken by code that returned without giving them back, and where it is a queue nobody takes from it',
      next: 'Follow the receives from this channel: on which path does the code of {owner} return, or panic, without one.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence).filter(({dump}) => dump.form === 'debug2' || dump.form === 'crash')
    const last = dumps.at(-1)
    if (last === undefined) return []
    return crowdsOf(last, settings).flatMap((crowd): Observed<Message>[] => {
      const before = dumps
        .slice(0, -1)
        .map(seen => crowdsOf(seen, settings).find(one => one.owner === crowd.owner && one.kind === crowd.kind))
      const stay = oldestStay([...before, crowd].map(one => one && {oldestIds: oldestOf(one.waiters.flatMap(({groups}) => groups))}))
      // In one function alone they may be workers without work, or wait on purpose.
      const certain = crowd.requests || crowd.functions.size > 1
      if (!certain || (before.length > 0 && !stay)) return []
      return [observe(crowd, stay ? dumps.length : 1, last, settings)]
    })
  },
})

function observe(crowd: Crowd, dumps: number, last: SeenDump, settings: Settings): Observed<Message> {
  const [first, ...others] = crowd.waiters
  const both = crowd.kind === 'cond' && crowd.functions.size > 1
  const confidence = dumps > 1 ? (both ? 0.85 : 0.7) : both ? 0.55 : 0.4
  return {
    message: crowd.kind === 'cond' ? 'signal' : 'room',
    data: {
      count: String(crowd.count),
      owner: crowd.owner,
      lines: crowd.waiters
        .slice(0, 3)
        .map(({frame, count}) => `${count} at ${frame.file.replace(/^.*[/\\]/, '')}:${frame.line}`)
        .join(', '),
      same: dumps > 1 ? `, the first of them the same in ${dumps} dumps` : '',
      dumps: String(dumps),
      methods: String(crowd.functions.size),
    },
    subject: {kind: 'goroutines', name: `${crowd.kind === 'cond' ? 'signals' : 'room'} of ${crowd.owner}`},
    confidence,
    severity: confidence >= 0.5 ? 'warning' : 'info',
    measured: [
      {
        name: crowd.kind === 'cond' ? 'goroutines that wait for a condition variable' : 'goroutines that wait to send',
        value: crowd.count,
        unit: 'goroutines',
        limit: settings.waitersMin,
        limitSource: 'detector.md#settings',
        artifact: last.artifact.id,
        at: `line ${first?.groups[0]?.line ?? 1}`,
      },
    ],
    places: [
      ...(first === undefined ? [] : placesOfWaiters(first)),
      ...others.slice(0, 2).map(({frame, count}) => relatedPlace(frame, `${count} more wait here`)),
    ],
  }
}

/** Crowds behind which no goroutine is in a method of the type, or for a send at work in its package. */
function crowdsOf({dump, artifact}: SeenDump, settings: Settings): Crowd[] {
  const all = waitersOf(dump, artifact.program.module)
  const byOwner = new Map<string, Waiters[]>()
  for (const waiters of all) {
    if ((waiters.kind !== 'cond' && waiters.kind !== 'channel-send') || waitsForPeer(waiters)) continue
    const owner = ownerOf(waiters.frame.function)
    if (owner === undefined) continue
    const key = `${waiters.kind} ${owner}`
    byOwner.set(key, [...(byOwner.get(key) ?? []), waiters])
  }
  return [...byOwner].flatMap(([key, waiters]): Crowd[] => {
    const owner = key.slice(key.indexOf(' ') + 1)
    const kind: WaitKind = key.startsWith('cond ') ? 'cond' : 'channel-send'
    const count = waiters.reduce((sum, one) => sum + one.count, 0)
    if (count < settings.waitersMin) return []
    const others = all.filter(one => !waiters.includes(one))
    if (others.some(one => takesPart(one, owner, kind))) return []
    return [
      {
        owner,
        kind,
        waiters,
        count,
        functions: new Set(waiters.map(one => one.frame.function)),
        requests: waiters.some(one => one.groups.some(group => group.frames.some(frame => serving.test(frame.function)))),
      },
    ]
  })
}

const waitsForPeer = (waiters: Waiters) =>
  waiters.groups.some(group =>
    group.frames.slice(0, firstUserFrame(group.frames) ?? group.frames.length).some(frame => forPeer.test(frame.function)),
  )

/**
 * Whether others may be the ones that wake: with a method of the type on their stack; for a send also who is at work in the package or receives
 * there, since what receives need not be a method. The goroutine of main and those that accept connections serve nobody's channel.
 */
function takesPart(others: Waiters, owner: string, kind: WaitKind): boolean {
  const packagePath = owner.slice(0, owner.lastIndexOf('.'))
  return others.groups.some(
    group =>
      !group.frames.some(frame => accepting.test(frame.function)) &&
      group.frames.some(({function: name}) => {
        if (ownerOf(name) === owner) return true
        return (
          kind === 'channel-send' && name !== 'main.main' && parseSymbolName(name)?.packagePath === packagePath && !isMain(group.frames)
        )
      }),
  )
}

const isMain = (frames: readonly {readonly function: string}[]) => frames.some(frame => frame.function === 'main.main')

/** Package and receiver type of a method; functions have no owner. */
function ownerOf(name: string): string | undefined {
  const symbol = parseSymbolName(name)
  return symbol?.receiver === undefined ? undefined : `${symbol.packagePath}.${symbol.receiver}`
}
