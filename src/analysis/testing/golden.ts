// Golden tests of a rule: every testdata/*.go, and every folder of testdata but `stubs`, is a package of its own, type-checked against the real
// standard library where Go is installed and against the bundled declarations elsewhere; findings and `// want` comments must match one to one,
// also in the Go and assembly blocks of rule.md. Other modules are stub packages: testdata/stubs/<import path>/*.go of the rule, then those shared here.
// A line `// go.mod: go 1.22` or `// go.mod: godebug k=v` stands for one of the main module's go.mod (go 1.26 when there is none).
// Files with `import "C"` are checked twice, with unknown members and with what their C text says; a package with a `_windows.go` file or
// `//go:build windows` is built for Windows.
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import type {Hazard} from '../../findings/finding.ts'
import type {ApiDescription} from '../../go/cgo/api/api-description.ts'
import {readCNames} from '../../go/cgo/c-names.ts'
import {cgoObjects} from '../../go/cgo/go-objects.ts'
import {platformOf} from '../../go/cgo/platform.ts'
import {cgoSourceOf} from '../../go/cgo/preamble.ts'
import type {LoadedPackage} from '../../go/load/api.ts'
import {loadPackages} from '../../go/load/load-packages.ts'
import {checkPackage, declarePackage, type CgoMembers, type Importer, type Package, sizesFor} from '../../go/types/api.ts'
import {nodeHost} from '../../host/node/node-host.ts'
import type {CgoPolicy} from '../engine/checked-package.ts'
import {hazardsOf} from '../engine/hazards.ts'
import {concludeModule, runOnPackage, type RunnableRule} from '../engine/run-rules.ts'
import {unmetWants} from './wants.ts'

/** By file name: Go files, assembly (`.s`), C (`.c`, `.h`). */
type Sources = Readonly<Record<string, string>>

interface Target {
  readonly goarch: string
  /** Of the fixture's module; `go1.26` when not said. */
  readonly goVersion?: string
  readonly cgoPolicy?: CgoPolicy
  readonly cApi?: ApiDescription
  /** Names of C have types. */
  readonly readsC?: boolean
}

const sharedStubs = fileURLToPath(new URL('testdata/stubs/', import.meta.url))

/** `goarch`: the platform the fixtures are checked for; `cgoPolicy`, `cApi`: what gotriage.yaml and gotriage.api.yaml would say. */
export function goldenTest(rule: RunnableRule | readonly RunnableRule[], testUrl: string, target: Target = {goarch: 'amd64'}): void {
  const rules = (Array.isArray(rule) ? rule : [rule]) as readonly RunnableRule[] // Array.isArray does not narrow readonly arrays
  const folder = fileURLToPath(new URL('.', testUrl))
  const stubs = `${folder}testdata/stubs/`
  describe(rules.map(one => one.id).join(', '), () => {
    for (const entry of existsSync(`${folder}testdata`) ? readdirSync(`${folder}testdata`, {withFileTypes: true}) : []) {
      const {name} = entry
      if (entry.isDirectory() ? name === 'stubs' : !name.endsWith('.go')) continue
      test(`testdata/${name}: every finding is wanted and every want is found`, async () => {
        const sources = entry.isDirectory()
          ? sourcesIn(`${folder}testdata/${name}/`)
          : {[name]: readFileSync(`${folder}testdata/${name}`, 'utf8')}
        await expectWants(rules, sources, stubs, target)
      })
    }
    const page = readFileSync(`${folder}rule.md`, 'utf8')
    const blocks = [...page.matchAll(/```(?:go|asm)\n([\s\S]*?)```/g)]
      .map(match => match[1] ?? '')
      .filter(block => /^(?:package \w|TEXT )/m.test(block))
    test('rule.md has an example that is reported and one that is not', () => {
      expect(blocks.some(block => block.includes('// want'))).toBe(true)
      expect(blocks.some(block => !block.includes('// want'))).toBe(true)
    })
    test.each(blocks.map((block, i) => [i + 1, block] as const))(
      'rule.md, Go block %i: every finding is wanted and every want is found',
      async (_, block) => {
        const isGo = /^package \w/m.test(block)
        await expectWants(rules, isGo ? {'block.go': block} : {'block.go': 'package block\n', 'block.s': block}, stubs, target)
      },
    )
  })
}

