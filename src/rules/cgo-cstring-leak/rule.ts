// cgo-cstring-leak: what C.CString or C.CBytes allocated is released by nobody. See rule.md.
import {cCallName, cMember, endsItsArgument, isCgoHelper, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {callsNamed, inLoop, listAround, localOf, mentions, statementIn} from '../../analysis/cgo/local-variable.ts'
import {converted} from '../../analysis/cgo/pointer-argument.ts'
import {type CFunctionFacts, cFunction} from '../../analysis/cgo/c-function.ts'
import {preambleFunction} from '../../analysis/cgo/preamble-function.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr, Ident, Node, Stmt} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'

/** Names that say a C function takes over what it gets, or returns the pointer itself. */
const takesOver = /take|adopt|steal|own|transfer|register|putenv|setlocale|openlog|set_?(?:arg|opt|default)|append|push|insert|add/i

export default defineRule({
  id: 'cgo-cstring-leak',
  title: 'A C string is never freed',
  severity: 'warning',
  confidence: 0.8,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C', 'https://go.dev/wiki/cgo'],
  messages: {
    nested: {
      what: 'the result of {alloc} is passed to {callee} and nothing can free it afterwards',
      why: 'C.CString and C.CBytes allocate with malloc: the garbage collector never sees that memory, and heap profiles do not show it',
      next: 'Keep it in a variable and free it behind the call, unless {callee} takes it over.',
    },
    never: {
      what: '{name} gets memory from {alloc} and is only passed to C functions that do not free it',
      why: 'C.CString and C.CBytes allocate with malloc: the garbage collector never sees that memory, and heap profiles do not show it',
      next: 'Add defer C.free(unsafe.Pointer({name})).',
    },
    result: {
      what: '{reader} copies what {callee} returned, and nothing frees the original',
      why: 'the result of {callee} belongs to the caller ({saidBy}): the garbage collector never sees that memory, and heap profiles do not show it',
      next: 'Keep the result in a variable and pass it to {release} afterwards.',
    },
    early: {
      what: 'this return leaves before {name} is freed',
      why: 'what {alloc} allocated stays until the process ends: the garbage collector never sees it',
      next: 'Free {name} with a defer right behind {alloc}.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const name = cMember(pass, call.fun)
      if ((name !== 'CString' && name !== 'CBytes') || ranOnce(pass, call)) continue
      const alloc = `C.${name}`
      const outer = consumer(pass, call)
      if (outer?.kind === 'call') {
        const known = keeps(pass, outer.call, outer.index)
        if (known === 'yes') continue
        pass.report(call, 'nested', {
          data: {alloc, callee: pass.text(outer.call.fun)},
          confidence: known === 'no' ? 0.95 : 0.8,
          ...(inLoop(pass, call) ? {severity: 'error' as const} : {}),
        })
      } else if (outer?.kind === 'variable') {
        const fate = fateOf(pass, outer.variable, call)
        if (fate?.kind === 'never') pass.report(call, 'never', {data: {alloc, name: outer.variable.name}})
        else if (fate?.kind === 'early')
          pass.report(fate.at, 'early', {data: {alloc, name: outer.variable.name}, related: [{node: call, label: 'allocated here'}]})
      }
    }
    for (const call of pass.nodes('CallExpr')) reportResult(pass, call)

    /** The result of a C function that gives its caller memory, lost in a call that only copies it. */
    function reportResult(at: AnyPass, call: CallExpr): void {
      const callee = cCallName(at, call)
      const facts = callee === undefined ? undefined : cFunction(at, callee)
      if (callee === undefined || facts?.returns !== 'owned' || facts.freeWith === undefined || ranOnce(at, call)) return
      const outer = consumer(at, call)
      const reader = outer?.kind === 'call' ? cMember(at, outer.call.fun) : undefined
      if (outer?.kind !== 'call' || !copies.test(reader ?? '')) return
      pass.report(call, 'result', {
        data: {reader: `C.${reader}`, callee: `C.${callee}`, release: `C.${facts.freeWith}`, saidBy: saidBy(facts)},
        confidence: 0.95,
        ...(inLoop(at, call) ? {severity: 'error' as const} : {}),
      })
    }
  },
})

const copies = /^(?:GoString|GoStringN|GoBytes)$/
const saidBy = (facts: CFunctionFacts): string =>
  facts.saidBy === 'body' ? 'its body allocates it' : `by the description of ${facts.saidBy}`

/** `main`, `init`, `TestMain` and package level run once, and tests end soon. */
function ranOnce(pass: AnyPass, node: Node): boolean {
  if (pass.fileOf(node).path.endsWith('_test.go')) return true
  for (const at of pass.ancestors(node))
    if (at.kind === 'FuncDecl') return at.recv === undefined && /^(?:main|init|TestMain)$/.test(at.name.name)
  return true
}

type Consumer =
  | {readonly kind: 'call'; readonly call: CallExpr; readonly index: number}
  | {readonly kind: 'variable'; readonly variable: Var}

/** Where the result goes first: into an argument of a C call, or into a local variable. */
function consumer(pass: AnyPass, alloc: CallExpr): Consumer | undefined {
  let node: Expr = alloc
  for (const parent of pass.ancestors(alloc)) {
    if (parent.kind === 'CallExpr' && cCallName(pass, parent) !== undefined)
      return {kind: 'call', call: parent, index: parent.args.indexOf(node)}
    if (parent.kind === 'ParenExpr' || (parent.kind === 'CallExpr' && converted(pass, parent) === node)) {
      node = parent
      continue
    }
    if (parent.kind === 'AssignStmt' && parent.tok === ':=' && parent.lhs.length === parent.rhs.length) {
      const name = parent.lhs[parent.rhs.indexOf(node)]
      const variable = name === undefined ? undefined : localOf(pass, name)
      return variable?.varKind === 'local' ? {kind: 'variable', variable} : undefined
    }
    return undefined
  }
  return undefined
}

/** Whether a C function frees or keeps its argument: by its body or its description, else by its name. */
function keeps(pass: AnyPass, call: CallExpr, index: number): 'yes' | 'no' | 'unknown' {
  const name = cCallName(pass, call) ?? ''
  if (copies.test(name)) return 'no'
  const facts = cFunction(pass, name)
  const fate = facts?.argument(index)
  if (fate === 'borrowed') return 'no'
  if (fate === 'owned' || fate === 'stored' || facts?.saidBy === 'body') return 'yes'
  const parameter = preambleFunction(pass, name)?.params[index]
  if (parameter !== undefined && /\bchar\b/.test(parameter.type) && !/\bconst\b/.test(parameter.type)) return 'yes' // may be written, and so kept
  return endsItsArgument(name) || takesOver.test(name) || isCgoHelper(name) ? 'yes' : 'unknown'
}

type Fate = {readonly kind: 'never'} | {readonly kind: 'early'; readonly at: Node}

/** Undefined when it is released, or when somebody else may do it. */
function fateOf(pass: AnyPass, variable: Var, alloc: CallExpr): Fate | undefined {
  const scope = pass.enclosingFunction(alloc)
  let released: Node | undefined
  for (const mention of mentions(pass, variable).slice(1)) {
    const use = useOf(pass, mention)
    if (use === 'elsewhere') return undefined
    if (use === 'released') {
      for (const at of pass.ancestors(mention)) if (at.kind === 'DeferStmt') return undefined
      if (pass.enclosingFunction(mention) !== scope) return undefined
      released ??= mention
    }
  }
  if (released === undefined) return mentions(pass, variable).length > 1 ? {kind: 'never'} : undefined
  return leavesBefore(pass, alloc, released)
}

function useOf(pass: AnyPass, mention: Ident): 'read' | 'released' | 'elsewhere' {
  let node: Expr = mention
  for (const parent of pass.ancestors(mention)) {
    if (parent.kind === 'CallExpr') {
      const name = cCallName(pass, parent)
      if (name !== undefined) {
        if (endsItsArgument(name)) return 'released'
        return keeps(pass, parent, parent.args.indexOf(node)) === 'yes' ? 'elsewhere' : 'read'
      }
      const inner = converted(pass, parent)
      if (inner === undefined || unparen(inner) !== unparen(node)) return 'elsewhere'
      node = parent
    } else if (parent.kind === 'ParenExpr') node = parent
    else return parent.kind === 'BinaryExpr' ? 'read' : 'elsewhere'
  }
  return 'elsewhere'
}

/** A return between allocation and release, both in one list of statements, that does not release on its own. */
function leavesBefore(pass: AnyPass, alloc: CallExpr, released: Node): Fate | undefined {
  let list: readonly Stmt[] | undefined
  for (const at of pass.ancestors(alloc)) if (at.kind === 'AssignStmt') list = listAround(pass, at)
  if (list === undefined) return undefined
  const [from, to] = [statementIn(list, alloc), statementIn(list, released)]
  if (from < 0 || to <= from + 1) return undefined
  const scope = pass.enclosingFunction(alloc)
  for (const stmt of list.slice(from + 1, to)) {
    if (callsNamed(pass, stmt, /^(?:free|panic|Exit|Fatal\w*)$/i)) return undefined
    for (const leave of pass.within(stmt, 'ReturnStmt')) if (pass.enclosingFunction(leave) === scope) return {kind: 'early', at: leave}
  }
  return undefined
}
