// copylocks: a value that holds a lock, or another type of sync or sync/atomic that must stay where it is, is copied. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {copies, type Copy, copyWording, pinnedTypes} from '../../analysis/reading/copies.ts'
import {holdsByValue} from '../../analysis/reading/named.ts'
import {typeString} from '../../go/types/type-string.ts'

const insteadOf: Readonly<Record<Copy['how'], string>> = {
  receiver: 'Give the method a pointer receiver',
  parameter: 'Take a pointer',
  assignment: 'Keep a pointer',
  argument: 'Pass a pointer',
  result: 'Return a pointer',
  range: 'Range over the indices, or over pointers',
  literal: 'Store a pointer',
}

export default defineRule({
  id: 'copylocks',
  title: 'A value with a lock in it is copied',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync', 'https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/copylock'],
  messages: {
    copy: {
      what: '{how} of {type}, which holds {lock}',
      why: 'the copy has a state of its own: what locks or counts on it does not see what happens on the original',
      next: '{instead}.',
    },
  },

  run(pass) {
    for (const {at, type, how} of copies(pass)) {
      const held = holdsByValue(type, pinnedTypes)
      if (held !== undefined)
        pass.report(at, 'copy', {
          data: {
            how: copyWording[how],
            instead: insteadOf[how],
            type: typeString(type, pkg => pkg.name),
            lock: `${held.path}${held.via === '' ? '' : ` in ${held.via}`}`,
          },
        })
    }
  },
})
