// pool-exhaustion-cascade: goroutines stuck in C or a system call hold what the waiters of a pool want. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, placesOfWaiters, waitKind, type Waiters, waitersOf} from '../../diagnosis/goroutine-waits.ts'
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
  title: 'Calls that hang hold all connections of a pool',
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
  },

  run(evidence, settings) {
    const last = dumpsOf(evidence).at(-1)
    if (last === undefined) return []
    const module = last.artifact.program.module
    const pools = new Map<string, PoolWait[]>()
    for (const wait of poolWaits(last.dump, module)) pools.set(wait.acquire.function, [...(pools.get(wait.acquire.function) ?? []), wait])
    return [...pools].flatMap(([name, waits]): Observed<'exhausted'>[] => {
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
