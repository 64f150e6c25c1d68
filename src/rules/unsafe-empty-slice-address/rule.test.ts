import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

const next = async (source: string) => (await hazardsIn([rule], 'x.go', source)).hazards.map(hazard => hazard.next)

const of = (expr: string) =>
  `package x\nimport "unsafe"\ntype header struct{ a, b uint64 }\nfunc Read(b []byte) any {\n\treturn ${expr}\n}\n`

test('where the pointer is taken as a larger type, the advice is its size and not unsafe.SliceData', async () => {
  expect(await next(of('(*header)(unsafe.Pointer(&b[0]))'))).toEqual([
    'Check first that b has room for header (unsafe.Sizeof). unsafe.SliceData would only take the panic away and leave the read.',
  ])
  expect(await next(of('uintptr(unsafe.Pointer(&b[0]))'))).toEqual([
    'Check len(b) first. Where a length of 0 goes with the pointer, unsafe.SliceData(b) does as well and does not panic.',
  ])
})
