// cgo-string-data-as-cstring: the bytes of a Go string given to C as a NUL-terminated string. See rule.md.
import {cCallName, isCgoHelper, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {assignedAt, localOf, mentions, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {firstElementOf, isUnsafe, peel, underlyingOf} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {exactString} from '../../go/types/api.ts'

export default defineRule({
  id: 'cgo-string-data-as-cstring',
  title: 'C gets the bytes of a Go string as a C string',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C', 'https://pkg.go.dev/unsafe#StringData'],
  messages: {
    missing: {
      what: 'C.{callee} gets the bytes of {text} without a length and without a NUL behind them',
      why: 'Go strings do not end in NUL: C reads on into whatever follows in memory; passing the memory itself is allowed for the time of the call',
      next: 'Use C.CString and free it, append a zero byte, or pass the length.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const callee = cCallName(pass, call)
      if (callee === undefined || isCgoHelper(callee)) continue
      for (const argument of call.args) {
        const text = stringBehind(pass, argument)
        if (text === undefined || hasLength(pass, call, argument) || mayEndInNul(pass, text)) continue
        pass.report(argument, 'missing', {data: {callee, text: pass.text(text)}})
      }
    }
  },
})

/** The string whose bytes an argument points to: `unsafe.StringData(s)`, or `&b[0]` with `b := []byte(s)`. */
function stringBehind(pass: AnyPass, argument: Expr): Expr | undefined {
  const at = peel(pass, argument)
  if (at.kind === 'CallExpr' && isUnsafe(pass, at, 'StringData')) return at.args[0]
  const sliceData = at.kind === 'CallExpr' && isUnsafe(pass, at, 'SliceData') ? at.args[0] : undefined
  const slice = sliceData ?? firstElementOf(pass, argument)
  const local = slice === undefined ? undefined : localOf(pass, slice)
  const value = slice === undefined ? undefined : unparen((local === undefined ? undefined : onlyValue(pass, local)) ?? slice)
  if (value?.kind !== 'CallExpr' || unparen(value.fun).kind !== 'ArrayType' || value.args.length !== 1) return undefined
  const source = value.args[0]
  return source !== undefined && isString(pass, source) ? source : undefined
}

function isString(pass: AnyPass, expr: Expr): boolean {
  const under = underlyingOf(pass, expr)
  return under?.kind === 'Basic' && /^(?:untyped )?string$/.test(under.name)
}

/** Any other argument that may be a length: only pointers, nil and texts certainly are none. */
function hasLength(pass: AnyPass, call: CallExpr, argument: Expr): boolean {
  return call.args.some(other => {
    if (other === argument) return false
    const at = peel(pass, other)
    if (at.kind === 'UnaryExpr' && at.op === '&') return false
    if (at.kind === 'CallExpr' && cCallName(pass, at) === 'CString') return false
    const under = underlyingOf(pass, at)
    return !(under?.kind === 'Pointer' || (under?.kind === 'Basic' && /^(?:untyped nil|unsafe\.Pointer|Pointer)$/.test(under.name)))
  })
}

/** A constant that ends in NUL, `s + "\x00"`, or anything whose end is not known: a parameter is taken to be a plain Go string. */
function mayEndInNul(pass: AnyPass, text: Expr): boolean {
  const at = unparen(text)
  const local = localOf(pass, at)
  if (local?.varKind === 'parameter') return mentions(pass, local).some(mention => assignedAt(pass, mention) !== undefined)
  const value = unparen((local === undefined ? undefined : onlyValue(pass, local)) ?? at)
  const constant = pass.constantOf(value.kind === 'BinaryExpr' && value.op === '+' ? value.y : value)
  return constant === undefined || /(?:\\x00|\\0+|\\u0000|\0)"?$/.test(exactString(constant))
}
