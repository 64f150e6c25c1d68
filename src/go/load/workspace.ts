// Where a load stands: the go.work or go.mod above its directory, the main modules, vendoring, and the directories that may be read at all.
import type {Host} from '../../base/host.ts'
import type {LoadedModule, LoadNote} from './api.ts'
import {hasPathPrefix, isAbsolutePath, joinPath, parentPath} from './module-path.ts'
import {parseModFile, type ModFile} from './mod-file.ts'
import type {Settings} from './settings.ts'
import type {Tree} from './tree.ts'
import {parseVendorList, type VendorList} from './vendor-list.ts'
import {compareGoVersions} from './versions.ts'

export interface MainModule {
  readonly module: LoadedModule
  readonly dir: string
  /** Import path of its root directory: the module path, but empty for GOROOT/src. */
  readonly prefix: string
  readonly modFile: ModFile
}

export interface Workspace {
  readonly mains: readonly MainModule[]
  readonly gowork: string | undefined
  readonly workFile: ModFile | undefined
  /** What relative replacements of go.work are relative to. */
  readonly dir: string
  readonly vendor: {readonly dir: string; readonly list: VendorList} | undefined
  readonly notes: readonly LoadNote[]
}

/** Size of go.mod, go.work and modules.txt. */
export const modFileBytesMax = 16 << 20
/** Directories above the starting one that are looked at. */
const levelsMax = 200
/** Modules one go.work may use. */
const mainModulesMax = 5_000

async function findUp(host: Host, from: string, name: string, kinds: readonly string[] = ['file']): Promise<string | undefined> {
  let at = from
  for (let level = 0; level < levelsMax; level++) {
    const kind = (await host.stat(joinPath(at, name)))?.kind
    if (kind !== undefined && kinds.includes(kind)) return at
    const parent = parentPath(at)
    if (parent === at) return undefined
    at = parent
  }
  return undefined
}

/** The go.work in use, as modload.FindGoWork finds it. */
async function findGoWork(host: Host, dir: string, settings: Settings): Promise<string | undefined> {
  if (settings.gowork === 'off' || settings.modfile !== undefined) return undefined
  if (settings.gowork !== undefined && settings.gowork !== '') return isAbsolutePath(settings.gowork) ? settings.gowork : undefined
  const found = await findUp(host, dir, 'go.work')
  return found === undefined || found === settings.goroot ? undefined : joinPath(found, 'go.work')
}

/** Directories that may be read: the repository around `dir` or else its module, GOROOT, GOPATH, GOMODCACHE, and what the caller adds. */
export async function readableRoots(host: Host, dir: string, settings: Settings, further: readonly string[]): Promise<string[]> {
  const gowork = await findGoWork(host, dir, settings)
  const repository = await findUp(host, dir, '.git', ['directory', 'file'])
  const module = await findUp(host, dir, 'go.mod')
  const roots = [dir, ...further, settings.gomodcache, settings.gopath]
  if (gowork !== undefined) roots.push(parentPath(gowork))
  if (module !== undefined) roots.push(module)
  if (repository !== undefined && repository !== '/') roots.push(repository)
  if (settings.goroot !== undefined) {
    roots.push(settings.goroot)
    const src = await host.realpath(`${settings.goroot}/src`) // Debian's GOROOT is a directory of links
    if (src !== undefined) roots.push(src)
  }
  return [...new Set(roots.filter(root => root !== ''))]
}

