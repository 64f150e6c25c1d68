// thread-affine-call-without-lock: the calling thread is changed while the goroutine may be moved to another one. See rule.md.
import {defineModuleRule} from '../../analysis/engine/rule.ts'
import type {FactPlace, Pass} from '../../analysis/engine/pass.ts'
import {packageCall} from '../../analysis/reading/imports.ts'
import {changesThread, comesTo, locksThread} from '../../analysis/reading/os-threads.ts'
import {callsIn, declaredNameAround, isTestFile} from '../../analysis/reading/terms.ts'
import type {CallExpr, Node} from '../../go/syntax/ast.ts'

interface Fact {
  readonly locks: boolean
  readonly calls: readonly {readonly place: FactPlace; readonly name: string; readonly ownGoroutine: boolean}[]
}

export default defineModuleRule<'goroutine' | 'module', Fact>({
  id: 'thread-affine-call-without-lock',
  title: 'A thread is changed by a goroutine that is not locked to it',
  severity: 'error',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#LockOSThread', 'https://man7.org/linux/man-pages/man2/setns.2.html'],
  messages: {
    goroutine: {
      what: '{call} changes the thread this goroutine happens to run on, and the goroutine is not locked to it',
      why: 'the goroutine may go on on another thread, and other goroutines run on the changed one',
      next: 'Call runtime.LockOSThread first, in this goroutine, and unlock only after the thread is as it was.',
    },
    module: {
      what: '{call} changes the thread this goroutine happens to run on, and nothing in the module calls runtime.LockOSThread',
      why: 'the goroutine may go on on another thread, and other goroutines run on the changed one',
      next: 'Call runtime.LockOSThread first and unlock only after the thread is as it was.',
    },
  },

  collect(pass) {
    const all = pass.nodes('CallExpr')
    const calls = all.flatMap(call => {
      const name = changesThread(pass, call)
      if (name === undefined || isTestFile(pass, call) || declaredNameAround(pass, call) === 'init' || replacesProcess(pass, call))
        return []
      return [{place: pass.place(call), name, ownGoroutine: inUnlockedGoroutine(pass, call)}]
    })
    const locks = all.some(call => locksThread(pass, call))
    return calls.length > 0 || locks ? {locks, calls} : undefined
  },

  conclude(pass, facts) {
    const locks = facts.some(({fact}) => fact.locks)
    for (const {fact} of facts)
      for (const {place, name, ownGoroutine} of fact.calls)
        if (ownGoroutine || !locks) pass.report(place, ownGoroutine ? 'goroutine' : 'module', {data: {call: name}})
  },
})

/** Directly in the literal of a go statement, on a way on which nothing locks and nobody is called who might. */
function inUnlockedGoroutine(pass: Pass<never>, call: CallExpr): boolean {
  const around = pass.enclosingFunction(call)
  if (around?.kind !== 'FuncLit') return false
  const started = pass.parent(around)
  if (started?.kind !== 'CallExpr' || started.fun !== around || pass.parent(started)?.kind !== 'GoStmt') return false
  const locks = (part: Node) => part.kind === 'CallExpr' && part !== call && (locksThread(pass, part) || mayLock(pass, part))
  return pass.flow.wayWithout(around, call, locks) !== undefined
}

/** A function of the module called before: it may lock for its caller. */
function mayLock(pass: Pass<never>, call: CallExpr): boolean {
  const callee = pass.calleeOf(call)
  if (callee?.kind === 'Builtin' || packageCall(pass, call) !== undefined) return false
  const decl = callee?.kind === 'Func' ? callee.decl?.fdecl : undefined
  return decl?.body === undefined ? callee?.kind !== 'Func' : comesTo(pass, call, inner => locksThread(pass, inner))
}

/** The function goes on to replace the process: the thread that calls exec is the one that stays. */
function replacesProcess(pass: Pass<never>, call: CallExpr): boolean {
  const body = pass.enclosingFunction(call)?.body
  return (
    body !== undefined &&
    callsIn(pass, body).some(other => /^(?:syscall|golang\.org\/x\/sys\/unix)\.Exec$/.test(packageCall(pass, other) ?? ''))
  )
}
