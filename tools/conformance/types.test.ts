// The slice of the comparison with go/types that runs by default: some of std, and Go's own examples of generic code.
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {describeNeeding} from '../../src/base/testing/needs.ts'
import {checkTestPrograms} from './test-programs.ts'
import {buildOracle, compareTypes, type Comparison} from './types.ts'

describeNeeding('go', 'types compared with go/types', () => {
  let oracle: ReturnType<typeof buildOracle>
  let goroot: string
  beforeAll(() => {
    oracle = buildOracle()
    goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
  }, 120_000)
  afterAll(() => oracle.remove())
  const different = (c: Comparison) => [...c.examples].map(([kind, examples]) => [kind, examples.slice(0, 3)])

  it('every row of a slice of std is the same, and no error is reported', async () => {
    const patterns = ['errors', 'iter', 'maps', 'slices', 'sort', 'strconv', 'unsafe', 'math/big', 'encoding/json', 'text/template/parse']
    const c = await compareTypes(oracle.path, {dir: join(goroot, 'src'), patterns}, 3)
    expect(different(c)).toEqual([])
    expect(c.packages).toBe(patterns.length)
    expect(c.equal).toBe(c.rows)
    expect(c.rows).toBeGreaterThan(50_000)
  }, 120_000)

  it('rows of test files and of a 32-bit platform are the same', async () => {
    const request = {dir: join(goroot, 'src'), patterns: ['container/list', 'sync/atomic', 'unique'], tests: true, platform: 'linux/386'}
    const c = await compareTypes(oracle.path, request, 3)
    expect(different(c)).toEqual([])
    expect(c.equal).toBe(c.rows)
    expect(c.packages).toBeGreaterThan(3)
  }, 120_000)

  it('every row is the same when dependencies come from declaration files', async () => {
    const patterns = ['net/http/httputil', 'go/types', 'database/sql', 'log/slog', 'testing/fstest']
    const c = await compareTypes(oracle.path, {dir: join(goroot, 'src'), patterns, declarations: true}, 3)
    expect(different(c)).toEqual([])
    expect(c.equal).toBe(c.rows)
    expect(c.declarationFiles).toBeGreaterThan(40)
  }, 120_000)

  it("Go's examples of generic code: nothing crashes, and errors are where go/types has them", async () => {
    const c = await checkTestPrograms(oracle.path, goroot, join(goroot, 'src/internal/types/testdata/examples'))
    expect(c.crashes).toEqual([])
    expect(different(c.comparison)).toEqual([])
    expect(c.broken.packages + c.comparison.packages).toBeGreaterThan(7)
    expect(c.broken.sameErrors / c.broken.theirErrors).toBeGreaterThan(0.8)
  }, 120_000)
})
