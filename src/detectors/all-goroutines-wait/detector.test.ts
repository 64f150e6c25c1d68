import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)
const dumps = `${checkout}src/evidence/dumps/testdata`

test('two locks taken in opposite order are told as goroutines that wait for locks', async () => {
  const [found] = await observed(detector, testdata, ['abba.crash.txt'])
  expect(found?.message.id).toBe('fatal')
  expect(found?.message.data['blocking']).toBe('resource')
  expect(found?.places[0]?.symbol).toBe('main.(*branch).deposit')
})

test('a receive that nobody answers is told as communication', async () => {
  const [found] = await observed(detector, dumps, ['crash-chandeadlock.go1.26.txt'])
  expect(found?.message.data['blocking']).toBe('communication')
})

test('a server with idle workers is not reported', async () => {
  expect(await observed(detector, dumps, ['goroutine-debug2.go1.26.txt'])).toEqual([])
  expect(await observed(detector, dumps, ['goroutine-debug1.go1.26.txt'])).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'pprof-goroutine', 'crash'])