const sourcesIn = (folder: string): Sources =>
  Object.fromEntries(
    readdirSync(folder)
      .filter(name => /\.(go|s|c|h)$/.test(name))
      .map(name => [name, readFileSync(`${folder}${name}`, 'utf8')]),
  )

/** For fixtures of many rules: a want is `id: message`, and the folder holds what `testdata` of a rule does. */
export function fixturesOfRules(rules: readonly RunnableRule[], folder: string): void {
  for (const entry of readdirSync(folder, {withFileTypes: true})) {
    const {name} = entry
    if (!entry.isDirectory() && !name.endsWith('.go')) continue
    test(`${name}: every finding is wanted and every want is found`, async () => {
      const sources = entry.isDirectory() ? sourcesIn(`${folder}${name}/`) : {[name]: readFileSync(`${folder}${name}`, 'utf8')}
      await expectWants(rules, sources, sharedStubs, {goarch: 'amd64'}, hazard => `${hazard.id}: ${hazard.what}`)
    })
  }
}

async function expectWants(
  rules: readonly RunnableRule[],
  sources: Sources,
  stubs: string,
  target: Target,
  said: (hazard: Hazard) => string = hazard => hazard.what,
): Promise<void> {
  // Whether names of C have types or are unknown, a rule says the same of a fixture.
  const importsC = Object.values(sources).some(source => source.includes('import "C"'))
  for (const readsC of importsC ? [false, true] : [false])
    expectWantsOf(await hazardsInPackage(rules, sources, stubs, {...target, readsC}), sources, said)
}

function expectWantsOf({hazards, errors}: Found, sources: Sources, said: (hazard: Hazard) => string): void {
  expect(errors, 'a fixture is valid Go').toEqual([])
  expect(new Set(hazards.map(hazard => hazard.fingerprint)).size, 'no two findings share a fingerprint').toBe(hazards.length)
  const unmet = Object.entries(sources).flatMap(([name, source]) =>
    unmetWants(
      source,
      hazards.filter(hazard => hazard.places[0]?.file === name).map(hazard => ({line: hazard.places[0]?.line ?? 0, message: said(hazard)})),
    ).map(problem => `${name}: ${problem}`),
  )
  expect(unmet).toEqual([])
}

interface Found {
  readonly hazards: readonly Hazard[]
  readonly errors: readonly string[]
}

/** Runs rules over one file, which may import the standard library and the shared stubs. */
export const hazardsIn = (rules: readonly RunnableRule[], name: string, source: string, goVersion = 'go1.26'): Promise<Found> =>
  hazardsInPackage(rules, {[name]: source}, sharedStubs, {goarch: 'amd64', goVersion})

