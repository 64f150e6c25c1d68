import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

const next = async (source: string) => (await hazardsIn([rule], 'x.go', source)).hazards.map(hazard => hazard.next)

test('the advice is the pointer that Get returned, since &b would put b itself on the heap', async () => {
  const advice = await next('package x\nimport "sync"\nvar pool sync.Pool\nfunc done(b []byte) { pool.Put(b) }\n')
  expect(advice).toEqual([
    'Let New return a pointer, keep the pointer that Get returns, and put that one back. Put of the address of a local variable gains nothing: it allocates the variable.',
  ])
})
