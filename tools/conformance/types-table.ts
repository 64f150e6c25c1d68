// Runs the comparison of types over GOROOT and real modules and writes docs/conformance/types.md.
// Usage: npx tsx tools/conformance/types-table.ts [SCRATCH-DIR]. Needs go and, the first time, the module proxy; scratch modules are kept.
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {asMainModule, go, kubelet, kubernetes, type ModuleVersion} from './main-modules.ts'
import {checkTestPrograms, type TestPrograms} from './test-programs.ts'
import {buildOracle, compareTypes, report, wrongRows, type Class, type Comparison, type Request} from './types.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const scratch = process.argv[2] ?? join(tmpdir(), 'gotriage-conformance')
mkdirSync(scratch, {recursive: true})
const goroot = go(scratch, 'env', 'GOROOT').trim()

/** The newest versions that Go 1.26 accepts and the proxy serves in full. */
const gin: ModuleVersion = {name: 'gin', path: 'github.com/gin-gonic/gin', version: 'v1.12.0'}
const prometheus: ModuleVersion = {name: 'prometheus', path: 'github.com/prometheus/prometheus', version: 'v0.310.0'}
const hugo: ModuleVersion = {name: 'hugo', path: 'github.com/gohugoio/hugo', version: 'v0.165.0'}
const sqlite: ModuleVersion = {name: 'go-sqlite3', path: 'github.com/mattn/go-sqlite3', version: 'v1.14.53'}
const git2go: ModuleVersion = {name: 'git2go', path: 'github.com/libgit2/git2go/v34', version: 'v34.0.0'}

interface Subject extends Request {
  readonly name: string
}
const ofModule = (module: ModuleVersion): Subject => ({
  name: `${module.path} ${module.version}`,
  dir: asMainModule(scratch, module),
  patterns: ['./...'],
  tests: true,
})
const src = join(goroot, 'src')
const subjects: readonly (() => Subject)[] = [
  () => ({name: 'GOROOT/src, std and cmd', dir: src, patterns: ['std', 'cmd/...'], tests: true}),
  () => ({name: 'GOROOT/src, std', dir: src, patterns: ['std'], platform: 'windows/386'}),
  () => ({name: 'GOROOT/src, std', dir: src, patterns: ['std'], platform: 'linux/arm'}),
  () => ({name: 'GOROOT/src, std', dir: src, patterns: ['std'], platform: 'darwin/arm64'}),
  () => ofModule(gin),
  () => ofModule(prometheus),
  () => ofModule(hugo),
  () => ofModule(sqlite),
  () => ofModule(git2go),
  () => {
    const dir = kubelet(scratch)
    const patterns = go(dir, 'list', '-deps', './...').trim().split('\n')
    return {name: `the kubelet of k8s.io/kubernetes v1.${kubernetes} with all it needs`, dir, patterns}
  },
]
/** Both sides know nothing of C; ours still knows what a conversion of a C value gives. Listed apart: it is not what the figure is about. */
const withC: readonly (() => Subject)[] = [
  () => ({...ofModule(sqlite), cgo: true}),
  () => ({...ofModule(git2go), cgo: true}),
  () => ({name: 'GOROOT/src, std', dir: src, patterns: ['std'], cgo: true}),
]

const count = (value: number) => value.toLocaleString('en-US')
const classes = (c: Comparison, ...kinds: readonly Class[]) => kinds.reduce((sum, kind) => sum + (c.classes.get(kind) ?? 0), 0)
const told: string[] = []

async function row(oracle: string, subject: Subject): Promise<string> {
  const c = await compareTypes(oracle, subject, 10)
  const what = `${subject.platform ?? 'linux/amd64'}${subject.tests === true ? ', with tests' : ''}`
  console.log(`${subject.name}, ${what}: ${report(c)}`)
  if (c.classes.size > 0 && subject.cgo !== true) told.push(`${subject.name}, ${what}:\n\n\`\`\`\n${report(c)}\n\`\`\`\n`)
  const wrong = wrongRows(c)
  const odd = classes(c, 'missing', 'extra', 'package-missing', 'crash', 'false-error')
  const rate = ((wrong / Math.max(c.rows, 1)) * 1e6).toFixed(1)
  const known = subject.cgo === true ? ` ${count(classes(c, 'known'))} | ${count(classes(c, 'made-up'))} |` : ''
  return `| ${subject.name} | ${what} | ${c.packages} | ${count(c.rows)} | ${wrong} | ${rate} | ${classes(c, 'unknown')} | ${odd} |${known}`
}

