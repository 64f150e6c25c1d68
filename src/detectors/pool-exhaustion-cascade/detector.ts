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
    abandoned: {
      what: '{waiters} goroutines wait in {acquire}{series}, and no goroutine of the dump uses a connection of it',
      why: 'connections are taken by code that runs or by what that code has left open: with database/sql a Rows, Stmt, Conn or Tx that is not closed keeps its connection for ever, and without a context the waiters wait as long',
      next: 'Look at {function} and its neighbours for a Rows without Close on some path, a Tx without Commit or Rollback, a Conn without Close; set SetMaxOpenConns and watch DB.Stats().InUse.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence)
    const last = dumps.at(-1)
    if (last === undefined) return []
    const abandoned = ofAbandoned(dumps, settings.waitersMin)
    if (abandoned.length > 0) return abandoned
    const module = last.artifact.program.module
    const pools = new Map<string, PoolWait[]>()
    for (const wait of poolWaits(last.dump, module)) pools.set(wait.acquire.function, [...(pools.get(wait.acquire.function) ?? []), wait])
    return [...pools].flatMap(([name, waits]): Observed<'exhausted' | 'abandoned'>[] => {
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

/**
 * Waiters of database/sql in every dump, more in the last, the first of them still there, and nobody who uses a connection: sql.go keeps one only for
 * who has a driverConn on the stack or an open Rows, Stmt, Conn or Tx (DB.conn, DB.putConn, Go 1.22 to 1.26).
 */
function ofAbandoned(dumps: readonly SeenDump[], waitersMin: number): Observed<'exhausted' | 'abandoned'>[] {
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
