// Widths on platforms whose compiler is not here: by the rules of cmd/cgo (gcc.go nameToC, typeConv.Init, loadType), of the Microsoft x64 ABI and of
// mingw-w64's stddef.h and stdint.h.
import {expect, it} from 'vitest'
import {readCNames} from './c-names.ts'
import {goDeclaration, goTypeText} from './go-view.ts'
import {layoutOf} from './layout.ts'
import {platformOf} from './platform.ts'

const text = `
#include <stddef.h>
#include <stdint.h>
enum plain { A, B };
enum negative { C = -1 };
enum wide { D = 0x100000000LL };
struct mixed { char a; long b; double c; long long d; void *e; };
struct bits { char a : 3; int b : 4; int c : 30; char d; };
typedef enum plain chosen;
`
const widths = (goos: string, goarch: string) => {
  const platform = platformOf(goos, goarch)
  const names = readCNames({platform, preambles: [{file: 'p.go', text}], flags: [], withheld: [], readFile: () => undefined})
  const all = [
    'long',
    'ulong',
    'longlong',
    'int',
    'size_t',
    'uintptr_t',
    'int64_t',
    'wchar_t',
    'enum_plain',
    'enum_negative',
    'enum_wide',
    'struct_mixed',
    'struct_bits',
  ]
  return all.map(name => {
    const found = names.lookup(name)
    if (found.kind !== 'type') return `${name} ?`
    const {type} = goDeclaration(name, found.type, platform)
    const behind = type.kind === 'basic' ? ` ${goTypeText(type)}` : ''
    return `${name}${behind} ${layoutOf(found.type, platform)?.size}`
  })
}

it('linux/amd64', () => {
  expect(widths('linux', 'amd64')).toEqual([
    'long int64 8',
    'ulong uint64 8',
    'longlong int64 8',
    'int int32 4',
    'size_t 8',
    'uintptr_t 8',
    'int64_t 8',
    'wchar_t 4',
    'enum_plain uint32 4',
    'enum_negative int32 4',
    'enum_wide uint64 8',
    'struct_mixed 40',
    'struct_bits 12',
  ])
})

it('windows/amd64: long and wchar_t are narrow, pointers wide, bit-fields by type', () => {
  expect(widths('windows', 'amd64')).toEqual([
    'long int32 4',
    'ulong uint32 4',
    'longlong int64 8',
    'int int32 4',
    'size_t 8',
    'uintptr_t 8',
    'int64_t 8',
    'wchar_t 2',
    'enum_plain uint32 4',
    'enum_negative int32 4',
    'enum_wide uint64 8',
    'struct_mixed 32',
    'struct_bits 16',
  ])
})

it('windows/386: everything but long long and double has 4 bytes at most, and those two are aligned to 8', () => {
  expect(widths('windows', '386')).toEqual([
    'long int32 4',
    'ulong uint32 4',
    'longlong int64 8',
    'int int32 4',
    'size_t 4',
    'uintptr_t 4',
    'int64_t 8',
    'wchar_t 2',
    'enum_plain uint32 4',
    'enum_negative int32 4',
    'enum_wide uint64 8',
    'struct_mixed 32',
    'struct_bits 16',
  ])
})

it('linux/386: long long and double are aligned to 4 inside structs', () => {
  expect(widths('linux', '386').slice(-2)).toEqual(['struct_mixed 28', 'struct_bits 12'])
})

it('what POSIX adds to stdlib.h is unknown under -std=c99', () => {
  const kindWith = (flags: readonly string[]) =>
    readCNames({
      platform: platformOf('linux', 'amd64'),
      preambles: [{file: 'p.go', text: '#include <stdlib.h>\n'}],
      flags,
      withheld: [],
      readFile: () => undefined,
    }).lookup('setenv').kind
  expect([kindWith([]), kindWith(['-std=gnu99']), kindWith(['-std=c99'])]).toEqual(['function', 'function', 'unknown'])
})
