// Which kind of blocking a dump shows, in the classes of GoBench (Yuan et al., CGO 2021): goroutines that wait for locks (resource),
// for channels and conditions (communication), or for both (mixed). A dump shows who waits, not for which lock or channel.
import type {GoroutineDump} from '../evidence/model/goroutines.ts'
import {type Waiters, type WaitKind, waitersOf} from './goroutine-waits.ts'

export type BlockingClass = 'resource' | 'communication' | 'mixed'

export interface Blocking {
  readonly class: BlockingClass
  /** Those that matter, locks first, then sends. */
  readonly waiters: readonly Waiters[]
  readonly locks: readonly Waiters[]
  readonly channels: readonly Waiters[]
}

export const blockingWords: Readonly<Record<BlockingClass, string>> = {
  resource: 'goroutines wait for locks that are not released',
  communication: 'goroutines wait for a message or a signal that nobody sends',
  mixed: 'goroutines wait for a channel or a group while others wait for a lock or a channel they would have to serve',
}

const isLock = (kind: WaitKind) => kind === 'lock' || kind === 'read-lock'
const isChannel = (kind: WaitKind) => kind === 'channel-send' || kind === 'channel-receive' || kind === 'select' || kind === 'cond'

/** Background goroutines that wait by design: started by an init function, or signal and log daemons. */
function isDaemon(waiters: Waiters): boolean {
  if (waiters.kind === 'channel-send' || isLock(waiters.kind)) return false
  const creator = waiters.createdBy?.function ?? ''
  return (
    /(?:\.init(?:\.\d+)?(?:\.func\d+)*|\.init\.ializers)$|^os\/signal\./.test(creator) ||
    /flushDaemon|signal_?recv/i.test(waiters.frame.function)
  )
}

/** A test or main that waits for the goroutines it started: the consequence, not the knot. */
const isJoin = (waiters: Waiters) =>
  waiters.kind === 'waitgroup' && /\.(?:Test\w*|Benchmark\w*|main)(?:\.func\d+)*$/.test(waiters.frame.function)

/** Of all dumps of one moment together; undefined when nobody of the program's own waits for another goroutine. */
export function blockingOf(dumps: readonly GoroutineDump[], module?: string): Blocking | undefined {
  const all = dumps.flatMap(dump => waitersOf(dump, module)).filter(waiters => !isDaemon(waiters))
  const locks = all.filter(waiters => isLock(waiters.kind))
  const channels = all.filter(waiters => isChannel(waiters.kind))
  const groups = all.filter(waiters => waiters.kind === 'waitgroup' && !isJoin(waiters))
  // Waiting to receive or in a select is what idle goroutines do: beside locks it is only a part of the knot when somebody cannot send.
  const sends = channels.filter(waiters => waiters.kind === 'channel-send')
  if (locks.length === 0 && channels.length === 0 && groups.length === 0) return undefined
  const kind: BlockingClass =
    locks.length > 0
      ? sends.length > 0
        ? 'mixed'
        : 'resource'
      : groups.length > 0
        ? channels.length > 0
          ? 'mixed'
          : 'resource'
        : 'communication'
  const others = channels.filter(waiters => waiters.kind !== 'channel-send')
  return {class: kind, waiters: [...locks, ...sends, ...groups, ...others], locks, channels}
}
