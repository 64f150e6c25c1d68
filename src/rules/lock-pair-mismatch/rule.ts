// lock-pair-mismatch: a read lock released with Unlock, or a write lock released with RUnlock. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {lockMethod, type LockOp, lockOps} from '../../analysis/reading/locks.ts'
import {type EvaluatedCall, followPaths, joinMaps, sameMaps} from '../../analysis/reading/paths.ts'
import {callsIn, functionBodies} from '../../analysis/reading/terms.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

type Held = 'read' | 'write' | 'unknown'
type State = ReadonlyMap<string, Held>

const wrong = (held: Held | undefined, {locks, reading}: LockOp) =>
  !locks && ((held === 'read' && !reading) || (held === 'write' && reading))

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
      why: 'RUnlock releases a read lock, which is not held: without a waiting reader this is a fatal error that recover cannot catch, and with one the write lock stays held',
      next: 'Release it with Unlock.',
    },
  },

  run(pass) {
    for (const {node, body} of functionBodies(pass)) {
      const ops = callsIn(pass, body, true).flatMap(call => lockMethod(pass, call) ?? [])
      const kinds = new Set(ops.map(kindOf))
      if (!(kinds.has('Lock') && kinds.has('RUnlock')) && !(kinds.has('RLock') && kinds.has('Unlock'))) continue
      const found = new Map<CallExpr, LockOp>()
      /** A deferred literal may find another lock than there is where it is deferred, if anything else unlocks. */
      const only = (key: string) => ops.filter(op => !op.locks && op.lock.key === key).length === 1
      const follow = (before: State, calls: readonly EvaluatedCall[], mismatch: (call: CallExpr, op: LockOp) => void): State => {
        let state = before
        const taken = new Set<string>()
        for (const {call, when} of calls) {
          if (when === 'goroutine') continue
          for (const op of lockOps(pass, call)) {
            const {key} = op.lock
            if (when === 'deferred' && op.locks) taken.add(key)
            const inLiteral = when === 'deferred' && pass.parent(call)?.kind !== 'DeferStmt'
            const sure = op.direct && !(inLiteral && (taken.has(key) || !only(key)))
            if (sure && wrong(state.get(key), op)) mismatch(call, op)
            if (when === 'now') state = new Map(state).set(key, op.direct && op.locks ? (op.reading ? 'read' : 'write') : 'unknown')
          }
        }
        return state
      }
      const paths = followPaths<State>(pass, node, {
        start: new Map(),
        join: (a, b) => joinMaps<string, Held>(a, b, 'unknown', (x, y) => (x === y ? x : 'unknown')),
        same: sameMaps,
        step: (_, before, calls) => follow(before, calls, () => {}),
      })
      paths?.each((_, before, calls) => {
        follow(before, calls, (call, op) => found.set(call, op))
      })
      for (const [call, {lock, reading}] of found) pass.report(call, reading ? 'write' : 'read', {data: {mutex: lock.text}})
    }
  },
})

const kindOf = (op: LockOp) => `${op.reading ? 'R' : ''}${op.locks ? 'Lock' : 'Unlock'}`
