// context-key-type: a context key of a type that other packages use too. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import {isTestFile} from '../../analysis/reading/terms.ts'
import {defaultType} from '../../go/types/predicates.ts'
import {typeString} from '../../go/types/type-string.ts'
import {unalias} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'context-key-type',
  title: 'A context key of a built-in type',
  severity: 'warning',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/context#WithValue', 'https://staticcheck.dev/docs/checks#SA1029'],
  messages: {
    builtin: {
      what: 'the context key {key} is of the built-in type {type}',
      why: 'keys are compared with their type: any other package that uses the same {type} as a key means the same entry',
      next: 'Declare a type of your own for the key, such as type key struct{}.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const key = call.args[1]
      if (key === undefined || !must(pass.callsFunction(call, 'context.WithValue')) || isTestFile(pass, call)) continue
      const type = pass.typeOf(key)
      const plain = type === undefined ? undefined : unalias(defaultType(type))
      if (plain?.kind === 'Basic') pass.report(key, 'builtin', {data: {key: pass.text(key), type: typeString(plain)}})
    }
  },
})
