import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

test('below Go 1.25 the default does not follow the CPU limit, and nothing else is said of it', async () => {
  const source = 'package p\n\nimport "runtime"\n\nfunc init() { runtime.GOMAXPROCS(4) }\n'
  const said = async (goLine: string) => (await hazardsIn([rule], 'a.go', `// go.mod: go ${goLine}\n\n${source}`)).hazards[0]
  expect((await said('1.24'))?.why).toContain('not the CPU limit of a container')
  expect((await said('1.24'))?.next).toContain('raise the go line to 1.25')
  expect((await said('1.25.3'))?.why).toContain('ends the updates of the default')
})
