// sync-pool-copied: a sync.Pool by value. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {copies, copyWording} from '../../analysis/reading/copies.ts'
import {holdsByValue} from '../../analysis/reading/named.ts'
import {typeString} from '../../go/types/type-string.ts'

const pool = new Set(['sync.Pool'])

export default defineRule({
  id: 'sync-pool-copied',
  title: 'A sync.Pool is copied',
  severity: 'error',
  confidence: 0.97,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Pool'],
  messages: {
    copy: {
      what: '{how} of {type}, which holds a sync.Pool',
      why: 'both copies hand out what one of them stored: the same value can then be in use twice',
      next: 'Pass a pointer.',
    },
  },

  run(pass) {
    for (const {at, type, how} of copies(pass))
      if (holdsByValue(type, pool) !== undefined)
        pass.report(at, 'copy', {data: {how: copyWording[how], type: typeString(type, pkg => pkg.name)}})
  },
})
