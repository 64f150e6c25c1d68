// How module paths become directories of the module cache: golang.org/x/mod/module.EscapePath and EscapeVersion.

/** Upper-case letters become `!` and the lower-case one, so that no two paths meet on a file system that ignores case. */
export const escapePath = (path: string): string => path.replace(/[A-Z]/g, letter => `!${letter.toLowerCase()}`)

/** Whether a path from a go.mod may be joined to a directory: no empty, `.` or `..` elements, no absolute or Windows form. */
export const isSafePath = (path: string): boolean =>
  path !== '' && !/[\\:\0]/.test(path) && path.split('/').every(part => part !== '' && part !== '.' && part !== '..')

/** `path@version` of the module cache, relative to GOMODCACHE; undefined for names that no proxy could have served. */
export function cachePath(path: string, version: string): string | undefined {
  return isSafePath(path) && isSafePath(version) && !version.includes('/') ? `${escapePath(path)}@${escapePath(version)}` : undefined
}

/** The go.mod the proxy served for a module version, relative to GOMODCACHE. */
export function cachedGoMod(path: string, version: string): string | undefined {
  return isSafePath(path) && isSafePath(version) && !version.includes('/')
    ? `cache/download/${escapePath(path)}/@v/${escapePath(version)}.mod`
    : undefined
}

/** A clean absolute path with `/`: `.` and `..` resolved by text. Windows drive letters are kept. */
export function joinPath(base: string, path: string): string {
  const full = isAbsolutePath(path) ? path : `${base}/${path}`
  const drive = /^[A-Za-z]:(?=\/)/.exec(full)?.[0] ?? ''
  const parts: string[] = []
  for (const part of full.slice(drive.length).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `${drive}/${parts.join('/')}`
}

export const isAbsolutePath = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:\//.test(path)
export const parentPath = (path: string): string => joinPath(path, '..')
/** Whether `path` is `prefix` or below it, element by element; everything is below `''`. */
export const hasPathPrefix = (path: string, prefix: string): boolean =>
  prefix === '' || path === prefix || (path.startsWith(prefix) && (path[prefix.length] === '/' || prefix.endsWith('/')))
