// go.mod and go.work, read as golang.org/x/mod/modfile reads the go.mod of a dependency: unknown directives are passed over, bad lines are
// told with their line number and left out. Nothing here is ever obeyed but requirements, replacements, exclusions, versions and godebug.

export interface ModuleVersion {
  readonly path: string
  /** Empty for main modules and directories. */
  readonly version: string
}
export interface Replace {
  readonly old: ModuleVersion
  readonly new: ModuleVersion
}
export interface ModFile {
  readonly module: string | undefined
  /** Without `go` in front. */
  readonly go: string | undefined
  readonly toolchain: string | undefined
  readonly godebug: ReadonlyMap<string, string>
  readonly require: readonly (ModuleVersion & {readonly indirect: boolean})[]
  readonly replace: readonly Replace[]
  readonly exclude: readonly ModuleVersion[]
  /** Directories of go.work's `use`. */
  readonly use: readonly string[]
  /** Directories of `ignore`, relative to the module, or `./`-less patterns that hold everywhere. */
  readonly ignore: readonly string[]
  readonly problems: readonly {readonly line: number; readonly what: string}[]
}

/** Lines of one file; the largest go.mod seen in public has about 3,000. */
const linesMax = 200_000

interface Line {
  readonly number: number
  readonly words: readonly string[]
  /** What follows `//`, without it. */
  readonly comment: string
}

/** Splits a line into words, quoted strings and brackets. A quote that does not end makes the rest one word. */
function splitLine(text: string, number: number): Line {
  const words: string[] = []
  let comment = ''
  for (let at = 0; at < text.length;) {
    const c = text[at] ?? ''
    if (c === ' ' || c === '\t' || c === '\r') at++
    else if (text.startsWith('//', at)) {
      comment = text.slice(at + 2).trim()
      break
    } else if (c === '"' || c === '`') {
      const end = c === '"' ? endOfQuoted(text, at) : text.indexOf('`', at + 1)
      const stop = end < 0 ? text.length : end + 1
      words.push(c === '"' ? unquote(text.slice(at, stop)) : text.slice(at + 1, end < 0 ? stop : end))
      at = stop
    } else if ('(),[]'.includes(c)) {
      words.push(c)
      at++
    } else {
      let end = at
      while (end < text.length && !' \t\r(),"`'.includes(text[end] ?? '') && !text.startsWith('//', end)) end++
      words.push(text.slice(at, end))
      at = end
    }
  }
  return {number, words, comment}
}

function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return -1
}

function unquote(quoted: string): string {
  try {
    const value: unknown = JSON.parse(quoted)
    return typeof value === 'string' ? value : quoted
  } catch {
    return quoted.replaceAll('"', '')
  }
}

export function parseModFile(text: string): ModFile {
  const require: (ModuleVersion & {indirect: boolean})[] = []
  const replace: Replace[] = []
  const exclude: ModuleVersion[] = []
  const use: string[] = []
  const ignore: string[] = []
  const problems: {line: number; what: string}[] = []
  const godebug = new Map<string, string>()
  let module: string | undefined
  let go: string | undefined
  let toolchain: string | undefined

  const take = (verb: string, line: Line, words: readonly string[]): void => {
    const [first = '', second = ''] = words
    switch (verb) {
      case 'module':
        if (first === '') problems.push({line: line.number, what: 'module without a path'})
        else module ??= first
        return
      case 'go':
        go ??= first === '' ? undefined : first
        return
      case 'toolchain':
        toolchain ??= first === '' ? undefined : first
        return
      case 'godebug': {
        const cut = first.indexOf('=')
        if (cut > 0) godebug.set(first.slice(0, cut), first.slice(cut + 1))
        else problems.push({line: line.number, what: 'godebug needs key=value'})
        return
      }
      case 'require':
      case 'exclude':
        if (words.length < 2) problems.push({line: line.number, what: `${verb} needs a path and a version`})
        else if (verb === 'exclude') exclude.push({path: first, version: second})
        else require.push({path: first, version: second, indirect: /^indirect(;|\s|$)/.test(line.comment)})
        return
      case 'replace': {
        const entry = parseReplace(words)
        if (entry === undefined) problems.push({line: line.number, what: 'replace needs old => new'})
        else replace.push(entry)
        return
      }
      case 'use':
        if (first !== '') use.push(first)
        return
      case 'ignore':
        if (first !== '') ignore.push(first)
        return
      default: // retract, tool, and what later versions of Go add: of no meaning for which packages take part
    }
  }

  let block: string | undefined
  const lines = text.replace(/^\uFEFF/, '').split('\n', linesMax + 1)
  if (lines.length > linesMax) problems.push({line: linesMax, what: `more than ${linesMax} lines`})
  for (const [index, raw] of lines.slice(0, linesMax).entries()) {
    const line = splitLine(raw, index + 1)
    const [verb, ...rest] = line.words
    if (verb === undefined) continue
    if (block !== undefined) {
      if (verb === ')') block = undefined
      else take(block, line, line.words)
    } else if (rest[0] === '(' && rest.length === 1) block = verb
    else if (rest[0] === '(' && rest.at(-1) === ')') take(verb, line, rest.slice(1, -1))
    else take(verb, line, rest)
  }
  return {module, go, toolchain, godebug, require, replace, exclude, use, ignore, problems}
}

/** `old [version] => new [version]`; a new path without version is a directory. */
function parseReplace(words: readonly string[]): Replace | undefined {
  const arrow = words.indexOf('=>')
  const [path, version = ''] = words.slice(0, arrow)
  const [newPath, newVersion = ''] = words.slice(arrow + 1)
  if (arrow < 1 || arrow > 2 || path === undefined || newPath === undefined || words.length > arrow + 3) return undefined
  return {old: {path, version}, new: {path: newPath.replaceAll('\\', '/'), version: newVersion}}
}

/** A relative or absolute directory, as opposed to a module path: modfile.IsDirectoryPath. */
export const isDirectoryPath = (path: string): boolean =>
  path === '.' || path === '..' || /^(\.\.?\/|\/)/.test(path) || /^[A-Za-z]:/.test(path)
