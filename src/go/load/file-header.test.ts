import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {headerSatisfies, readGoHeader} from './file-header.ts'
import {nameSatisfies} from './file-name.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const sample = `\ufeff// Copyright
/* general
comment */
//go:build linux && !cgo

// Package p does.
package p // here

import "fmt"; import (
	. "a/b" /* dot */
	_ \`raw/path\`; name "c\\x2fd"
	"C"
)
import ("")

var import_ = 1
`

describe('readGoHeader', () => {
  it('reads the package clause and every form of import', () => {
    const header = readGoHeader(bytes(sample.replace('import ("")\n', '')))
    expect(header).toEqual({packageName: 'p', imports: ['fmt', 'a/b', 'raw/path', 'c/d', 'C'], problem: undefined})
  })

  it('keeps what came before an error', () => {
    expect(readGoHeader(bytes(sample)).problem).toBe('invalid import path ""')
    expect(readGoHeader(bytes('package p\nimport "a"\nimport x'))).toMatchObject({
      imports: ['a'],
      problem: 'syntax error in the import clauses',
    })
    expect(readGoHeader(bytes('import "a"'))).toMatchObject({packageName: '', problem: 'expected a package clause'})
    expect(readGoHeader(bytes('package p\nimports := 1'))).toMatchObject({packageName: 'p', problem: undefined})
  })

  it('reads every prefix and any bytes without throwing', () => {
    const all = bytes(sample)
    for (let length = 0; length <= all.length; length++) {
      expect(readGoHeader(all.subarray(0, length)).imports.length).toBeLessThan(6)
      expect(['boolean', 'string']).toContain(typeof headerSatisfies(all.subarray(0, length), () => true))
    }
    fc.assert(fc.property(fc.uint8Array({maxLength: 100}), any => readGoHeader(any).imports.length >= 0))
    const go = fc.array(
      fc.constantFrom('package ', 'p', 'import ', '(', ')', '"a"', '`', '/*', '*/', '//', '\n', ';', '.', '\\', '"', '\0'),
      {maxLength: 30},
    )
    fc.assert(fc.property(go, parts => readGoHeader(bytes(parts.join(''))).imports.length >= 0))
  })
})

describe('constraints', () => {
  const on =
    (...tags: string[]) =>
    (tag: string) =>
      tags.includes(tag)

  it('hold in a head of comments, in the old form only above a blank line', () => {
    expect(headerSatisfies(bytes(sample), on('linux'))).toBe(true)
    expect(headerSatisfies(bytes(sample), on('linux', 'cgo'))).toBe(false)
    expect(headerSatisfies(bytes('// +build a,!b c\n\npackage p'), on('c'))).toBe(true)
    expect(headerSatisfies(bytes('// +build a,!b c\n\npackage p'), on('a', 'b'))).toBe(false)
    expect(headerSatisfies(bytes('// +build never\npackage p'), on())).toBe(true)
    expect(headerSatisfies(bytes('package p\n//go:build never\n'), on())).toBe(true)
    expect(headerSatisfies(bytes('//go:build a ||\n\npackage p'), on())).toMatch(/go:build/)
    expect(headerSatisfies(bytes('#include <x.h>\n//go:build never\n'), on())).toBe(true)
  })

  it('hold in file names behind the first underscore', () => {
    const linux = on('linux', 'amd64')
    const taking = [
      'linux.go',
      'windows.go',
      'x_linux.go',
      'x_linux_amd64_test.go',
      'x_amd64.s',
      'x_unix.go',
      'x_linux_foo.go',
      'x.windows_386.go',
    ]
    for (const name of taking) expect(nameSatisfies(name, linux), name).toBe(true)
    for (const name of ['x_windows.go', 'x_linux_arm64.go', 'x_windows_test.go', 'x_386.c', 'a_windows.pb.go'])
      expect(nameSatisfies(name, linux), name).toBe(false)
  })
})
