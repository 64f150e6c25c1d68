// finalizer-bad-signature: runtime.SetFinalizer ends the program when object and function do not fit. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {Expr} from '../../go/syntax/ast.ts'
import {assignableTo} from '../../go/types/api.ts'
import {hasUnknownPart} from '../../go/types/predicates.ts'
import type {Signature, Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'finalizer-bad-signature',
  title: 'SetFinalizer gets what it cannot use',
  severity: 'error',
  confidence: 0.98,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#SetFinalizer', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/mfinal.go'],
  messages: {
    object: {
      what: 'the object given to runtime.SetFinalizer is a {type}, not a pointer',
      why: 'the run time throws, which cannot be recovered',
      next: 'Pass the pointer that new, &T{} or a constructor gave.',
    },
    notFunction: {
      what: 'the finalizer is a {type}, not a function',
      why: 'the run time throws, which cannot be recovered',
      next: '{first}Pass a function with one parameter of the type {wanted}.',
    },
    parameters: {
      what: 'the finalizer {function} has {count}, and it gets exactly one, the {object}',
      why: 'the run time throws, which cannot be recovered',
      next: '{first}Give the function one parameter of the type {wanted}; results are ignored.',
    },
    type: {
      what: 'the finalizer takes a {parameter} and would get a {object}',
      why: 'the run time throws, which cannot be recovered',
      next: '{first}Give the function one parameter of the type {wanted}.',
    },
    address: {
      what: 'the finalizer takes a {parameter} and would get a {object}, the address of the variable {variable}',
      why: 'the run time throws, which cannot be recovered',
      next: 'Pass {variable} itself. Where it may have a finalizer already, call runtime.SetFinalizer({variable}, nil) first: a second one throws too.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const [object, finalizer] = call.args
      if (object === undefined || finalizer === undefined || !must(pass.callsFunction(call, 'runtime.SetFinalizer'))) continue
      const [type, text] = [pass.typeOf(object), pass.typeText(object)]
      if (type === undefined || text === undefined || isOpen(type)) continue
      if (underlying(type).kind !== 'Pointer') {
        pass.report(object, 'object', {data: {type: text}})
        continue
      }
      const given = pass.typeOf(finalizer)
      if (given === undefined || isOpen(given) || isNil(given)) continue
      const inner = pointerVariable(pass, object)
      const advice =
        inner === undefined ? {first: '', wanted: text} : {first: `Pass ${inner.text} itself, not its address. `, wanted: inner.typeText}
      const under = underlying(given)
      if (under.kind !== 'Signature') {
        pass.report(finalizer, 'notFunction', {data: {type: pass.typeText(finalizer) ?? '', ...advice}})
        continue
      }
      const parameter = onlyParameter(under)
      if (parameter === undefined) {
        pass.report(finalizer, 'parameters', {
          data: {function: shown(pass.text(finalizer)), count: counted(under), object: text, ...advice},
        })
      } else if (!hasUnknownPart(parameter) && !hasUnknownPart(type) && must(notAssignable(type, parameter))) {
        const data = {parameter: parameterText(pass.typeText(finalizer)), object: text}
        if (inner !== undefined && !hasUnknownPart(inner.type) && must(assignableTo(inner.type, parameter)))
          pass.report(object, 'address', {data: {...data, variable: inner.text}})
        else pass.report(finalizer, 'type', {data: {...data, ...advice}})
      }
    }
  },
})

/** `p` of `&p`, where p is itself a pointer: its finalizer would hang on the variable. */
function pointerVariable(
  pass: Pass<never>,
  object: Expr,
): {readonly text: string; readonly type: Type; readonly typeText: string} | undefined {
  const address = unparen(object)
  if (address.kind !== 'UnaryExpr' || address.op !== '&' || variableOf(pass, address.x) === undefined) return undefined
  const [type, typeText] = [pass.typeOf(address.x), pass.typeText(address.x)]
  if (type === undefined || typeText === undefined || underlying(type).kind !== 'Pointer') return undefined
  return {text: pass.text(address.x), type, typeText}
}

/** What the value is at run time is not known from its type. */
const isOpen = (type: Type): boolean => type.kind === 'TypeParam' || underlying(type).kind === 'Interface'
const isNil = (type: Type): boolean => type.kind === 'Basic' && type.name === 'untyped nil'

function onlyParameter(signature: Signature): Type | undefined {
  return signature.params.vars.length === 1 && !signature.variadic ? signature.params.vars[0]?.type : undefined
}

const notAssignable = (from: Type, to: Type) => {
  const fits = assignableTo(from, to)
  return fits === 'yes' ? 'no' : fits === 'no' ? 'yes' : 'unknown'
}

const counted = (signature: Signature): string => {
  const count = signature.params.vars.length
  return signature.variadic ? 'a variadic parameter' : count === 0 ? 'no parameter' : `${count} parameters`
}

/** The head of a function literal is enough. */
const shown = (text: string): string => (text.startsWith('func') ? 'function' : text)

const parameterText = (signature: string | undefined): string =>
  /^func\((?:\w+ )?(.*?)\)/.exec(signature ?? '')?.[1] ?? 'value of another type'