async function hazardsInPackage(
  rules: readonly RunnableRule[],
  sources: Sources,
  stubs: string,
  {goarch, goVersion: ofTarget = 'go1.26', cgoPolicy, cApi, readsC = false}: Target,
): Promise<Found> {
  const lines = Object.values(sources).flatMap(source => [...source.matchAll(/^\/\/ go\.mod: (go|godebug) (\S+)$/gm)])
  const goLine = lines.find(([, verb]) => verb === 'go')?.[2] ?? ofTarget.slice('go'.length)
  const godebug = Object.fromEntries(
    lines.flatMap(([, verb, text = '']) => (verb === 'godebug' ? [text.split('=', 2)] : [])) as [string, string][],
  ) // a fixture writes key=value
  const goVersion = `go${goLine}`
  const encoder = new TextEncoder()
  const files = Object.entries(sources).map(([name, source]) => ({name, bytes: encoder.encode(source)}))
  const goFiles = files.filter(file => file.name.endsWith('.go')).map(({name, bytes}) => ({path: name, bytes}))
  const goos = Object.entries(sources).some(([name, source]) => name.endsWith('_windows.go') || /^\/\/go:build windows$/m.test(source))
    ? 'windows'
    : 'linux'
  const other = ({name, bytes}: {name: string; bytes: Uint8Array}) => ({path: name, bytes: () => bytes})
  const importer = withStubs(await standardLibrary(goos), [stubs, sharedStubs])
  const checked = checkPackage(
    {goarch, goVersion, ...(readsC ? {cgo: membersOfC(sources, goos, goarch)} : {})},
    'example.com/fixture',
    goFiles,
    importer,
  )
  const findings = runOnPackage(rules, {
    types: checked.package,
    files: checked.info.files.map(state => ({
      path: state.path,
      bytes: goFiles.find(file => file.path === state.path)!.bytes,
      state,
      generated: false,
    })),
    assembly: files.filter(file => file.name.endsWith('.s')).map(other),
    cFiles: files.filter(file => /\.[ch]$/.test(file.name)).map(other),
    sizes: sizesFor(goarch),
    program: {goVersion: goLine, godebug},
    goos,
    goarch,
    ...(cgoPolicy === undefined ? {} : {cgoPolicy}),
    ...(cApi === undefined ? {} : {cApi}),
  })
  expect(JSON.parse(JSON.stringify(findings.facts)), 'facts are plain data: a cache keeps them as JSON').toEqual(findings.facts)
  const {reports, notes} = concludeModule(rules, [findings])
  const hazards = hazardsOf(rules, [{reports}])
  return {hazards, errors: [...checked.errors.map(error => `${error.pos}: ${error.message}`), ...notes.map(note => note.message)]}
}

function membersOfC(sources: Sources, goos: string, goarch: string): CgoMembers {
  const platform = platformOf(goos, goarch)
  return (pkg, c, files) => {
    const read = files.flatMap(({path, tree}) => {
      const source = cgoSourceOf(tree, tag => tag === goos || tag === goarch || tag === 'cgo')
      return source === undefined ? [] : [{file: path, ...source}]
    })
    const names = readCNames({
      platform,
      preambles: read,
      flags: read.flatMap(source => source.cflags),
      withheld: read.flatMap(source => source.withheld),
      readFile: path => sources[path],
    })
    return cgoObjects(names, platform, pkg, c)
  }
}

/** Packages of stub folders before those of the standard library; a stub must itself be valid enough to declare what is used. */
function withStubs(standard: Importer, folders: readonly string[]): Importer {
  const made = new Map<string, Package>()
  const importer: Importer = path => {
    const known = made.get(path)
    if (known) return known
    const folder = folders.map(base => `${base}${path}/`).find(candidate => path.includes('.') && existsSync(candidate))
    if (folder === undefined) return standard(path)
    const sources = Object.entries(sourcesIn(folder)).filter(([name]) => name.endsWith('.go'))
    if (sources.length === 0) return undefined
    const name = /^package (\w+)/m.exec(sources[0]![1])?.[1] ?? ''
    const files = () => sources.map(([file, source]) => ({path: `${path}/${file}`, bytes: new TextEncoder().encode(source)}))
    const stub = declarePackage({goarch: 'amd64', goVersion: 'go1.26'}, path, name, files, importer)
    made.set(path, stub)
    return stub
  }
  return importer
}

type Goos = 'linux' | 'windows'
const importers = new Map<Goos, Promise<Importer>>()

/** Declarations of the standard library, resolved when a fixture asks. With cgo, so that `runtime/cgo` is there. */
function standardLibrary(goos: Goos): Promise<Importer> {
  const made = importers.get(goos) ?? loadStandard(goos)
  importers.set(goos, made)
  return made
}

async function loadStandard(goos: Goos): Promise<Importer> {
  const loaded = await loadPackages(nodeHost(), {
    dir: fileURLToPath(new URL('../../../fixtures', import.meta.url)),
    patterns: ['std'],
    goos,
    goarch: 'amd64',
    cgo: true,
  })
  const declared = new Map<string, Package>()
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
