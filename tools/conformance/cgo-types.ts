// `npm run conformance -- cgo-types`: the type checker with the C model against go/types over the files that cgo really generated, expression by expression,
// for cgo packages of real modules. On the other side stands `_cgo_gotypes.go`, read with go/types' UsesCgo as go/packages does it; on ours nothing but
// the module's own files. Writes docs/conformance/cgo-types.md; exits 1 when a known type differs.
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {PackageChecker} from '../../src/go/load/check-packages.ts'
import {loadPackages} from '../../src/go/load/load-packages.ts'
import {typeString, underlying, type Checked, type Type} from '../../src/go/types/api.ts'
import {nodeHost} from '../../src/host/node/node-host.ts'
import {absoluteDir, rowsOfChecked, type TypeRow} from '../../src/operations/inspect-types.ts'
import {generatedTypes, readCgoPackage} from './cgo.ts'
import {asMainModule} from './main-modules.ts'
import {
  buildOracle,
  counting,
  judgeErrors,
  judgeRows,
  newComparison,
  oraclePackages,
  report,
  type CgoTypes,
  type Count,
  type Example,
  type Comparison,
  type OraclePackage,
} from './types.ts'

interface CodeBase {
  readonly name: string
  readonly path: string
  readonly version: string
  /** The package's folder in the module. */
  readonly folder?: string
  readonly tags?: string
}

/** Those of the comparison of names (cgo-table.ts). */
const codeBases: readonly CodeBase[] = [
  {name: 'go-sqlite3', path: 'github.com/mattn/go-sqlite3', version: 'v1.14.53'},
  {name: 'git2go', path: 'github.com/libgit2/git2go/v34', version: 'v34.0.0'},
  {name: 'gocv', path: 'gocv.io/x/gocv', version: 'v0.41.0', tags: 'customenv'},
  {name: 'openssl', path: 'github.com/golang-fips/openssl/v2', version: 'v2.0.3'},
  {name: 'go-graphviz', path: 'github.com/goccy/go-graphviz', version: 'v0.1.3', folder: 'internal/ccall'},
  {name: 'govips', path: 'github.com/davidbyttow/govips/v2', version: 'v2.16.0', folder: 'vips'},
]

const structNumber = /_Ctype_(struct|union)___\w*/g
const cName = /[\w./~-]*\._Ctype_\w+/g
/** An alias of an alias is written out no further. */
const aliasesMax = 100

/** Types in one spelling: aliases of cgo written out, unnamed structs without their number. */
function spelling({aliases}: CgoTypes): (type: string) => string {
  return type => {
    let text = type
    for (let i = 0; i < aliasesMax; i++) {
      const next = text.replaceAll(cName, name => aliases[name.slice(name.lastIndexOf('._Ctype_') + 1)] ?? name)
      if (next === text) break
      text = next
    }
    return text.replaceAll(structNumber, '_Ctype_$1___')
  }
}

/** What our checker has in place of cgo's declarations: the types that the package's expressions lead to. */
function declaredHere(checked: Checked): CgoTypes {
  const [aliases, types]: [Record<string, string>, Record<string, string>] = [{}, {}]
  const seen = new Set<Type>()
  const open: Type[] = checked.info.files.flatMap(file => file.tables?.types.filter(type => type !== undefined) ?? [])
  for (let type = open.pop(); type !== undefined; type = open.pop()) {
    if (seen.has(type)) continue
    seen.add(type)
    if (type.kind === 'Alias' && type.fromRHS !== undefined) {
      if (type.obj.name.startsWith('_Ctype_')) aliases[type.obj.name] = typeString(type.fromRHS)
      open.push(type.fromRHS)
    } else if (type.kind === 'Named' && type.obj.name.startsWith('_Ctype_')) {
      types[type.obj.name] = typeString(underlying(type))
      open.push(underlying(type))
    } else if (type.kind === 'Pointer') open.push(type.base)
    else if (type.kind === 'Slice' || type.kind === 'Array' || type.kind === 'Map') open.push(type.elem)
    else if (type.kind === 'Struct') open.push(...type.fields.flatMap(field => field.type ?? []))
    else if (type.kind === 'Tuple') open.push(...type.vars.flatMap(one => one.type ?? []))
    else if (type.kind === 'Signature') open.push(type.params, type.results)
  }
  return {aliases, types}
}

