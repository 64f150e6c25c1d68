// unsafe-struct-offset: a field reached by a literal number of bytes. See rule.md.
import {declaredInC, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {isUnsafe, isUnsafePointerCall} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {BasicLit, CallExpr, Expr} from '../../go/syntax/ast.ts'
import {hasUnknownPart} from '../../go/types/predicates.ts'
import {offsetsOf, sizeOf} from '../../go/types/sizes.ts'
import type {Struct, Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'unsafe-struct-offset',
  title: 'A field reached by a number of bytes',
  severity: 'warning',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/unsafe#Offsetof', 'https://pkg.go.dev/unsafe#Pointer'],
  messages: {
    field: {
      what: '{expression} reaches {field} of {type} by the number {offset}',
      why: 'the number is right for {platform} and for the fields as they stand now; checkptr does not notice when it is wrong, as long as it stays inside the same object',
      next: 'Take &x.{field}, or add unsafe.Offsetof.',
    },
    none: {
      what: '{expression} adds {offset} B to a {type}, and no field of it starts there on {platform}',
      why: 'the pointer points into the middle of a field, or behind the struct',
      next: 'Take the address of the field, or add unsafe.Offsetof.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const found = literalOffset(pass, call)
      if (found === undefined) continue
      const type = pointedStruct(pass, found.base)
      if (type === undefined || hasUnknownPart(type) || declaredInC(type)) continue
      const struct = underlying(type)
      if (struct.kind !== 'Struct') continue
      const offset = Number(found.offset.value.replaceAll('_', ''))
      const field = fieldAt(pass, struct, offset)
      const typeName = pass.typeText(found.base)?.replace(/^\*/, '') ?? ''
      const data = {
        expression: pass.text(call),
        type: typeName === '' ? 'the struct' : typeName,
        offset: found.offset.value,
        platform: `${pass.package.goos}/${pass.package.goarch}`,
      }
      const size = sizeOf(pass.package.sizes, type)
      if (offset === 0 || size === undefined) continue
      if (field !== undefined) pass.report(call, 'field', {data: {...data, field}})
      else pass.report(call, 'none', {data})
    }
  },
})

/** `unsafe.Pointer(uintptr(unsafe.Pointer(base)) + N)` or `unsafe.Add(unsafe.Pointer(base), N)` with a literal N. */
function literalOffset(pass: AnyPass, call: CallExpr): {base: Expr; offset: BasicLit} | undefined {
  if (isUnsafe(pass, call, 'Add')) {
    const [pointer, offset] = call.args
    return pair(pass, pointer, offset)
  }
  if (!isUnsafePointerCall(pass, call) || call.args[0] === undefined) return undefined
  const sum = unparen(call.args[0])
  if (sum.kind !== 'BinaryExpr' || sum.op !== '+') return undefined
  const address = unparen(sum.x)
  const isNumber = address.kind === 'CallExpr' && address.fun.kind === 'Ident' && address.fun.name === 'uintptr'
  return isNumber ? pair(pass, address.args[0], sum.y) : undefined
}

function pair(pass: AnyPass, pointer: Expr | undefined, offset: Expr | undefined): {base: Expr; offset: BasicLit} | undefined {
  const at = pointer === undefined ? undefined : unparen(pointer)
  const literal = offset === undefined ? undefined : unparen(offset)
  if (at?.kind !== 'CallExpr' || !isUnsafePointerCall(pass, at) || at.args[0] === undefined) return undefined
  return literal?.kind === 'BasicLit' && literal.token === 'INT' ? {base: unparen(at.args[0]), offset: literal} : undefined
}

/** The struct a pointer points to. Elements are left alone: the number may lead to the next one on purpose. */
function pointedStruct(pass: AnyPass, base: Expr): Type | undefined {
  const type = pass.typeOf(base)
  const under = type === undefined ? undefined : underlying(type)
  const element = base.kind === 'UnaryExpr' && unparen(base.x).kind === 'IndexExpr'
  return under?.kind === 'Pointer' && !element ? under.base : undefined
}

function fieldAt(pass: AnyPass, struct: Struct, offset: number): string | undefined {
  const index = offsetsOf(pass.package.sizes, struct.fields)?.lastIndexOf(offset) ?? -1
  return struct.fields[index]?.name
}
