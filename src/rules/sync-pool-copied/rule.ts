// sync-pool-copied: a sync.Pool by value. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {copies, copyWording, pinnedTypes} from '../../analysis/reading/copies.ts'
import {holdsByValue} from '../../analysis/reading/named.ts'
import {typeString} from '../../go/types/type-string.ts'

/** Where a lock is copied with it, copylocks says it at the same place. */
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
      why: 'a copy made after the first use shares the stored values but is not among the pools that the garbage collector empties, so it keeps what is put into it; one made before is a pool of its own',
      next: 'Pass a pointer.',
    },
  },

  run(pass) {
    for (const {at, type, how} of copies(pass))
      if (holdsByValue(type, pool) !== undefined && holdsByValue(type, pinnedTypes) === undefined)
        pass.report(at, 'copy', {data: {how: copyWording[how], type: typeString(type, pkg => pkg.name)}})
  },
})
