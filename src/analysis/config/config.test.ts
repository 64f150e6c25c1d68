import {Ajv2020} from 'ajv/dist/2020.js'
import fc from 'fast-check'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {TriageError} from '../../base/errors.ts'
import {readConfig} from './config.ts'
import {pathPattern} from './path-pattern.ts'

const read = (text: string) => readConfig('gotriage.yaml', new TextEncoder().encode(text), ['map-unbounded-growth', 'gc-percent-extreme'])
const schema = JSON.parse(readFileSync(new URL('../../../docs/schema/gotriage-yaml-1.schema.json', import.meta.url), 'utf8')) as object
const valid = new Ajv2020({strict: false}).compile(schema)

const full = `# everything there is
preset: strict
rules:
  map-unbounded-growth: off
  gc-percent-extreme: error
exclude:
  - paths: [gen/**, "**/*.pb.go"]
    rules: [gc-percent-extreme]
    reason: generated
platforms: [linux/amd64, windows/386]
tags: [integration]
tests: false
honour: [nolint, lint]
baseline: ci/baseline.json
cgo:
  wrappers: [internal/tls/**]
  contract: gotriage.api.yaml
`

describe('what it reads, the published schema accepts', () => {
  test.each([
    ['everything', full],
    ['an empty file', ''],
    ['a comment only', '# nothing yet\n'],
    ['a preset', 'preset: all\n'],
  ])('%s', (_, text) => {
    expect(() => read(text)).not.toThrow()
    const value: unknown = parse(text)
    if (value !== null) expect(valid(value), JSON.stringify(valid.errors)).toBe(true)
  })

  test('every key arrives', () => {
    expect(read(full)).toEqual({
      preset: 'strict',
      rules: {'map-unbounded-growth': 'off', 'gc-percent-extreme': 'error'},
      exclude: [{paths: ['gen/**', '**/*.pb.go'], rules: ['gc-percent-extreme'], reason: 'generated'}],
      platforms: ['linux/amd64', 'windows/386'],
      tags: ['integration'],
      tests: false,
      honour: ['nolint', 'lint'],
      baseline: 'ci/baseline.json',
      cgo: {wrappers: ['internal/tls/**'], contract: 'gotriage.api.yaml'},
    })
  })
})

describe('a mistake is an error with file, line and the nearest key', () => {
  test.each([
    [
      'an unknown key',
      'preset: all\nplatfroms: [linux/amd64]\n',
      /^gotriage.yaml:2: there is no key "platfroms"/,
      /Did you mean "platforms"/,
    ],
    [
      'an unknown key inside',
      'exclude:\n  - path: [a]\n    reason: x\n',
      /^gotriage.yaml:2: there is no key "path"/,
      /Did you mean "paths"/,
    ],
    [
      'an unknown rule',
      'rules:\n  map-unbounded-grwth: off\n',
      /^gotriage.yaml:2: there is no rule/,
      /Did you mean "map-unbounded-growth"/,
    ],
    ['a wrong value', 'preset: loose\n', /^gotriage.yaml:1: "preset" cannot be "loose"/, /default, strict, all/],
    ['a list where a map belongs', '- preset\n', /^gotriage.yaml:1: the file must be a map/, /schema/],
    ['a platform without an architecture', 'platforms: [linux]\n', /^gotriage.yaml:1: "linux" is no platform/, /GOOS\/GOARCH/],
    ['an exclusion without a reason', 'exclude:\n  - paths: [a]\n', /^gotriage.yaml:2: .*reason/, /why/],
    ['a pattern that leaves the directory', 'exclude:\n  - paths: [../a]\n    reason: x\n', /^gotriage.yaml:2: .*no path pattern/, /\*\*/],
    ['a key twice', 'preset: all\npreset: strict\n', /^gotriage.yaml:2: /, /YAML/],
    [
      'an alias, also one that many others are made of',
      'tags: &a [x]\nplatforms: &b [*a, *a, *a, *a]\nrules: *b\n',
      /^gotriage.yaml:2: "\*a" is an alias/,
      /Write its value out/,
    ],
    ['two documents', 'preset: all\n---\npreset: strict\n', /^gotriage.yaml:2: a second document/, /Keep one/],
    ['a key without a value', 'preset: all\nrules:\n', /^gotriage.yaml:2: "rules" has no value/, /remove it/],
    ['broken YAML', 'preset: [\n', /^gotriage.yaml:\d: /, /YAML/],
  ])('%s', (_, text, says, hint) => {
    let error: unknown
    try {
      read(text)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(TriageError)
    if (!(error instanceof TriageError)) return
    expect(error.message).toMatch(says)
    expect(error.hint).toMatch(hint)
  })

  test('every prefix of a file, and any text, gives a configuration or a TriageError and nothing else', () => {
    const tried = (text: string) => {
      try {
        read(text)
      } catch (error) {
        expect(error).toBeInstanceOf(TriageError)
      }
    }
    for (let end = 0; end <= full.length; end++) tried(full.slice(0, end))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map(text => `preset: ${text}`),
          fc.string().map(text => `exclude:\n - ${text}`),
        ),
        tried,
      ),
      {numRuns: 500},
    )
  })
})

describe('path patterns', () => {
  test.each([
    ['gen/**', 'gen/a/b.go', true],
    ['gen/**', 'gen', true],
    ['gen', 'gen/a.go', true],
    ['gen', 'own/gen/a.go', false],
    ['**/gen', 'own/gen/a.go', true],
    ['**/*.pb.go', 'a.pb.go', true],
    ['**/*.pb.go', 'x/y/a.pb.go', true],
    ['*.go', 'x/a.go', false],
    ['a?c/*_test.go', 'abc/x_test.go', true],
    ['**/a/**/b', 'x/a/y/z/b/c.go', true],
    ['./gen/', 'gen/x.go', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(pathPattern(pattern)!(path)).toBe(expected)
  })

  test('many stars stay linear', () => {
    const match = pathPattern(`${'**/'.repeat(200)}${'*a'.repeat(200)}`)!
    expect(match(`${'x/'.repeat(500)}${'a'.repeat(2000)}b`)).toBe(false)
  })
})
