import {expect, test} from 'vitest'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('time.After in a loop is found in the CPU profile', async () => {
  const [found] = await observed(detector, testdata, ['timers.cpu.pb.gz'])
  expect(found?.message.id).toBe('cpu')
  expect(found?.subject.name).toMatch(/^main\.timers/)
})

test('150 goroutines that sleep at one line are found in the dump', async () => {
  const [found] = await observed(detector, testdata, ['sleepers.goroutine.txt'])
  expect(found?.message.id).toBe('sleepers')
  expect(found?.measured[0]?.value).toBe(150)
})

test('workers that wait on a channel are not timers', async () => {
  expect(await observed(detector, testdata, ['workers.goroutine.txt'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-cpu', 'schedtrace', 'goroutine-dump', 'pprof-goroutine'])
