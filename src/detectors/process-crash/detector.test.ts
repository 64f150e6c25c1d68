import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const dumps = `${checkout}src/evidence/dumps/testdata`

test.each([
  ['crash-mapwrite', 'concurrent-map'],
  ['crash-mapiterate', 'concurrent-map'],
  ['crash-deadlock', 'deadlock'],
  ['crash-closed', 'closed-channel'],
  ['crash-threads', 'threads'],
  ['crash-oom', 'memory'],
  ['cgo-pointer', 'pointer'],
  ['cgo-segv', 'native-signal'],
  ['crash-nil', 'panic'],
  ['crash-overflow', 'fatal'],
])('%s is told as %s', async (file, message) => {
  const [found] = await observed(detector, dumps, [`${file}.go1.26.txt`])
  expect(found?.message.id).toBe(message)
  expect(found?.severity).toBe('error')
})

test('the line of a panic is that of the program, not of the runtime', async () => {
  const [found] = await observed(detector, dumps, ['crash-nil.go1.26.txt'])
  expect(found?.places[0]?.symbol).toMatch(/^main\./)
})

test('a dump that was asked for is no crash', async () => {
  expect(await observed(detector, dumps, ['crash-quit.go1.26.txt'])).toEqual([])
  expect(await observed(detector, dumps, ['goroutine-debug2.go1.26.txt'])).toEqual([])
})

silentOnCorpus(
  detector,
  ['goroutine-dump', 'race', 'schedtrace', 'gctrace'],
  [
    'syzkaller-gvisor__6.txt',
    'syzkaller-gvisor__7.txt',
    'gostackparse__frameselided.txt',
    'go-talks__race.out', // it panics on purpose after the race
  ],
)
