// unsafe-struct-cast: `(*T)(unsafe.Pointer(&u))` with a T that is larger than u, or that mirrors the run time's maps. See rule.md.
import {declaredInC, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {isUnsafePointerCall} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {hasUnknownPart} from '../../go/types/predicates.ts'
import {sizeOf} from '../../go/types/sizes.ts'
import type {Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'unsafe-struct-cast',
  title: 'A cast to a type that reaches beyond the variable',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/unsafe#Pointer', 'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/map.go'],
  messages: {
    larger: {
      what: '{target} has {targetSize} B and {name}, a {source}, has {sourceSize} B',
      why: 'the last {over} B of the cast lie outside the variable; reading them gives foreign memory, writing them destroys it',
      next: 'Copy field by field, or declare the variable as the larger type.',
    },
    map: {
      what: '{cast} reads the map {name} as a struct',
      why: 'the layout of maps is private to the run time: Go 1.24 replaced it, and a struct that fits one version reads nonsense in another',
      next: 'Use len, range and reflect; for sizes of maps take a heap profile.',
    },
  },

  run(pass) {
    for (const cast of pass.nodes('CallExpr')) {
      const type = castTarget(pass, cast)
      const variable = type === undefined ? undefined : variableBehind(pass, cast)
      const source = variable === undefined ? undefined : pass.typeOf(variable)
      if (type === undefined || variable === undefined || source === undefined) continue
      const name = pass.text(variable)
      if (underlying(source).kind === 'Map') {
        if (!ownsMaps.test(pass.packagePath) && (isStruct(type) || isPointerToStruct(type)))
          pass.report(cast, 'map', {data: {cast: pass.text(cast), name}})
        continue
      }
      if (isOpen(source) || isOpen(type) || isSlicedArray(pass, cast, type)) continue
      const [targetSize, sourceSize] = [sizeOf(pass.package.sizes, type), sizeOf(pass.package.sizes, source)]
      if (targetSize === undefined || sourceSize === undefined || targetSize <= sourceSize || !(isAggregate(type) || isAggregate(source)))
        continue
      pass.report(cast, 'larger', {
        data: {
          target: pass.text(targetExpr(cast)),
          name,
          source: pass.typeText(variable) ?? '',
          targetSize: String(targetSize),
          sourceSize: String(sourceSize),
          over: String(targetSize - sourceSize),
        },
      })
    }
  },
})

/** The packages that lay maps out, and their tests. */
const ownsMaps = /^(?:runtime|reflect|internal\/runtime\/maps)(?:_test)?$/

const targetExpr = (cast: CallExpr): Expr => {
  const fun = unparen(cast.fun)
  return fun.kind === 'StarExpr' ? fun.x : fun
}

/** `T` of `(*T)(…)`. */
function castTarget(pass: AnyPass, call: CallExpr): Type | undefined {
  const fun = unparen(call.fun)
  return fun.kind === 'StarExpr' && call.args.length === 1 ? pass.typeOf(fun.x) : undefined
}

/** `u` of `unsafe.Pointer(&u)`: a whole variable, so that nothing of ours lies behind it. Fields and elements may have a neighbour on purpose. */
function variableBehind(pass: AnyPass, cast: CallExpr): Expr | undefined {
  const pointer = cast.args[0] === undefined ? undefined : unparen(cast.args[0])
  if (pointer?.kind !== 'CallExpr' || !isUnsafePointerCall(pass, pointer) || pointer.args[0] === undefined) return undefined
  const address = unparen(pointer.args[0])
  const target = address.kind === 'UnaryExpr' && address.op === '&' ? unparen(address.x) : undefined
  return target?.kind === 'Ident' ? target : undefined
}

const isStruct = (type: Type): boolean => underlying(type).kind === 'Struct'
const isAggregate = (type: Type): boolean => isStruct(type) || underlying(type).kind === 'Array'

function isPointerToStruct(type: Type): boolean {
  const under = underlying(type)
  return under.kind === 'Pointer' && isStruct(under.base)
}

const isOpen = (type: Type): boolean => type.kind === 'TypeParam' || declaredInC(type) || hasUnknownPart(type)

/** `(*[1 << 30]byte)(unsafe.Pointer(&x))[:n:n]`: the array type is only a bound for the slice. */
function isSlicedArray(pass: AnyPass, cast: CallExpr, type: Type): boolean {
  if (underlying(type).kind !== 'Array') return false
  const parent = pass.parent(cast)
  return (
    parent?.kind === 'SliceExpr' ||
    (parent?.kind === 'ParenExpr' && pass.parent(parent)?.kind === 'SliceExpr') ||
    parent?.kind !== 'StarExpr'
  )
}