export async function findWorkspace(tree: Tree, dir: string, settings: Settings): Promise<Workspace> {
  const notes: LoadNote[] = []
  const gowork = await findGoWork(tree.host, dir, settings)
  const workText = gowork === undefined ? undefined : await tree.text(gowork, modFileBytesMax)
  if (gowork !== undefined && workText !== undefined) {
    const workFile = parseModFile(workText)
    noteProblems(workFile, gowork, notes)
    const mains: MainModule[] = []
    for (const use of workFile.use.slice(0, mainModulesMax)) {
      const found = await readMain(tree, joinPath(parentPath(gowork), use), settings, undefined, notes)
      if (found !== undefined && !mains.some(main => main.module.path === found.module.path)) mains.push(found)
    }
    const vendor = await findVendor(tree, joinPath(parentPath(gowork), 'vendor'), settings, workFile.go, true)
    return {mains, gowork, workFile, dir: parentPath(gowork), vendor, notes}
  }

  const root = await findUp(tree.host, dir, 'go.mod')
  const main = root === undefined ? undefined : await readMain(tree, root, settings, settings.modfile, notes)
  if (main !== undefined) {
    const vendor = await findVendor(tree, joinPath(main.dir, 'vendor'), settings, main.modFile.go, false)
    return {mains: [main], gowork: undefined, workFile: undefined, dir: main.dir, vendor, notes}
  }
  if (root === undefined)
    notes.push({code: 'module-missing', message: 'no go.mod here or above: the directory is taken for a module of its own name', path: dir})
  const name = dir.slice(dir.lastIndexOf('/') + 1)
  const assumed = parseModFile(`module ${/^[\w.~-]+$/.test(name) ? name : 'main'}\ngo ${settings.goVersion.slice(2)}\n`)
  return {mains: [mainModule(assumed, dir, settings)], gowork: undefined, workFile: undefined, dir, vendor: undefined, notes}
}

function mainModule(modFile: ModFile, dir: string, settings: Settings): MainModule {
  const path = modFile.module ?? ''
  const inGoroot = settings.goroot !== undefined && dir === `${settings.goroot}/src`
  return {
    module: {path, version: undefined, main: true, dir, goVersion: modFile.go, godebug: modFile.godebug, replace: undefined},
    dir,
    prefix: inGoroot ? '' : path,
    modFile,
  }
}

async function readMain(
  tree: Tree,
  dir: string,
  settings: Settings,
  modfile: string | undefined,
  notes: LoadNote[],
): Promise<MainModule | undefined> {
  const path = joinPath(dir, modfile ?? 'go.mod')
  const text = await tree.text(path, modFileBytesMax)
  if (text === undefined) {
    notes.push({code: 'go-mod-invalid', message: `${path} cannot be read`, path})
    return undefined
  }
  const modFile = parseModFile(text)
  noteProblems(modFile, path, notes)
  if (modFile.module === undefined) notes.push({code: 'go-mod-invalid', message: `${path} names no module`, path})
  return mainModule(modFile.module === undefined ? {...modFile, module: 'main'} : modFile, dir, settings)
}

export function noteProblems(modFile: ModFile, path: string, notes: LoadNote[]): void {
  const [first] = modFile.problems
  if (first !== undefined) notes.push({code: 'go-mod-invalid', message: `${path}:${first.line}: ${first.what}`, path})
}

/** modload.setDefaultBuildMod: vendor/ is used from go 1.14 on when modules.txt was written for this mode. */
async function findVendor(
  tree: Tree,
  dir: string,
  settings: Settings,
  goLine: string | undefined,
  inWorkspace: boolean,
): Promise<Workspace['vendor']> {
  if (settings.mod !== undefined && settings.mod !== 'vendor') return undefined
  const text = await tree.text(joinPath(dir, 'modules.txt'), modFileBytesMax)
  if (text === undefined) return undefined
  const list = parseVendorList(text)
  if (settings.mod === 'vendor') return {dir, list}
  return goLine !== undefined && compareGoVersions(goLine, '1.14') >= 0 && list.workspace === inWorkspace ? {dir, list} : undefined
}

/** The main module whose tree holds a directory; the innermost one. */
export function mainOf(workspace: Workspace, dir: string): MainModule | undefined {
  return workspace.mains.filter(main => hasPathPrefix(dir, main.dir)).sort((a, b) => b.dir.length - a.dir.length)[0]
}
