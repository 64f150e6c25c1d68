// pool-exhaustion-cascade: what the waiters of a pool want is held by goroutines that hang, or by none at all. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {
  dumpsOf,
  oldestOf,
  oldestStay,
  placesOfWaiters,
  type SeenDump,
  waitKind,
  type Waiters,
  waitersOf,
} from '../../diagnosis/goroutine-waits.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'
import type {DumpFrame, GoroutineDump, GoroutineGroup} from '../../evidence/model/goroutines.ts'

/** Functions in which goroutines wait for a resource of a pool. */
const acquiring =
  /^database\/sql\.\(\*DB\)\.conn$|\.\(\*ConnPool\)\.waitTurn$|semaphore\.\(\*Weighted\)\.Acquire$|\.\(\*\w*[pP]ool\w*\)\.(?:Get|get|Acquire|acquire|Take|take|Borrow|wait\w*)(?:Context|Conn|WithContext)?$/

type Message = 'exhausted' | 'nested' | 'abandoned'

interface PoolWait {
  readonly waiters: Waiters
  readonly acquire: DumpFrame
}

export default defineDetector({
  id: 'pool-exhaustion-cascade',
  title: 'Nobody gives a connection back to its pool',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/database/sql#DB.SetMaxOpenConns', 'https://github.com/golang/go/blob/go1.26.0/src/database/sql/sql.go'],
  settings: {
    waitersMin: {value: 10, unit: 'goroutines', source: 'detector.md#settings'},
    perHolderMin: {value: 2, unit: 'waiters for each holder', source: 'detector.md#settings'},
  },
  messages: {
    exhausted: {
      what: '{waiters} goroutines wait in {acquire} while {holders} hang {inside} at {holder}',
      why: 'a call into C or a blocking system call cannot be ended from Go, so what it holds stays taken and everybody behind it waits until their own time-outs',
      next: 'Give the call a time limit of its own (a socket deadline, a non-blocking call, or a process that can be killed), and the wait for the pool a context.',
    },
    nested: {
      what: '{waiters} goroutines wait in {acquire}; {nested} of them hold {open} open that they began themselves, and wait for a second connection at {site}',
      why: 'each keeps one connection of the pool while it waits for another one of it; once every connection is kept like this nobody goes on before a context ends',
      next: '{advice}; a larger SetMaxOpenConns only moves the load at which it stands still.',
    },
    abandoned: {
      what: '{waiters} goroutines wait in {acquire}{series}, and no goroutine of the dump uses a connection of it',
      why: 'connections are taken by code that runs or by what that code has left open: with database/sql a Rows, a Row that is not scanned, a Conn or a Tx keeps its connection until it is closed or its context ends, and without a context the waiters wait as long',
      next: 'Look at {function} and its neighbours for a Rows without Close on some path, a Tx without Commit or Rollback, a Conn without Close; set SetMaxOpenConns and watch DB.Stats().InUse.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence)
    const last = dumps.at(-1)
    if (last === undefined) return []
    const nested = ofNested(last, settings.waitersMin)
    if (nested.length > 0) return nested
    const abandoned = ofAbandoned(dumps, settings.waitersMin)
    if (abandoned.length > 0) return abandoned
    const module = last.artifact.program.module
    const pools = new Map<string, PoolWait[]>()
    for (const wait of poolWaits(last.dump, module)) pools.set(wait.acquire.function, [...(pools.get(wait.acquire.function) ?? []), wait])
    return [...pools].flatMap(([name, waits]): Observed<Message>[] => {
      const waiting = waits.reduce((sum, one) => sum + one.waiters.count, 0)
      const callers = new Set(waits.map(one => one.waiters.frame.function))
      const holders = holdersOf(last.dump, callers, packageOf(name))
      const held = holders.reduce((sum, group) => sum + group.count, 0)
      const [first] = waits
      if (first === undefined || waiting < settings.waitersMin || held === 0 || waiting < settings.perHolderMin * held) return []
      const place = holders[0]!.frames[firstUserFrame(holders[0]!.frames, module) ?? 0]!
      const inside = waitKind(holders[0]!) === 'c-call' ? 'in C' : 'in a system call'
      return [
        {
          message: 'exhausted',
          data: {waiters: String(waiting), acquire: name, holders: String(held), holder: shownFrame(place), inside},
          subject: {kind: 'goroutines', name: `pool of ${name}`},
          confidence: 0.75,
          measured: [
            {
              name: 'goroutines that wait for the pool',
              value: waiting,
              unit: 'goroutines',
              limit: settings.waitersMin,
              limitSource: 'detector.md#settings',
              artifact: last.artifact.id,
              at: `line ${first.waiters.groups[0]?.line ?? 1}`,
            },
            {name: 'goroutines that hang', value: held, unit: 'goroutines', artifact: last.artifact.id, at: `line ${holders[0]!.line}`},
          ],
          places: [...placesOfWaiters(first.waiters), ...(place.file === '' ? [] : [relatedPlace(place, `hangs here ${inside}`)])],
        },
      ]
    })
  },
})

/** What database/sql starts beside an open Tx or Rows, in the goroutine that began it (beginDC, initContextClose, Go 1.8 to 1.26). */
const watchers: readonly (readonly [watcher: RegExp, open: string])[] = [
  [/^database\/sql\.\(\*Tx\)\.awaitDone$/, 'a Tx'],
  [/^database\/sql\.\(\*Rows\)\.awaitDone$/, 'a Rows'],
]

/** Waiters for a connection that are named as the starters of such a watcher: they hold one already. */
function ofNested({dump, artifact}: SeenDump, waitersMin: number): Observed<Message>[] {
  const waits = poolWaits(dump, artifact.program.module).filter(one => one.acquire.function === sqlConn)
  const waiting = waits.reduce((sum, one) => sum + one.waiters.count, 0)
  if (waiting < waitersMin) return []
  for (const [watcher, open] of watchers) {
    const watched = dump.groups.filter(group => group.frames.some(frame => watcher.test(frame.function)))
    const begun = new Set(watched.flatMap(group => group.parents ?? []))
    const nested = waits
      .map(wait => ({wait, held: wait.waiters.groups.flatMap(group => group.ids).filter(id => begun.has(id)).length}))
      .filter(({held}) => held > 0)
      .sort((a, b) => b.held - a.held)
    const [first] = nested
    if (first === undefined) continue
    const {waiters} = first.wait
    return [
      {
        message: 'nested',
        data: {
          waiters: String(waiting),
          acquire: sqlConn,
          nested: `at least ${nested.reduce((sum, {held}) => sum + held, 0)}`,
          open,
          advice:
            open === 'a Rows'
              ? `Read the rows into a slice and close them before ${waiters.frame.function} asks for more, or ask for both in one statement`
              : `Make the statement in ${waiters.frame.function} through the Tx that is open, or make it before the Tx begins`,
          site: shownFrame(waiters.frame),
          function: waiters.frame.function,
        },
        subject: {kind: 'goroutines', name: `pool of ${sqlConn}`},
        confidence: 0.9,
        measured: [
          {
            name: 'goroutines that wait for the pool',
            value: waiting,
            unit: 'goroutines',
            limit: waitersMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
            at: `line ${waiters.groups[0]?.line ?? 1}`,
          },
          {
            name: `${open.slice(2)} open`,
            value: watched.reduce((sum, group) => sum + group.count, 0),
            unit: open.slice(2),
            artifact: artifact.id,
            at: `line ${watched[0]?.line ?? 1}`,
          },
        ],
        places: placesOfWaiters(waiters),
      },
    ]
  }
  return []
}

/**
 * Waiters of database/sql in every dump, more in the last, the first of them still there, and nobody who uses a connection: sql.go keeps one only for
 * who has a driverConn on the stack or an open Rows, Conn or Tx (DB.conn, DB.putConn, Go 1.22 to 1.26).
 */
function ofAbandoned(dumps: readonly SeenDump[], waitersMin: number): Observed<Message>[] {
  const full = dumps.filter(({dump}) => dump.form === 'debug2' || dump.form === 'crash')
  const last = full.at(-1)
  if (last === undefined || full.length < 2) return []
  const series = full.map(({dump, artifact}) => poolWaits(dump, artifact.program.module).filter(one => one.acquire.function === sqlConn))
  const counts = series.map(waits => waits.reduce((sum, one) => sum + one.waiters.count, 0))
  const stay = oldestStay(series.map(waits => ({oldestIds: oldestOf(waits.flatMap(one => one.waiters.groups))})))
  const rises = counts.every((count, i) => i === 0 || count >= (counts[i - 1] ?? 0))
  const [first] = series.at(-1)!
  const waiting = counts.at(-1) ?? 0
  if (first === undefined || waiting < waitersMin || !stay || !rises || full.some(({dump}) => usesConnection(dump))) return []
  return [
    {
      message: 'abandoned',
      data: {
        waiters: String(waiting),
        acquire: sqlConn,
        series: ` (${counts.join(' → ')}, the first of them still wait)`,
        function: first.waiters.frame.function,
      },
      subject: {kind: 'goroutines', name: `pool of ${sqlConn}`},
      confidence: 0.7,
      measured: [
        {
          name: 'goroutines that wait for the pool',
          value: waiting,
          unit: 'goroutines',
          limit: waitersMin,
          limitSource: 'detector.md#settings',
          artifact: last.artifact.id,
          at: `line ${first.waiters.groups[0]?.line ?? 1}`,
        },
      ],
      places: placesOfWaiters(first.waiters),
    },
  ]
}

const sqlConn = 'database/sql.(*DB).conn'

/** A goroutine in database/sql or below it that neither waits for a connection nor serves the pool itself. */
const usesConnection = (dump: GoroutineDump) =>
  dump.groups.some(
    group =>
      group.frames.some(frame => frame.function.startsWith('database/sql.')) &&
      !group.frames.some(frame => frame.function === sqlConn || poolsOwn.test(frame.function)),
  )

const poolsOwn = /^database\/sql\.\(\*(?:DB\)\.(?:connectionOpener|connectionCleaner)|Rows\)\.awaitDone|Tx\)\.awaitDone)$/

function poolWaits(dump: GoroutineDump, module: string | undefined): PoolWait[] {
  return waitersOf(dump, module).flatMap(waiters => {
    const acquire = waiters.groups[0]?.frames.find(frame => acquiring.test(frame.function))
    return acquire === undefined || waiters.kind === 'io' || waiters.kind === 'syscall' || waiters.kind === 'c-call'
      ? []
      : [{waiters, acquire}]
  })
}

/** Goroutines in C or a system call that came through the pool's package or through a caller of the waiters. */
function holdersOf(dump: GoroutineDump, callers: ReadonlySet<string>, pool: string): GoroutineGroup[] {
  return dump.groups.filter(group => {
    const kind = waitKind(group)
    if (kind !== 'c-call' && kind !== 'syscall') return false
    return group.frames.some(frame => callers.has(frame.function) || packageOf(frame.function) === pool)
  })
}

const packageOf = (name: string) => name.replace(/\.(?:\(\*?\w+\)\.)?\w+$/, '')
