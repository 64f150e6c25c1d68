// Entry points: check a package with its bodies, or declare one whose members are resolved when something refers to them.
import {TriageError} from '../../base/errors.ts'
import {parseFile, type ParsedFile} from '../syntax/parse.ts'
import {Checker, type CgoMembers, type Importer, type TypeError} from './checker.ts'
import {directCycles} from './cycles.ts'
import {decodeDeclarations} from './declarations/decode.ts'
import {encodeDeclarations} from './declarations/encode.ts'
import {StoredSyntax} from './declarations/stored-syntax.ts'
import {newTables, type FileState} from './file-state.ts'
import {newPackage, type Package} from './objects.ts'
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
  /** Members of `import "C"`. Without it all are unknown. */
  readonly cgo?: CgoMembers | undefined
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
      (file.bytes === undefined
        ? undefined
        : parseFile(file.bytes, declarationsOnly ? {declarationsOnly: true, comments: false, lines: false} : {}))
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

/** Where a declaration file of a package may be had. */
export interface StoredDeclarations {
  /** Undefined when there is none. */
  read(): Uint8Array | undefined
  /** Any package that this one reaches, by import path. */
  package(path: string): Package | undefined
}

/**
 * A package of which only declarations matter. Its declaration file or, without one, its source files are read when the first member is asked
 * for.
 */
export function declarePackage(
  config: Config,
  path: string,
  name: string,
  files: () => readonly PackageFile[],
  importer: Importer,
  stored?: StoredDeclarations,
): Package {
  const pkg = newPackage(path, name)
  pkg.goVersion = config.goVersion
  setLoader(pkg, () => {
    const bytes = stored?.read()
    if (bytes !== undefined && stored !== undefined && readStored(pkg, bytes, files, stored)) return
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
    sources.set(pkg, c)
  })
  return pkg
}

/** Those that were declared from source. */
const sources = new WeakMap<Package, Checker>()

/** Whether `pkg` was looked at and its declarations come from source files. */
export const isFromSource = (pkg: Package): boolean => sources.has(pkg)

/** The declaration file of a package that was declared from source; undefined when it is broken or cannot be written. Resolves all it declares. */
export function declarationFile(pkg: Package): Uint8Array | undefined {
  const c = sources.get(pkg)
  if (c === undefined || c.errors.length > 0 || c.files.some(file => file.syntaxErrors.length > 0)) return undefined
  const bytes = encodeDeclarations(pkg, c.files)
  return c.errors.length > 0 ? undefined : bytes
}

/** False when the bytes are no declaration file of this version. */
function readStored(pkg: Package, bytes: Uint8Array, files: () => readonly PackageFile[], stored: StoredDeclarations): boolean {
  const syntax = new StoredSyntax(pkg, files)
  try {
    decodeDeclarations(pkg, bytes, {
      file: (index, version) => syntax.file(index, version),
      declaration: obj => syntax.declaration(obj),
      package: path => (path === 'unsafe' ? unsafePackage : stored.package(path)),
    })
    return true
  } catch (error) {
    if (error instanceof TriageError) return false
    throw error
  }
}

const withUnsafe =
  (importer: Importer): Importer =>
  path =>
    path === 'unsafe' ? unsafePackage : importer(path)
