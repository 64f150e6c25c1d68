// Files and environment of this machine. Regular files only: FIFOs, devices and sockets are never opened, and a view made by `within`
// follows links only as far as its roots. Reads are synchronous underneath: for the many small files of a source tree that is several times
// cheaper than the thread pool, and the event loop still gets its turn every so often.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  read as readWithCallback,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs'
import {open as openHandle} from 'node:fs/promises'
import {resolve} from 'node:path'
import {promisify} from 'node:util'
import type {ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import type {DirectoryEntry, Host, Stat} from '../../base/host.ts'

export interface NodeHostOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Nothing outside these directories is opened; default: no bound, for what the user names directly. */
  readonly roots?: readonly string[]
}

const readAsync = promisify(readWithCallback)

/** Above this a file is refused even where the caller named no limit: Node cannot hold it in one buffer. */
const fileBytesMax = 2 ** 31 - 1
/** Operations between two turns of the event loop, about 5 ms of small reads. */
const operationsPerTurn = 256
/** Resolved directories remembered by one view. */
const directoriesMax = 200_000

/** Node's names where they differ from Go's. */
const goNames: Readonly<Record<string, string>> = {win32: 'windows', sunos: 'solaris', x64: 'amd64', ia32: '386', mipsel: 'mipsle'}
const platform = {goos: goNames[process.platform] ?? process.platform, goarch: goNames[process.arch] ?? process.arch}

const slashes = (path: string): string => (process.platform === 'win32' ? path.replaceAll('\\', '/') : path)
const kindOf = (stats: {isFile(): boolean; isDirectory(): boolean}): Stat['kind'] =>
  stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error'

/** Whether `path` is `root` or below it; both clean, with `/`. */
export function isBelow(path: string, root: string): boolean {
  return path === root || root === '/' || (path.startsWith(root) && path[root.length] === '/')
}

export function nodeHost(options: NodeHostOptions = {}): Host {
  const cwd = slashes(resolve(options.cwd ?? process.cwd()))
  const env = options.env ?? process.env
  const absolute = (path: string) => (isClean(path) ? path : slashes(resolve(cwd, path)))
  const roots = options.roots?.map(absolute)
  const gate = roots === undefined ? openGate : rootedGate(roots)

  let operations = 0
  const turn = (): Promise<void> => {
    operations++
    return operations % operationsPerTurn === 0 ? new Promise(done => void setImmediate(done)) : Promise.resolve()
  }

  const readNow = (path: string, bytesMax = fileBytesMax): Uint8Array => {
    const full = absolute(path)
    const file = openRegular(gate.place(full), full, bytesMax)
    try {
      return readWhole(file.descriptor, file.size, full, bytesMax)
    } finally {
      closeSync(file.descriptor)
    }
  }

  const statNow = (path: string): Stat | undefined => {
    try {
      const stats = gate.stats(absolute(path))
      if (stats === undefined) return undefined
      const kind = kindOf(stats)
      return {kind, size: kind === 'file' ? stats.size : 0, modifiedMs: stats.mtimeMs, changedMs: stats.ctimeMs}
    } catch {
      return undefined
    }
  }

  return {
    cwd,
    platform,
    env: name => env[name],
    async stat(path) {
      await turn()
      return statNow(path)
    },
    statSync: statNow,
    async realpath(path) {
      await turn()
      try {
        return slashes(realpathSync(gate.place(absolute(path))))
      } catch {
        return undefined
      }
    },
    async list(path) {
      await turn()
      try {
        return readdirSync(gate.place(absolute(path))).sort(byCodeUnit)
      } catch {
        return []
      }
    },
    async entries(path) {
      await turn()
      try {
        return readdirSync(gate.place(absolute(path)), {withFileTypes: true})
          .map((entry): DirectoryEntry => ({name: entry.name, kind: entry.isSymbolicLink() ? 'link' : kindOf(entry)}))
          .sort((a, b) => byCodeUnit(a.name, b.name))
      } catch {
        return []
      }
    },
    async readFile(path, bytesMax) {
      await turn()
      return readNow(path, bytesMax)
    },
    readFileSync: readNow,
    async open(path) {
      await turn()
      const full = absolute(path)
      const real = gate.place(full)
      const {descriptor, size} = openRegular(real, full, Infinity)
      closeSync(descriptor)
      return fileSource(path, real, size)
    },
    within: inner => nodeHost({cwd, env, roots: roots === undefined ? inner : narrowed(roots, inner.map(absolute))}),
  }
}

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The parts of `inner` that lie below `outer`, and those of `outer` below `inner`. */
const narrowed = (outer: readonly string[], inner: readonly string[]): string[] => [
  ...inner.filter(path => outer.some(root => isBelow(path, root))),
  ...outer.filter(path => inner.some(root => isBelow(path, root) && path !== root)),
]

/** An absolute path with nothing to resolve in it; most are, and asking costs less than resolving. */
const isClean = (path: string): boolean => process.platform !== 'win32' && path.startsWith('/') && !/\/\.{0,2}(?:\/|$)/.test(path)

interface Gate {
  /** Where a path really is; a TriageError when that may not be opened. */
  place(full: string): string
  /** What is there, links followed; undefined for nothing and for what may not be opened. May throw where the system does. */
  stats(full: string): Stats | undefined
}

const openGate: Gate = {place: full => full, stats: full => statSync(full, {throwIfNoEntry: false})}

