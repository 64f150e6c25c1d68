// Go's own test programs through the checker: nothing may crash or hang, and what go/types accepts must be accepted with the same rows.
//   npx tsx tools/conformance/test-programs.ts DIR…
import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {PackageChecker} from '../../src/go/load/check-packages.ts'
import {loadPackages} from '../../src/go/load/load-packages.ts'
import {checkPackage, type Checked, type Importer} from '../../src/go/types/api.ts'
import {nodeHost} from '../../src/host/node/node-host.ts'
import {rowsOfChecked} from '../../src/operations/inspect-types.ts'
import {buildOracle, counting, judgeErrors, judgeRows, newComparison, oraclePackages, report, type Comparison} from './types.ts'

export interface TestPrograms {
  readonly name: string
  /** Of the packages that go/types accepts. */
  readonly comparison: Comparison
  /** Of the others. */
  readonly broken: Comparison
  readonly crashes: readonly string[]
  readonly slowestMs: number
}

/** Files, each a package; a directory whose files are one package is one. */
function programsBelow(root: string, at = root): string[] {
  const entries = readdirSync(at, {withFileTypes: true})
  const files = entries.filter(entry => entry.isFile() && entry.name.endsWith('.go')).map(entry => relative(root, join(at, entry.name)))
  const inside = entries.filter(entry => entry.isDirectory()).flatMap(entry => programsBelow(root, join(at, entry.name)))
  const names = new Set(files.map(file => /^package\s+(\w+)/m.exec(readFileSync(join(root, file), 'utf8'))?.[1]))
  const together = files.length > 1 && names.size === 1 && !names.has('p') && !names.has('main') && at !== root
  return together ? [relative(root, at), ...inside] : [...files, ...inside]
}

/** The version a `-lang` flag in the first line asks for. */
const languageOf = (text: string) => /^\/\/.*-lang=(go[0-9.]+)/.exec(text)?.[1]

export async function checkTestPrograms(oracle: string, goroot: string, root: string): Promise<TestPrograms> {
  const loaded = await loadPackages(nodeHost(), {dir: join(goroot, 'src'), patterns: ['std'], cgo: false})
  const checker = new PackageChecker(loaded)
  const std = new Map(loaded.roots.map(pkg => [pkg.importPath, pkg]))
  const importer: Importer = path => {
    const found = std.get(path)
    return found === undefined ? undefined : checker.declare(found)
  }
  const comparison = newComparison()
  const count = counting(comparison, 20)
  const broken = newComparison()
  const countBroken = counting(broken, 20)
  const crashes: string[] = []
  let slowestMs = 0
  for await (const {id, errors, rows} of oraclePackages(oracle, ['-files', '-C', root, ...programsBelow(root)])) {
    const started = performance.now()
    let checked: Checked
    try {
      checked = checkProgram(importer, root, id)
    } catch (error) {
      crashes.push(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      continue
    }
    slowestMs = Math.max(slowestMs, performance.now() - started)
    for (const {message} of checked.errors) if (message.startsWith('internal error')) crashes.push(`${id}: ${message}`)
    const rejected = errors.length > 0 || checked.info.files.length === 0
    const [into, note] = rejected ? [broken, countBroken] : [comparison, count]
    judgeErrors(checked, errors, root, into, note)
    into.packages++
    into.rows += rows.length
    into.equal += judgeRows([...rowsOfChecked(checked, root).values()].flat(), rows, note)
  }
  return {name: relative(goroot, root), slowestMs, comparison, broken, crashes}
}

function checkProgram(importer: Importer, root: string, id: string): Checked {
  const full = join(root, id)
  const names = id.endsWith('.go') ? [full] : readdirSync(full).map(name => join(full, name))
  const files = names.filter(name => name.endsWith('.go')).map(path => ({path, bytes: readFileSync(path)}))
  const goVersion = languageOf(files[0]?.bytes.toString('utf8') ?? '') ?? 'go1.26'
  return checkPackage({goVersion, rethrow: true}, id, files, importer)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
  const oracle = buildOracle()
  try {
    for (const root of process.argv.slice(2).filter(path => existsSync(path))) {
      const {comparison, broken, crashes, slowestMs} = await checkTestPrograms(oracle.path, goroot, root)
      console.log(`slowest ${slowestMs.toFixed(0)} ms, ${crashes.length} crashes\n${crashes.join('\n')}`)
      console.log(`accepted by go/types: ${report(comparison)}\n\nrejected: ${report(broken)}`)
    }
  } finally {
    oracle.remove()
  }
}
