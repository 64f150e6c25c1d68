import {expect, test} from 'vitest'
import {lockSet} from './lockset.ts'
import {typed} from './testing/typed.ts'

/** Locks at the call here(), as `name held`. */
function held(body: string): string[] {
  const source = typed(`package p
import "sync"
type S struct { mu sync.Mutex; rw sync.RWMutex; sync.Mutex; other *S }
func here() {}
func (s *S) lock() { s.mu.Lock() }
func (s *S) unlock() { s.mu.Unlock() }
func (s *S) lockSometimes(b bool) { if b { s.mu.Lock() } }
func (s *S) read() int { return len("x") }
var hook func()
func f(s *S, b bool) {
${body}
}`)
  const own = source.function('f')
  const here = source.flow
    .cfgOf(own.node)
    ?.blocks.flatMap(block => block.nodes)
    .find(node => source.text(node) === 'here()')
  if (here === undefined) throw new Error('here() is not there')
  return lockSet(source, own)
    .heldAt(here)
    .map(lock => `${lock.text} ${lock.held}`)
}

test('a lock is held between Lock and Unlock, deferred unlocks hold to the end', () => {
  expect(held('s.mu.Lock()\nhere()\ns.mu.Unlock()')).toEqual(['s.mu yes'])
  expect(held('s.mu.Lock()\ns.mu.Unlock()\nhere()')).toEqual([])
  expect(held('s.mu.Lock()\ndefer s.mu.Unlock()\nhere()')).toEqual(['s.mu yes'])
})

test('an embedded mutex is named by its field, a field of another value by its path', () => {
  expect(held('s.Lock()\ns.other.mu.Lock()\nhere()')).toEqual(['s.Mutex yes', 's.other.mu yes'])
})

test('methods that lock and unlock are seen through', () => {
  expect(held('s.lock()\nhere()\ns.unlock()')).toEqual(['s.mu yes'])
  expect(held('s.lock()\ns.unlock()\nhere()')).toEqual([])
  expect(held('s.lock()\ns.read()\nhere()')).toEqual(['s.mu yes'])
})

test('what is locked on one way only, or may have been unlocked by someone unknown, is unknown', () => {
  expect(held('if b { s.mu.Lock() }\nhere()')).toEqual(['s.mu unknown'])
  expect(held('s.lockSometimes(b)\nhere()')).toEqual(['s.mu unknown'])
  expect(held('s.mu.Lock()\nhook()\nhere()')).toEqual(['s.mu unknown'])
})
