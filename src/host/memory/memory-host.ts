// A host that is a table: for tests, and for the page, which has no file system. It can hold what trees from strangers hold: links, loops, FIFOs.
import {memorySource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import type {DirectoryEntry, Host, Stat} from '../../base/host.ts'

/** A file's content, a symbolic link, something that is no regular file, or a file that is listed and then gone. */
export type MemoryEntry = string | Uint8Array | {readonly link: string} | {readonly special: 'fifo' | 'device' | 'vanished'}

export interface MemoryHostOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly roots?: readonly string[]
  /** Leaves out `readFileSync`, as in a page whose files arrive one by one. */
  readonly asynchronousOnly?: boolean
}

/** Links followed on the way to one file; more is a loop. */
const linksMax = 40

const clean = (path: string): string => {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
const isBelow = (path: string, root: string) => path === root || root === '/' || path.startsWith(`${root}/`)

/** `files` maps absolute paths to entries; directories are there because something is in them. */
export function memoryHost(
  files: ReadonlyMap<string, MemoryEntry> | Readonly<Record<string, MemoryEntry>>,
  options: MemoryHostOptions = {},
): Host {
  const table = new Map<string, MemoryEntry>()
  const directories = new Map<string, Set<string>>([['/', new Set()]])
  const given = files instanceof Map ? [...files] : Object.entries(files as Readonly<Record<string, MemoryEntry>>)
  for (const [path, entry] of given) {
    let at = clean(path)
    table.set(at, entry)
    while (at !== '/') {
      const parent = at.slice(0, at.lastIndexOf('/')) || '/'
      const names = directories.get(parent) ?? new Set()
      names.add(at.slice(at.lastIndexOf('/') + 1))
      directories.set(parent, names)
      at = parent
    }
  }
  return viewOf(table, directories, options)
}

function viewOf(
  table: ReadonlyMap<string, MemoryEntry>,
  directories: ReadonlyMap<string, ReadonlySet<string>>,
  options: MemoryHostOptions,
): Host {
  const cwd = options.cwd ?? '/'
  const absolute = (path: string) => clean(path.startsWith('/') ? path : `${cwd}/${path}`)

  /** The path without links; undefined where a link leads nowhere or round in circles. */
  const follow = (full: string): string | undefined => {
    let links = 0
    let rest = full.split('/').filter(part => part !== '')
    let at = ''
    while (rest.length > 0) {
      const next = `${at}/${rest[0] ?? ''}`
      rest = rest.slice(1)
      const entry = table.get(next)
      if (typeof entry === 'object' && 'link' in entry) {
        if (++links > linksMax) return undefined
        rest = [
          ...clean(entry.link.startsWith('/') ? entry.link : `${at}/${entry.link}`)
            .split('/')
            .filter(part => part !== ''),
          ...rest,
        ]
        at = ''
      } else at = next
    }
    return at === '' ? '/' : at
  }
  const allowed = (real: string) => options.roots === undefined || options.roots.some(root => isBelow(real, clean(root)))
  const place = (path: string): string | undefined => {
    const real = follow(absolute(path))
    return real !== undefined && allowed(real) ? real : undefined
  }

  const readNow = (path: string, bytesMax = Infinity): Uint8Array => {
    const real = follow(absolute(path))
    if (real === undefined) throw errors.unreadable(path, 'its symbolic link leads nowhere')
    if (!allowed(real)) throw errors.outsideRoots(path)
    const entry = table.get(real)
    if (entry === undefined) throw directories.has(real) ? errors.unreadable(path, 'it is a directory') : errors.notFound(path)
    if (typeof entry === 'object' && 'special' in entry)
      throw entry.special === 'vanished' ? errors.notFound(path) : errors.unreadable(path, 'it is not a regular file')
    if (typeof entry === 'object' && 'link' in entry) throw errors.unreadable(path, 'its symbolic link leads nowhere')
    const bytes = typeof entry === 'string' ? new TextEncoder().encode(entry) : entry
    if (bytes.length > bytesMax) throw errors.limit(`size of ${path} in bytes`, bytesMax)
    return bytes
  }

  const statNow = (path: string): Stat | undefined => {
    const real = place(path)
    if (real === undefined) return undefined
    const entry = table.get(real)
    if (entry === undefined) return directories.has(real) ? {kind: 'directory', size: 0, modifiedMs: 0} : undefined
    if (typeof entry === 'string') return {kind: 'file', size: new TextEncoder().encode(entry).length, modifiedMs: 0}
    if (entry instanceof Uint8Array) return {kind: 'file', size: entry.length, modifiedMs: 0}
    return 'special' in entry && entry.special !== 'vanished' ? {kind: 'other', size: 0, modifiedMs: 0} : undefined
  }
  const namesOf = (path: string) => [...(directories.get(place(path) ?? '') ?? [])].sort((a, b) => (a < b ? -1 : 1))
  const kindIn = (directory: string, name: string): DirectoryEntry['kind'] => {
    const full = directory === '/' ? `/${name}` : `${directory}/${name}`
    const entry = table.get(full)
    if (entry === undefined) return 'directory'
    if (typeof entry === 'string' || entry instanceof Uint8Array) return 'file'
    return 'link' in entry ? 'link' : entry.special === 'vanished' ? 'file' : 'other'
  }

  return {
    cwd,
    env: name => options.env?.[name],
    stat: path => Promise.resolve(statNow(path)),
    realpath: path => Promise.resolve(statNow(path) === undefined ? undefined : place(path)),
    list: path => Promise.resolve(namesOf(path)),
    entries: path => Promise.resolve(namesOf(path).map(name => ({name, kind: kindIn(place(path) ?? '/', name)}))),
    async readFile(path, bytesMax) {
      return readNow(path, bytesMax)
    },
    ...(options.asynchronousOnly === true ? {} : {readFileSync: readNow}),
    async open(path) {
      return memorySource(path, readNow(path))
    },
    within: inner =>
      viewOf(table, directories, {
        ...options,
        roots: options.roots === undefined ? inner : inner.filter(path => options.roots?.some(root => isBelow(clean(path), clean(root)))),
      }),
  }
}
