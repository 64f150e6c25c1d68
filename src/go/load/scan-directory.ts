// One directory as go/build.Context.ImportDir sees it: its files sorted into lists by name, constraints, package clause and cgo, and what they
// import. Nothing beyond the import clauses is looked at.
import {TriageError} from '../../base/errors.ts'
import type {LoadNote, SourceFile} from './api.ts'
import {nameSatisfies} from './file-name.ts'
import {constraintSatisfies, headerConstraint, readGoHeader, type FileHeader} from './file-header.ts'
import type {DirectoryHeads, HeaderIndex, StoredHead} from './header-index.ts'
import type {Settings} from './settings.ts'
import type {FileTable} from './file-table.ts'
import type {Tree} from './tree.ts'

export interface DirectoryScan {
  readonly dir: string
  /** Empty when no file has a readable package clause. */
  readonly name: string
  readonly goFiles: readonly SourceFile[]
  readonly cgoFiles: readonly SourceFile[]
  readonly testGoFiles: readonly SourceFile[]
  readonly xTestGoFiles: readonly SourceFile[]
  readonly ignoredGoFiles: readonly SourceFile[]
  readonly invalidGoFiles: readonly SourceFile[]
  /** Files that take part in lists but not in checking: another package's name, or none that can be read. */
  readonly unusable: ReadonlySet<SourceFile>
  readonly other: Readonly<Record<OtherKind, readonly SourceFile[]>>
  readonly ignoredOtherFiles: readonly SourceFile[]
  /** Sorted, without repetition, with "C". */
  readonly imports: readonly string[]
  readonly testImports: readonly string[]
  readonly xTestImports: readonly string[]
  /** Whether test files were read. */
  readonly withTests: boolean
  readonly notes: readonly LoadNote[]
}

export type OtherKind = 'c' | 'cxx' | 'm' | 'h' | 'f' | 's' | 'swig' | 'swigcxx' | 'syso'

/** go/build.fileListForExt; `.S` and `.sx` are assembly only beside cgo. */
const otherKinds: Readonly<Record<string, OtherKind>> = {
  '.c': 'c', '.cc': 'cxx', '.cpp': 'cxx', '.cxx': 'cxx', '.m': 'm', '.h': 'h', '.hh': 'h', '.hpp': 'h', '.hxx': 'h',
  '.f': 'f', '.F': 'f', '.for': 'f', '.f90': 'f', '.s': 's', '.S': 's', '.sx': 's', '.swig': 'swig', '.swigcxx': 'swigcxx', '.syso': 'syso',
} // prettier-ignore

/** The largest source file that is read; above it a file is left out with a note. The largest generated Go file seen in public has 33 MB. */
export const sourceBytesMax = 64 << 20

/** What was found out about one file, before the lists are made. */
type FileFact =
  | {readonly kind: 'ignored'; readonly file: SourceFile}
  | {readonly kind: 'skipped'; readonly file: SourceFile}
  | {readonly kind: 'invalid'; readonly file: SourceFile; readonly note: LoadNote}
  | {readonly kind: 'go'; readonly file: SourceFile; readonly header: FileHeader}
  | {readonly kind: 'other'; readonly file: SourceFile; readonly other: OtherKind}

export interface Scanner {
  readonly tree: Tree
  readonly files: FileTable
  readonly settings: Settings
  /** Heads of files that were read before. */
  readonly headers?: HeaderIndex
}

/** Reads what takes part in a directory; test files only when asked, or when there is nothing else. `only` restricts it to named files. */
export async function scanDirectory(scanner: Scanner, dir: string, withTests: boolean, only?: ReadonlySet<string>): Promise<DirectoryScan> {
  const entries = await scanner.tree.entries(dir)
  const candidates = entries.filter(entry => entry.kind !== 'directory' && (only === undefined || only.has(entry.name)))
  const first = await factsOf(
    scanner,
    dir,
    candidates.filter(entry => withTests || !entry.name.endsWith('_test.go')),
    only !== undefined,
  )
  if (withTests || first.some(fact => fact.kind === 'go' || fact.kind === 'invalid'))
    return sortFacts(dir, first, withTests, scanner.settings.cgo)
  return sortFacts(dir, await factsOf(scanner, dir, candidates, only !== undefined), true, scanner.settings.cgo)
}

