// A slice of `npm run conformance -- dumps-robust`.
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {mutated} from '../pprof/testing/damage.ts'
import {outcomeOf} from './testing/damage.ts'

const smallBytes = 4000
/** One prefix in so many, and so many mutations of each file. */
const [prefixEvery, mutations] = [37, 40]

const files = ['dumps', 'logs', 'metrics', 'system'].flatMap(wing => {
  const folder = fileURLToPath(new URL(`../${wing}/testdata/`, import.meta.url))
  return readdirSync(folder).map(name => folder + name)
})
const small = files.filter(file => statSync(file).size <= smallBytes)

test('prefixes of small captures give artifacts or an error of the catalogue', {timeout: 60_000}, async () => {
  expect(small.length).toBeGreaterThan(20)
  for (const file of small) {
    const bytes = readFileSync(file)
    for (let length = bytes.length % prefixEvery; length < bytes.length; length += prefixEvery)
      await outcomeOf(bytes.subarray(0, length), file)
  }
})

test('mutations of small captures give artifacts or an error of the catalogue', {timeout: 60_000}, async () => {
  for (const file of small) {
    const bytes = readFileSync(file)
    for (let seed = 0; seed < mutations; seed++) await outcomeOf(mutated(bytes, seed), file)
  }
})
