// Compares the type checker with go/types, row by row, over Go packages: wrong (a type, mode, value or object that differs), unknown (ours does
// not say), missing (go/types has a row, we have none), extra. Wrong and unknown are never added together.
//   npx tsx tools/conformance/types.ts [-C DIR] [--tests] [--cgo] [--declarations] [--platform GOOS/GOARCH] [--tags T] [--examples N] PATTERN…
import {execFileSync, spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import type {DeclarationCache} from '../../src/base/declaration-cache.ts'
import type {Host} from '../../src/base/host.ts'
import type {Loaded} from '../../src/go/load/api.ts'
import {PackageChecker, type KeptDeclarations} from '../../src/go/load/check-packages.ts'
import {loadPackages} from '../../src/go/load/load-packages.ts'
import {packageKeys} from '../../src/go/load/package-keys.ts'
import {lineOf} from '../../src/go/syntax/lines.ts'
import type {Checked} from '../../src/go/types/api.ts'
import type {ObjectPlace} from '../../src/go/types/object-path.ts'
import {nodeHost} from '../../src/host/node/node-host.ts'
import {absoluteDir, rowsOfChecked, type TypeRow} from '../../src/operations/inspect-types.ts'

export interface Request {
  readonly dir: string
  readonly patterns: readonly string[]
  readonly tests?: boolean
  /** Files that import "C" too, whose names are unknown to both (go/types FakeImportC). */
  readonly cgo?: boolean
  readonly tags?: string
  /** `windows/386`; default is that of the environment. */
  readonly platform?: string
  /** Dependencies come from declaration files, which a run before wrote. */
  readonly declarations?: boolean
}
/**
 * `known`: go/types gives no type, because of a name it takes for wrong, and we do: a conversion of a C name, say. `made-up`: what go/types says
 * rests on such a missing type (a constant stays untyped beside it), or on a C struct having 8 bytes (see restsOnFakeC).
 */
export type Class =
  | 'known'
  | 'made-up'
  | 'type'
  | 'mode'
  | 'value'
  | 'object'
  | 'unknown'
  | 'missing'
  | 'extra'
  | 'false-error'
  | 'package-missing'
  | 'crash'
export interface Example {
  readonly ours: TypeRow | undefined
  readonly theirs: TypeRow | undefined
  readonly note?: string
}
export interface Comparison {
  /** Rows of go/types. */
  rows: number
  equal: number
  readonly classes: Map<Class, number>
  readonly examples: Map<Class, Example[]>
  packages: number
  /** Seconds our own checking took, without loading. */
  ourSeconds: number
  /** Errors of go/types, and of these, those on whose line we report one too. */
  theirErrors: number
  sameErrors: number
  /** Packages whose declarations came from files. */
  declarationFiles?: number
}

const oracleDir = fileURLToPath(new URL('types-oracle', import.meta.url))

/** Builds the oracle into a fresh directory; the caller removes it. */
export function buildOracle(): {readonly path: string; remove(): void} {
  const dir = mkdtempSync(join(tmpdir(), 'types-oracle-'))
  const path = join(dir, 'types-oracle')
  execFileSync('go', ['build', '-o', path, '.'], {
    cwd: oracleDir,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {...process.env, GOWORK: 'off', GOFLAGS: ''},
  })
  return {path, remove: () => rmSync(dir, {recursive: true})}
}

export const newComparison = (): Comparison => ({
  rows: 0,
  equal: 0,
  classes: new Map(),
  examples: new Map(),
  packages: 0,
  ourSeconds: 0,
  theirErrors: 0,
  sameErrors: 0,
})

export type Count = (kind: Class, example: Example) => void
export const counting =
  (result: Comparison, examplesMax: number): Count =>
  (kind, example) => {
    result.classes.set(kind, (result.classes.get(kind) ?? 0) + 1)
    const list = result.examples.get(kind) ?? []
    if (list.length < examplesMax) list.push(example)
    result.examples.set(kind, list)
  }

export async function compareTypes(oracle: string, request: Request, examplesMax = 20): Promise<Comparison> {
  const result: Comparison = {
    rows: 0,
    equal: 0,
    classes: new Map(),
    examples: new Map(),
    packages: 0,
    ourSeconds: 0,
    theirErrors: 0,
    sameErrors: 0,
  }
  const host = nodeHost()
  const [goos = '', goarch = ''] = request.platform?.split('/') ?? []
  const options = {
    dir: request.dir,
    patterns: request.patterns,
    cgo: request.cgo === true,
    ...(request.tests === true ? {tests: true} : {}),
    ...(request.platform === undefined ? {} : {goos, goarch}),
    ...(request.tags === undefined ? {} : {tags: request.tags.split(',')}),
  }
  const loaded = await loadPackages(host, options)
  const base = absoluteDir(request.dir, process.cwd())
  const written = request.declarations === true ? await writtenDeclarations(host, loaded) : undefined
  if (written !== undefined) result.declarationFiles = written.count
  const checker = new PackageChecker(loaded, {kept: written?.kept})
  const count = counting(result, examplesMax)
  const judgePackage = ({id, rows: theirs, errors}: OraclePackage) => {
    result.packages++
    result.rows += theirs.length
    const pkg = loaded.roots.find(root => root.id === id)
    if (pkg === undefined) return count('package-missing', {ours: undefined, theirs: undefined, note: id})
    const started = performance.now()
    let ours: Map<string, TypeRow[]>
    try {
      const checked = checker.check(pkg)
      judgeErrors(checked, errors, base, result, count)
      ours = rowsOfChecked(checked, base)
      for (const file of pkg.files) loaded.release(file)
    } catch (error) {
      return count('crash', {
        ours: undefined,
        theirs: undefined,
        note: `${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      })
    }
    result.ourSeconds += (performance.now() - started) / 1000
    result.equal += judgeRows([...ours.values()].flat(), theirs, count, request.cgo)
  }
  for await (const pkg of oraclePackages(oracle, oracleArguments(request), request.platform)) judgePackage(pkg)
  return result
}

/** Declaration files, in memory, of all that checking the packages of a load refers to. */
async function writtenDeclarations(host: Host, loaded: Loaded): Promise<{readonly kept: KeptDeclarations; readonly count: number}> {
  const files = new Map<string, Uint8Array>()
  const hash = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')
  const cache: DeclarationCache = {
    identity: '',
    hash,
    read: key => files.get(key),
    write: (key, bytes) => void files.set(key, bytes),
  }
  const kept = {cache, keys: await packageKeys(host, loaded, cache, Date.now())}
  const first = new PackageChecker(loaded, {kept})
  for (const root of loaded.roots) first.check(root)
  first.keep()
  return {kept, count: files.size}
}

/** Errors by line: positions within one are a matter of taste. A package that go/types accepts must have none. */
export function judgeErrors(checked: Checked, errors: readonly ObjectPlace[], base: string, result: Comparison, count: Count): void {
  const lines = new Map(checked.info.files.map(state => [state.path, (pos: number) => lineOf(state.lines, pos)]))
  const absolute = (file: string) => (file.startsWith('/') ? file : `${base}/${file}`)
  const ours = new Set(checked.errors.map(error => `${error.file.path}:${lineOf(error.file.lines, error.pos)}`))
  const theirs = new Set(errors.map(({file, start}) => `${absolute(file)}:${lines.get(absolute(file))?.(start)}`))
  result.theirErrors += theirs.size
  for (const line of theirs) if (ours.has(line)) result.sameErrors++
  if (theirs.size > 0) return
  for (const {file, pos, message} of checked.errors)
    count('false-error', {ours: undefined, theirs: undefined, note: `${file.path}:${lineOf(file.lines, pos)}: ${message}`})
}

const keyOf = (row: TypeRow) => `${row.file}:${row.start}:${row.end}`

/** How many are equal; the others go to `count`. */
export function judgeRows(ours: readonly TypeRow[], theirs: readonly TypeRow[], count: Count, fakeC = false): number {
  const byKey = new Map(ours.map(row => [keyOf(row), row]))
  const others: {readonly kind: Class; readonly ours: TypeRow | undefined; readonly theirs: TypeRow}[] = []
  for (const row of theirs) {
    const key = keyOf(row)
    const mine = byKey.get(key)
    byKey.delete(key)
    const kind = classOf(mine, row)
    if (kind !== undefined) others.push({kind, ours: mine, theirs: row})
  }
  const sizes = others.flatMap(one =>
    one.kind === 'missing' && one.theirs.mode === 'constant' && one.theirs.type === 'uintptr' ? [one.theirs] : [],
  )
  const extra = [...byKey.values()]
  const unsaid = others.flatMap(one => (one.kind === 'unknown' || one.kind === 'missing' ? [one.theirs] : []))
  for (const {kind, ours: mine, theirs: row} of others) {
    const madeUp = fakeC && restsOnFakeC(mine, row, extra, sizes)
    count(madeUp ? 'made-up' : restsOnUnknown(mine, row, unsaid) ? 'unknown' : kind, {ours: mine, theirs: row})
  }
  for (const row of extra) count(row.mode === 'invalid' ? 'unknown' : 'extra', {ours: row, theirs: undefined})
  return theirs.length - others.length
}

const contains = (outer: TypeRow, inner: TypeRow) => outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end

/**
 * Whether a row of go/types follows from what FakeImportC makes up. A constant beside `int(C.f())`: the conversion is invalid to it, so that the
 * constant stays untyped, while the language gives it the type of the other operand; ours has a row for the whole expression, go/types has none.
 * Or a constant that is, or is computed from, `unsafe.Sizeof(C.struct{})`: go/types takes the invalid type for 8 bytes.
 */
function restsOnFakeC(ours: TypeRow | undefined, theirs: TypeRow, extra: readonly TypeRow[], sizes: readonly TypeRow[]): boolean {
  if (sizes.some(size => contains(size, theirs) || contains(theirs, size))) return true
  const converted = ours !== undefined && ours.mode === 'constant' && theirs.mode === 'constant' && ours.value === theirs.value
  if (!converted || !theirs.type.startsWith('untyped ') || ours.type.startsWith('untyped ')) return false
  return extra.some(row => row.mode !== 'invalid' && contains(row, theirs) && keyOf(row) !== keyOf(theirs))
}

/**
 * Whether ours says less of a row only because it says nothing of one around or in it: a constant beside an unknown operand keeps its untyped type,
 * and the conversion of an unknown value has its type, but whether it is a constant nobody knows.
 */
function restsOnUnknown(ours: TypeRow | undefined, theirs: TypeRow, unsaid: readonly TypeRow[]): boolean {
  if (ours === undefined || theirs.mode !== 'constant') return false
  const untyped = ours.mode === 'constant' && ours.value === theirs.value && ours.type.startsWith('untyped ')
  if (untyped) return unsaid.some(row => contains(row, theirs))
  return ours.mode === 'value' && ours.type === theirs.type && unsaid.some(row => contains(theirs, row))
}

function classOf(ours: TypeRow | undefined, theirs: TypeRow): Class | undefined {
  if (ours === undefined) return 'missing'
  if (ours.mode === 'invalid' && theirs.type === 'invalid type') return sameObject(ours, theirs) ? undefined : 'object' // neither can say
  if (ours.mode !== 'invalid' && theirs.type.includes('invalid type') && !ours.type.includes('invalid type')) return 'known'
  const sayless = ours.mode === 'invalid' || (ours.type.includes('invalid type') && !theirs.type.includes('invalid type'))
  if (sayless && theirs.mode !== 'invalid') return 'unknown'
  if (ours.type !== theirs.type) return 'type'
  if (ours.mode !== theirs.mode) return 'mode'
  if (ours.value !== theirs.value) return ours.value === 'unknown' ? 'unknown' : 'value'
  return sameObject(ours, theirs) ? undefined : 'object'
}

const sameObject = (ours: TypeRow, theirs: TypeRow) => JSON.stringify(ours.object) === JSON.stringify(theirs.object)

/** What cgo declared in a package, by name: right sides of aliases, underlying types of the rest. */
export interface CgoTypes {
  readonly aliases: Readonly<Record<string, string>>
  readonly types: Readonly<Record<string, string>>
}
export interface OraclePackage {
  readonly id: string
  readonly cgo?: CgoTypes | null
  readonly errors: readonly ObjectPlace[]
  readonly rows: TypeRow[]
}
function oracleArguments(request: Request): string[] {
  const flags = [...(request.tests === true ? ['-tests'] : []), ...(request.cgo === true ? ['-cgo'] : [])]
  return ['-C', request.dir, ...flags, ...(request.tags === undefined ? [] : ['-tags', request.tags]), ...request.patterns]
}

/** The oracle's packages as they come; one is held at a time. */
export async function* oraclePackages(oracle: string, args: readonly string[], platform?: string): AsyncGenerator<OraclePackage> {
  const [GOOS, GOARCH] = platform?.split('/') ?? []
  const env = {...process.env, GOFLAGS: '', GOWORK: 'off', ...(GOOS === undefined ? {} : {GOOS, GOARCH})}
  const child = spawn(oracle, ['-stream', ...args], {stdio: ['ignore', 'pipe', 'ignore'], env})
  let current: OraclePackage | undefined
  for await (const line of createInterface({input: child.stdout, crlfDelay: Infinity})) {
    const parsed = JSON.parse(line) as TypeRow | {package: string; errors: ObjectPlace[]; cgo?: CgoTypes | null}
    if (!('package' in parsed)) current?.rows.push(parsed)
    else {
      if (current !== undefined) yield current
      current = {id: parsed.package, errors: parsed.errors, rows: [], ...(parsed.cgo === undefined ? {} : {cgo: parsed.cgo})}
    }
  }
  if (current !== undefined) yield current
}

export const wrongRows = ({classes}: Comparison): number =>
  (['type', 'mode', 'value', 'object'] as const).reduce((sum, kind) => sum + (classes.get(kind) ?? 0), 0)

export function report(result: Comparison): string {
  const {rows, equal, packages, classes} = result
  const share = (n: number) => `${((n / Math.max(rows, 1)) * 1e6).toFixed(1)} per million`
  const wrong = wrongRows(result)
  const lines = [
    `${packages} packages, ${rows} rows, ${equal} equal, ${wrong} wrong (${share(wrong)}); checked in ${result.ourSeconds.toFixed(1)} s`,
    ...(result.declarationFiles === undefined ? [] : [`declarations of ${result.declarationFiles} packages come from files`]),
    `errors of go/types: ${result.theirErrors} lines, ${result.sameErrors} of them found`,
  ]
  for (const [kind, n] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(`${kind}: ${n} (${share(n)})`)
    for (const {ours, theirs, note} of result.examples.get(kind) ?? []) {
      const row = theirs ?? ours
      if (note !== undefined) lines.push(`  ${note}`)
      if (row !== undefined) lines.push(`  ${row.file}:${row.start}-${row.end}\n    ours   ${brief(ours)}\n    theirs ${brief(theirs)}`)
    }
  }
  return lines.join('\n')
}

const brief = (row: TypeRow | undefined) =>
  row === undefined
    ? '-'
    : `${row.mode} ${row.type}${row.value === undefined ? '' : ` = ${row.value}`}${row.object === undefined ? '' : ` @ ${JSON.stringify(row.object)}`}`

function requestOf(args: readonly string[]): Request & {examples: number} {
  const patterns: string[] = []
  let [dir, tests, cgo, declarations, examples] = ['.', false, false, false, 10]
  let [tags, platform]: (string | undefined)[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (arg === '-C') dir = args[++i] ?? dir
    else if (arg === '--tags') tags = args[++i]
    else if (arg === '--examples') examples = Number(args[++i])
    else if (arg === '--platform') platform = args[++i]
    else if (arg === '--tests') tests = true
    else if (arg === '--cgo') cgo = true
    else if (arg === '--declarations') declarations = true
    else patterns.push(arg)
  }
  return {
    dir,
    patterns,
    tests,
    cgo,
    declarations,
    examples,
    ...(tags === undefined ? {} : {tags}),
    ...(platform === undefined ? {} : {platform}),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const request = requestOf(process.argv.slice(2))
  const oracle = buildOracle()
  try {
    console.log(report(await compareTypes(oracle.path, request, request.examples)))
  } finally {
    oracle.remove()
  }
}
