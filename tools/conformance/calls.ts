// Compares the call graph with golang.org/x/tools' class hierarchy analysis: every edge of theirs between functions of the named packages must be
// one of ours. Dependencies are read with their bodies, because a method may become a value there.
//   npx tsx tools/conformance/calls.ts [-C DIR] PATTERN…
import {execFileSync, spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {callGraph} from '../../src/go/flow/call-graph.ts'
import {packageCalls, type PackageCalls} from '../../src/go/flow/package-calls.ts'
import {packageFlow} from '../../src/go/flow/package-flow.ts'
import {PackageChecker} from '../../src/go/load/check-packages.ts'
import {loadPackages} from '../../src/go/load/load-packages.ts'
import {nodeHost} from '../../src/host/node/node-host.ts'

export interface CallsComparison {
  functions: number
  /** Edges of theirs. */
  edges: number
  /** Edges of ours between the same functions. */
  ours: number
  /** Theirs without one of ours. */
  readonly missing: string[]
}

export async function compareCalls(dir: string, patterns: readonly string[]): Promise<CallsComparison> {
  const loaded = await loadPackages(nodeHost(), {dir, patterns, cgo: false})
  const checker = new PackageChecker(loaded)
  const facts: PackageCalls[] = loaded.packages.map(pkg => packageCalls(pkg.importPath, packageFlow(checker.check(pkg).info.files)))
  const graph = callGraph(facts)
  const known = new Map<string, Set<string>>()
  const comparison: CallsComparison = {functions: 0, edges: 0, ours: 0, missing: []}
  const rootFiles = new Set(loaded.roots.flatMap(pkg => pkg.files.map(file => file.path)))
  const inRoots = (place: string) => rootFiles.has(place.slice(0, place.lastIndexOf(':')))
  for (const place of graph.functions.keys()) {
    if (!inRoots(place)) continue
    const targets = new Set(graph.edgesFrom(place).map(edge => edge.to))
    known.set(place, targets)
    for (const to of targets) if (inRoots(to)) comparison.ours++
    comparison.functions++
  }
  const scratch = mkdtempSync(join(tmpdir(), 'flow-oracle-'))
  try {
    const binary = join(scratch, 'flow-oracle')
    execFileSync('go', ['build', '-o', binary, '.'], {
      cwd: fileURLToPath(new URL('flow-oracle', import.meta.url)),
      env: {...process.env, GOWORK: 'off', GOFLAGS: ''},
    })
    const child = spawn(binary, ['-C', dir, '-calls', ...patterns], {stdio: ['ignore', 'pipe', 'inherit']})
    for await (const line of createInterface({input: child.stdout})) {
      const {from, to} = JSON.parse(line) as {from: string; to: string} // printed by the oracle in this form
      comparison.edges++
      if (known.get(from)?.has(to) !== true) comparison.missing.push(`${from} -> ${to}`)
    }
  } finally {
    rmSync(scratch, {recursive: true})
  }
  return comparison
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const dir = args[0] === '-C' ? (args.splice(0, 2)[1] ?? '.') : '.'
  const {functions, edges, ours, missing} = await compareCalls(dir, args)
  console.log(`${functions} functions, ${edges} edges of x/tools, ${missing.length} of them missing; ${ours} of ours`)
  for (const line of missing.slice(0, 30)) console.log(`  ${line}`)
  if (missing.length > 0) process.exitCode = 1
}
