// cgo-cstring-leak: what C.CString, C.CBytes or C.malloc allocated is released by nobody. See rule.md.
import {cCallName, cMember, endsItsArgument, isCgoHelper, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {inLoop, localOf} from '../../analysis/cgo/local-variable.ts'
import {converted} from '../../analysis/cgo/pointer-argument.ts'
import {type CFunctionFacts, cFunction} from '../../analysis/cgo/c-function.ts'
import {preambleFunction} from '../../analysis/cgo/preamble-function.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Releases} from '../../go/flow/tracked-value.ts'
import type {AssignStmt, CallExpr, Expr, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'

/** Names that say a C function takes over what it gets, or returns the pointer itself. */
const takesOver = /take|adopt|steal|own|transfer|register|putenv|setlocale|openlog|set_?(?:arg|opt|default)|append|push|insert|add/i

export default defineRule({
  id: 'cgo-cstring-leak',
  title: 'A C string or buffer is never freed',
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
      const given = name === 'malloc' || name === 'calloc' // whose memory it is says only a free behind it
      if ((name !== 'CString' && name !== 'CBytes' && !given) || ranOnce(pass, call)) continue
      const alloc = `C.${name}`
      const outer = consumer(pass, call)
      if (outer?.kind === 'call') {
        if (given) continue
        const known = keeps(pass, outer.call, outer.index)
        if (known === 'yes') continue
        pass.report(call, 'nested', {
          data: {alloc, callee: pass.text(outer.call.fun)},
          confidence: known === 'no' ? 0.95 : 0.8,
          ...(inLoop(pass, call) ? {severity: 'error' as const} : {}),
        })
      } else if (outer?.kind === 'variable') {
        const fate = fateOf(pass, outer, call)
        if (fate?.kind === 'never' && !given) pass.report(call, 'never', {data: {alloc, name: outer.variable.name}})
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
  | {readonly kind: 'variable'; readonly variable: Var; readonly statement: AssignStmt}

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
      return variable?.varKind === 'local' ? {kind: 'variable', variable, statement: parent} : undefined
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

/**
 * Undefined when it is released on every way out, or when somebody else may do it: followed by the graph of the function, through the Go functions
 * it is given to; what reaches someone unknown has escaped.
 */
function fateOf(pass: AnyPass, {statement}: Consumer & {kind: 'variable'}, alloc: CallExpr): Fate | undefined {
  const tracked = pass.flow.track(alloc, statement)
  if (tracked === undefined || tracked.uses.uses.every(({kind}) => kind === 'replaced')) return undefined
  const releases: Releases = (use, effects) => {
    const name = use.kind === 'passed' ? cCallName(pass, use.call) : undefined
    if (name === undefined || use.kind !== 'passed') return effects.some(({effect, always}) => effect === 'frees' && always)
    return endsItsArgument(name) || keeps(pass, use.call, use.index) === 'yes' || 'harmless'
  }
  const missing = pass.flow.missing(tracked, {releases, passing: part => part.kind === 'CallExpr' && sharesMemory(pass, part)})
  if (missing.kind !== 'missing') return undefined
  const ends = tracked.uses.uses.filter(use => {
    if (use.kind !== 'passed') return use.kind !== 'read' && use.kind !== 'replaced'
    const {effects, escapes} = pass.flow.ofArgument(use.call, use.index)
    const released = releases(use, effects)
    return released === true || (released === false && escapes !== 'no')
  })
  if (ends.length === 0) return tracked.uses.uses.some(({kind}) => kind === 'passed') ? {kind: 'never'} : undefined
  const at = missing.path.nodes.at(-1)
  return at?.kind === 'ReturnStmt' && ends.some(({node}) => node.pos > at.pos) ? {kind: 'early', at} : undefined
}

/** unsafe.Slice and its kin, and the address as a number: what they give leads to the same memory, and is not followed. */
const sharesMemory = (pass: AnyPass, call: CallExpr): boolean =>
  /^builtin (?:Add|Slice|SliceData|String|StringData)$/.test(pass.calleeName(call) ?? '') ||
  (pass.isConversion(call) === 'yes' && pass.typeText(call) === 'uintptr')
