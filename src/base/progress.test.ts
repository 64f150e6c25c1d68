import {expect, test} from 'vitest'
import {breathe, type Task} from './progress.ts'

const busyFor = (ms: number) => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('work that only awaits what is there hears of its cancellation between its parts', async () => {
  const stop = new AbortController()
  const task: Task = {signal: stop.signal}
  setTimeout(() => stop.abort(), 0) // as a signal handler: it runs when the event loop gets its turn
  let parts = 0
  const work = async () => {
    for (; parts < 50; parts++) {
      await breathe(task)
      busyFor(20)
    }
  }
  await expect(work()).rejects.toMatchObject({code: 'cancelled'})
  expect(parts).toBeLessThan(50)
})
