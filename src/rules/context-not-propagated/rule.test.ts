import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

const next = async (source: string) => (await hazardsIn([rule], 'x.go', source)).hazards.map(hazard => hazard.next)

test('the advice is an expression that compiles for what is at hand', async () => {
  const advice = await next(
    'package x\nimport (\n\t"context"\n\t"net/http"\n)\nfunc load(context.Context) {}\nfunc handle(w http.ResponseWriter, r *http.Request) { load(context.Background()) }\nfunc plain(ctx context.Context) { load(context.Background()) }\nfunc pointer(ctx *context.Context) { load(context.Background()) }\n',
  )
  expect(advice.map(text => /^Pass (.+) on, or context\.WithoutCancel\((.+)\) \(Go/.exec(text)?.slice(1))).toEqual([
    ['r.Context()', 'r.Context()'],
    ['ctx', 'ctx'],
    ['*ctx', '*ctx'],
  ])
})
