// sync-pool-nonpointer: Put of a value that is no pointer allocates. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import {isTestFile} from '../../analysis/reading/terms.ts'
import {sizeOf} from '../../go/types/sizes.ts'
import {typeString} from '../../go/types/type-string.ts'
import {isTypeParam} from '../../go/types/predicates.ts'
import {underlying} from '../../go/types/underlying.ts'
import type {Type} from '../../go/types/types.ts'

export default defineRule({
  id: 'sync-pool-nonpointer',
  title: 'Put of a value that is no pointer',
  severity: 'info',
  confidence: 0.97,
  preset: 'strict',
  since: '0.1',
  sources: ['https://staticcheck.dev/docs/checks#SA6002', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/iface.go'],
  messages: {
    boxed: {
      what: 'Put stores {value} of type {type} in an interface, which allocates {bytes} bytes',
      why: 'the data of an interface is one word: a larger value is copied to the heap by each Put{unless}, which is what the pool is to avoid',
      next: 'Let New return a pointer, keep the pointer that Get returns, and put that one back. Put(&{value}) alone gains nothing: it allocates {value}.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const value = call.args[0]
      if (value === undefined || !must(pass.callsMethod(call, 'sync.Pool', 'Put')) || isTestFile(pass, call)) continue
      const type = pass.typeOf(value)
      if (type === undefined || isTypeParam(type) || isPointerShaped(type)) continue
      const bytes = sizeOf(pass.package.sizes, type)
      if (bytes !== undefined && bytes > pass.package.sizes.wordSize)
        pass.report(value, 'boxed', {
          data: {value: pass.text(value), type: typeString(type, pkg => pkg.name), bytes: String(bytes), unless: exception(type)},
        })
    }
  },
})

/** What convTslice and convTstring (runtime/iface.go) do not allocate for. */
function exception(type: Type): string {
  const {kind} = underlying(type)
  return kind === 'Slice' ? ' unless the slice is nil' : kind === 'Basic' ? ' unless the string is empty' : ''
}

/** What an interface holds directly (cmd/compile types.IsDirectIface), and interfaces, which are passed on as they are. */
function isPointerShaped(type: Type): boolean {
  const under = underlying(type)
  switch (under.kind) {
    case 'Slice':
    case 'Basic':
      return false
    case 'Struct':
      return under.fields.length === 1 && under.fields[0]?.type !== undefined && isPointerShaped(under.fields[0].type)
    case 'Array':
      return under.len === 1 && isPointerShaped(under.elem)
    default:
      return true
  }
}
