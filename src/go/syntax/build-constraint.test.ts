// Cases of src/go/build/constraint: expr_test.go says what is an expression, vers_test.go what it implies.
import {describe, expect, test} from 'vitest'
import {evaluate, goVersionOf, parseConstraint} from './build-constraint.ts'

const holds = (line: string, ...tags: string[]) => {
  const constraint = parseConstraint(line)
  return constraint && evaluate(constraint, tag => tags.includes(tag))
}

describe('//go:build', () => {
  test.each([
    ['//go:build linux', ['linux'], true],
    ['//go:build !linux', ['linux'], false],
    ['//go:build linux && (amd64 || arm64) && !cgo', ['linux', 'arm64'], true],
    ['//go:build linux || darwin && cgo', ['linux'], true],
    ['//go:build\tgo1.21\r', ['go1.21'], true],
    ['//go:build größe.2', ['größe.2'], true],
    ['// +build linux,!cgo darwin', ['darwin'], true],
    ['// +build linux,!cgo darwin', ['linux', 'cgo'], false],
    ['// +build !!x', ['x'], false],
    ['//+build linux', ['linux'], true],
  ])('%s with %j is %s', (line, tags, value) => expect(holds(line, ...tags)).toBe(value))

  test.each([
    '//go:build',
    '//go:build a b',
    '//go:build !!a',
    '//go:build (a',
    '//go:build a)',
    '//go:build a & b',
    '//go:build a && ',
    '//go:buildx a',
    '// go:build a',
    'a',
  ])('%s is no constraint', line => expect(parseConstraint(line)).toBeUndefined())

  test('an expression of more than 1000 operands is refused, whatever its nesting', () => {
    expect(parseConstraint(`//go:build ${Array.from({length: 1001}, () => 'a').join(' && ')}`)).toBeUndefined()
    expect(parseConstraint(`//go:build ${'('.repeat(5000)}a${')'.repeat(5000)}`)).toBeUndefined()
  })
})

test.each([
  ['linux && go1.22', 'go1.22'],
  ['linux && go1.22 || windows && go1.20', 'go1.20'],
  ['linux', undefined],
  ['linux || windows && go1.22', undefined],
  ['!go1.22', undefined],
  ['!(linux || !go1.20)', 'go1.20'],
  ['go1', 'go1'],
  ['linux && !linux && go1.20 || go1.21', 'go1.20'],
])('%s needs %s', (expression, version) => {
  const constraint = parseConstraint(`//go:build ${expression}`)
  expect(constraint && goVersionOf(constraint)).toBe(version)
})
