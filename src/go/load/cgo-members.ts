// What `C.name` means in a loaded package, for the type checker: from the preambles and the headers that lie in its module, which is what everybody who
// has the source has. Headers of the machine are not looked at, so that the answer is the same everywhere; what only they say is unknown.
import {TriageError} from '../../base/errors.ts'
import {readCNames, type CNames, type CPreamble} from '../cgo/c-names.ts'
import {cgoObjects} from '../cgo/go-objects.ts'
import {platformOf} from '../cgo/platform.ts'
import {cgoSourceOf, definesOf, type CgoSource} from '../cgo/preamble.ts'
import type {File} from '../syntax/ast.ts'
import {parseFile} from '../syntax/parse.ts'
import type {CgoMembers} from '../types/api.ts'
import type {Loaded, LoadedPackage, SourceFile} from './api.ts'

/** Bytes of one header, and of all of a package; what goes beyond counts as absent, and what it declares is unknown. */
const headerBytesMax = 2 << 20
const textsBytesMax = 8 << 20

/** A file of C that was looked for, by its absolute path; undefined when it is not there. */
export type CText = readonly [path: string, bytes: Uint8Array | undefined]

export interface CgoModel {
  readonly members: CgoMembers
  /** What was looked for so far; nothing before the first `C.name` is asked for. */
  readonly texts: readonly CText[]
}

/** For one package, however often it is checked: whole, with its tests, and as it is imported. */
export function cgoModel(loaded: Loaded, pkg: LoadedPackage): CgoModel {
  const texts: CText[] = []
  let names: CNames | undefined
  return {
    texts,
    members: (types, c, files) => {
      const trees = new Map(files.map(state => [state.path, state.tree]))
      const treeOf = (file: SourceFile) => {
        const tree = trees.get(file.path)
        return tree !== undefined && tree.comments.length > 0 ? tree : treeWithComments(loaded, file)
      }
      names ??= namesOf(loaded, pkg, treeOf, texts)
      return cgoObjects(names, platformOf(loaded.config.goos, loaded.config.goarch), types, c)
    },
  }
}

function namesOf(loaded: Loaded, pkg: LoadedPackage, treeOf: (file: SourceFile) => File, texts: CText[]): CNames {
  const {satisfies, goos, goarch} = loaded.config
  const preambles: CPreamble[] = []
  const flags: string[] = []
  const withheld: string[] = []
  for (const file of pkg.cgoFiles) {
    const source = cgoSourceOf(treeOf(file), satisfies)
    if (source === undefined) continue
    preambles.push({file: file.name, text: source.text})
    flags.push(...source.cflags)
    withheld.push(...source.withheld)
  }
  // What #cgo lines of files that take no part would define is certainly not defined.
  for (const file of pkg.ignoredGoFiles) {
    const source = ignoredSource(loaded, file, texts)
    if (source !== undefined) withheld.push(...source.withheld, ...definesOf(source.cflags))
  }
  const platform = platformOf(goos, goarch)
  return readCNames({platform, preambles, flags, withheld, readFile: textReader(loaded, pkg, texts), onlyNames: true})
}

function ignoredSource(loaded: Loaded, file: SourceFile, texts: CText[]): CgoSource | undefined {
  try {
    const bytes = loaded.bytes(file)
    texts.push([file.path, bytes])
    return new TextDecoder().decode(bytes).includes('#cgo') ? cgoSourceOf(treeWithComments(loaded, file), () => false) : undefined
  } catch (error) {
    if (error instanceof TriageError) return undefined
    throw error
  }
}

const treeWithComments = (loaded: Loaded, file: SourceFile): File =>
  parseFile(loaded.bytes(file), {declarationsOnly: true, comments: true, lines: false}).file

/** Files by their path from the package's folder, when they lie in the module; each is read once. */
function textReader(loaded: Loaded, pkg: LoadedPackage, texts: CText[]): (path: string) => string | undefined {
  const root = pkg.module?.dir ?? pkg.dir
  const known = new Map<string, string | undefined>()
  let bytesLeft = textsBytesMax
  return path => {
    const whole = below(pkg.dir, path)
    if (whole === undefined || !whole.startsWith(`${root}/`)) return undefined
    if (known.has(whole)) return known.get(whole)
    const bytes = bytesLeft > 0 ? bytesAt(loaded, whole) : undefined
    const text = bytes && new TextDecoder().decode(bytes)
    bytesLeft -= bytes?.length ?? 0
    texts.push([whole, bytes])
    known.set(whole, text)
    return text
  }
}

function below(dir: string, path: string): string | undefined {
  const parts = dir.split('/')
  if (path.startsWith('/')) return undefined
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** What is there now; undefined for nothing, for what lies outside of what may be read, and for what is too long. */
export function bytesAt(loaded: Loaded, path: string): Uint8Array | undefined {
  try {
    const bytes = loaded.bytes({path, name: path.slice(path.lastIndexOf('/') + 1)})
    return bytes.length > headerBytesMax ? undefined : bytes
  } catch (error) {
    if (error instanceof TriageError) return undefined
    throw error
  }
}
