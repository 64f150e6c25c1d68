import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('producers in front of a slow consumer are found in dump, block profile and trace', async () => {
  for (const [file, message] of [
    ['goroutine.txt', 'dump'],
    ['block.pb.gz', 'profile'],
    ['channels.trace', 'trace'],
  ] as const) {
    const found = await observed(detector, testdata, [file])
    expect(
      found.map(one => one.message.id),
      file,
    ).toEqual([message])
    expect(found[0]?.places[0]?.symbol, file).toMatch(/^main\.produce/)
  }
})

test('workers that wait for their next job are not reported', async () => {
  expect(await observed(detector, `${checkout}src/detectors/timer-goroutines/testdata`, ['workers.goroutine.txt'])).toEqual([])
  expect(await observed(detector, `${checkout}fixtures/traces`, ['idle.trace'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-block-mutex', 'goroutine-dump', 'pprof-goroutine'])
