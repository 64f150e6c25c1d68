import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const dumps = `${checkout}src/evidence/dumps/testdata`

test('a panic that net/http recovered is told with the line of the program', async () => {
  const [found] = await observed(detector, dumps, ['crash-handler.go1.26.txt'])
  expect(found?.message.id).toBe('panics')
  expect(found?.places[0]?.symbol).toMatch(/^main\./)
})

test('what cgocheck stopped is told apart, with a count', async () => {
  const found = await observed(detector, `${checkout}examples/incidents/cgo-retained-pointer/evidence`, ['stderr.log'])
  expect(found.map(one => one.message.id)).toEqual(['cgo-check'])
  expect(found[0]?.measured[0]?.value).toBeGreaterThan(0)
  expect(found[0]?.places[0]?.symbol).toMatch(/^example\.com\/relay\/meter\.Describe/)
})

test('a panic that nothing recovered is none of these', async () => {
  expect(await observed(detector, dumps, ['crash-nil.go1.26.txt'])).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'gctrace', 'schedtrace', 'race', 'labelled-dump'])
