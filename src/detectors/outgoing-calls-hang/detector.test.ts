import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const incident = `${checkout}examples/incidents/gin-context-contamination/`
const dumps = (folder: string) =>
  readdirSync(incident + folder)
    .filter(name => /^goroutine-.*\.txt$/.test(name))
    .sort()
    .map(name => `${folder}/${name}`)

test('calls to a server that does not answer become more from dump to dump', async () => {
  const [found, ...rest] = await observed(detector, incident, dumps('evidence'))
  expect(rest).toEqual([])
  expect(found?.message.id).toBe('grows')
  expect(found?.places[0]?.symbol).toBe('example.com/orders/pricing.(*Client).Quote')
})

test('with a time limit they end, and nothing is said', async () => {
  expect(await observed(detector, incident, dumps('fixed/evidence'))).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'crash', 'labelled-dump'])
