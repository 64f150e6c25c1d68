// Path patterns of gotriage.yaml: `*` and `?` within a name, `**` for any number of folders. Matching is linear in path × pattern.

/** A test of paths with `/`; undefined when the pattern is none (empty, absolute, or with `..`). A pattern for a folder holds for what is in it. */
export function pathPattern(pattern: string): ((path: string) => boolean) | undefined {
  const parts = pattern.replace(/^\.\//, '').replace(/\/$/, '').split('/')
  if (pattern === '' || pattern.length > 1000 || parts.some(part => part === '' || part === '..')) return undefined
  return path => matches(parts, path.split('/'))
}

/** Position by position: `reached[i]` says that the first i parts of the pattern match the path so far. */
function matches(parts: readonly string[], names: readonly string[]): boolean {
  let reached = closure(parts, new Set([0]))
  for (const name of names) {
    const next = new Set<number>()
    for (const i of reached) {
      if (i === parts.length) return true // the pattern names a folder above
      if (parts[i] === '**') next.add(i)
      else if (nameMatches(parts[i]!, name)) next.add(i + 1)
    }
    if (next.size === 0) return false
    reached = closure(parts, next)
  }
  return reached.has(parts.length)
}

function closure(parts: readonly string[], at: Set<number>): Set<number> {
  for (const i of at) if (parts[i] === '**') at.add(i + 1) // a Set's loop also meets what is added
  return at
}

/** `*` and `?` in one name, without backtracking further than the last star. */
function nameMatches(pattern: string, name: string): boolean {
  let [p, n, star, mark] = [0, 0, -1, 0]
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === '*') [star, mark, p] = [p, n, p + 1]
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) [p, n] = [p + 1, n + 1]
    else if (star >= 0) [p, mark, n] = [star + 1, mark + 1, mark + 1]
    else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
