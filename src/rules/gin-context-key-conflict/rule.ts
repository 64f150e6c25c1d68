// gin-context-key-conflict: one key of the gin.Context gets values of different types. See rule.md.
import {defineModuleRule} from '../../analysis/engine/rule.ts'
import type {FactPlace} from '../../analysis/engine/pass.ts'
import {callsGin} from '../../analysis/reading/gin.ts'
import {isTestFile} from '../../analysis/reading/terms.ts'
import {stringVal} from '../../go/types/constant/constant.ts'
import {defaultType} from '../../go/types/predicates.ts'
import {typeString} from '../../go/types/type-string.ts'
import {underlying} from '../../go/types/underlying.ts'

interface SetFact {
  readonly key: string
  readonly type: string
  readonly place: FactPlace
}

export default defineModuleRule<'differs', readonly SetFact[]>({
  id: 'gin-context-key-conflict',
  title: 'A key of the gin.Context gets values of different types',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/github.com/gin-gonic/gin#Context.Set'],
  messages: {
    differs: {
      what: 'the key "{key}" gets a value of type {type} here and of type {other} elsewhere',
      why: 'all handlers of a request share one map of keys: who runs later overwrites, and who reads gets the zero value or panics on the other type',
      next: 'Use one key for each meaning, declared once with its type.',
    },
  },

  collect(pass) {
    const facts: SetFact[] = []
    for (const call of pass.nodes('CallExpr')) {
      const [key, value] = call.args
      if (key === undefined || value === undefined || !callsGin(pass, call, 'Set') || isTestFile(pass, call)) continue
      const constant = pass.constantOf(key)
      const type = pass.typeOf(value)
      if (constant?.kind !== 'string' || type === undefined || underlying(type).kind === 'Interface') continue
      const text = typeString(defaultType(type))
      if (text !== 'untyped nil') facts.push({key: stringVal(constant), type: text, place: pass.place(call)})
    }
    return facts.length === 0 ? undefined : facts
  },

  conclude(pass, facts) {
    const first = new Map<string, SetFact>()
    for (const {fact} of facts) {
      for (const one of fact) {
        const known = first.get(one.key)
        if (known === undefined) first.set(one.key, one)
        else if (known.type !== one.type)
          pass.report(one.place, 'differs', {
            data: {key: one.key, type: one.type, other: known.type},
            related: [{place: known.place, label: `${known.type} here`}],
          })
      }
    }
  },
})
