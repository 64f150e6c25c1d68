// Where a source file named in a profile lies here: prefixes that builds put in front of paths are taken off.
// Follows trimPath of github.com/google/pprof/internal/report/source.go, on Unix paths.
import {basePath} from './go-format.ts'

const splitList = (list: string): string[] => (list === '' ? [] : list.split(':'))

export function trimSourcePath(path: string, trimPath: string, searchPath: string): string {
  if (trimPath === '') {
    // Not told what to trim: what precedes a directory of the search path by the same name.
    for (const dir of splitList(searchPath)) {
      const wanted = `/${basePath(dir)}/`
      const found = path.indexOf(wanted)
      if (found >= 0) return path.slice(found + wanted.length)
    }
  }
  for (const prefix of [...splitList(trimPath), '/proc/self/cwd/./', '/proc/self/cwd/']) {
    const whole = prefix.endsWith('/') ? prefix : `${prefix}/`
    if (path.startsWith(whole)) return path.slice(whole.length)
  }
  return path
}
