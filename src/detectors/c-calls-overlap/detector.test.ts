import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const incident = `${checkout}examples/incidents/render-thread-confinement/`
const dumpsIn = (folder: string) => readdirSync(folder).filter(name => /^goroutine-\d+\.txt$/.test(name))

test('workers that are locked to their threads are in the library at the same time', async () => {
  const [found, ...more] = await observed(detector, `${incident}evidence`, dumpsIn(`${incident}evidence`))
  expect(more).toEqual([])
  expect(found?.measured[0]?.value).toBeGreaterThanOrEqual(2)
  expect(found?.what).toMatch(/C\.plot_layout.* locked to their threads$/)
  expect(found?.places.map(place => place.symbol)).toContain('example.com/charts/render.draw')
})

test('with a mutex around the library there is one', async () => {
  expect(await observed(detector, `${incident}fixed/evidence`, dumpsIn(`${incident}fixed/evidence`))).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'crash', 'labelled-dump'])
