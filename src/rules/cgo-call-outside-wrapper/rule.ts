// cgo-call-outside-wrapper: a policy of the project. C is called outside of the wrapper, or a function is called that the contract does not list.
import {cFunction} from '../../analysis/cgo/c-function.ts'
import {type AnyPass, cCallName, isCgoHelper} from '../../analysis/cgo/c-member.ts'
import {defineRule} from '../../analysis/engine/rule.ts'

export default defineRule({
  id: 'cgo-call-outside-wrapper',
  title: 'C is called outside of the wrapper, or without a contract',
  severity: 'warning',
  confidence: 0.99,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/cgocall.go'],
  messages: {
    outside: {
      what: 'C.{name} is called outside of {wrappers}',
      why: 'the configuration lets only the wrapper call C: the locks, limits and errors it sees to are left out here',
      next: 'Call the wrapper.',
    },
    unlisted: {
      what: 'C.{name} is not listed in {contract}',
      why: 'the contract says which C functions may block and which lock each needs; it says nothing of this one{known}',
      next: 'Add it to the contract.',
    },
  },

  run(pass) {
    const policy = pass.package.cgoPolicy
    if (policy === undefined) return
    for (const call of pass.nodes('CallExpr')) {
      const name = cCallName(pass, call)
      if (name === undefined || isCgoHelper(name)) continue
      if (policy.wrappers !== undefined && !policy.wrappers.covers(pass.fileOf(call).path))
        pass.report(call, 'outside', {data: {name, wrappers: policy.wrappers.text}})
      else if (policy.contract !== undefined && name !== 'free' && !policy.contract.functions.has(name))
        pass.report(call, 'unlisted', {data: {name, contract: policy.contract.text, known: knownOf(pass, name)}})
    }
  },
})

/** What is known of a function that the contract does not list. */
function knownOf(pass: AnyPass, name: string): string {
  const facts = cFunction(pass, name)
  const says = facts === undefined || facts.saidBy === 'body' ? 'its body' : `the description of ${facts.saidBy}`
  if (facts?.mayBlock === true) return `, and by ${says} it may block`
  return facts?.thread === 'process' ? `, and by ${says} it works on state of the whole process` : ''
}
