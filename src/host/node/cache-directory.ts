// Where results between runs may lie: a directory of the user's (GOTRIAGE_CACHE, `off` for none, else XDG_CACHE_HOME), never inside the checked
// repository nor where someone else may write: what a stranger can put there would be believed. And which program wrote them.
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, isAbsolute, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {version} from '../../base/version.generated.ts'
import {isBelow} from './node-host.ts'

export const hash = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')

/** The directory for one kind of results, made if need be; undefined when there is none that may be trusted. */
export function trustedDirectory(checkedDirectory: string, kind: string): string | undefined {
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
    const wanted = join(base, 'gotriage', kind)
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

/**
 * Version, and the digest that the build wrote of itself (tools/build.mjs); run from source: name, size and time of every file the program is made
 * of, for during development the version stays and the rules change.
 */
export function programIdentity(): string {
  if (identity !== undefined) return identity
  const own = fileURLToPath(import.meta.url)
  const root = /^(.*[\\/](?:dist|src))[\\/]/.exec(own)?.[1] ?? dirname(own)
  const built = join(root, 'build-id')
  if (existsSync(built)) return (identity = hash(`${version}\n${readFileSync(built, 'utf8')}`))
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

/** Even `force` complains of some things, like a file where a directory was. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, {force: true})
  } catch {
    // There is nothing to remove, or nothing that can be done about it.
  }
}
