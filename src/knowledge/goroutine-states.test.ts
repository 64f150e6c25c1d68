import {expect, test} from 'vitest'
import {fixedTransitions} from '../evidence/trace/transitions.ts'
import {canGo, canShow, go} from './goroutine-states.ts'

test('a step that the runtime does not take is a bug', () => {
  expect(() => go('waiting', 'syscall')).toThrow('waiting -> syscall')
  expect(go('runnable', 'running')).toBe('running')
  expect(canGo('dead', 'running')).toBe(false)
})

test('every transition of the trace format is one the runtime can make', () => {
  for (const [, from, to] of fixedTransitions) expect(canShow(from, to), `${from} -> ${to}`).toBe(true)
  expect(canShow('Waiting', 'Syscall')).toBe(false)
})