export interface CgoTypesResult {
  readonly name: string
  readonly before: Comparison
  readonly after: Comparison
  /** Rows of go/types of which ours say nothing. */
  readonly unknownBefore: number
  readonly unknownAfter: number
  /** Of these, constants that keep their untyped type, because what they are assigned to or compared with is unknown. */
  readonly untyped: number
  /** Declared types that both have: equal in all that is known, and different. */
  readonly declared: number
  readonly declaredDifferent: readonly string[]
}

const classCount = (comparison: Comparison, ...kinds: readonly ('unknown' | 'missing')[]) =>
  kinds.reduce((sum, kind) => sum + (comparison.classes.get(kind) ?? 0), 0)

const patternOf = (ours: string) =>
  new RegExp(
    `^${ours
      .split('invalid type')
      .map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.+')}$`,
    's',
  )

/** The value is the same, and the type would come from another expression of the statement: `x.kind = C.KIND` with an unknown x. */
const isLeftUntyped = ({ours, theirs}: Example): boolean =>
  ours?.mode === 'constant' && theirs?.mode === 'constant' && ours.value === theirs.value && ours.type.startsWith('untyped ')

/** A package of the module in `dir`. */
export async function compareCgoTypes(oracle: string, dir: string, base: Omit<CodeBase, 'name'>): Promise<CgoTypesResult> {
  const folder = join(dir, base.folder ?? '')
  const pattern = base.folder === undefined ? '.' : `./${base.folder}`
  const importPath = base.folder === undefined ? base.path : `${base.path}/${base.folder}`
  const work = mkdtempSync(join(tmpdir(), 'cgo-types-'))
  try {
    const file = join(work, '_cgo_gotypes.go')
    writeFileSync(file, generatedTypes(readCgoPackage(folder, base.tags)))
    const args = [
      '-C',
      dir,
      '-cgo',
      '-cgotypes',
      `${importPath}=${file}`,
      ...(base.tags === undefined ? [] : ['-tags', base.tags]),
      pattern,
    ]
    let theirs: OraclePackage | undefined
    for await (const pkg of oraclePackages(oracle, args)) if (pkg.id === importPath) theirs = pkg
    if (theirs?.cgo === undefined || theirs.cgo === null) throw new Error(`the oracle has no types of cgo for ${importPath}`)
    const loaded = await loadPackages(nodeHost(), {
      dir,
      patterns: [pattern],
      cgo: true,
      ...(base.tags === undefined ? {} : {tags: base.tags.split(',')}),
    })
    const root = loaded.roots.find(one => one.id === importPath)
    if (root === undefined) throw new Error(`no package ${importPath}`)
    const spelled = {theirs: spelling(theirs.cgo)}
    const theirRows = theirs.rows.map(row => ({...row, type: spelled.theirs(row.type)}))
    const judged = (readsC: boolean) => {
      const comparison = newComparison()
      comparison.packages = 1
      comparison.rows = theirRows.length
      const counted = counting(comparison, 12)
      let untyped = 0
      const count: Count = (kind, example) => {
        const isOpen = kind === 'type' && isLeftUntyped(example)
        if (isOpen) untyped++
        counted(isOpen ? 'unknown' : kind, example)
      }
      const started = performance.now()
      const checked = new PackageChecker(loaded, {readsC}).check(root)
      comparison.ourSeconds = (performance.now() - started) / 1000
      const declared = declaredHere(checked)
      const spell = spelling(declared)
      const base0 = absoluteDir(dir, process.cwd())
      judgeErrors(checked, theirs.errors, base0, comparison, count)
      const ours: TypeRow[] = [...rowsOfChecked(checked, base0).values()].flat().map(row => ({...row, type: spell(row.type)}))
      comparison.equal = judgeRows(ours, theirRows, count)
      return {comparison, declared, spell, untyped}
    }
    const before = judged(false)
    const after = judged(true)
    const declaredDifferent: string[] = []
    let declared = 0
    for (const [name, type] of Object.entries(after.declared.types)) {
      const their = theirs.cgo.types[name]
      if (their === undefined || /^_Ctype_(?:struct|union)___/.test(name)) continue
      declared++
      const [mine, wanted] = [after.spell(type), spelled.theirs(their)]
      if (mine !== wanted && !(mine.includes('invalid type') && patternOf(mine).test(wanted)))
        declaredDifferent.push(`${name}\n    ours   ${mine}\n    theirs ${wanted}`)
    }
    return {
      name: `${base.path} ${base.version}`,
      before: before.comparison,
      after: after.comparison,
      unknownBefore: classCount(before.comparison, 'unknown', 'missing'),
      unknownAfter: classCount(after.comparison, 'unknown', 'missing'),
      untyped: after.untyped,
      declared,
      declaredDifferent,
    }
  } finally {
    rmSync(work, {recursive: true})
  }
}

