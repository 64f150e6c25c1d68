// lock-pair-mismatch: a read lock released with Unlock, or a write lock released with RUnlock. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {lockCall, type LockCall} from '../../analysis/reading/locks.ts'
import {callsNow, joinMaps, sameMaps, walkPaths} from '../../analysis/reading/paths.ts'
import {callsIn, functionBodies} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

type Held = 'read' | 'write' | 'unknown'

const wrong = (held: Held | undefined, op: LockCall['op']) => (held === 'read' && op === 'Unlock') || (held === 'write' && op === 'RUnlock')

export default defineRule({
  id: 'lock-pair-mismatch',
  title: 'A lock released with the method of the other kind',
  severity: 'error',
  confidence: 0.97,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#RWMutex', 'https://github.com/golang/go/blob/go1.26.0/src/sync/rwmutex.go'],
  messages: {
    read: {
      what: '{mutex} is locked for reading here and released with Unlock',
      why: 'Unlock releases the write lock, which is not held: without a waiting writer this is a fatal error that recover cannot catch',
      next: 'Release it with RUnlock.',
    },
    write: {
      what: '{mutex} is locked for writing here and released with RUnlock',
      why: 'RUnlock releases a read lock, which is not held: this is a fatal error that recover cannot catch',
      next: 'Release it with Unlock.',
    },
  },

  run(pass) {
    for (const {body} of functionBodies(pass)) {
      const ops = new Set(callsIn(pass, body, true).map(call => lockCall(pass, call)?.op))
      if (!(ops.has('Lock') && ops.has('RUnlock')) && !(ops.has('RLock') && ops.has('Unlock'))) continue
      const found = new Map<CallExpr, LockCall>()
      const look = (call: CallExpr, state: ReadonlyMap<string, Held>): LockCall | undefined => {
        const lock = lockCall(pass, call)
        if (lock !== undefined && wrong(state.get(lock.key), lock.op)) found.set(call, lock)
        return lock
      }
      walkPaths<ReadonlyMap<string, Held>>(pass, body, {
        start: new Map(),
        join: (a, b) => joinMaps<Held>(a, b, 'unknown', (x, y) => (x === y ? x : 'unknown')),
        same: sameMaps,
        step(node, before) {
          if (node.kind === 'DeferStmt') look(node.call, before)
          let state = before
          for (const call of callsNow(node)) {
            const lock = look(call, state)
            if (lock === undefined) continue
            const next = new Map(state)
            next.set(lock.key, lock.op === 'Lock' ? 'write' : lock.op === 'RLock' ? 'read' : 'unknown')
            state = next
          }
          return state
        },
      })
      for (const [call, lock] of found) pass.report(call, lock.op === 'Unlock' ? 'read' : 'write', {data: {mutex: lock.text}})
    }
  },
})
