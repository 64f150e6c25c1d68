// Every cause that its own captures show has all its parts: how sure and why, what would make it wrong, three kinds of remedy, a number to
// verify by, and, while it is not certain, the capture that would settle it with its cost.
import {expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {judged} from '../diagnosis/testing/observe.ts'
import {causeDefinitions} from './registry.generated.ts'

const detectors = `${checkout}src/detectors/`
const services = `${checkout}fixtures/services/`
const captured: readonly (readonly [id: string, folder: string, files: readonly string[]])[] = [
  ['goroutine-leak', `${detectors}goroutine-leak/testdata`, ['goroutine-1.txt', 'goroutine-2.txt']],
  ['deadlock', `${detectors}lock-convoy/testdata`, ['convoy.goroutine.txt']],
  ['data-race', `${detectors}data-race-site/testdata`, ['counter.race.txt']],
  ['concurrent-map-access', `${checkout}src/evidence/dumps/testdata`, ['crash-mapwrite.go1.26.txt']],
  [
    'c-memory-leak',
    `${detectors}c-memory-growth/testdata`,
    ['leak.metrics.jsonl', 'leak.status-02.txt', 'leak.status-05.txt', 'leak.status-08.txt', 'leak.status-11.txt'],
  ],
  ['lock-contention', `${detectors}lock-contention/testdata`, ['mutex.pb.gz', 'block.pb.gz']],
  ['scheduler-latency', `${detectors}quota-below-gomaxprocs/testdata`, ['cgroup.txt', 'sixteen.schedtrace.txt']],
  ['scheduler-latency', `${checkout}fixtures/programs/beside/assembly`, ['host-2.txt', 'host-3.txt', 'status-1.txt', 'trace.out']],
  ['thread-growth', `${detectors}threads-grow/testdata`, ['blocking.schedtrace.txt', 'blocking.goroutine.txt']],
  ['deadlock', `${services}one-cond/evidence`, ['goroutine-1.txt.gz', 'goroutine-2.txt.gz']],
  ['slow-clients', `${services}no-read-timeout/evidence`, ['goroutine-1.txt.gz', 'goroutine-2.txt.gz']],
  ['repeated-setup', `${services}pattern-per-request/evidence`, ['cpu.pb.gz']],
  ['collector-off', `${services}uncollected/evidence`, ['heap-4.pb.gz']],
  ['gc-cpu', `${checkout}src/causes/gc-cpu/testdata`, ['thrash.gctrace.txt']],
]

test.each(captured)('%s has every part', async (id, folder, files) => {
  const cause = (await judged(folder, files)).causes.find(one => one.id === id)!
  expect(cause.basis.length).toBeGreaterThan(0)
  const doubt = cause.basis.filter(part => part.counter !== true).reduce((product, part) => product * (1 - part.value), 1)
  const counter = cause.basis.filter(part => part.counter === true).reduce((product, part) => product * part.value, 1)
  expect(Math.abs(cause.confidence - Math.min(0.99, (1 - doubt) * counter))).toBeLessThanOrEqual(0.0051) // two digits are printed
  expect(cause.wrongIf.length).toBeGreaterThan(0)
  expect(new Set(cause.remedies.map(remedy => remedy.kind))).toEqual(new Set(['code', 'setting', 'guard']))
  expect(cause.verify.length).toBeGreaterThan(0)
  expect(causeDefinitions.find(one => one.id === id)?.settledBy).toBeDefined()
  if (cause.confidence < 0.95) expect(cause.settle.length).toBeGreaterThan(0)
  for (const settle of cause.settle) expect(settle.cost, settle.capture).toBeTruthy()
})
