import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

test('calls of the function are related places of its one finding', async () => {
  const source =
    'package x\nfunc set(m *map[string]int, k string) {\n\t(*m)[k] = 1\n}\nfunc use(m map[string]int) {\n\tset(&m, "a")\n\tset(&m, "b")\n}\n'
  const {hazards} = await hazardsIn([rule], 'x.go', source)
  expect(hazards.map(hazard => hazard.places.map(place => `${place.role} ${place.line}`))).toEqual([
    ['primary 2', 'related 6', 'related 7'],
  ])
})
