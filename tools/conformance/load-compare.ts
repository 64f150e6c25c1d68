// Compares what src/go/load says about a tree with what `go list -e -deps -json` says, field by field.
import {execFileSync} from 'node:child_process'
import {nodeHost} from '../../src/host/node/node-host.ts'
import type {LoadedPackage, SourceFile} from '../../src/go/load/api.ts'
import {loadPackages} from '../../src/go/load/load-packages.ts'

export interface Configuration {
  readonly goos: string
  readonly goarch: string
  readonly cgo: boolean
}

interface ListedModule {
  readonly Path: string
  readonly Version?: string
  readonly Main?: boolean
  readonly Dir?: string
  readonly GoVersion?: string
  readonly Replace?: ListedModule
}
type FileList =
  | 'GoFiles' | 'CgoFiles' | 'IgnoredGoFiles' | 'IgnoredOtherFiles' | 'CFiles' | 'CXXFiles' | 'MFiles' | 'HFiles' | 'FFiles' | 'SFiles'
  | 'SwigFiles' | 'SwigCXXFiles' | 'SysoFiles' | 'TestGoFiles' | 'XTestGoFiles' | 'InvalidGoFiles' // prettier-ignore
type Listed = {
  readonly ImportPath: string
  readonly Name?: string
  readonly Dir?: string
  readonly Standard?: boolean
  readonly DepOnly?: boolean
  readonly ForTest?: string
  readonly Module?: ListedModule
  readonly Imports?: readonly string[]
  readonly Error?: unknown
} & {readonly [K in FileList]?: readonly string[]}

export interface Comparison {
  readonly packages: number
  readonly files: number
  readonly goListMs: number
  readonly loadMs: number
  /** One line each: package, field, what go says, what we say. */
  readonly differences: readonly string[]
}

const outputBytesMax = 1 << 30

export function goList(dir: string, patterns: readonly string[], configuration: Configuration, flags: readonly string[] = []): Listed[] {
  const output = execFileSync('go', ['list', '-e', '-deps', '-pgo=off', '-json', ...flags, ...patterns], {
    cwd: dir,
    maxBuffer: outputBytesMax,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      GOOS: configuration.goos,
      GOARCH: configuration.goarch,
      CGO_ENABLED: configuration.cgo ? '1' : '0',
      GOFLAGS: '',
      GOPROXY: 'off',
    },
  })
  return output
    .split(/^}$/m)
    .filter(part => part.trim() !== '')
    .map(part => JSON.parse(`${part}}`) as Listed) // the form is go's own
}

const names = (files: readonly SourceFile[]): string => files.map(file => file.name).join(' ')
const joined = (...lists: readonly (readonly string[] | undefined)[]): string =>
  lists
    .flatMap(list => list ?? [])
    .sort()
    .join(' ')

const hasClause = ({goFiles, cgoFiles, testGoFiles, xTestGoFiles, invalidGoFiles}: LoadedPackage) =>
  goFiles.length + cgoFiles.length + testGoFiles.length + xTestGoFiles.length + invalidGoFiles.length > 0

/** Both sides of one package as comparable texts. */
function fieldsOf(listed: Listed, loaded: LoadedPackage, withTestFiles: boolean): [field: string, go: string, ours: string][] {
  const module = listed.Module
  const own = loaded.module
  const replace = module?.Replace
  return [
    ['Name', listed.Name ?? '', hasClause(loaded) ? loaded.name : ''], // go prints none where no file is read, we guess one
    ['Dir', listed.Dir ?? '', loaded.dir],
    ['Standard', String(listed.Standard ?? false), String(loaded.standard)],
    ['DepOnly', String(listed.DepOnly ?? false), String(!loaded.root)],
    ['Module.Path', module?.Path ?? '', own?.path ?? ''],
    ['Module.Version', module?.Version ?? '', own?.version ?? ''],
    ['Module.Main', String(module?.Main ?? false), String(own?.main ?? false)],
    ['Module.Dir', module?.Dir ?? '', own?.dir ?? ''],
    ['Module.GoVersion', module?.GoVersion ?? '', own?.goVersion ?? ''],
    [
      'Module.Replace',
      replace ? `${replace.Path}@${replace.Version ?? ''}` : '',
      own?.replace ? `${own.replace.path}@${own.replace.version ?? ''}` : '',
    ],
    ['GoFiles', listed.GoFiles?.join(' ') ?? '', names(loaded.goFiles)],
    ['CgoFiles', listed.CgoFiles?.join(' ') ?? '', names(loaded.cgoFiles)],
    [
      'IgnoredGoFiles',
      listed.IgnoredGoFiles?.join(' ') ?? '',
      withTestFiles ? names(loaded.ignoredGoFiles) : (listed.IgnoredGoFiles?.join(' ') ?? ''),
    ],
    ['IgnoredOtherFiles', listed.IgnoredOtherFiles?.join(' ') ?? '', names(loaded.ignoredOtherFiles)],
    [
      'CFiles',
      joined(listed.CFiles, listed.CXXFiles, listed.MFiles, listed.FFiles, listed.SwigFiles, listed.SwigCXXFiles),
      joined(loaded.cFiles.map(file => file.name)),
    ],
    ['HFiles', listed.HFiles?.join(' ') ?? '', names(loaded.hFiles)],
    ['SFiles', listed.SFiles?.join(' ') ?? '', names(loaded.sFiles)],
    ['SysoFiles', listed.SysoFiles?.join(' ') ?? '', names(loaded.otherFiles)],
    ['TestGoFiles', listed.TestGoFiles?.join(' ') ?? '', withTestFiles ? names(loaded.testGoFiles) : (listed.TestGoFiles?.join(' ') ?? '')],
    [
      'XTestGoFiles',
      listed.XTestGoFiles?.join(' ') ?? '',
      withTestFiles ? names(loaded.xTestGoFiles) : (listed.XTestGoFiles?.join(' ') ?? ''),
    ],
    ['InvalidGoFiles', joined(listed.InvalidGoFiles), joined(loaded.invalidGoFiles.map(file => file.name))],
    [
      'Imports',
      joined([...new Set(listed.Imports)].filter(path => path !== 'C')),
      joined([...new Set([...loaded.imports.values(), ...loaded.missing])]),
    ],
  ]
}

