import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

const next = async (source: string) => (await hazardsIn([rule], 'x.go', source)).hazards.map(hazard => hazard.next)

const sum =
  'package x\n// unsigned sum(const void *p, int n);\nimport "C"\nimport "unsafe"\nfunc Sum(b []byte) {\n\tC.sum(unsafe.Pointer(&b[0]), C.int(len(b)))\n}\n'

test('unsafe.SliceData is proposed only where the language version has it', async () => {
  expect(await next(sum)).toEqual([
    'Check len(b) first, and for no elements pass what C.sum takes for no data. Or pass unsafe.SliceData(b[:]), which does not panic: nil for a nil slice, else an address at which no element stands.',
  ])
  const older = await hazardsIn([rule], 'x.go', sum, 'go1.14')
  expect(older.hazards.map(hazard => hazard.next)).toEqual(['Check len(b) first, and for no elements pass what C.sum takes for no data.'])
})
