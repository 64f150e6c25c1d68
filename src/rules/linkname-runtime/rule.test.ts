import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

test('the advice names what is exported and does the same, where there is something', async () => {
  const advice = async (symbol: string) =>
    (await hazardsIn([rule], 'a.go', `package p\n\nimport _ "unsafe"\n\n//go:linkname f ${symbol}\nfunc f()\n`)).hazards[0]?.next
  expect(await advice('runtime.nanotime')).toContain('Use time.Now and time.Since, or')
  expect(await advice('runtime.memhash')).toContain('Use hash/maphash, or')
  expect(await advice('runtime.entersyscall')).toContain('Use an exported function, or')
})
