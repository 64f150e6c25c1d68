import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

const next = async (source: string) => (await hazardsIn([rule], 'x.go', source)).hazards.map(hazard => hazard.next)

test('of the address of a pointer variable the advice is the pointer, and never a finalizer for the variable', async () => {
  const advice = await next(
    'package x\nimport "runtime"\ntype conn struct{ n int }\nfunc (c *conn) reset() {\n\truntime.SetFinalizer(&c, func(*conn) {})\n\truntime.SetFinalizer(&c, func() {})\n}\n',
  )
  expect(advice).toEqual([
    'Pass c itself. Where it may have a finalizer already, call runtime.SetFinalizer(c, nil) first: a second one throws too.',
    'Pass c itself, not its address. Give the function one parameter of the type *example.com/fixture.conn; results are ignored.',
  ])
})
