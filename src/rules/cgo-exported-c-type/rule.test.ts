import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

const prints = async (...types: readonly string[]) =>
  (await hazardsIn([rule], 'x.go', `package x\n// typedef unsigned int num;\nimport "C"\n${types.join('\n')}\n`)).hazards.map(
    hazard => hazard.fingerprint,
  )

test('equal fields of two types have fingerprints of their own, which survive that the types change places', async () => {
  const [a, b] = ['type A struct {\n\tNum C.num\n}', 'type B struct {\n\tNum    C.num\n\tLonger int\n}']
  const [ofA, ofB] = await prints(a, b)
  expect(ofA).not.toBe(ofB)
  expect(await prints(b, '', a)).toEqual([ofB, ofA])
  expect(await prints(b)).toEqual([ofB])
})
