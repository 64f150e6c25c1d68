// Who writes an atomic variable: all its accesses in the package, and whether those that write come from one goroutine only.
import {inLoop, localOf, mentions} from '../cgo/local-variable.ts'
import type {CallExpr, Expr, FieldList, FuncDecl, FuncLit, Ident, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {type AtomicAccess, atomicAccess} from './atomics.ts'
import {calledLiteral, covers, isTestFile, rootOf, type Source, some, unparen, variableOf} from './terms.ts'

export interface AtomicUse {
  readonly kind: AtomicAccess['kind']
  readonly call: CallExpr
}

/** Functions that are looked at on the way up from one write. */
const callersMax = 200

/** The variable that an atomic operation works on. */
export function atomicVariable(source: Source, call: CallExpr): Var | undefined {
  const fun = unparen(call.fun)
  const at = atomicAccess(source, call)?.variable ?? (fun.kind === 'SelectorExpr' ? fun.x : undefined)
  return at === undefined ? undefined : variableOf(source, at)
}

/**
 * All atomic operations on a field or variable of the package, those of tests left out; undefined when it can be reached otherwise: it is
 * exported, written plainly, or its address goes somewhere.
 */
export function atomicUses(source: Source, variable: Var): readonly AtomicUse[] | undefined {
  if ((variable.varKind !== 'field' && variable.varKind !== 'package') || isExported(variable.name)) return undefined
  const uses: AtomicUse[] = []
  for (const mention of mentions(source, variable)) {
    if (isDeclared(source, mention) || isTestFile(source, mention)) continue
    const call = operationOn(source, mention)
    const access = call && atomicAccess(source, call)
    if (call === undefined || access === undefined) return undefined
    uses.push({kind: access.kind, call})
  }
  return uses
}

export const isExported = (name: string) => /^\p{Lu}/u.test(name)

/** Where it is declared, or a literal gives it its first value. */
function isDeclared(source: Source, mention: Ident): boolean {
  const parent = source.parent(mention)
  return parent?.kind === 'Field' || parent?.kind === 'ValueSpec' || (parent?.kind === 'KeyValueExpr' && parent.key === mention)
}

/** The call in `x.f.Load()` or `atomic.LoadInt32(&x.f)` of a mention of f. */
function operationOn(source: Source, mention: Ident): CallExpr | undefined {
  let at: Node = mention
  let up = source.parent(at)
  if (up?.kind === 'SelectorExpr' && up.sel === mention) {
    at = up
    up = source.parent(up)
  }
  while (up?.kind === 'ParenExpr') {
    at = up
    up = source.parent(up)
  }
  const isOperand = (up?.kind === 'SelectorExpr' && up.x === at) || (up?.kind === 'UnaryExpr' && up.op === '&')
  const call = isOperand && up !== undefined ? source.parent(up) : undefined
  if (call?.kind !== 'CallExpr') return undefined
  return call.fun === up || call.args[0] === up ? call : undefined
}

/**
 * Whether all writes are of one goroutine for each object: by the calls within the package, every one lies behind the same goroutine's function, or
 * in the function that makes the object. That function is started by go statements only and is a loop that waits for what there is to do, of which
 * an object has one; or it is started in one place.
 */
export function hasOneWriter(source: Source, uses: readonly AtomicUse[]): boolean {
  let writer: FuncDecl | undefined
  for (const {kind, call} of uses) {
    if (kind === 'load' || isBeingMade(source, call)) continue
    const fn = source.enclosingFunction(call)
    const found = fn === undefined ? undefined : goroutineOf(source, fn)
    if (found === undefined || (writer !== undefined && found !== writer)) return false
    writer = found
  }
  return writer !== undefined
}

/** The object is a local variable of the innermost function, which has just made it: nobody else has it. */
function isBeingMade(source: Source, call: CallExpr): boolean {
  const fun = unparen(call.fun)
  const path: Expr | undefined = atomicAccess(source, call)?.variable ?? (fun.kind === 'SelectorExpr' ? fun.x : undefined)
  const root = path === undefined ? undefined : rootOf(path)
  const local = root === undefined ? undefined : localOf(source, root)
  const fn = source.enclosingFunction(call)
  if (local?.varKind !== 'local' || fn === undefined) return false
  return mentions(source, local).some(mention => {
    const parent = source.parent(mention)
    if (!covers(fn, mention) || parent?.kind !== 'AssignStmt' || parent.tok !== ':=') return false
    const given = parent.rhs[parent.lhs.indexOf(mention)]
    const made = given?.kind === 'UnaryExpr' && given.op === '&' ? unparen(given.x) : given
    return made?.kind === 'CompositeLit' || (made?.kind === 'CallExpr' && source.calleeName(made) === 'builtin new')
  })
}

/** The one function, started as a goroutine, behind which all calls of this one lie; undefined when there are several, or that is not known. */
function goroutineOf(source: Source, fn: FuncDecl | FuncLit): FuncDecl | undefined {
  const entries = new Set<FuncDecl>()
  const seen = new Set<Node>([fn])
  const open: (FuncDecl | FuncLit)[] = [fn]
  for (const at of open) {
    if (seen.size > callersMax) return undefined
    if (at.kind === 'FuncDecl' && isEntry(source, at)) {
      entries.add(at)
      continue
    }
    const callers = callersOf(source, at)
    if (callers === undefined) return undefined
    for (const caller of callers)
      if (!seen.has(caller)) {
        seen.add(caller)
        open.push(caller)
      }
  }
  const [entry] = entries
  return entries.size === 1 ? entry : undefined
}

/** The functions that call this one; undefined when somebody unknown may, or a goroutine of its own runs it. */
function callersOf(source: Source, fn: FuncDecl | FuncLit): readonly (FuncDecl | FuncLit)[] | undefined {
  if (fn.kind === 'FuncLit') {
    const call = source.parent(fn)
    const outer = source.enclosingFunction(fn)
    const isCalled = call?.kind === 'CallExpr' && calledLiteral(call) === fn && source.parent(call)?.kind !== 'GoStmt'
    return isCalled && outer !== undefined ? [outer] : undefined
  }
  const calls = callsOf(source, fn)
  if (calls === undefined || calls.length === 0) return undefined
  const callers: (FuncDecl | FuncLit)[] = []
  for (const call of calls) {
    const caller = source.enclosingFunction(call)
    if (caller === undefined || source.parent(call)?.kind === 'GoStmt') return undefined
    callers.push(caller)
  }
  return callers
}

/** Every call of a private function, tests left out; undefined when it is exported, used as a value, or may be called through an interface. */
function callsOf(source: Source, fn: FuncDecl): readonly CallExpr[] | undefined {
  const declared = source.objectOf(fn.name)
  if (declared === undefined || isExported(declared.name)) return undefined
  if (fn.recv !== undefined && interfaceMethods(source).has(declared.name)) return undefined
  const calls: CallExpr[] = []
  for (const use of mentions(source, declared)) {
    if (use === fn.name || isTestFile(source, use)) continue
    const parent = source.parent(use)
    const fun = parent?.kind === 'SelectorExpr' && parent.sel === use ? parent : use
    const call = source.parent(fun)
    if (call?.kind !== 'CallExpr' || call.fun !== fun) return undefined
    calls.push(call)
  }
  return calls
}

const methodNames = new WeakMap<object, ReadonlySet<string>>()

const namesOf = ({list}: FieldList) => list.flatMap(field => field.names.map(({name}) => name))

/** Names of methods that interfaces of the package have. */
function interfaceMethods(source: Source): ReadonlySet<string> {
  let names = methodNames.get(source.package)
  if (names === undefined) {
    names = new Set(source.nodes('InterfaceType').flatMap(type => (isTestFile(source, type) ? [] : namesOf(type.methods))))
    methodNames.set(source.package, names)
  }
  return names
}

/** Started by go statements only, none of which starts it again for the same object in a loop; one that only tests call must be a loop. */
function isEntry(source: Source, fn: FuncDecl): boolean {
  const calls = callsOf(source, fn)
  if (calls === undefined || !calls.every(call => isStartedOnce(source, call))) return false
  return calls.length === 1 || isRunLoop(source, fn)
}

/** `go x.run()`, `go func() { … x.run() … }()`. */
function isStartedOnce(source: Source, call: CallExpr): boolean {
  let started = source.parent(call)
  const literal = source.enclosingFunction(call)
  if (started?.kind !== 'GoStmt' && literal?.kind === 'FuncLit' && !inLoop(source, call)) {
    const outer = source.parent(literal)
    started = outer?.kind === 'CallExpr' && calledLiteral(outer) === literal ? source.parent(outer) : undefined
  }
  return started?.kind === 'GoStmt' && (!inLoop(source, started) || isMadeInLoop(source, call, started))
}

/** The object whose method is started is declared in the round that starts it. */
function isMadeInLoop(source: Source, call: CallExpr, started: Node): boolean {
  const fun = unparen(call.fun)
  const root = fun.kind === 'SelectorExpr' ? rootOf(fun.x) : undefined
  const object = root === undefined ? undefined : localOf(source, root)
  for (const at of source.ancestors(started))
    if (at.kind === 'ForStmt' || at.kind === 'RangeStmt')
      return object !== undefined && object.pos >= at.body.pos && object.pos < at.body.end
  return false
}

/** `for { … select … }`, or a receive in the place of the select. */
const isRunLoop = (source: Source, fn: FuncDecl): boolean =>
  source
    .within(fn, 'ForStmt')
    .some(
      loop =>
        source.enclosingFunction(loop) === fn &&
        loop.cond === undefined &&
        some(loop.body, node => node.kind === 'SelectStmt' || (node.kind === 'UnaryExpr' && node.op === '<-')),
    )
