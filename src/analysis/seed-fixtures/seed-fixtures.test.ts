// What the source texts show in Go, written anew: all rules run, and each finding must be wanted. Where a text calls correct code wrong, or gives a
// wrong reason (E-01, E-11, E-41, E-47, E-89), nothing is wanted there. `cases`: the shape of mistakes and of correct code met in public repositories.
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {rules as allRules} from '../../rules/registry.generated.ts'
import {fixturesOfRules, hazardsIn} from '../testing/golden.ts'
import type {RunnableRule} from '../engine/run-rules.ts'

const rules = allRules as readonly RunnableRule[]

describe('Go of the source texts', () => {
  fixturesOfRules(rules, fileURLToPath(new URL('texts/', import.meta.url)))
})

describe('shapes of cases in public repositories', () => {
  fixturesOfRules(rules, fileURLToPath(new URL('cases/', import.meta.url)))
})

test('a callback of Windows registered with a C library is reported in a file that is built for Linux', async () => {
  const name = 'texts/callback.go.txt'
  const source = readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8')
  const {hazards} = await hazardsIn(rules, 'callback.go', source)
  expect(hazards.map(hazard => hazard.id)).toEqual(['syscall-newcallback-misuse'])
})
