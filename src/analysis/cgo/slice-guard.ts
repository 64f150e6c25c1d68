// Whether a slice may be empty where its first element is taken. Without paths: a function that asks for the length anywhere before counts as checked.
import type {CallExpr, Expr, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {type AnyPass, unparen, within} from './c-member.ts'
import {assignedAt, declarationAround, localOf, mentions, onlyValue} from './local-variable.ts'
import {underlyingOf} from './pointer-argument.ts'

/**
 * True only when the slice comes from the caller of an exported function, or is made of something that does, and nothing in the function looks at
 * its length first.
 */
export function mayBeEmptyUnchecked(pass: AnyPass, slice: Expr, at: Node): boolean {
  const local = localOf(pass, slice)
  const decl = declarationAround(pass, at)
  if (local === undefined || decl === undefined || pass.fileOf(at).path.endsWith('_test.go')) return false
  const source = local.varKind === 'parameter' ? local : sourceOf(pass, local)
  if (source?.varKind !== 'parameter' || !/^[A-Z]/.test(decl.name.name) || source.pos > decl.body!.pos) return false
  return ![local, source].some(one => isLookedAt(pass, one, at) || (one.varKind === 'parameter' && isAssigned(pass, one)))
}

/** The parameter a local slice is as long as: `[]byte(s)`, `make([]T, len(p))`. */
function sourceOf(pass: AnyPass, local: Var): Var | undefined {
  const given = onlyValue(pass, local)
  const value = given === undefined ? undefined : unparen(given)
  if (value?.kind !== 'CallExpr') return undefined
  if (unparen(value.fun).kind === 'ArrayType' && value.args[0] !== undefined) return localOf(pass, value.args[0])
  const size = pass.calleeName(value) === 'builtin make' ? value.args[1] : undefined
  const length = size === undefined ? undefined : unparen(size)
  return length?.kind === 'CallExpr' && isLen(pass, length) && length.args[0] !== undefined ? localOf(pass, length.args[0]) : undefined
}

const isLen = (pass: AnyPass, call: CallExpr): boolean => pass.calleeName(call) === 'builtin len'

const isAssigned = (pass: AnyPass, variable: Var): boolean =>
  mentions(pass, variable).some(mention => assignedAt(pass, mention) !== undefined)

/** Before the place: its length is compared or kept, an element is used, it is ranged over, or a function gets it that may check. */
function isLookedAt(pass: AnyPass, variable: Var, at: Node): boolean {
  return mentions(pass, variable).some(mention => {
    if (mention.pos >= at.pos && within(mention, at)) return false
    const parent = pass.parent(mention)
    if (parent?.kind === 'CallExpr' && isLen(pass, parent)) {
      const outer = pass.parent(parent)
      const measures = outer?.kind === 'CallExpr' && pass.calleeName(outer) === 'builtin make'
      return mention.pos < at.pos && !measures
    }
    if (mention.pos > at.pos || mention.pos === variable.pos) return false
    if (parent?.kind === 'BinaryExpr' || parent?.kind === 'RangeStmt' || parent?.kind === 'IndexExpr') return true
    return parent?.kind === 'CallExpr' && parent.args.includes(mention) && pass.isConversion(parent) !== 'yes'
  })
}

/** `unsafe.Slice(&b[0], len(b))`: the slice itself; undefined for anything else. */
export function sliceOfItself(pass: AnyPass, call: CallExpr): Expr | undefined {
  const [pointer, length] = call.args
  const address = pointer === undefined ? undefined : unparen(pointer)
  const element = address?.kind === 'UnaryExpr' && address.op === '&' ? unparen(address.x) : undefined
  if (element?.kind !== 'IndexExpr' || length === undefined || underlyingOf(pass, element.x)?.kind !== 'Slice') return undefined
  const size = unparen(length)
  const measured = size.kind === 'CallExpr' && isLen(pass, size) ? size.args[0] : undefined
  const isFirst = element.index.kind === 'BasicLit' && element.index.value === '0'
  return isFirst && measured !== undefined && pass.text(measured) === pass.text(element.x) ? element.x : undefined
}