async function factsOf(
  scanner: Scanner,
  dir: string,
  entries: readonly {readonly name: string; readonly kind: string}[],
  anyConstraint: boolean,
): Promise<FileFact[]> {
  const facts: FileFact[] = []
  const heads = await scanner.headers?.open(
    dir,
    entries.flatMap(({name, kind}) => {
      const looked = kind === 'file' && kindOfName(name) !== undefined && (anyConstraint || nameSatisfies(name, scanner.settings.satisfies))
      return looked ? [name] : []
    }),
  )
  for (const {name, kind} of entries) {
    const what = kindOfName(name)
    if (what === undefined) continue
    const file = scanner.files.at(`${dir}/${name}`, name)
    facts.push(await factOf(scanner, file, what === 'go' ? undefined : what, kind, anyConstraint, heads))
  }
  heads?.save()
  return facts
}

/** Undefined for names that take no part. */
function kindOfName(name: string): 'go' | OtherKind | undefined {
  if (name.startsWith('_') || name.startsWith('.')) return undefined
  const dot = name.lastIndexOf('.')
  const extension = dot < 0 ? '' : name.slice(dot)
  return extension === '.go' ? 'go' : Object.hasOwn(otherKinds, extension) ? otherKinds[extension] : undefined
}

async function factOf(
  {tree, files, settings}: Scanner,
  file: SourceFile,
  other: OtherKind | undefined,
  kind: string,
  anyConstraint: boolean,
  heads: DirectoryHeads | undefined,
): Promise<FileFact> {
  const isGo = other === undefined
  if (!anyConstraint && !nameSatisfies(file.name, settings.satisfies)) return {kind: 'ignored', file}
  if (kind === 'link') {
    // It leads to a directory, out of the roots, or nowhere.
    if ((await tree.kind(file.path)) === 'directory') return {kind: 'skipped', file}
  }
  if (other === 'syso') return {kind: 'other', file, other}
  let head = kind === 'file' ? heads?.get(file.name) : undefined
  let bytes: Uint8Array | undefined
  if (head === undefined) {
    const read = await readHead(tree, file, isGo)
    if ('kind' in read) return read
    ;({head, bytes} = read)
    if (kind === 'file') heads?.add(file.name, head)
  }
  const satisfied = constraintSatisfies(head.constraint, settings.satisfies)
  if (typeof satisfied === 'string')
    return {kind: 'invalid', file, note: {code: 'package-invalid', message: `${file.path}: ${satisfied}`, path: file.path}}
  if (!satisfied && !anyConstraint) return {kind: 'ignored', file}
  if (!isGo) return {kind: 'other', file, other}
  if (bytes !== undefined) files.keep(file, bytes)
  return {kind: 'go', file, header: head.header ?? {packageName: '', imports: [], problem: undefined}}
}

/** The head of a file, or the fact that it could not be read. */
async function readHead(
  tree: Tree,
  file: SourceFile,
  isGo: boolean,
): Promise<{readonly head: StoredHead; readonly bytes: Uint8Array} | FileFact> {
  try {
    const bytes = await tree.read(file.path, sourceBytesMax)
    return {head: {constraint: headerConstraint(bytes), ...(isGo ? {header: readGoHeader(bytes)} : {})}, bytes}
  } catch (error) {
    if (!(error instanceof TriageError)) throw error
    if (error.code === 'not-found' && !isGo) return {kind: 'skipped', file}
    return {kind: 'invalid', file, note: {code: noteCode(error), message: error.message, path: file.path}}
  }
}

