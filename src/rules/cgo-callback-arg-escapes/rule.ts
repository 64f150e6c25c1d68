// cgo-callback-arg-escapes: a function that C calls keeps a pointer parameter, which need not live longer than the call. See rule.md.
import {type AnyPass, unparen, within} from '../../analysis/cgo/c-member.ts'
import {exportedFunctions} from '../../analysis/cgo/exported-function.ts'
import {localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr, Ident, Node} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'cgo-callback-arg-escapes',
  title: 'A callback keeps a pointer that C gave it',
  severity: 'warning',
  confidence: 0.7,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go', 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers'],
  messages: {
    kept: {
      what: '{function}, which C calls, {does} its parameter {name}',
      why: 'C often passes the address of a variable of its own stack frame, which is gone when the callback returns; whoever reads it later reads what other calls have left there',
      next: 'Copy the fields that are needed into a Go value before the callback returns.',
    },
  },

  run(pass) {
    for (const file of pass.package.files)
      for (const {decl, name: exported} of exportedFunctions(file.state.tree))
        for (const field of decl.type.params.list) {
          if (!isPointer(pass, field.type)) continue
          for (const parameter of field.names) {
            const object = pass.objectOf(parameter)
            if (object === undefined) continue
            for (const mention of mentions(pass, object)) {
              const does = mention === parameter ? undefined : escapes(pass, mention)
              if (does === undefined) continue
              pass.report(mention, 'kept', {data: {function: exported, does, name: parameter.name}})
              break
            }
          }
        }
  },
})

/** `*C.T` or unsafe.Pointer; an opaque handle of C's lives as long as C says, and cannot be told from this by type: hence no more than likely. */
function isPointer(pass: AnyPass, type: Expr | undefined): boolean {
  const at = type === undefined ? undefined : unparen(type)
  if (at?.kind === 'StarExpr') return /^\*\s*C\./.test(pass.text(at))
  return at?.kind === 'SelectorExpr' && pass.text(at) === 'unsafe.Pointer'
}

/** What keeps the pointer at this mention: the pointer itself, not what it points to. */
function escapes(pass: AnyPass, mention: Ident): string | undefined {
  let at: Node = mention
  for (let parent = pass.parent(at); parent !== undefined; at = parent, parent = pass.parent(at)) {
    switch (parent.kind) {
      case 'ParenExpr':
      case 'CompositeLit':
        continue
      case 'KeyValueExpr':
        if (parent.value !== at) return undefined
        continue
      case 'UnaryExpr':
        if (parent.op !== '&') return undefined
        continue
      case 'CallExpr': {
        if (pass.parent(parent)?.kind === 'GoStmt' && parent.args.some(one => one === at)) return 'hands a goroutine'
        const member = unparen(parent.fun)
        const converts = pass.isConversion(parent) === 'yes' || (member.kind === 'StarExpr' && parent.args.length === 1)
        if (!converts)
          return keptByAppend(pass, parent, at) ? 'stores' : inGoroutine(pass, mention) ? 'reads in another goroutine' : undefined
        continue
      }
      case 'SendStmt':
        return parent.value === at ? 'sends on a channel' : undefined
      case 'AssignStmt': {
        const index = parent.rhs.findIndex(one => one === at)
        const target = parent.lhs.length === parent.rhs.length ? parent.lhs[index] : undefined
        return target !== undefined && outlives(pass, target) ? 'stores' : undefined
      }
      default:
        return inGoroutine(pass, mention) ? 'reads in another goroutine' : undefined
    }
  }
  return undefined
}

/** An element of `s = append(s, p)`, where `s` outlives the call. */
function keptByAppend(pass: AnyPass, call: CallExpr, element: Node): boolean {
  const assign = pass.parent(call)
  const target = assign?.kind === 'AssignStmt' && assign.rhs.length === 1 && assign.lhs.length === 1 ? assign.lhs[0] : undefined
  return (
    target !== undefined &&
    pass.calleeName(call) === 'builtin append' &&
    call.args.slice(1).some(one => one === element) &&
    outlives(pass, target)
  )
}

/** A variable of the package, or a field or element that somebody else may hold. */
function outlives(pass: AnyPass, target: Expr): boolean {
  const at = unparen(target)
  if (at.kind === 'Ident') {
    const object = pass.objectOf(at)
    return object?.kind === 'Var' && object.varKind === 'package'
  }
  if (at.kind === 'IndexExpr') return outlives(pass, at.x)
  return at.kind === 'SelectorExpr' && (localOf(pass, at.x) === undefined || localOf(pass, at.x)?.varKind !== 'local')
}

/** The mention stands in a literal that a go statement of the exported function starts. */
function inGoroutine(pass: AnyPass, mention: Ident): boolean {
  for (const at of pass.ancestors(mention)) {
    if (at.kind === 'FuncDecl') return false
    if (at.kind === 'GoStmt') return unparen(at.call.fun).kind === 'FuncLit' && within(mention, unparen(at.call.fun))
  }
  return false
}