export async function compareLoad(
  dir: string,
  patterns: readonly string[],
  configuration: Configuration,
  options: {readonly tests?: boolean} = {},
): Promise<Comparison> {
  const tests = options.tests === true
  const started = performance.now()
  const listed = goList(dir, patterns, configuration, tests ? ['-test'] : [])
  const goListMs = performance.now() - started

  const before = performance.now()
  const loaded = await loadPackages(nodeHost(), {dir, patterns, ...configuration, ...(tests ? {tests} : {testFilesOfDependencies: true})})
  const loadMs = performance.now() - before

  const differences: string[] = []
  const ours = new Map(loaded.packages.map(each => [each.id, each]))
  const theirs = tests ? withoutTestMains(listed) : listed
  for (const each of theirs) {
    const mine = ours.get(each.ImportPath)
    ours.delete(each.ImportPath)
    if (mine === undefined) {
      if (each.Error === undefined || (each.GoFiles?.length ?? 0) > 0) differences.push(`${each.ImportPath}: missing with us`)
      continue
    }
    for (const [field, go, own] of fieldsOf(each, mine, !tests))
      if (go !== own && !(tests && (field === 'DepOnly' || field === 'Imports' || (each.ForTest !== undefined && field !== 'GoFiles'))))
        differences.push(`${each.ImportPath}: ${field}: go [${go}] we [${own}]`)
    if (tests) compareTestImports(each, mine, differences)
  }
  for (const id of ours.keys()) differences.push(`${id}: not in go list`)
  if (!tests) compareOrder(theirs, loaded.packages, differences)
  const files = loaded.packages.reduce((sum, each) => sum + each.goFiles.length + each.cgoFiles.length, 0)
  return {packages: theirs.length, files, goListMs, loadMs, differences}
}

function compareTestImports(listed: Listed, mine: LoadedPackage, differences: string[]): void {
  const go = joined([...new Set(listed.Imports)].filter(path => path !== 'C'))
  const own = joined([...new Set([...mine.imports.values(), ...mine.missing])])
  if (go !== own) differences.push(`${listed.ImportPath}: Imports: go [${go}] we [${own}]`)
}

/** The generated `p.test` programs and what only they reach. */
function withoutTestMains(listed: readonly Listed[]): Listed[] {
  const byId = new Map(listed.map(each => [each.ImportPath, each]))
  const isTestMain = (each: Listed) => each.Name === 'main' && each.ImportPath.endsWith('.test')
  const seen = new Set<string>()
  const stack = listed.filter(each => each.DepOnly !== true && !isTestMain(each)).map(each => each.ImportPath)
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const each = byId.get(id)
    if (seen.has(id) || each === undefined) continue
    seen.add(id)
    stack.push(...(each.Imports ?? []))
    if ((each.CgoFiles?.length ?? 0) > 0) stack.push('unsafe', 'runtime/cgo', 'syscall')
    if (each.Name === 'main') stack.push('runtime')
  }
  return listed.filter(each => seen.has(each.ImportPath))
}

/** Dependencies come first on both sides; the exact order is go's own affair. */
function compareOrder(_listed: readonly Listed[], loaded: readonly LoadedPackage[], differences: string[]): void {
  const seen = new Set<string>()
  for (const each of loaded) {
    for (const id of each.imports.values()) if (!seen.has(id)) differences.push(`${each.id}: comes before its import ${id}`)
    seen.add(each.id)
  }
}
