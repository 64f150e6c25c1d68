// `npm run conformance`: compares the front end with Go's own over GOROOT and real modules, and writes the table into docs/conformance/. Needs
// Go and, for the modules, the module proxy. Exits 1 when anything differs.
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {moduleDirectory, modules, stagingModules} from './modules.ts'
import {compareSyntax, filesBelow, type Comparison} from './syntax.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Row {
  readonly name: string
  readonly comparison: Comparison
}

function* syntaxRows(): Generator<Row> {
  const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
  yield {name: 'GOROOT/src, testdata included', comparison: compareSyntax(filesBelow(join(goroot, 'src'), ['.go', '.go2', '.src']))}
  if (existsSync(join(goroot, 'test'))) yield {name: 'GOROOT/test', comparison: compareSyntax(filesBelow(join(goroot, 'test'), ['.go']))}
  for (const module of modules) {
    const directory = moduleDirectory(module)
    if (directory === undefined) continue
    const staging = module.startsWith('k8s.io/kubernetes@') ? stagingModules(directory, module.slice(module.indexOf('@') + 1)) : []
    const directories = [directory, ...staging.flatMap(name => moduleDirectory(name) ?? [])]
    const name = staging.length === 0 ? module : `${module} and ${directories.length - 1} of its k8s.io modules`
    yield {name, comparison: compareSyntax(directories.flatMap(path => filesBelow(path, ['.go'])))}
  }
}

const count = (value: number) => value.toLocaleString('en-US')

function syntaxPage(rows: readonly Row[], goVersion: string): string {
  const table = rows.map(({name, comparison: c}) => {
    const accepted = c.files - c.rejected
    return `| ${name} | ${count(c.files)} | ${(c.bytes / 1e6).toFixed(1)} | ${count(c.nodes)} | ${count(c.same)} of ${count(accepted)} | ${c.sameErrorLine} of ${c.rejected} | ${c.sameErrorText} |`
  })
  return `# Syntax: the parser against go/parser

Written by \`npm run conformance -- syntax\` with ${goVersion}. Compared are kind, start and end of every node that \`ast.Inspect\` reaches,
comments left out, as one SHA-256 a file (\`tools/conformance/syntax-oracle\`); for files that go/parser rejects, the line of the first error.

| code | files | MB | nodes | same tree, of accepted files | first error on the same line | with the same words |
|---|---:|---:|---:|---:|---:|---:|
${table.join('\n')}
`
}

function syntax(): boolean {
  const rows: Row[] = []
  for (const row of syntaxRows()) {
    rows.push(row)
    const {files, different, otherErrors} = row.comparison
    console.log(`${row.name}: ${files} files, ${different.length} differ, ${otherErrors.length} first errors elsewhere`)
    for (const line of [...different, ...otherErrors]) console.log(`  ${line}`)
  }
  const folder = join(root, 'docs/conformance')
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'syntax.md'), syntaxPage(rows, execFileSync('go', ['version'], {encoding: 'utf8'}).trim()))
  return rows.every(({comparison: c}) => c.different.length === 0 && c.sameErrorLine >= 0.95 * c.rejected)
}

/** A program of its own, because it waits for reads: tools/conformance/<name>.ts. */
const program =
  (name: string) =>
  (args: readonly string[]): boolean =>
    spawnSync(process.execPath, ['--import', 'tsx', join(root, `tools/conformance/${name}.ts`), ...args], {stdio: 'inherit'}).status === 0

const parts: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  syntax,
  'syntax-robust': program('syntax-robust'),
  load: program('load'),
  types: program('types-table'),
  cgo: program('cgo-table'),
  'cgo-types': program('cgo-types'),
  'cgo-robust': program('cgo-robust'),
  pprof: program('pprof'),
  'pprof-robust': program('pprof-robust'),
  'pprof-bombs': program('pprof-bombs'),
  trace: program('trace'),
  'trace-robust': program('trace-robust'),
  'dumps-robust': program('dumps-robust'),
}
const given = process.argv.slice(2)
// `pprof --minutes 10`: what stands behind the first dash is for the one part in front of it.
const dash = given.findIndex(word => word.startsWith('-'))
const [named, args] = dash < 0 ? [given, []] : [given.slice(0, dash), given.slice(dash)]
const wanted = named.length > 0 ? named : Object.keys(parts)
for (const name of wanted) {
  const part = parts[name]
  if (part === undefined) {
    console.error(`conformance: no part "${name}"; there are ${Object.keys(parts).join(', ')}`)
    process.exitCode = 2
  } else if (!part(args)) process.exitCode = 1
}
