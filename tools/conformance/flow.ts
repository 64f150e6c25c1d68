// Compares control flow with golang.org/x/tools' go/cfg and ctrlflow, function by function: whether it may return, and which statements and
// conditions are live. Packages and all they import are read with their bodies, so that what never returns is worked out from source in both.
//   npx tsx tools/conformance/flow.ts [-C DIR] PATTERN…
import {execFileSync, spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {isLive, positionOf, type Cfg} from '../../src/go/flow/cfg.ts'
import type {CallEnd} from '../../src/go/flow/cfg-builder.ts'
import {functionName} from '../../src/go/flow/function-name.ts'
import {intrinsicEnds} from '../../src/go/flow/never-returns.ts'
import {packageFlow} from '../../src/go/flow/package-flow.ts'
import type {FunctionBody} from '../../src/go/flow/package-functions.ts'
import {PackageChecker} from '../../src/go/load/check-packages.ts'
import {loadPackages} from '../../src/go/load/load-packages.ts'
import {forEachChild, type Node} from '../../src/go/syntax/ast.ts'
import {nodeHost} from '../../src/host/node/node-host.ts'

interface OracleFunction {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly mayReturn: boolean
  /** Start, end, live (1 or 0), and so on. */
  readonly nodes: readonly number[]
}

export interface FlowComparison {
  functions: number
  nodes: number
  /** Functions with the same answer and the same live nodes. */
  equal: number
  /** Theirs has it, ours not, or the other way round. */
  readonly missing: string[]
  readonly mayReturn: string[]
  readonly liveness: string[]
  /** Functions found never to return, by name, for the table of the standard library. */
  readonly neverReturning: Map<string, CallEnd>
  ourSeconds: number
  checkSeconds: number
}

const oracleDir = fileURLToPath(new URL('flow-oracle', import.meta.url))

/** What the oracle prints for these arguments, a JSON line each. */
export async function oracleLines(args: readonly string[], take: (line: string) => void): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'flow-oracle-'))
  const binary = join(scratch, 'flow-oracle')
  try {
    execFileSync('go', ['build', '-o', binary, '.'], {cwd: oracleDir, env: {...process.env, GOWORK: 'off', GOFLAGS: ''}})
    const child = spawn(binary, args, {stdio: ['ignore', 'pipe', 'inherit']})
    for await (const line of createInterface({input: child.stdout})) take(line)
  } finally {
    rmSync(scratch, {recursive: true})
  }
}

async function oracleFunctions(dir: string, patterns: readonly string[]): Promise<Map<string, OracleFunction[]>> {
  const byFile = new Map<string, OracleFunction[]>()
  await oracleLines(['-C', dir, ...patterns], line => {
    const one = JSON.parse(line) as OracleFunction // printed by the oracle in this form
    const list = byFile.get(one.file)
    if (list === undefined) byFile.set(one.file, [one])
    else list.push(one)
  })
  return byFile
}

export async function compareFlow(dir: string, patterns: readonly string[]): Promise<FlowComparison> {
  const result: FlowComparison = {
    functions: 0,
    nodes: 0,
    equal: 0,
    missing: [],
    mayReturn: [],
    liveness: [],
    neverReturning: new Map(),
    ourSeconds: 0,
    checkSeconds: 0,
  }
  const theirs = await oracleFunctions(dir, patterns)
  const loaded = await loadPackages(nodeHost(), {dir, patterns, cgo: false})
  const checker = new PackageChecker(loaded)
  for (const pkg of loaded.packages) {
    const started = performance.now()
    const checked = checker.check(pkg)
    const between = performance.now()
    const flow = packageFlow(checked.info.files, name => result.neverReturning.get(name))
    for (const own of flow.functions) flow.cfgOf(own.node)
    result.checkSeconds += (between - started) / 1000
    result.ourSeconds += (performance.now() - between) / 1000
    for (const [name, end] of flow.neverReturning) result.neverReturning.set(name, end)
    const ours = new Map(flow.functions.map(own => [`${own.file.path}:${own.body.pos}`, own]))
    for (const file of checked.info.files) {
      for (const other of theirs.get(file.path) ?? []) {
        result.functions++
        result.nodes += other.nodes.length / 3
        const key = `${other.file}:${other.start}`
        const own = ours.get(key)
        ours.delete(key)
        const cfg = own && flow.cfgOf(own.node)
        if (own === undefined || cfg === undefined) result.missing.push(key)
        else judge(result, own, cfg, other)
      }
    }
    // ctrlflow builds no graph of the functions it knows by name.
    for (const [key, own] of ours) if (own.func === undefined || !intrinsicEnds.has(functionName(own.func) ?? '')) result.missing.push(key)
  }
  return result
}

function judge(result: FlowComparison, own: FunctionBody, cfg: Cfg, other: OracleFunction): void {
  const at = `${other.file}:${own.file.lines.length > 0 ? lineOf(own, other.start) : 0}`
  let same = true
  if (cfg.mayReturn !== other.mayReturn) {
    same = false
    result.mayReturn.push(`${at}: theirs ${other.mayReturn}`)
  }
  const wanted = new Map<string, boolean>()
  for (let i = 0; i < other.nodes.length; i += 3) {
    const range = `${other.nodes[i]}:${other.nodes[i + 1]}`
    wanted.set(range, wanted.get(range) === true || other.nodes[i + 2] === 1)
  }
  const look = (node: Node): void => {
    const range = `${node.pos}:${node.end}`
    const live = wanted.get(range)
    if (live !== undefined && (positionOf(cfg, node) !== undefined || isLive(cfg, node) !== 'unknown')) {
      wanted.delete(range)
      if (isLive(cfg, node) !== (live ? 'yes' : 'no')) {
        same = false
        result.liveness.push(`${other.file}:${lineOf(own, node.pos)} ${node.kind}: theirs ${live}`)
      }
    }
    if (node.kind !== 'FuncLit') forEachChild(node, look)
  }
  forEachChild(own.body, look)
  for (const range of wanted.keys()) {
    same = false
    result.liveness.push(`${other.file}:${lineOf(own, Number(range.split(':')[0]))}: not in our graph`)
  }
  if (same) result.equal++
}

function lineOf(own: FunctionBody, offset: number): number {
  let line = 0
  while (line < own.file.lines.length && (own.file.lines[line] ?? 0) <= offset) line++
  return line
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const dir = args[0] === '-C' ? (args.splice(0, 2)[1] ?? '.') : '.'
  const c = await compareFlow(dir, args)
  console.log(`${c.functions} functions, ${c.nodes} nodes: ${c.equal} equal, ${c.missing.length} missing`)
  console.log(`check ${c.checkSeconds.toFixed(1)} s, flow ${c.ourSeconds.toFixed(1)} s`)
  console.log(`may return differs: ${c.mayReturn.length}, liveness of nodes: ${c.liveness.length}`)
  for (const line of [...c.missing.slice(0, 20), ...c.mayReturn.slice(0, 60), ...c.liveness.slice(0, 60)]) console.log(`  ${line}`)
  if (c.missing.length + c.mayReturn.length + c.liveness.length > 0) process.exitCode = 1
}
