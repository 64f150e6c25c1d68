// A slice of the comparison with golang.org/x/tools' ctrlflow; `npx tsx tools/conformance/flow.ts -C GOROOT/src std cmd` compares all.
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {describeNeeding} from '../../src/base/testing/needs.ts'
import {standardLibrary} from '../../src/go/flow/never-returns.ts'
import {compareFlow, type FlowComparison} from './flow.ts'

describeNeeding('go', "control flow against x/tools' ctrlflow", () => {
  let comparison: FlowComparison
  beforeAll(async () => {
    const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
    comparison = await compareFlow(join(goroot, 'src'), ['testing', 'log', 'encoding/json'])
  }, 300_000)

  test('every function has the same live statements and may return where ctrlflow says so', () => {
    const {functions, equal, missing, mayReturn, liveness} = comparison
    expect([...missing, ...mayReturn, ...liveness]).toEqual([])
    expect(equal).toBe(functions)
    expect(functions).toBeGreaterThan(5000)
  })

  test('the table of the standard library is what the bodies of os, log, runtime and testing say', () => {
    const inSlice = (name: string) => /^(os|log|runtime|testing)\.(\(\*(common|[A-Z]\w*)\)\.|[A-Z]\w*\.)?[A-Z]\w*$/.test(name)
    const found = [...comparison.neverReturning.keys()].filter(inSlice).toSorted()
    expect(found).toEqual([...standardLibrary.keys()].toSorted())
  })
})