function noteCode(error: TriageError): LoadNote['code'] {
  return error.code === 'outside-roots' ? 'outside-roots' : error.code === 'limit' ? 'file-too-large' : 'file-unreadable'
}

const isOther = (fact: FileFact): boolean => !fact.file.name.endsWith('.go')
const sortedUnique = (paths: readonly string[]): string[] => [...new Set(paths)].sort()

/** go/build.Context.Import, from "for _, d := range dirs" on. */
function sortFacts(dir: string, facts: readonly FileFact[], withTests: boolean, cgo: boolean): DirectoryScan {
  const lists = {go: [] as SourceFile[], cgo: [] as SourceFile[], test: [] as SourceFile[], xTest: [] as SourceFile[]}
  const imports = {go: [] as string[], cgo: [] as string[], test: [] as string[], xTest: [] as string[]}
  const [ignoredGo, ignoredOther, capitalAssembly]: [SourceFile[], SourceFile[], SourceFile[]] = [[], [], []]
  const invalid = new Set<SourceFile>()
  const unusable = new Set<SourceFile>()
  const notes: LoadNote[] = []
  const other: Record<OtherKind, SourceFile[]> = {c: [], cxx: [], m: [], h: [], f: [], s: [], swig: [], swigcxx: [], syso: []}
  let name = ''
  let namedBy = ''

  for (const fact of facts) {
    const {file} = fact
    if (fact.kind === 'skipped') continue
    if (fact.kind === 'ignored') (isOther(fact) ? ignoredOther : ignoredGo).push(file)
    else if (fact.kind === 'invalid') {
      notes.push(fact.note)
      if (!isOther(fact)) invalid.add(file)
    } else if (fact.kind === 'other') (/\.(S|sx)$/.test(file.name) ? capitalAssembly : other[fact.other]).push(file)
    else {
      const {header} = fact
      const isTest = file.name.endsWith('_test.go')
      let own = header.packageName
      if (own === 'documentation') {
        ignoredGo.push(file)
        continue
      }
      if (header.problem !== undefined) {
        invalid.add(file)
        notes.push({code: 'package-invalid', message: `${file.path}: ${header.problem}`, path: file.path})
      }
      const isXTest = isTest && own.endsWith('_test') && own !== name
      if (isXTest) own = own.slice(0, -'_test'.length)
      if (own === '') unusable.add(file)
      else if (name === '') [name, namedBy] = [own, file.name]
      else if (own !== name) {
        invalid.add(file)
        unusable.add(file)
        notes.push({code: 'package-invalid', message: `${file.path}: package ${own}, but ${namedBy} says ${name}`, path: file.path})
      }
      const usesC = !isTest && header.imports.includes('C')
      if (usesC && !cgo) {
        ignoredGo.push(file)
        continue
      }
      const list = usesC ? 'cgo' : isXTest ? 'xTest' : isTest ? 'test' : 'go'
      lists[list].push(file)
      for (const path of header.imports) imports[list].push(path)
    }
  }
  if (lists.cgo.length > 0) other.s = [...other.s, ...capitalAssembly].sort(byName)
  else ignoredOther.push(...capitalAssembly)
  return {
    dir,
    name,
    goFiles: lists.go,
    cgoFiles: lists.cgo,
    testGoFiles: lists.test,
    xTestGoFiles: lists.xTest,
    ignoredGoFiles: ignoredGo,
    invalidGoFiles: [...invalid],
    unusable,
    other,
    ignoredOtherFiles: ignoredOther.sort(byName),
    imports: sortedUnique([...imports.go, ...imports.cgo]),
    testImports: sortedUnique(imports.test),
    xTestImports: sortedUnique(imports.xTest),
    withTests,
    notes,
  }
}

const byName = (a: SourceFile, b: SourceFile) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** Whether go/build would not say NoGoError. */
export const hasGo = (scan: DirectoryScan): boolean =>
  scan.goFiles.length + scan.cgoFiles.length + scan.testGoFiles.length + scan.xTestGoFiles.length + scan.invalidGoFiles.length > 0
