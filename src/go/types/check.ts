// Entry points: check a package with its bodies, or declare one whose members are resolved when something refers to them.
import {parseFile, type ParsedFile} from '../syntax/parse.ts'
import {Checker, type Importer, type TypeError} from './checker.ts'
import {directCycles} from './cycles.ts'
import {newTables, type FileState} from './file-state.ts'
import {newPackage, type GoObject, type Package} from './objects.ts'
import {setLoader} from './package-members.ts'
import {recordUntyped} from './recording.ts'
import {collectObjects, packageObjects, unusedImports} from './resolver.ts'
import {sizesFor} from './sizes.ts'
import {unsafePackage} from './universe.ts'
import {fileVersion} from './version.ts'

export interface Config {
  /** GOARCH, for sizes; default amd64. */
  readonly goarch?: string
  /** Language version of the package as `go1.21`; undefined allows everything. */
  readonly goVersion?: string | undefined
  /** Members of `import "C"` by name; undefined for one it does not know. Without it all are unknown. */
  readonly cgo?: ((name: string) => GoObject | undefined) | undefined
  /** Check declarations only, as for a dependency, but record results. */
  readonly ignoreBodies?: boolean
  /** Internal errors are thrown instead of collected; for tests. */
  readonly rethrow?: boolean
}

/** One of the two: bytes are parsed here. */
export interface PackageFile {
  readonly path: string
  readonly bytes?: Uint8Array
  readonly parsed?: ParsedFile
}

/** Results of a check: side tables by file. */
export interface Info {
  readonly files: readonly FileState[]
}

export interface Checked {
  readonly package: Package
  readonly info: Info
  /** In the order found; empty for valid packages whose dependencies are all there. */
  readonly errors: readonly TypeError[]
}

function fileStates(config: Config, files: readonly PackageFile[], declarationsOnly: boolean): FileState[] {
  return files.flatMap((file, index) => {
    const parsed =
      file.parsed ??
      (file.bytes === undefined ? undefined : parseFile(file.bytes, declarationsOnly ? {declarationsOnly: true, comments: false} : {}))
    if (parsed === undefined) return []
    return [
      {
        path: file.path,
        index,
        tree: parsed.file,
        lines: parsed.lines,
        syntaxErrors: parsed.errors,
        version: fileVersion(parsed.file.goVersion, config.goVersion),
        scope: undefined,
        dotUnknown: false,
        nameGuessed: false,
        dotImports: undefined,
        tables: declarationsOnly ? undefined : newTables(parsed.nodeCount),
      },
    ]
  })
}

/** The files of the package the first of them names; others are left out with an error. */
function useFiles(c: Checker, states: readonly FileState[]): void {
  c.files = states.filter(state => {
    const {name} = state.tree.name
    if (c.pkg.name === '') c.pkg.name = name
    if (name === c.pkg.name) return true
    c.env = {...c.env, file: state}
    c.error(state.tree.package, `package ${name}; expected package ${c.pkg.name}`)
    return false
  })
}

/** Checks a package, bodies included. Never throws on bad Go: errors are collected. */
export function checkPackage(config: Config, path: string, files: readonly PackageFile[], importer: Importer, name = ''): Checked {
  const pkg = newPackage(path, name)
  pkg.goVersion = config.goVersion
  const states = fileStates(config, files, false)
  const [first] = states
  if (first === undefined) return {package: pkg, info: {files: []}, errors: []}
  const c = new Checker(pkg, first, {
    importer: withUnsafe(importer),
    sizes: sizesFor(config.goarch ?? 'amd64'),
    bodies: config.ignoreBodies !== true,
    cgo: config.cgo,
  })
  c.rethrow = config.rethrow === true
  pkg.resolver = c
  useFiles(c, states)
  c.active++
  c.protect(() => collectObjects(c))
  c.protect(() => directCycles(c))
  c.protect(() => packageObjects(c))
  c.protect(() => c.processDelayed(0))
  if (c.bodies) c.protect(() => unusedImports(c))
  recordUntyped(c)
  c.active--
  pkg.complete = true
  return {package: pkg, info: {files: c.files}, errors: c.errors}
}

/** A package of which only declarations matter. Its files are read and parsed when the first member is asked for. */
export function declarePackage(
  config: Config,
  path: string,
  name: string,
  files: () => readonly PackageFile[],
  importer: Importer,
): Package {
  const pkg = newPackage(path, name)
  pkg.goVersion = config.goVersion
  setLoader(pkg, () => {
    const states = fileStates(config, files(), true)
    const [first] = states
    if (first === undefined) {
      pkg.fake = true
      return
    }
    const c = new Checker(pkg, first, {
      importer: withUnsafe(importer),
      sizes: sizesFor(config.goarch ?? 'amd64'),
      bodies: false,
      cgo: config.cgo,
    })
    c.rethrow = config.rethrow === true
    pkg.resolver = c
    useFiles(c, states)
    c.active++
    c.protect(() => collectObjects(c))
    c.protect(() => directCycles(c))
    c.active--
    pkg.complete = true
  })
  return pkg
}

const withUnsafe =
  (importer: Importer): Importer =>
  path =>
    path === 'unsafe' ? unsafePackage : importer(path)
