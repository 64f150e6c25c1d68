// The architecture as a table, and the program that reads it: what each folder may import, outside packages included.
// A folder not listed here, or an import not listed, fails `npm run check`.
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'

export const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  knowledge: ['base'],
  findings: ['base'],
  graph: ['base'],
  'go/syntax': ['base'],
  'go/types': ['base', 'go/syntax'],
  'go/cgo': ['base', 'go/syntax', 'go/types', 'yaml'],
  'go/load': ['base', 'go/syntax', 'go/types', 'go/cgo'],
  'go/flow': ['base', 'knowledge', 'go/syntax', 'go/types', 'go/cgo', 'go/load', 'yaml'],
  evidence: ['base', 'knowledge', 're2js'],
  sim: ['base', 'knowledge', 'evidence', 'yaml'],
  analysis: ['base', 'knowledge', 'findings', 'go', 'yaml'],
  rules: ['base', 'knowledge', 'findings', 'go', 'analysis'],
  diagnosis: ['base', 'knowledge', 'findings', 'evidence', 'go', 'analysis'], // joins by place and symbol
  detectors: ['base', 'knowledge', 'findings', 'evidence', 'diagnosis'],
  causes: ['base', 'knowledge', 'findings', 'evidence', 'diagnosis'],
  guards: ['base', 'knowledge', 'findings', 'go', 'sim', 'yaml'],
  store: ['base', 'findings', 'evidence', 'node:'],
  render: ['base', 'graph', 'node:', '@viz-js/viz', 'sharp'],
  report: ['base', 'findings', 'evidence', 'graph', 'diagnosis', 'knowledge'],
  host: ['base', 'node:'],
  operations: [
    'base',
    'knowledge',
    'findings',
    'graph',
    'go',
    'evidence',
    'sim',
    'analysis',
    'rules',
    'diagnosis',
    'detectors',
    'causes',
    'guards',
    'store',
    'render',
    'report',
    'yaml',
  ],
  protocol: ['base', 'findings'],
  server: ['base', 'findings', 'operations', 'protocol', 'node:'],
  cli: ['base', 'findings', 'operations', 'report', 'host', 'knowledge', 'node:', 'tsx'] /* tsx: workers run from source in development */,
  'main.ts': ['base', 'host', 'cli', 'node:'],
  'index.ts': ['base', 'findings', 'operations', 'evidence', 'host'],
  'owned-map.ts': ['base', 'guards'],
  'render.ts': ['base', 'guards', 'render', 'host', 'operations'],
}

const covers = (entry: string, target: string) =>
  target === entry ||
  target === `src/${entry}` ||
  target.startsWith(`src/${entry}/`) ||
  (entry.endsWith(':') ? target.startsWith(entry) : !target.startsWith('src/') && target.startsWith(`${entry}/`))

/** Why `from` may not import `to`; undefined when it may. Both are paths like `src/go/types/call.ts`, or a package name. */
export function importProblem(from: string, to: string): string | undefined {
  if (/\.test\.ts$|\/testing\//.test(from)) return undefined // tests may reach anywhere
  const own = Object.keys(layers).find(folder => covers(folder, from))
  if (own === undefined) return `${from}: its folder is not in tools/layers.ts`
  if (own === 'rules' || own === 'detectors' || own === 'causes') {
    const [mine, theirs] = [from, to].map(path => new RegExp(`^src/${own}/([^/]+)/`).exec(path)?.[1])
    if (mine !== undefined && theirs !== undefined && mine !== theirs) return `${from}: ${own} do not import each other ("${to}")`
  }
  const allowed = [own, ...(layers[own] ?? [])]
  return allowed.some(entry => covers(entry, to)) ? undefined : `${from}: "${own}" may not import "${to}"`
}

export function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    if (name === 'node_modules' || name === 'testdata') return []
    return statSync(path).isDirectory() ? sourceFiles(path) : /\.tsx?$/.test(name) ? [path] : []
  })
}

const importPattern = /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Every import of a file, as repository paths or package names. */
export function importsOf(root: string, file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(importPattern)].map(match => {
    const target = match[1] ?? match[2] ?? ''
    return target.startsWith('.') ? relative(root, join(dirname(file), target)) : target
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const problems = sourceFiles(join(root, 'src')).flatMap(file =>
    importsOf(root, file).flatMap(to => importProblem(relative(root, file), to) ?? []),
  )
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
