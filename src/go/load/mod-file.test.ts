import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {parseModFile} from './mod-file.ts'
import {escapePath, cachePath, joinPath} from './module-path.ts'
import {compareGoVersions, compareModuleVersions, compareSemver, languageVersion} from './versions.ts'
import {parseVendorList} from './vendor-list.ts'
import {patternMatcher, treeMatcher} from './import-path.ts'

const sample = `// Deprecated: no
module "example.com/m" // comment

go 1.23.4
toolchain go1.24.1
godebug (
	default=go1.21
	panicnil=1
)
require example.com/a v1.0.0 // indirect
require (
	example.com/b v1.2.3-0.20200101000000-abcdefabcdef
	"example.com/c" v2.0.0+incompatible // indirect; used by tests
)
exclude example.com/b v1.2.2
replace (
	example.com/a => ../a
	example.com/b v1.2.3 => example.com/b2 v1.0.0
)
retract [v1.0.0, v1.1.0] // broken
tool example.com/tool
ignore ./gen
unknown thing here
`

describe('parseModFile', () => {
  it('reads every directive and passes over unknown ones', () => {
    const file = parseModFile(sample)
    expect(file).toMatchObject({module: 'example.com/m', go: '1.23.4', toolchain: 'go1.24.1', ignore: ['./gen'], problems: []})
    expect([...file.godebug]).toEqual([
      ['default', 'go1.21'],
      ['panicnil', '1'],
    ])
    expect(file.require.map(each => [each.path, each.version, each.indirect])).toEqual([
      ['example.com/a', 'v1.0.0', true],
      ['example.com/b', 'v1.2.3-0.20200101000000-abcdefabcdef', false],
      ['example.com/c', 'v2.0.0+incompatible', true],
    ])
    expect(file.exclude).toEqual([{path: 'example.com/b', version: 'v1.2.2'}])
    expect(file.replace).toEqual([
      {old: {path: 'example.com/a', version: ''}, new: {path: '../a', version: ''}},
      {old: {path: 'example.com/b', version: 'v1.2.3'}, new: {path: 'example.com/b2', version: 'v1.0.0'}},
    ])
  })

  it('tells the line of what is malformed and keeps the rest', () => {
    const file = parseModFile('module m\nrequire x\nreplace a b\nrequire y v1.0.0\n')
    expect(file.problems.map(problem => problem.line)).toEqual([2, 3])
    expect(file.require.map(each => each.path)).toEqual(['y'])
  })

  it('reads every prefix and any text without throwing', () => {
    for (let length = 0; length <= sample.length; length++) expect(parseModFile(sample.slice(0, length)).problems.length).toBeLessThan(3)
    fc.assert(fc.property(fc.string({unit: 'grapheme', maxLength: 200}), text => parseModFile(text).require.length >= 0))
    fc.assert(fc.property(fc.string({maxLength: 200}), text => parseVendorList(text).modules.length >= 0))
  })
})

describe('module paths and versions', () => {
  it('escapes capitals and refuses what would leave the cache', () => {
    expect(escapePath('github.com/BurntSushi/toml')).toBe('github.com/!burnt!sushi/toml')
    expect(cachePath('example.com/../x', 'v1.0.0')).toBeUndefined()
    expect(cachePath('example.com/x', '../v1')).toBeUndefined()
    expect(joinPath('/a/b', '../../../c')).toBe('/c')
  })

  it('orders versions as semver and gover do', () => {
    const ordered = [
      'none',
      'v0.0.0-20200101000000-aaaaaaaaaaaa',
      'v0.1.0-rc.1',
      'v0.1.0-rc.2',
      'v0.1.0-rc.10',
      'v0.1.0',
      'v0.9.0',
      'v0.10.0',
      'v1.0.0',
      '',
    ]
    for (let i = 1; i < ordered.length; i++) expect(compareModuleVersions(ordered[i - 1] ?? '', ordered[i] ?? '')).toBeLessThan(0)
    expect(compareSemver('v1.0.0+incompatible', 'v1.0.0')).toBe(0)
    const go = ['1.9', '1.20rc1', '1.20', '1.20.1', '1.21', '1.21rc1', '1.21.0', '1.21.10', '1.26']
    for (let i = 1; i < go.length; i++) expect(compareGoVersions(go[i - 1] ?? '', go[i] ?? ''), go[i]).toBeLessThan(0)
    expect([languageVersion('1.21.3'), languageVersion(undefined), languageVersion('go1.26.8')]).toEqual(['go1.21', 'go1.16', 'go1.26'])
  })

  it('matches patterns with wildcards as pkgpattern does', () => {
    const cases: [pattern: string, matching: string[], not: string[]][] = [
      ['a/...', ['a', 'a/b', 'a/b/c'], ['ab', 'x/a', 'a/vendor/x', 'vendor/a']],
      ['...', ['a', 'a/b', 'vendor'], ['a/vendor/b', 'vendor/x']],
      ['a/vendor/...', ['a/vendor', 'a/vendor/x'], ['a/vendor/x/vendor/y']],
      ['a...c', ['ac', 'abc', 'a/b/c'], ['abcd', 'a/vendor/c']],
      ['.../b', ['x/b', 'x/y/b'], ['b', 'x/b/c']],
    ]
    for (const [pattern, matching, not] of cases) {
      for (const path of matching) expect(patternMatcher(pattern)(path), `${pattern} ${path}`).toBe(true)
      for (const path of not) expect(patternMatcher(pattern)(path), `${pattern} ${path}`).toBe(false)
    }
    expect(['', 'a', 'a/b', 'a/b/c', 'ab'].map(treeMatcher('a/b...'))).toEqual([true, true, true, true, false])
  })
})
