// Instantiating generic functions, with type arguments that are written or follow from what they are assigned to (go/types call.go, funcInst).
import type {Expr, IndexExpr, IndexListExpr} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import type {Target} from './expression.ts'
import {Mode} from './file-state.ts'
import {indicesOf} from './index-expression.ts'
import {infer, renameTypeParams} from './infer.ts'
import {instantiate, unsatisfied} from './instantiation.ts'
import {newParam} from './objects.ts'
import {valueOperand, type Operand} from './operand.ts'
import {recordInstance} from './recording.ts'
import {typeList} from './type-expression.ts'
import {typeString} from './type-string.ts'
import {emptyTuple, invalidType, newSignature, newTuple, type Signature, type Type} from './types.ts'

/** Instantiates the generic function x; without `mayInfer` an incomplete list of type arguments is returned instead. */
export function instantiateFunction(
  c: Checker,
  target: Target | undefined,
  x: Operand,
  e: IndexExpr | IndexListExpr | undefined,
  mayInfer: boolean,
): readonly Type[] | undefined {
  const pos = e?.pos ?? x.expr?.pos ?? 0
  if (e !== undefined) x.expr = e
  c.requires(18, pos, 'function instantiation')
  const indices = e === undefined ? [] : indicesOf(e)
  let targs: readonly Type[] | undefined = []
  if (e !== undefined) {
    targs = typeList(c, indices)
    if (targs === undefined) {
      x.mode = Mode.invalid
      return undefined
    }
  }
  const sig = x.type
  if (sig.kind !== 'Signature') {
    x.mode = Mode.invalid
    return undefined
  }
  const tparams = sig.tparams ?? []
  if (targs.length > tparams.length) {
    c.error(indices[tparams.length]?.pos ?? pos, `got ${targs.length} type arguments but want ${tparams.length}`)
    x.mode = Mode.invalid
    return undefined
  }
  if (targs.length < tparams.length) {
    if (!mayInfer) return targs
    targs = inferFromTarget(c, target, x, pos, sig, targs)
    if (targs === undefined) {
      x.mode = Mode.invalid
      return undefined
    }
  }
  if (x.expr !== undefined) x.type = instantiateSignature(c, x.expr, sig, targs, indices)
  x.mode = Mode.value
  return undefined
}

function inferFromTarget(
  c: Checker,
  target: Target | undefined,
  x: Operand,
  pos: number,
  sig: Signature,
  targs: readonly Type[],
): Type[] | undefined {
  let params = emptyTuple
  let args: Operand[] = []
  if (target !== undefined) {
    c.requires(21, pos, 'implicitly instantiated function in assignment')
    // The function is like an argument passed to a parameter of its own type.
    params = newTuple([newParam(newSignature(sig.params, sig.results, sig.variadic))])
    args = [valueOperand(x.expr, target.sig)]
  }
  const renamed = renameTypeParams(c, sig.tparams ?? [], params)
  return infer(c, pos, renamed.params, targs, renamed.type.kind === 'Tuple' ? renamed.type : params, args)
}

/** The instance of a generic signature; whether the arguments satisfy their constraints is checked later. */
export function instantiateSignature(c: Checker, expr: Expr, sig: Signature, targs: readonly Type[], argExprs: readonly Expr[]): Signature {
  const inst = instantiate(c, sig, targs)
  if (inst.kind !== 'Signature') return sig
  recordInstance(c, expr, targs, inst)
  const tparams = sig.tparams ?? []
  if (c.bodies)
    c.later(() => {
      const i = unsatisfied(c, tparams, targs)
      if (i >= 0)
        c.error(
          argExprs[i]?.pos ?? expr.pos,
          `${typeString(targs[i] ?? invalidType)} does not satisfy ${typeString(tparams[i]?.bound ?? invalidType)}`,
        )
    })
  return inst
}
