// cgo-defer-free-nil: `defer C.free(unsafe.Pointer(p))` while p is still nil, so that what is put into p later is never freed. See rule.md.
import {cCallName, cMember, endsItsArgument, importsC, unparen, within, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {assignedAt, localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {peel} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, DeferStmt, Expr, Ident} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'

export default defineRule({
  id: 'cgo-defer-free-nil',
  title: 'A deferred free got nil, not the pointer that is set later',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Defer_statements', 'https://github.com/golang/go/issues/43363'],
  messages: {
    nil: {
      what: '{call} is deferred while {name} is nil',
      why: 'the arguments of a deferred call are evaluated at the defer statement, so it gets nil, and what {name} points to later is not released by it',
      next: 'Put the defer behind the call that sets {name}; if C only lends the pointer, remove the defer instead.',
    },
  },

  run(pass) {
    for (const defer of pass.nodes('DeferStmt')) {
      const argument = releasedArgument(pass, defer.call)
      const variable = argument === undefined ? undefined : localOf(pass, argument)
      if (argument === undefined || variable === undefined) continue
      const fun = pass.enclosingFunction(defer)
      const first = mentions(pass, variable)[0]
      if (first === undefined || fun === undefined || pass.enclosingFunction(first) !== fun || !isNilDeclaration(pass, first)) continue
      const filled = whereFilled(pass, variable, defer, argument)
      if (filled === undefined) continue
      pass.report(defer, 'nil', {
        data: {call: pass.text(defer.call), name: variable.name},
        related: [
          {node: first, label: 'declared here, nil'},
          {node: filled, label: 'set here'},
        ],
      })
    }
  },
})

/** `p` of `C.free(unsafe.Pointer(p))`, `C.T_free(p)`, or of a Go function that releases, in a file of cgo. */
function releasedArgument(pass: AnyPass, call: CallExpr): Ident | undefined {
  if (call.args.length !== 1 || call.args[0] === undefined || !importsC(pass.fileOf(call).state.tree)) return undefined
  const fun = unparen(call.fun)
  const name = cCallName(pass, call) ?? (fun.kind === 'Ident' ? fun.name : undefined)
  if (name === undefined || !endsItsArgument(name)) return undefined
  const argument = peel(pass, call.args[0])
  return argument.kind === 'Ident' ? argument : undefined
}

/** `var p *C.T`, `var p unsafe.Pointer`, `var p *C.T = nil`, `p := (*C.T)(nil)`. */
function isNilDeclaration(pass: AnyPass, name: Ident): boolean {
  const parent = pass.parent(name)
  const isNil = (value: Expr) => {
    const at = peel(pass, value)
    return at.kind === 'Ident' && at.name === 'nil'
  }
  if (parent?.kind === 'AssignStmt') {
    const value = assignedAt(pass, name)
    return parent.tok === ':=' && value !== undefined && value !== 'other' && isNil(value)
  }
  if (parent?.kind !== 'ValueSpec' || parent.type === undefined) return false
  const type = unparen(parent.type)
  const pointer =
    type.kind === 'StarExpr' || (type.kind === 'SelectorExpr' && type.sel.name === 'Pointer' && cMember(pass, type) === undefined)
  const value = assignedAt(pass, name)
  return pointer && (value === undefined || (value !== 'other' && isNil(value)))
}

/** First place behind the defer that gives the variable a value; undefined when something may have set it before, or nothing does. */
function whereFilled(pass: AnyPass, variable: Var, defer: DeferStmt, argument: Ident): Ident | undefined {
  let filled: Ident | undefined
  const loop = loopAround(pass, defer)
  for (const [i, mention] of mentions(pass, variable).entries()) {
    if (i === 0 || mention === argument) continue
    if (assignedAt(pass, mention) === undefined) continue
    if (mention.pos < defer.pos) return undefined
    if (loop !== undefined && within(mention, loop) && !within(mentions(pass, variable)[0]!, loop)) return undefined // set in an earlier round
    filled ??= mention
  }
  return filled
}

function loopAround(pass: AnyPass, defer: DeferStmt) {
  for (const at of pass.ancestors(defer)) {
    if (at.kind === 'FuncDecl' || at.kind === 'FuncLit') return undefined
    if (at.kind === 'ForStmt' || at.kind === 'RangeStmt') return at
  }
  return undefined
}
