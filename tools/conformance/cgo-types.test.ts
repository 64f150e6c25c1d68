// A slice of the comparison of C expressions for every test run: the packages that use every construct.
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {describeNeeding} from '../../src/base/testing/needs.ts'
import {compareCgoTypes, differentRows} from './cgo-types.ts'
import {buildOracle, report} from './types.ts'

const testdata = fileURLToPath(new URL('../../src/go/cgo/testdata/', import.meta.url))

describeNeeding('go', 'C', () =>
  describeNeeding('cc', 'types of C expressions', () => {
    let oracle: ReturnType<typeof buildOracle>
    beforeAll(() => void (oracle = buildOracle()), 120_000)
    afterAll(() => oracle.remove())

    it.each([
      ['basic', 'gotriage.dev/testdata/basic'],
      ['constructs', 'example.com/constructs'],
    ])(
      'are those of go/types over what cgo generates, all of them, in the package %s',
      async (folder, path) => {
        const found = await compareCgoTypes(oracle.path, `${testdata}${folder}`, {path, version: ''})
        expect(differentRows(found.after), report(found.after)).toBe(0)
        expect(found.declaredDifferent).toEqual([])
        expect(found.unknownAfter, report(found.after)).toBe(0)
        expect(found.unknownBefore).toBeGreaterThan(50)
      },
      120_000,
    )
  }),
)