const wrongKinds = ['type', 'mode', 'value', 'object', 'extra', 'false-error', 'crash'] as const
export const differentRows = ({classes}: Comparison) => wrongKinds.reduce((sum, kind) => sum + (classes.get(kind) ?? 0), 0)
const number = (value: number) => value.toLocaleString('en-US')
const percent = (part: number, whole: number) => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`

function page(results: readonly CgoTypesResult[], skipped: readonly string[], versions: string): string {
  const rows = results.map(({name, after, unknownBefore, unknownAfter, declared, declaredDifferent}) => {
    const share = (unknown: number) => `${number(unknown)} (${percent(unknown, after.rows)})`
    return `| ${name} | ${number(after.rows)} | ${share(unknownBefore)} | ${share(unknownAfter)} | ${differentRows(after)} | ${declared} | ${declaredDifferent.length} |`
  })
  return `# Types of C expressions: the checker with the C model against go/types over what cgo generates

Written by \`npm run conformance -- cgo-types\` with ${versions}. A row is an expression of the package's Go files that go/types types, read together with
\`_cgo_gotypes.go\` (UsesCgo, as go/packages does it): its mode, type and constant value, equal up to the names of aliases and the numbers of unnamed structs.
*Unknown* counts rows of which gotriage says nothing, and constants that stay untyped because what they are assigned to or compared with is unknown
(${results.map(one => one.untyped).join(', ')} of them after): before, without the model; after, with what preambles and the module's own headers say, which is all that
\`check\` reads. *Different* counts every other difference: type, mode, value, object, a row too many, an error reported in a package that compiles.
Beside the rows, the underlying types of all declared types of C that the expressions lead to.

| package | rows | unknown before | unknown after | different | declared types | of these different |
|---|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}

${skipped.length === 0 ? 'No code base was skipped.' : `Skipped: ${skipped.join('; ')}.`}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2)
  const scratch = join(tmpdir(), 'gotriage-conformance')
  mkdirSync(scratch, {recursive: true})
  const results: CgoTypesResult[] = []
  const skipped: string[] = []
  const oracle = buildOracle()
  try {
    for (const base of codeBases) {
      if (wanted.length > 0 && !wanted.includes(base.name)) continue
      try {
        const result = await compareCgoTypes(oracle.path, asMainModule(scratch, base), base)
        results.push(result)
        console.log(`${result.name}\nbefore: ${report(result.before).split('\n')[0]}; ${result.unknownBefore} unknown`)
        console.log(`after: ${report(result.after)}\n${result.unknownAfter} unknown; ${result.declared} declared types`)
        for (const difference of result.declaredDifferent.slice(0, 20)) console.log(`  different ${difference}`)
      } catch (error) {
        skipped.push(`${base.path} ${base.version} (it does not build here)`)
        console.log(`skipped: ${base.path}: ${String(error).slice(0, 1000)}`)
      }
    }
  } finally {
    oracle.remove()
  }
  if (wanted.length === 0) {
    const folder = join(fileURLToPath(new URL('../../', import.meta.url)), 'docs/conformance')
    mkdirSync(folder, {recursive: true})
    writeFileSync(join(folder, 'cgo-types.md'), page(results, skipped, execFileSync('go', ['version'], {encoding: 'utf8'}).trim()))
  }
  if (results.some(({after, declaredDifferent}) => differentRows(after) + declaredDifferent.length > 0)) process.exitCode = 1
}
