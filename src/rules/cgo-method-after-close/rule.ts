// cgo-method-after-close: methods that give C a pointer which Close has freed, without asking. See rule.md.
import {cCallName, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {callsIn, cOwners, fieldUse, guardsItself, receiverOf, releaseIn} from '../../analysis/cgo/c-owner.ts'
import {peel} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, FuncDecl} from '../../go/syntax/ast.ts'

const closing = /^(?:Close|Free|Destroy|Release|Delete|Dispose|Shutdown|Terminate|Finalize)$/

export default defineRule({
  id: 'cgo-method-after-close',
  title: 'Methods use a C object that Close has freed',
  severity: 'info',
  confidence: 0.6,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C', 'https://pkg.go.dev/os#ErrClosed'],
  messages: {
    freed: {
      what: '{type}.{method} passes {field} to C also after {close}',
      why: '{close} frees it, and {method} does not ask: a call after {close} works on {what}, in C, where nothing recovers',
      next: '{answer} when {field} is nil{further}.',
    },
  },

  run(pass) {
    for (const {spec, fields, methods} of cOwners(pass)) {
      for (const field of fields) {
        const name = field.name.name
        const closer = methods.find(method => closing.test(method.name.name) && releaseIn(pass, method, name) !== undefined)
        if (closer === undefined) continue
        const first = methods
          .filter(method => method !== closer && /^[A-Z]/.test(method.name.name) && !closing.test(method.name.name))
          .flatMap(method => unaskedUse(pass, method, name) ?? [])
        const [use, ...others] = first
        if (use === undefined) continue
        pass.report(use.call, 'freed', {
          data: {
            type: spec.name.name,
            method: use.method.name.name,
            field: `${receiverOf(pass, use.method)?.name ?? ''}.${name}`,
            close: closer.name.name,
            what: setsNil(pass, closer, name) ? 'a nil pointer' : 'freed memory',
            answer: givesError(pass, use.method) ? 'Return an error' : 'Panic in Go, or return a zero value,',
            further: setsNil(pass, closer, name) ? '' : `, and let ${closer.name.name} set it to nil`,
          },
          related: [
            {node: closer.name, label: 'frees it'},
            ...others.slice(0, 5).map(other => ({node: other.call, label: `${other.method.name.name} does not ask either`})),
          ],
        })
      }
    }
  },
})

interface Use {
  readonly method: FuncDecl
  readonly call: CallExpr
}

function unaskedUse(pass: AnyPass, method: FuncDecl, field: string): Use | undefined {
  const receiver = receiverOf(pass, method)
  if (method.body === undefined || receiver === undefined || guardsItself(pass, method.body, receiver)) return undefined
  for (const call of callsIn(pass, method.body)) {
    // A method of the receiver that runs before may ask in its place.
    const isOwnCall = call.fun.kind === 'SelectorExpr' && call.fun.x.kind === 'Ident' && pass.objectOf(call.fun.x) === receiver
    if (isOwnCall) return undefined
    if (
      cCallName(pass, call) !== undefined &&
      call.args.some(argument => fieldUse(pass, peel(pass, argument), receiver, field) !== undefined)
    )
      return {method, call}
  }
  return undefined
}

const givesError = (pass: AnyPass, {type}: FuncDecl): boolean =>
  type.results?.list.some(result => result.type !== undefined && pass.text(result.type) === 'error') === true

function setsNil(pass: AnyPass, closer: FuncDecl, field: string): boolean {
  const receiver = receiverOf(pass, closer)
  if (receiver === undefined || closer.body === undefined) return false
  for (const assign of pass.within(closer.body, 'AssignStmt')) {
    if (assign.lhs.some(lhs => fieldUse(pass, lhs, receiver, field) !== undefined)) return true
  }
  return false
}
