// cgo-export-returns-go-pointer: a function that C calls returns Go memory. See rule.md.
import {declaredInC, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {exportedFunctions} from '../../analysis/cgo/exported-function.ts'
import {assignedAt, callsNamed, localOf, mentions, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Expr, FuncDecl} from '../../go/syntax/ast.ts'
import type {Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

const kinds: Readonly<Partial<Record<Type['kind'], string>>> = {
  Slice: 'slice',
  Map: 'map',
  Chan: 'channel',
  Interface: 'interface',
  Signature: 'function',
}

export default defineRule({
  id: 'cgo-export-returns-go-pointer',
  title: 'An exported function returns Go memory to C',
  severity: 'error',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/cgocall.go'],
  messages: {
    returns: {
      what: '{name} is called by C and returns a Go {kind}, {value}',
      why: 'a Go function called by C must not return a Go pointer that is not pinned; with cgocheck on, its default, the return panics when the pointer leads into the Go heap',
      next: 'Return C memory that C frees (C.CString, C.CBytes), or a runtime/cgo.Handle.',
    },
  },

  run(pass) {
    for (const file of pass.package.files) {
      for (const {decl, name} of exportedFunctions(file.state.tree)) {
        if (decl.body === undefined || callsNamed(pass, decl, /^Pin$/)) continue
        const result = goResult(pass, decl)
        if (result === undefined) continue
        pass.report(result.expr, 'returns', {
          data: {name, kind: result.kind, value: pass.text(result.expr)},
          related: [{node: decl.name, label: 'exported to C here'}],
        })
      }
    }
  },
})

/** The first returned expression that is a Go pointer for sure; nil, constants and C's own pointers are none. */
function goResult(pass: AnyPass, decl: FuncDecl): {expr: Expr; kind: string} | undefined {
  for (const stmt of pass.within(decl, 'ReturnStmt')) {
    if (pass.enclosingFunction(stmt) !== decl) continue
    for (const expr of stmt.results) {
      const kind = goPointerKind(pass, expr)
      if (kind !== undefined) return {expr, kind}
    }
  }
  return undefined
}

function goPointerKind(pass: AnyPass, expr: Expr): string | undefined {
  const type = pass.typeOf(expr)
  if (type === undefined || declaredInC(type) || pass.constantOf(expr) !== undefined || isPackageVariable(pass, expr)) return undefined
  const under = underlying(type)
  if (under.kind === 'Basic') return under.name === 'string' && !isPointerView(pass, expr) && !isConstant(pass, expr) ? 'string' : undefined
  if (under.kind === 'Pointer') return isGoAllocation(pass, expr) ? 'pointer' : undefined
  if (under.kind === 'Slice' && isPointerView(pass, expr)) return undefined
  return kinds[under.kind]
}

/** A string or slice laid over a pointer may lie in C memory: `unsafe.String(p, n)`. */
function isPointerView(pass: AnyPass, expr: Expr): boolean {
  const at = unparen(expr)
  const local = localOf(pass, at)
  const value = local === undefined ? undefined : onlyValue(pass, local)
  return /unsafe\.|reflect\./.test(pass.text(value ?? at))
}

function isPackageVariable(pass: AnyPass, expr: Expr): boolean {
  const at = unparen(expr)
  const object = at.kind === 'Ident' ? pass.objectOf(at) : undefined
  return object?.kind === 'Var' && object.varKind === 'package'
}

/** `&x`, `&T{}`, `new(T)`, or a variable that only ever got one of these. */
function isGoAllocation(pass: AnyPass, expr: Expr): boolean {
  const at = unparen(expr)
  const local = localOf(pass, at)
  const value = unparen((local === undefined ? undefined : onlyValue(pass, local)) ?? at)
  if (value.kind === 'CallExpr') return pass.calleeName(value) === 'builtin new'
  if (value.kind !== 'UnaryExpr' || value.op !== '&') return false
  const target = unparen(value.x)
  return target.kind === 'CompositeLit' || localOf(pass, target) !== undefined
}

/** A variable that only ever gets constants: their bytes are in the program's own file, not on the heap. */
function isConstant(pass: AnyPass, expr: Expr): boolean {
  const local = localOf(pass, expr)
  if (local?.varKind !== 'local') return false
  const values = mentions(pass, local).flatMap(mention => assignedAt(pass, mention) ?? [])
  return values.length > 0 && values.every(value => value !== 'other' && pass.constantOf(value) !== undefined)
}