function rootedGate(roots: readonly string[]): Gate {
  const real = (path: string): string | undefined => {
    try {
      return slashes(realpathSync.native(path))
    } catch {
      return undefined
    }
  }
  const realRoots = [...new Set(roots.flatMap(root => real(root) ?? []))]
  const allowed = (path: string) => realRoots.some(root => isBelow(path, root))
  const directories = new Map<string, {readonly path: string; readonly allowed: boolean} | undefined>()
  const realDirectory = (path: string) => {
    if (directories.has(path)) return directories.get(path)
    if (directories.size > directoriesMax) directories.clear()
    const found = real(path)
    const known = found === undefined ? undefined : {path: found, allowed: allowed(found)}
    directories.set(path, known)
    return known
  }
  /** With links in its directory followed; `outside`: that directory lies outside. */
  const placed = (full: string) => {
    const slash = full.lastIndexOf('/')
    const parent = realDirectory(slash > 0 ? full.slice(0, slash) : '/')
    if (parent === undefined) return undefined
    const name = full.slice(slash + 1)
    return {path: name === '' ? parent.path : parent.path === '/' ? `/${name}` : `${parent.path}/${name}`, outside: !parent.allowed}
  }

  return {
    place(full) {
      const found = placed(full)
      if (found === undefined) throw errors.notFound(full)
      let {path: place} = found
      const stats = lstatSync(place, {throwIfNoEntry: false})
      if (stats === undefined) throw found.outside ? errors.outsideRoots(full) : errors.notFound(full)
      if (stats.isSymbolicLink()) {
        const target = real(place)
        if (target === undefined) throw errors.unreadable(full, 'its symbolic link leads nowhere')
        place = target
      }
      if (!allowed(place)) throw errors.outsideRoots(full)
      return place
    },
    stats(full) {
      const found = placed(full)
      if (found === undefined) return undefined
      const stats = lstatSync(found.path, {throwIfNoEntry: false})
      if (stats?.isSymbolicLink() === true) {
        const target = real(found.path)
        return target === undefined || !allowed(target) ? undefined : statSync(target, {throwIfNoEntry: false})
      }
      return allowed(found.path) ? stats : undefined
    },
  }
}

/** Opens a regular file without waiting for a FIFO's other end; looks before it opens, so that no device is ever touched. */
function openRegular(real: string, asked: string, bytesMax: number): {descriptor: number; size: number} {
  const before = statOrThrow(real, asked)
  if (!before.isFile()) throw errors.unreadable(asked, before.isDirectory() ? 'it is a directory' : 'it is not a regular file')
  if (before.size > bytesMax) throw errors.limit(`size of ${asked} in bytes`, bytesMax)
  let descriptor: number
  try {
    descriptor = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw errors.unreadable(asked, codeOf(error))
  }
  const stats = fstatSync(descriptor)
  if (stats.isFile()) return {descriptor, size: stats.size}
  closeSync(descriptor)
  throw errors.unreadable(asked, 'it is not a regular file')
}

function statOrThrow(real: string, asked: string): Stats {
  try {
    return statSync(real)
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? errors.notFound(asked) : errors.unreadable(asked, codeOf(error))
  }
}

/** Reads to the end even when the file grows meanwhile (or, as in /proc, says size 0), up to the limit. */
function readWhole(descriptor: number, size: number, asked: string, bytesMax: number): Uint8Array {
  let bytes = Buffer.allocUnsafeSlow(size + 1)
  let length = 0
  for (;;) {
    let count: number
    try {
      count = readSync(descriptor, bytes, length, bytes.length - length, length)
    } catch (error) {
      throw errors.unreadable(asked, codeOf(error))
    }
    if (count === 0) break
    length += count
    if (length > bytesMax) throw errors.limit(`size of ${asked} in bytes`, bytesMax)
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafeSlow(Math.max(65_536, length))])
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length)
}

/** One trip to the thread pool for each buffer: it is filled while the caller works on another. */
async function readInto(name: string, real: string, offset: number, target: Uint8Array): Promise<number> {
  let descriptor: number
  try {
    descriptor = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw errors.unreadable(name, codeOf(error))
  }
  try {
    let filled = 0
    while (filled < target.length) {
      const {bytesRead} = await readAsync(descriptor, target, filled, target.length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  } catch (error) {
    throw errors.unreadable(name, codeOf(error))
  } finally {
    closeSync(descriptor)
  }
}

/** Parts of a file, opened anew for each read so that no descriptor outlives its use. */
function fileSource(name: string, real: string, size: number): ByteSource {
  const chunkBytes = 1 << 20
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const handle = await openHandle(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
      throw errors.unreadable(name, codeOf(error))
    })
    try {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, size - offset)))
      let filled = 0
      while (filled < bytes.length) {
        const {bytesRead} = await handle.read(bytes, filled, bytes.length - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return new Uint8Array(bytes.buffer, bytes.byteOffset, filled)
    } finally {
      await handle.close()
    }
  }
  return {
    name,
    size,
    read,
    readInto: (offset, target) => readInto(name, real, offset, target.subarray(0, Math.max(0, Math.min(target.length, size - offset)))),
    async *stream() {
      for (let at = 0; at < size;) {
        const bytes = await read(at, chunkBytes)
        if (bytes.length === 0) return
        yield bytes
        at += bytes.length
      }
    },
  }
}
