// A slice of the comparison of C expressions for every test run: the packages that use every construct.
import {fileURLToPath} from 'node:url'
import {afterAll, expect, it} from 'vitest'
import {describeNeeding} from '../../src/base/testing/needs.ts'
import {compareCgoTypes, differentRows} from './cgo-types.ts'
import {buildOracle, report} from './types.ts'

describeNeeding('cgo', 'types of C expressions', () => {
  const oracle = buildOracle()
  afterAll(() => oracle.remove())
  it.each([
    ['basic', 0],
    ['constructs', 0],
  ])('are those of cgo in the package %s', async (name, unknown) => {
    const dir = fileURLToPath(new URL(`../../src/go/cgo/testdata/${name}`, import.meta.url))
    const found = await compareCgoTypes(oracle.path, dir, {path: name, version: ''})
    expect(differentRows(found.after), report(found.after)).toBe(0)
    expect(found.declaredDifferent).toEqual([])
    expect(found.unknownAfter, report(found.after)).toBe(unknown)
    expect(found.unknownBefore).toBeGreaterThan(50)
  })
})
