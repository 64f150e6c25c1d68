import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

test('syscall.NewCallback in a file that is built for Linux is reported, beside the compile error', async () => {
  const source = 'package basic\n\nimport "syscall"\n\nvar f = syscall.NewCallback(func() uintptr { return 0 })\n'
  const {hazards} = await hazardsIn([rule], 'hooks.go', source)
  expect(hazards.map(hazard => hazard.what)).toEqual(['syscall.NewCallback exists on Windows only, and this file is built for linux'])
})
