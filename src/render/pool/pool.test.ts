import {MessageChannel} from 'node:worker_threads'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {live} from './life.ts'
import {Pool, type StartVessel, type VesselEvents} from './pool.ts'

type Job = {readonly id: number; readonly does: 'answers' | 'dies' | 'hangs' | 'poisons' | 'swells'}

/** Vessels that do what each request says, in turns of the event loop that a seed chooses. */
function vessels(turns: () => number, log: {events: VesselEvents<number>; stopped: boolean; busy: number}[]): StartVessel<Job, number> {
  return events => {
    const own = {events, stopped: false, busy: 0}
    log.push(own)
    const later = (body: () => void) => {
      let left = turns()
      const turn = () => (left-- > 0 ? setImmediate(turn) : own.stopped || body())
      setImmediate(turn)
    }
    later(() => events.ready())
    return {
      send({id, does}) {
        expect(own.stopped, 'nothing is sent to a stopped worker').toBe(false)
        expect(++own.busy, 'one request at a time').toBe(1)
        later(() => {
          own.busy--
          if (does === 'dies') {
            own.stopped = true
            events.died('test')
          } else if (does !== 'hangs')
            events.replied({
              value: id,
              ...(does === 'poisons' ? {poisoned: true} : {}),
              ...(does === 'swells' ? {memoryBytes: 2e9} : {memoryBytes: 1}),
            })
        })
      },
      stop() {
        own.stopped = true
      },
    }
  }
}

test('every request is answered exactly once, whatever workers do and whoever gives up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          does: fc.constantFrom('answers', 'answers', 'answers', 'dies', 'hangs', 'poisons', 'swells'),
          key: fc.option(fc.nat(2)),
          cancel: fc.boolean(),
        }),
        {maxLength: 40},
      ),
      fc.integer({min: 1, max: 4}),
      fc.integer({min: 1, max: 20}),
      fc.nat(),
      async (jobs, workers, waitingMax, seed) => {
        let state = seed
        const turns = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) % 4
        const pool = new Pool<Job, number>(vessels(turns, []), {
          workers,
          waitingMax,
          deadlineMs: 15,
          rendersMax: 3,
          memoryBytesMax: 1e9,
          retriesMax: 1,
        })
        const answers = jobs.map(() => 0)
        const outcomes = await Promise.all(
          jobs.map(async ({does, key, cancel}, id) => {
            const abort = new AbortController()
            const running = pool.run({id, does}, {...(key === null ? {} : {key: String(key)}), ...(cancel ? {signal: abort.signal} : {})})
            if (cancel) setImmediate(() => abort.abort())
            const outcome = await running
            answers[id]!++
            return outcome
          }),
        )
        expect(answers.every(count => count === 1)).toBe(true)
        outcomes.forEach((outcome, id) => {
          if (outcome.kind === 'answered') expect([outcome.value, ['hangs', 'dies'].includes(jobs[id]?.does ?? '')]).toEqual([id, false])
          if (outcome.kind === 'died') expect([outcome.attempts, jobs[id]?.does]).toEqual([2, 'dies'])
          if (outcome.kind === 'cancelled') expect(jobs[id]?.cancel).toBe(true)
        })
        const counts = pool.counts()
        expect(counts.leased + counts.waiting).toBe(0)
        expect(Object.values(counts.answered).reduce((sum, n) => sum + n, 0)).toBe(jobs.length)
        pool.close()
      },
    ),
    {numRuns: 60},
  )
})

test('the newest request of a key takes the place of the one that waits, never of the one at work', async () => {
  const pool = new Pool<Job, number>(
    vessels(() => 1, []),
    {workers: 1, deadlineMs: 60_000},
  )
  const first = pool.run({id: 0, does: 'hangs'}, {key: 'k'})
  while (pool.counts().leased === 0) await new Promise(setImmediate)
  const rest = [1, 2, 3].map(id => pool.run({id, does: 'answers'}, {key: 'k'}))
  expect([await rest[0], await rest[1]]).toEqual([{kind: 'superseded'}, {kind: 'superseded'}])
  expect(pool.counts()).toMatchObject({leased: 1, waiting: 1})
  pool.close()
  expect([await first, await rest[2]].map(outcome => outcome?.kind)).toEqual(['refused', 'refused'])
})

test('a full queue refuses at once, a closed pool too', async () => {
  const pool = new Pool<Job, number>(
    vessels(() => 1, []),
    {workers: 1, waitingMax: 2},
  )
  const outcomes = [0, 1, 2, 3].map(id => pool.run({id, does: 'answers'}))
  expect((await outcomes[3])?.kind).toBe('refused')
  await Promise.all(outcomes)
  pool.close()
  expect(await pool.run({id: 9, does: 'answers'})).toEqual({kind: 'refused', why: 'closed'})
})

test('a worker retires after its renders, its memory, damage or a deadline, and the next one is fresh', async () => {
  const log: {events: VesselEvents<number>; stopped: boolean; busy: number}[] = []
  const pool = new Pool<Job, number>(
    vessels(() => 0, log),
    {workers: 1, rendersMax: 2, memoryBytesMax: 1e9, deadlineMs: 20},
  )
  for (const does of ['answers', 'answers', 'swells', 'poisons', 'hangs', 'answers'] as const) await pool.run({id: 1, does})
  expect(pool.counts().retired).toEqual({renders: 1, memory: 1, poisoned: 1, deadline: 1})
  expect(log.map(vessel => vessel.stopped)).toEqual([true, true, true, true, false])
  pool.close()
  expect(pool.counts().retired).toMatchObject({closed: 1})
})

test('workers that never start are told to those who wait', async () => {
  const pool = new Pool<Job, number>(
    events => (setImmediate(() => events.died('no such module')), {send: () => undefined, stop: () => undefined}),
    {workers: 2},
  )
  expect(await pool.run({id: 0, does: 'answers'})).toMatchObject({kind: 'died', why: 'no worker starts: no such module'})
  pool.close()
})

test('an illegal step in a life is a bug that shows', () => {
  expect(() => live('retired', 'leased')).toThrow('retired -> leased')
  expect(() => live('created', 'leased')).toThrow('created -> leased')
})

test('an answer that lies there when the deadline is over still counts, because only this thread was late', async () => {
  const {port1, port2} = new MessageChannel()
  const pool = new Pool<Job, number>(
    events => {
      port1.on('message', (value: number) => events.replied({value}))
      setImmediate(() => events.ready())
      return {
        send({id}) {
          port2.postMessage(id) // in time, but the thread that should hear it is busy until after the deadline
          for (const until = performance.now() + 30; performance.now() < until;);
        },
        stop: () => undefined,
      }
    },
    {workers: 1, deadlineMs: 5},
  )
  expect(await pool.run({id: 4, does: 'answers'})).toMatchObject({kind: 'answered', value: 4})
  pool.close()
  port1.close()
})
