import {expect, test} from 'vitest'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('a sparse map that is ranged over in a loop is named with its line', async () => {
  const [found] = await observed(detector, testdata, ['sparse-map.cpu.pb.gz'])
  expect(found?.subject.name).toMatch(/^main\.(sum|mapIteration)/)
  expect(found?.measured[0]?.value).toBeGreaterThan(0.8)
  expect(found?.places[0]?.file).toMatch(/memory\.go$/)
})

test('ranging over a small map beside other work is not reported', async () => {
  expect(await observed(detector, testdata, ['small-map.cpu.pb.gz'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-cpu'], ['pprof__internal_report_testdata_sample.cpu'])
