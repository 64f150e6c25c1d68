// lockosthread-cross-function: locked in the function that opens, unlocked in the method that closes. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {comesTo, threadLocks, unlocksThread} from '../../analysis/reading/os-threads.ts'
import {callsIn, isTestFile} from '../../analysis/reading/terms.ts'
import type {CallExpr, FuncDecl} from '../../go/syntax/ast.ts'
import {pointee} from '../../analysis/reading/named.ts'
import {asNamed, originOf} from '../../go/types/underlying.ts'
import type {GoObject} from '../../go/types/objects.ts'

const opens = /^(?:New|new|Open|open|Create|create|Init|init|Start|start|Begin|begin|Make|Setup)/
const closes = /^(?:Close|close|Destroy|destroy|Stop|stop|End|end|Free|free|Release|release|Shutdown|shutdown|Dispose|Cleanup)/

export default defineRule({
  id: 'lockosthread-cross-function',
  title: 'LockOSThread when opened, UnlockOSThread when closed',
  severity: 'warning',
  confidence: 0.8,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#UnlockOSThread'],
  messages: {
    apart: {
      what: '{open} locks the goroutine to its thread and {close} unlocks it',
      why: 'called from another goroutine, {close} unlocks nothing, and the goroutine that called {open} stays locked',
      next: 'Do the work that needs the thread in one goroutine that locks and unlocks itself.',
    },
  },

  run(pass) {
    const closing = [...pass.nodes('FuncDecl')].flatMap(decl => {
      if (decl.body === undefined || decl.recv === undefined || !closes.test(decl.name.name) || isTestFile(pass, decl)) return []
      const {locks, unlocks} = threadLocks(pass, decl.body)
      const type = receiverType(pass, decl)
      return locks.length === 0 && unlocks.length > 0 && type !== undefined ? [{decl, type, unlock: unlocks[0]!}] : []
    })
    if (closing.length === 0) return
    for (const decl of pass.nodes('FuncDecl')) {
      if (decl.body === undefined || !opens.test(decl.name.name) || isTestFile(pass, decl)) continue
      const {locks, unlocks} = threadLocks(pass, decl.body)
      const lock: CallExpr | undefined = locks[0]
      if (lock === undefined || unlocks.length > 0 || isGivenBack(pass, decl, lock)) continue
      const about = [receiverType(pass, decl), ...resultTypes(pass, decl)]
      const close = closing.find(({type}) => about.includes(type))
      if (close === undefined) continue
      pass.report(lock, 'apart', {
        data: {open: decl.name.name, close: close.decl.name.name},
        related: [{node: close.unlock, label: 'unlocked here'}],
      })
    }
  },
})

/** Unlocked on every way from the lock out of the function, by a function of this package that it calls or defers. */
const isGivenBack = (pass: Pass<'apart'>, decl: FuncDecl, lock: CallExpr): boolean =>
  callsIn(pass, decl).some(call => comesTo(pass, call, inner => unlocksThread(pass, inner))) &&
  pass.flow.alwaysPasses(
    lock,
    'return',
    part => part.kind === 'CallExpr' && (unlocksThread(pass, part) || comesTo(pass, part, inner => unlocksThread(pass, inner))),
  ) !== 'no'

function receiverType(pass: Pass<'apart'>, decl: FuncDecl): GoObject | undefined {
  const type = decl.recv?.list[0]?.type
  return type === undefined ? undefined : declaredType(pass, type)
}

const resultTypes = (pass: Pass<'apart'>, decl: FuncDecl) =>
  (decl.type.results?.list ?? [])
    .map(field => (field.type === undefined ? undefined : declaredType(pass, field.type)))
    .filter(type => type !== undefined)

function declaredType(pass: Pass<'apart'>, expr: Parameters<Pass<'apart'>['typeOf']>[0]): GoObject | undefined {
  const named = asNamed(pointee(pass.typeOf(expr)) ?? {kind: 'Tuple', vars: []})
  return named === undefined ? undefined : originOf(named).obj
}
