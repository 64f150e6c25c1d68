// finalizer-closes-over-object: a finalizer or cleanup keeps alive the object it waits for. See rule.md.
import {unparen, within, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {assignedAt, localOf, mentions, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr, FuncLit, Ident} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {underlying} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'finalizer-closes-over-object',
  title: 'A finalizer keeps its own object alive',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#SetFinalizer', 'https://pkg.go.dev/runtime#AddCleanup'],
  messages: {
    captured: {
      what: 'the function given to {call} uses {name}, the object it waits for',
      why: 'the closure is reachable and holds {name}, so {name} is always reachable and the function never runs',
      next: 'Use only what the function gets as its argument.',
    },
    argument: {
      what: 'runtime.AddCleanup gets {name} both as the object and as the argument',
      why: 'the argument would keep the object alive; AddCleanup panics when the two are equal',
      next: 'Pass what the cleanup needs, such as a handle, and not the object itself.',
    },
    bound: {
      what: '{method} is bound to {name}, the object that {call} waits for',
      why: 'the method value holds {name}, so {name} is always reachable and the function never runs',
      next: 'Give it a function that does not hold {name}.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const isCleanup = must(pass.callsFunction(call, 'runtime.AddCleanup'))
      if (!isCleanup && !must(pass.callsFunction(call, 'runtime.SetFinalizer'))) continue
      const [first, second, third] = call.args
      const object = first === undefined ? undefined : localOf(pass, first)
      if (first === undefined || second === undefined || object === undefined || isChanged(pass, object, call) || !isPointer(pass, first))
        continue
      const data = {name: object.name, call: pass.text(call.fun)}
      if (isCleanup && third !== undefined && localOf(pass, third) === object) pass.report(third, 'argument', {data})
      const literal = literalOf(pass, second)
      const used = literal === undefined ? undefined : captured(pass, literal, object)
      if (used !== undefined) pass.report(used, 'captured', {data, related: [{node: call, label: 'registered here'}]})
      const bound = unparen(second)
      if (isCleanup && bound.kind === 'SelectorExpr' && localOf(pass, bound.x) === object && isPointerMethod(pass, bound))
        pass.report(bound, 'bound', {data: {...data, method: pass.text(bound)}})
    }
  },
})

const isPointer = (pass: AnyPass, expr: Expr): boolean => {
  const type = pass.typeOf(expr)
  return type !== undefined && underlying(type).kind === 'Pointer'
}

/** Another value is given to the variable behind the call: the closure then holds that one. */
const isChanged = (pass: AnyPass, object: Var, call: CallExpr): boolean =>
  mentions(pass, object).some(mention => mention.pos > call.pos && assignedAt(pass, mention) !== undefined)

function literalOf(pass: AnyPass, expr: Expr): FuncLit | undefined {
  const at = unparen(expr)
  if (at.kind === 'FuncLit') return at
  const local = localOf(pass, at)
  const value = local === undefined ? undefined : onlyValue(pass, local)
  return value?.kind === 'FuncLit' ? value : undefined
}

const captured = (pass: AnyPass, literal: FuncLit, object: Var): Ident | undefined =>
  mentions(pass, object).find(mention => within(mention, literal.body))

/** A method value of a pointer receiver holds the pointer; one of a value receiver holds a copy. */
function isPointerMethod(pass: AnyPass, selector: Expr & {readonly kind: 'SelectorExpr'}): boolean {
  const method = pass.objectOf(selector.sel)
  const recv = method?.kind === 'Func' && method.type?.kind === 'Signature' ? method.type.recv?.type : undefined
  return recv !== undefined && underlying(recv).kind === 'Pointer'
}
