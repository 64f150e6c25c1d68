// Results between runs in the user's cache directory (GOTRIAGE_CACHE, `off` for none, else XDG_CACHE_HOME): checksummed, written to a
// temporary name and renamed, readable by the user only. It is not used when it lies inside the checked repository or belongs to someone else: what a stranger can write there would be
// believed.
import {createHash, randomBytes} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, isAbsolute, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {ResultCache} from '../../base/result-cache.ts'
import {version} from '../../base/version.generated.ts'
import {isBelow} from './node-host.ts'

/** Entries kept; the ones not used for longest go first. */
const entriesMax = 64
/** Larger entries are neither written nor read (bytes). */
const entryBytesMax = 256 << 20

const hash = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')

/** Undefined when there is no directory that may be trusted. */
export function openFindingCache(checkedDirectory: string): ResultCache | undefined {
  const directory = trustedDirectory(checkedDirectory)
  if (directory === undefined) return undefined
  const pathOf = (name: string) => join(directory, `${hash(name).slice(0, 32)}.json`)
  return {
    identity: programIdentity(),
    hash,
    read(name) {
      try {
        const path = pathOf(name)
        if (statSync(path).size > entryBytesMax) return Promise.resolve(undefined)
        const text = readFileSync(path, 'utf8')
        const end = text.indexOf('\n')
        const body = text.slice(end + 1)
        return Promise.resolve(text.slice(0, end) === `${hash(name)} ${hash(body)}` ? body : undefined)
      } catch {
        return Promise.resolve(undefined)
      }
    },
    write(name, body) {
      const temporary = join(directory, `.${randomBytes(8).toString('hex')}.tmp`)
      try {
        if (body.length > entryBytesMax / 2) return Promise.resolve()
        writeFileSync(temporary, `${hash(name)} ${hash(body)}\n${body}`, {mode: 0o600, flag: 'wx'})
        renameSync(temporary, pathOf(name))
        prune(directory)
      } catch {
        rmSync(temporary, {force: true})
      }
      return Promise.resolve()
    },
  }
}

function trustedDirectory(checkedDirectory: string): string | undefined {
  const named = process.env['GOTRIAGE_CACHE']
  if (named === 'off') return undefined
  const base =
    named ??
    process.env['XDG_CACHE_HOME'] ??
    (process.platform === 'win32' ? process.env['LOCALAPPDATA'] : undefined) ??
    join(homedir(), '.cache')
  if (!isAbsolute(base)) return undefined // the XDG base directory specification: a relative path is invalid
  try {
    const repository = repositoryOf(realpathSync(checkedDirectory))
    const wanted = join(base, 'gotriage', 'check')
    // Before anything is made: the nearest directory that exists decides where the rest would be.
    let existing = wanted
    while (!existsSync(existing)) existing = dirname(existing)
    if (isBelow(realpathSync(existing), repository)) return undefined
    mkdirSync(wanted, {recursive: true, mode: 0o700})
    const real = realpathSync(wanted)
    const stats = statSync(real)
    const foreign = process.getuid !== undefined && (stats.uid !== process.getuid() || (stats.mode & 0o022) !== 0)
    return foreign || isBelow(real, repository) ? undefined : real
  } catch {
    return undefined
  }
}

/** The outermost directory above with a `.git`, else with a go.mod, else the directory itself. */
function repositoryOf(directory: string): string {
  for (const mark of ['.git', 'go.work', 'go.mod']) {
    let found: string | undefined
    for (let at = directory; ; at = dirname(at)) {
      if (existsSync(join(at, mark))) found = at
      if (dirname(at) === at) break
    }
    if (found !== undefined) return found
  }
  return directory
}

let identity: string | undefined

/** Version, and name, size and time of every file the program is made of: during development the version stays and the rules change. */
function programIdentity(): string {
  if (identity !== undefined) return identity
  const own = fileURLToPath(import.meta.url)
  const root = /^(.*[\\/](?:dist|src))[\\/]/.exec(own)?.[1] ?? dirname(own)
  const files = readdirSync(root, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile() && /\.(?:ts|js)$/.test(entry.name) && !entry.name.endsWith('.d.ts') && !entry.name.endsWith('.test.ts'))
    .map(entry => {
      const path = join(entry.parentPath, entry.name)
      const {size, mtimeMs} = statSync(path)
      return `${path} ${size} ${mtimeMs}`
    })
    .sort()
  identity = hash(`${version}\n${files.join('\n')}`)
  return identity
}

function prune(directory: string): void {
  const entries = readdirSync(directory)
    .filter(name => name.endsWith('.json'))
    .map(name => ({path: join(directory, name), usedMs: statSync(join(directory, name)).mtimeMs}))
    .sort((a, b) => b.usedMs - a.usedMs)
  for (const {path} of entries.slice(entriesMax)) rmSync(path, {force: true})
}
