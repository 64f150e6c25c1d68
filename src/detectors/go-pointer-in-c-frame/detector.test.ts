import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const evidence = `${checkout}examples/incidents/cgo-retained-pointer/evidence`

test('a C frame that works on Go memory the call did not give it', async () => {
  const [found, ...more] = await observed(detector, evidence, ['gdb.txt', 'stderr.log'])
  expect(more).toEqual([])
  expect(found?.what).toMatch(
    /^report \(meter\.c:\d+\) died with device=0x[0-9a-f]+, an address in the Go heap, which mt_poll was not called with$/,
  )
  expect(found?.places.map(place => place.symbol)).toEqual(['report', 'mt_poll'])
})

test('stacks without the crash text say nothing: whose memory an address is in is not known', async () => {
  expect(await observed(detector, evidence, ['gdb.txt'])).toEqual([])
  expect(await observed(detector, `${checkout}src/evidence/system/testdata`, ['gdb.txt'])).toEqual([])
})

silentOnCorpus(detector, ['perf', 'core', 'crash', 'goroutine-dump'])
