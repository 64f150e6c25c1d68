// Calls that read or change what belongs to the operating-system thread they happen to run on, and the calls that keep a goroutine on its thread.
// What each does to a thread: namespaces(7), sched_setaffinity(2), set_mempolicy(2). Left out: what Go sets for all threads (setuid and its
// kin since 1.16, syscall.AllThreadsSyscall) and prctl, of which most options are harmless here.
import {smallIntVal} from '../../go/types/constant/constant.ts'
import type {CallExpr, Node} from '../../go/syntax/ast.ts'
import {packageCall} from './imports.ts'
import {callsIn, declarationOf, type Source} from './terms.ts'

const changes = new Set([
  'github.com/vishvananda/netns.Set',
  'github.com/vishvananda/netns.Setns',
  'github.com/vishvananda/netns.New',
  'github.com/vishvananda/netns.NewNamed',
  'golang.org/x/sys/unix.Setns',
  'golang.org/x/sys/unix.Unshare',
  'syscall.Unshare',
])

const reads = new Set(['github.com/vishvananda/netns.Get', 'golang.org/x/sys/unix.Gettid', 'syscall.Gettid'])

/** The called name when the call changes the calling thread; affinity calls when they name it as 0. */
export function changesThread(source: Source, call: CallExpr): string | undefined {
  const name = packageCall(source, call)
  if (name === undefined) return undefined
  return changes.has(name) || (name === 'golang.org/x/sys/unix.SchedSetaffinity' && ofCaller(source, call)) ? shortName(name) : undefined
}

/** The called name when the answer is about the calling thread. */
export function readsThread(source: Source, call: CallExpr): string | undefined {
  const name = packageCall(source, call)
  if (name === undefined) return undefined
  return reads.has(name) || (name === 'golang.org/x/sys/unix.SchedGetaffinity' && ofCaller(source, call)) ? shortName(name) : undefined
}

function ofCaller(source: Source, call: CallExpr): boolean {
  const constant = call.args[0] === undefined ? undefined : source.constantOf(call.args[0])
  return constant !== undefined && smallIntVal(constant) === 0
}

/** `unix.Setns` of `golang.org/x/sys/unix.Setns`. */
const shortName = (name: string) => name.slice(name.lastIndexOf('/') + 1)

export const locksThread = (source: Source, call: CallExpr) => packageCall(source, call) === 'runtime.LockOSThread'
export const unlocksThread = (source: Source, call: CallExpr) => packageCall(source, call) === 'runtime.UnlockOSThread'

/** Calls of runtime.LockOSThread and UnlockOSThread that run in this function, not in literals inside it. */
export function threadLocks(source: Source, body: Node): {readonly locks: readonly CallExpr[]; readonly unlocks: readonly CallExpr[]} {
  const calls = callsIn(source, body)
  return {locks: calls.filter(call => locksThread(source, call)), unlocks: calls.filter(call => unlocksThread(source, call))}
}

/** Whether the function that is called, one of this package, comes to a call of which the test holds. */
export function comesTo(source: Source, call: CallExpr, test: (inner: CallExpr) => boolean): boolean {
  const decl = declarationOf(source, source.calleeOf(call))
  return decl?.body !== undefined && source.flow.calls(decl, test)
}
