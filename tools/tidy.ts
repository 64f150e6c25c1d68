// Rules of the house a compiler does not know: size of files, a head comment, no forbidden names. Exceptions carry a reason.
import {readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {sourceFiles} from './layers.ts'

const linesMax = 800

/** Files that may be longer, and why. */
const longer: Readonly<Record<string, string>> = {}

const forbiddenNames = /(^|\/)(utils?|helpers?|common|manager|misc)(\.ts$|\/)/

export function tidyProblems(path: string, text: string): string[] {
  const problems: string[] = []
  const lines = text.split('\n').length
  if (lines > linesMax && longer[path] === undefined) problems.push(`${path}: ${lines} lines, at most ${linesMax}; split it by construct`)
  if (forbiddenNames.test(path)) problems.push(`${path}: name the file after the one thing inside`)
  if (!path.endsWith('.test.ts') && path.startsWith('src/') && !/^(#!.*\n)?(\/\/|\/\*)/.test(text))
    problems.push(`${path}: opens without a line that says what it is`)
  if (/\b(TODO|FIXME|XXX|HACK)\b/.test(text) && !path.startsWith('tools/'))
    problems.push(`${path}: finish it or write down the gap in words`)
  return problems
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const problems = ['src', 'tools', 'bench', 'web']
    .flatMap(folder => {
      try {
        return sourceFiles(join(root, folder))
      } catch {
        return []
      }
    })
    .filter(file => !file.endsWith('.generated.ts'))
    .flatMap(file => tidyProblems(relative(root, file), readFileSync(file, 'utf8')))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
