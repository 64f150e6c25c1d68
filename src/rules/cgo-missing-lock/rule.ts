// cgo-missing-lock: a policy of the project. A C function is called without the lock that gotriage.api.yaml asks for. See rule.md.
import {describedFunction} from '../../analysis/cgo/c-function.ts'
import {type AnyPass, cCallName, isCgoHelper, unparen} from '../../analysis/cgo/c-member.ts'
import {declarationAround, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, FuncDecl, Node} from '../../go/syntax/ast.ts'

/** Callers of callers that are looked at for the lock. */
const depthMax = 6

export default defineRule({
  id: 'cgo-missing-lock',
  title: 'A C function is called without the lock it asks for',
  severity: 'error',
  confidence: 0.85,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Mutex', 'https://pkg.go.dev/cmd/cgo'],
  messages: {
    missing: {
      what: 'C.{name} is called without {lock}, which {saidBy} asks for',
      why: 'neither this function nor one of the package that calls it holds anything of that name on the way here, so two goroutines can be in C.{name} at once',
      next: 'Hold {lock} around the call, on every path.',
    },
  },

  run(pass) {
    if (pass.package.cApi === undefined) return
    for (const call of pass.nodes('CallExpr')) {
      const name = cCallName(pass, call)
      const described = name === undefined || isCgoHelper(name) ? undefined : describedFunction(pass, name)
      if (name === undefined || described?.requiresLock === undefined) continue
      const decl = declarationAround(pass, call)
      if (decl === undefined || throughGate(pass, call, name) || holds(pass, call, decl, plain(described.requiresLock), 0, new Set()))
        continue
      pass.report(call, 'missing', {data: {name, lock: described.requiresLock, saidBy: pass.package.cApi.path}})
    }
  },
})

/** `ssl_mutex`, `sslMutex` and `sslMu` of `ssl.mu` are one name. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]|mutex|lock/g, '')
    .replace(/mu$/, '')

/** In a literal that is handed to a call together with the function's name, as the gate of `gotriage guard cgo` is called. */
function throughGate(pass: AnyPass, call: CallExpr, name: string): boolean {
  for (const at of pass.ancestors(call)) {
    if (at.kind === 'FuncDecl') return false
    if (at.kind !== 'CallExpr') continue
    if (at.args.some(arg => arg.kind === 'BasicLit' && arg.value === JSON.stringify(name))) return true
  }
  return false
}

/** Whether it is held at a place of the function, or wherever one of the package's functions calls it on its way. */
function holds(pass: AnyPass, at: Node, decl: FuncDecl, lock: string, depth: number, seen: Set<Node>): boolean {
  if (depth > depthMax) return true // not known: not claimed
  if (mayHold(pass, at, decl, lock)) return true
  if (seen.has(decl)) return true
  seen.add(decl)
  const object = pass.objectOf(decl.name)
  const callers = (object === undefined ? [] : mentions(pass, object)).filter(one => one !== decl.name)
  return (
    callers.length > 0 &&
    callers.every(mention => {
      const caller = declarationAround(pass, mention)
      return caller !== undefined && holds(pass, mention, caller, lock, depth + 1, seen)
    })
  )
}

/** By the locks of sync what is held there; by name alone where the function takes a lock that is none of them. */
function mayHold(pass: AnyPass, at: Node, decl: FuncDecl, lock: string): boolean {
  const named = pass.within(decl, 'CallExpr').filter(call => locks(pass, call, lock))
  if (named.length === 0) return false
  if (named.some(call => !pass.flow.lockCall(call).events.some(({direct}) => direct))) return true
  const held = pass.flow.heldAt(at)
  return held === undefined || held.some(({text}) => means(text, lock))
}

function locks(pass: AnyPass, call: CallExpr, lock: string): boolean {
  const fun = unparen(call.fun)
  return fun.kind === 'SelectorExpr' && /^(?:R?Lock|TryR?Lock)$/.test(fun.sel.name) && means(pass.text(fun.x), lock)
}

function means(text: string, lock: string): boolean {
  const owner = plain(text)
  return owner === lock || owner.endsWith(lock) || lock === ''
}
