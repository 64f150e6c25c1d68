import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout, corpus, describeNeeding} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

test('a counter without a lock is one race with both lines and both go statements', async () => {
  const [found, ...rest] = await observed(detector, testdataOf(import.meta.url), ['counter.race.txt'])
  expect(rest).toEqual([])
  expect(found?.subject.name).toBe('main.(*counter).hit and main.(*counter).hit')
  expect(found?.places.map(place => place.role)).toContain('related')
  expect(found?.places[0]?.file).toMatch(/goroutines\.go$/)
})

test('a crash or a dump is no race', async () => {
  expect(await observed(detector, `${checkout}src/evidence/dumps/testdata`, ['crash-mapwrite.go1.26.txt'])).toEqual([])
})

describeNeeding('corpus', 'race reports of others', () => {
  test('each file has its race, with the user line of both sides', async () => {
    for (const name of readdirSync(`${corpus}race`).filter(file => file !== 'README.md')) {
      const found = await observed(detector, `${corpus}race`, [name])
      expect(found.length, name).toBeGreaterThan(0)
    }
  })
})

silentOnCorpus(detector, ['goroutine-dump', 'crash', 'gctrace'], ['gotestsum__panic-race-1'])