function page(rows: readonly string[], cRows: readonly string[], programs: readonly TestPrograms[]): string {
  const heads = '| code | configuration | packages | rows | wrong | per million | unknown | missing or extra |'
  const programRows = programs.map(({name, comparison: c, broken: b, crashes, slowestMs}) => {
    const falseErrors = classes(c, 'false-error')
    return `| ${name} | ${c.packages} | ${count(c.rows)} | ${c.rows - c.equal} | ${falseErrors} | ${b.packages} | ${count(b.rows)} | ${count(b.rows - b.equal)} | ${count(b.theirErrors)} | ${count(b.sameErrors)} | ${crashes.length} | ${slowestMs.toFixed(0)} |`
  })
  return `# Types: the checker against go/types

Written by \`npm run conformance -- types\` with ${go(scratch, 'env', 'GOVERSION').trim()}. A row is an expression that \`ast.Inspect\` reaches and
\`types.Info\` knows: its mode, type, constant value, and the object of an identifier (\`tools/conformance/types-oracle\`, types from source, CGO_ENABLED=0).
*Wrong* is a row whose mode, type, value or object differs; *unknown* one where go/types has a type and gotriage says it does not know;
*missing or extra* counts rows that only one of the two has, packages that only one finds, crashes, and errors reported in packages that go/types accepts.

${heads}
|---|---|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}

${told.length === 0 ? 'Nothing differs.' : `What differs:\n\n${told.join('\n')}`}

## Files that import "C"

With \`FakeImportC\` go/types takes every C name for an operand it can say nothing of. gotriage does the same, but knows more around it, and rows differ
in two classes in which the oracle is at fault (\`restsOnFakeC\` in \`tools/conformance/types.ts\` decides by the rows around, not by file):

- The result of a conversion \`int(C.f())\` is an \`int\`, whatever C.f is; go/types has an invalid operand and no row. Column *known*, and among the extra rows. A constant
  beside it (\`0\` in \`n == 0\`) takes the type of the other operand, as the Go specification says under "Operators"; with an invalid one go/types leaves it untyped. Column *made up*.
- \`unsafe.Sizeof(C.struct{})\` is 8 for go/types: the size of an invalid type (\`gcsizes.go\`, a word). gotriage says that it does not know, and so of what is computed from
  it: the length of an array, say. Column *made up*.

${heads} known | made up |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
${cRows.join('\n')}

## Go's own test programs

Each file, or directory of files of one package, is a package of its own that imports nothing but the standard library. In the ones that go/types
rejects, rows differ around what is wrong, and errors are compared by line: of those lines where go/types has one, how many have one of ours.

| programs | accepted | rows | different | false errors | rejected | rows | different | lines with an error | found | crashes | slowest, ms |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${programRows.join('\n')}
`
}

const oracle = buildOracle()
try {
  const rows: string[] = []
  for (const subject of subjects) rows.push(await row(oracle.path, subject()))
  const cRows: string[] = []
  for (const subject of withC) cRows.push(await row(oracle.path, subject()))
  const programs = [join(src, 'internal/types/testdata'), join(goroot, 'test')].filter(path => existsSync(path))
  const results: TestPrograms[] = []
  for (const path of programs) results.push(await checkTestPrograms(oracle.path, goroot, path))
  mkdirSync(join(checkout, 'docs/conformance'), {recursive: true})
  writeFileSync(join(checkout, 'docs/conformance/types.md'), page(rows, cRows, results))
} finally {
  oracle.remove()
}
