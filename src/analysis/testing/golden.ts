// Golden tests of a rule: every testdata/*.go is a package of its own, type-checked against the real standard library where Go is installed
// and against the bundled declarations elsewhere; findings and `// want` comments must match one to one, also in the Go blocks of rule.md.
import {readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import type {Hazard} from '../../findings/finding.ts'
import type {Loaded, LoadedPackage} from '../../go/load/api.ts'
import {loadPackages} from '../../go/load/load-packages.ts'
import {checkPackage, declarePackage, type Importer, type Package, sizesFor} from '../../go/types/api.ts'
import {nodeHost} from '../../host/node/node-host.ts'
import {type RunnableRule, startRules} from '../engine/run-rules.ts'
import {unmetWants} from './wants.ts'

export function goldenTest(rule: RunnableRule | readonly RunnableRule[], testUrl: string): void {
  const rules = (Array.isArray(rule) ? rule : [rule]) as readonly RunnableRule[] // Array.isArray does not narrow readonly arrays
  const folder = fileURLToPath(new URL('.', testUrl))
  describe(rules.map(one => one.id).join(', '), () => {
    for (const name of readdirSync(`${folder}testdata`).filter(file => file.endsWith('.go'))) {
      test(`testdata/${name}: every finding is wanted and every want is found`, async () => {
        await expectWants(rules, name, readFileSync(`${folder}testdata/${name}`, 'utf8'))
      })
    }
    const page = readFileSync(`${folder}rule.md`, 'utf8')
    const blocks = [...page.matchAll(/```go\n([\s\S]*?)```/g)].map(match => match[1] ?? '').filter(block => /^package \w+/m.test(block))
    test('rule.md has an example that is reported and one that is not', () => {
      expect(blocks.some(block => block.includes('// want'))).toBe(true)
      expect(blocks.some(block => !block.includes('// want'))).toBe(true)
    })
    test.each(blocks.map((block, i) => [i + 1, block] as const))(
      'rule.md, Go block %i: every finding is wanted and every want is found',
      async (_, block) => {
        await expectWants(rules, 'block.go', block)
      },
    )
  })
}

async function expectWants(rules: readonly RunnableRule[], name: string, source: string): Promise<void> {
  const {hazards, errors} = await hazardsIn(rules, name, source)
  expect(errors, 'a fixture is valid Go').toEqual([])
  expect(
    unmetWants(
      source,
      hazards.map(hazard => ({line: hazard.places[0]?.line ?? 0, message: hazard.what})),
    ),
  ).toEqual([])
}

/** Runs rules over one file, which may import the standard library. */
export async function hazardsIn(
  rules: readonly RunnableRule[],
  name: string,
  source: string,
): Promise<{hazards: readonly Hazard[]; errors: readonly string[]}> {
  const bytes = new TextEncoder().encode(source)
  const importer = await standardLibrary()
  const checked = checkPackage({goarch: 'amd64', goVersion: 'go1.26'}, 'example.com/fixture', [{path: name, bytes}], importer)
  const run = startRules(rules)
  run.visit({
    types: checked.package,
    files: checked.info.files.map(state => ({path: name, bytes, state, generated: false})),
    sizes: sizesFor('amd64'),
    goos: 'linux',
    goarch: 'amd64',
  })
  const {hazards, notes} = run.conclude()
  return {hazards, errors: [...checked.errors.map(error => `${error.pos}: ${error.message}`), ...notes.map(note => note.message)]}
}

let loadedStandard: Promise<Loaded> | undefined
const declared = new Map<string, Package>()

/** Declarations of the standard library, resolved when a fixture asks. */
async function standardLibrary(): Promise<Importer> {
  loadedStandard ??= loadPackages(nodeHost(), {
    dir: fileURLToPath(new URL('../../../fixtures', import.meta.url)),
    patterns: ['std'],
    cgo: false,
  })
  const loaded = await loadedStandard
  const declare = (target: LoadedPackage): Package => {
    const known = declared.get(target.id)
    if (known) return known
    const files = () => target.files.map(file => ({path: file.path, bytes: loaded.bytes(file)}))
    const made = declarePackage({goarch: 'amd64', goVersion: target.goVersion}, target.importPath, target.name, files, path => {
      const found = loaded.resolve(target, path)
      return found && declare(found)
    })
    declared.set(target.id, made)
    return made
  }
  return path => {
    const target = loaded.package(path)
    return target && declare(target)
  }
}
