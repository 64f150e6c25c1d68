import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const incident = `${checkout}examples/incidents/gin-context-contamination/`

test('the failed assertion of the log is one finding, with how often and where', async () => {
  const [found, ...rest] = await observed(detector, incident, ['evidence/stderr.log'])
  expect(rest).toEqual([])
  expect(found?.message.id).toBe('conversion')
  expect(found?.what).toContain('interface {} is string, not int64')
  expect(found?.places[0]).toMatchObject({file: expect.stringMatching(/orders\/handler\.go$/), line: 28})
  expect(found?.measured[0]?.value).toBeGreaterThan(1)
})

test('the mended service has none', async () => {
  expect(await observed(detector, incident, ['fixed/evidence/stderr.log'])).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'crash', 'gctrace', 'race', 'schedtrace'])
