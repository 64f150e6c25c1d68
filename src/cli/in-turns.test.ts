import {expect, test} from 'vitest'
import {inTurns} from './in-turns.ts'

function* steps(n: number) {
  for (let i = 0; i < n; i++) yield i / n
  return 'done'
}

test('long work gives its answer, as without turns', async () => {
  expect(await inTurns('work', steps(1000), {})).toBe('done')
})

test('work without end stops when it is cancelled from the event loop, and shows how far it is before', async () => {
  const abort = new AbortController()
  const shown: number[] = []
  const task = {
    signal: abort.signal,
    progress: (_what: string, done: number) => {
      shown.push(done)
    },
  }
  setTimeout(() => abort.abort(), 150)
  await expect(inTurns('work', steps(Infinity), task)).rejects.toMatchObject({code: 'cancelled'})
  expect(shown.length).toBeGreaterThan(0)
})
