// Questions about import paths that are answered by their text alone.

/** The standard library's own: no dot in the first element (search.IsStandardImportPath). */
export const isStandardImportPath = (path: string): boolean => !(path.split('/', 1)[0] ?? '').includes('.')
export const underCmd = (path: string): boolean => path === 'cmd' || path.startsWith('cmd/')
/** `builtin` has a source file and is no package. */
export const isBuiltinPath = (path: string): boolean => path === 'builtin'

/** A relative or absolute directory pattern, as opposed to an import path. */
export const isLocalPattern = (pattern: string): boolean =>
  pattern === '.' || pattern === '..' || /^\.\.?\//.test(pattern) || pattern.startsWith('/') || /^[A-Za-z]:[\\/]/.test(pattern)

const vendorMark = '\0'
/** Every path element `vendor` but the last, as an element no pattern can match (pkgpattern.replaceVendor). */
function markVendor(path: string): string {
  if (!path.includes('vendor')) return path
  const parts = path.split('/')
  return parts.map((part, i) => (part === 'vendor' && i < parts.length - 1 ? vendorMark : part)).join('/')
}

/** Whether an import path matches a pattern with `...`, which never reaches into vendor directories (pkgpattern.MatchPattern). */
export function patternMatcher(pattern: string): (path: string) => boolean {
  const marked = markVendor(pattern)
  // The wildcard stands between literal pieces, so matching piece by piece from the left is enough and stays linear.
  const whole = pieceMatcher(marked)
  const head = marked.endsWith('/...') ? marked.slice(0, -4) : undefined
  const bare = head === undefined ? undefined : pieceMatcher(head.endsWith(`/${vendorMark}`) ? `${head.slice(0, -1)}vendor` : head)
  return path => {
    if (path.includes(vendorMark)) return false
    const name = markVendor(path)
    return whole(name) || bare?.(name) === true
  }
}

function pieceMatcher(pattern: string): (name: string) => boolean {
  const pieces = pattern.split('...')
  const [first = '', ...rest] = pieces
  const last = rest.pop()
  return name => {
    if (last === undefined) return name === first
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
    const middle = name.slice(first.length, name.length - last.length)
    let at = 0
    for (const piece of rest) {
      const found = middle.indexOf(piece, at)
      if (found < 0) return false
      if (middle.slice(at, found).includes(vendorMark)) return false
      at = found + piece.length
    }
    return !middle.slice(at).includes(vendorMark)
  }
}

/** Whether a directory named `name` can hold something that matches (pkgpattern.TreeCanMatchPattern). */
export function treeMatcher(pattern: string): (name: string) => boolean {
  const cut = pattern.indexOf('...')
  const head = cut < 0 ? pattern : pattern.slice(0, cut)
  return name =>
    (name.length <= head.length && (head === name || head.startsWith(name === '' ? '' : `${name}/`))) || (cut >= 0 && name.startsWith(head))
}
