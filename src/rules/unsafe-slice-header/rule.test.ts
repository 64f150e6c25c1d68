import {expect, test} from 'vitest'
import {goldenTest, hazardsIn} from '../../analysis/testing/golden.ts'
import rule from './rule.ts'

goldenTest(rule, import.meta.url)

test('memory of C is no error, also where Data gets it in a statement of its own', async () => {
  const severity = async (body: string) => {
    const source = `package x\n// unsigned char *state(void);\nimport "C"\nimport ("reflect"; "unsafe")\nfunc f(own []byte) []byte {\n${body}\n\treturn *(*[]byte)(unsafe.Pointer(&h))\n}\n`
    return (await hazardsIn([rule], 'x.go', source)).hazards.map(hazard => hazard.severity)
  }
  expect(await severity('\tp := C.state()\n\th := reflect.SliceHeader{}\n\th.Len = 8\n\th.Data = uintptr(unsafe.Pointer(p))')).toEqual([
    'warning',
  ])
  expect(await severity('\tvar h reflect.SliceHeader\n\th.Data = uintptr(unsafe.Pointer(C.state()))')).toEqual(['warning'])
  expect(await severity('\tvar h reflect.SliceHeader\n\th.Data = uintptr(unsafe.Pointer(&own[0]))')).toEqual(['error'])
  expect(await severity('\tvar h reflect.SliceHeader\n\th.Len = 1')).toEqual(['error'])
})
