// Compares which functions never return with what golang.org/x/tools' SSA says, function by function: another way to the same answer, over
// instructions instead of syntax. What differs is counted by what ends its ways, on either side, and listed.
//   npx tsx tools/conformance/no-return.ts [-C DIR] PATTERN…
import {fileURLToPath} from 'node:url'
import {calleeOf} from '../../src/go/flow/callee.ts'
import type {CallEnd} from '../../src/go/flow/cfg-builder.ts'
import type {Cfg} from '../../src/go/flow/cfg.ts'
import {intrinsicEnds, neverReturns} from '../../src/go/flow/never-returns.ts'
import {functionName} from '../../src/go/flow/function-name.ts'
import {packageFlow} from '../../src/go/flow/package-flow.ts'
import type {FunctionBody} from '../../src/go/flow/package-functions.ts'
import {PackageChecker} from '../../src/go/load/check-packages.ts'
import {loadPackages} from '../../src/go/load/load-packages.ts'
import {nodeHost} from '../../src/host/node/node-host.ts'
import {oracleLines} from './flow.ts'

interface OracleFunction {
  readonly file: string
  readonly start: number
  readonly name: string
  readonly never: boolean
  readonly by: readonly string[]
}

export interface NoReturnComparison {
  functions: number
  /** Never return by both. */
  both: number
  /** Return by both. */
  neither: number
  /** By what ends their ways, `file:line name` each. */
  readonly onlyOurs: Map<string, string[]>
  readonly onlyTheirs: Map<string, string[]>
  /** Functions that one side does not have. */
  readonly missing: string[]
}

export async function compareNoReturn(dir: string, patterns: readonly string[]): Promise<NoReturnComparison> {
  const theirs = new Map<string, OracleFunction>()
  await oracleLines(['-C', dir, '-noreturn', ...patterns], line => {
    const one = JSON.parse(line) as OracleFunction // printed by the oracle in this form
    theirs.set(`${one.file}:${one.start}`, one)
  })
  const result: NoReturnComparison = {functions: 0, both: 0, neither: 0, onlyOurs: new Map(), onlyTheirs: new Map(), missing: []}
  const loaded = await loadPackages(nodeHost(), {dir, patterns, cgo: false})
  const checker = new PackageChecker(loaded)
  const known = new Map<string, CallEnd>()
  for (const pkg of loaded.packages) {
    const flow = packageFlow(checker.check(pkg).info.files, name => known.get(name) ?? neverReturns(name))
    for (const [name, end] of flow.neverReturning) known.set(name, end)
    for (const own of flow.functions) {
      const key = `${own.file.path}:${own.body.pos}`
      const other = theirs.get(key)
      const cfg = flow.cfgOf(own.node)
      theirs.delete(key)
      if (other === undefined || cfg === undefined) result.missing.push(`${placeOf(own)}: not in SSA`)
      else judge(result, own, cfg, other)
    }
  }
  for (const {file, name} of theirs.values()) result.missing.push(`${file} ${name}: not ours`)
  return result
}

function judge(result: NoReturnComparison, own: FunctionBody, cfg: Cfg, other: OracleFunction): void {
  result.functions++
  const name = own.func && functionName(own.func)
  const end = name === undefined ? undefined : intrinsicEnds.get(name)
  const ours = end === undefined ? !cfg.mayReturn : end !== 'returns'
  if (ours === other.never) {
    if (ours) result.both++
    else result.neither++
    return
  }
  const list = ours ? result.onlyOurs : result.onlyTheirs
  const reason = ours ? ourReason(own, cfg, end) : other.by.join('+')
  list.set(reason, [...(list.get(reason) ?? []), `${placeOf(own)} ${other.name}`])
}

/** What ends the ways of a function that only we say never returns. */
function ourReason(own: FunctionBody, cfg: Cfg, end: CallEnd | undefined): string {
  if (end !== undefined) return 'by name'
  const reasons = new Set<string>()
  for (const block of cfg.blocks) {
    if (!block.live || (block.end !== 'unwind' && block.end !== 'never')) continue
    const last = block.nodes.at(-1)
    const callee = last?.kind === 'ExprStmt' && last.x.kind === 'CallExpr' ? calleeOf(own.file, last.x) : undefined
    if (callee === undefined) continue
    reasons.add(callee.kind === 'function' || callee.kind === 'interface' ? `${callee.kind} ${functionName(callee.func)}` : callee.kind)
  }
  return [...reasons].toSorted().join('+')
}

function placeOf(own: FunctionBody): string {
  let line = 0
  while (line < own.file.lines.length && (own.file.lines[line] ?? 0) <= own.body.pos) line++
  return `${own.file.path}:${line}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const dir = args[0] === '-C' ? (args.splice(0, 2)[1] ?? '.') : '.'
  const c = await compareNoReturn(dir, args)
  console.log(
    `${c.functions} functions: ${c.both} never return by both, ${c.neither} return by both, ${c.missing.length} missing on a side`,
  )
  for (const [title, list] of [
    ['only ours', c.onlyOurs],
    ['only SSA', c.onlyTheirs],
  ] as const)
    for (const [reason, places] of list) {
      console.log(`${title}, ${reason}: ${places.length}`)
      for (const place of places.slice(0, 50)) console.log(`  ${place}`)
    }
  for (const one of c.missing.slice(0, 20)) console.log(`  ${one}`)
}
