// A slice of what `npm run conformance` compares in full: every tenth file of GOROOT/src, and all that go/parser rejects there.
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {checkout, describeNeeding} from '../../src/base/testing/needs.ts'
import {compareSyntax, filesBelow} from './syntax.ts'
import {robustness} from './syntax-robust.ts'

const sliceStep = 10

describeNeeding('go', 'the parser against go/parser', () => {
  const goroot = () => execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()

  test('a tenth of GOROOT/src has the same trees', () => {
    const files = filesBelow(join(goroot(), 'src'), ['.go']).filter((_, index) => index % sliceStep === 3)
    const comparison = compareSyntax(files)
    expect(comparison.different).toEqual([])
    expect(comparison.same).toBeGreaterThan(400)
  })

  test("broken testdata of go/parser and go/types has its first error on go/parser's line in at least 95 of 100 files", () => {
    const folders = ['go/parser/testdata', 'internal/types/testdata', 'cmd/compile/internal/syntax/testdata']
    const files = folders.flatMap(folder => filesBelow(join(goroot(), 'src', folder), ['.go', '.go2', '.src']))
    const {different, rejected, sameErrorLine} = compareSyntax(files)
    expect(different).toEqual([])
    expect(rejected).toBeGreaterThan(30)
    expect(sameErrorLine).toBeGreaterThanOrEqual(0.95 * rejected)
  })

  test('files of the standard library keep their tree when printed, and stand every prefix and random cuts', () => {
    const files = filesBelow(join(goroot(), 'src'), ['.go']).filter((_, index) => index % 25 === 7)
    const {failures, prefixes, cuts, printed} = robustness(files, {cutsPerFile: 1000, prefixFiles: 8, cutFiles: 3})
    expect(failures).toEqual([])
    expect([prefixes > 1000, cuts, printed > 150]).toEqual([true, 3000, true])
  })

  test('our own sample of the language is accepted by go/parser, too', () => {
    const {different, rejected, same} = compareSyntax(filesBelow(join(checkout, 'src/go/syntax/testdata'), ['.go']))
    expect([different, rejected, same > 0]).toEqual([[], 0, true])
  })
})
