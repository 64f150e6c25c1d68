import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {nodeHost} from '../../host/node/node-host.ts'
import {PackageChecker} from '../load/check-packages.ts'
import {loadPackages} from '../load/load-packages.ts'
import {functionsMax, summariesOnDemand, type SourcePackage} from './on-demand.ts'
import {packageFlow} from './package-flow.ts'
import {packageSummaries} from './package-summaries.ts'
import {shippedSummary} from './short-summary.ts'

const source = (text: string): SourcePackage => ({
  importPath: 'example.com/p',
  files: [{path: 'p.go', bytes: new TextEncoder().encode(`package p\n${text}`)}],
  config: {},
  importer: () => undefined,
})

test('only the bodies that are needed are looked at, and what they call is followed', () => {
  const onDemand = summariesOnDemand(
    source(`
type node struct{ next *node }
var kept *node
func Keep(n *node) { keep(n) }
func keep(n *node) { kept = n }
func Look(n *node) bool { return n.next == nil }
func broken(n *node) { this is not Go, and nobody asks }
`),
    () => undefined,
  )
  expect(onDemand.of('example.com/p.Keep')?.parameters[0]?.escapes).toBe('yes')
  expect(onDemand.of('example.com/p.Look')?.parameters[0]?.escapes).toBe('no')
  expect(onDemand.of('example.com/p.nobody')).toBeUndefined()
  expect(onDemand.counts).toEqual({asked: 2, overBudget: 0})
})

test('past the budget a function is unknown, and counted, whoever asks first', () => {
  const chain = Array.from({length: functionsMax + 1}, (_, i) => `func f${i}(p *int) { f${i + 1}(p) }`).join('\n')
  const pkg = source(`${chain}\nfunc f${functionsMax + 1}(p *int) {}`)
  const onDemand = summariesOnDemand(pkg, () => undefined)
  expect(onDemand.of(`example.com/p.f${functionsMax}`)?.parameters[0]?.escapes).toBe('no')
  expect(onDemand.of('example.com/p.f0')).toBeUndefined()
  expect(onDemand.counts).toEqual({asked: 2, overBudget: 1})
  expect(onDemand.overBudget).toEqual([
    {name: 'example.com/p.f0', file: 'p.go', line: 2, functions: functionsMax + 1, bytes: expect.any(Number)},
  ])
})

describeNeeding('go', 'functions of the standard library, one by one', () => {
  test.each(['bufio', 'encoding/csv', 'text/tabwriter'])(
    '%s: each answer is the one of the whole package',
    async path => {
      const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
      const loaded = await loadPackages(nodeHost(), {dir: join(goroot, 'src'), patterns: [path], cgo: false})
      const checker = new PackageChecker(loaded)
      const [pkg] = loaded.roots
      if (pkg === undefined) throw new Error(`no package ${path}`)
      const whole = packageSummaries(packageFlow(checker.check(pkg).info.files), shippedSummary)
      const onDemand = summariesOnDemand(
        {
          importPath: path,
          files: pkg.files.map(file => ({path: file.path, bytes: loaded.bytes(file)})),
          config: {goVersion: pkg.goVersion},
          importer: wanted => {
            const found = loaded.resolve(pkg, wanted)
            return found === undefined ? undefined : checker.declare(found)
          },
        },
        shippedSummary,
      )
      const names = [...whole.byName.keys()].filter(name => /\.[A-Z]\w*$/.test(name))
      expect(names.length).toBeGreaterThan(3)
      for (const name of names) expect([name, onDemand.of(name)]).toEqual([name, whole.byName.get(name)])
      expect(onDemand.counts).toEqual({asked: names.length, overBudget: 0})
    },
    60_000,
  )
})
