// `npm run bench -- flow [NAME…]`: control flow graphs and summaries of every function beside the type checking they stand on, package by package in
// turn, in one process. Names: std, gin, prometheus. Processor seconds of each part by round; the first round compiles our own code as well.
import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {packageFlow} from '../src/go/flow/package-flow.ts'
import {packageSummaries} from '../src/go/flow/package-summaries.ts'
import {shippedSummary} from '../src/go/flow/short-summary.ts'
import {PackageChecker} from '../src/go/load/check-packages.ts'
import {loadPackages} from '../src/go/load/load-packages.ts'
import {nodeHost} from '../src/host/node/node-host.ts'
import {asMainModule, type ModuleVersion} from '../tools/conformance/main-modules.ts'

const rounds = 3
const scratch = join(tmpdir(), 'gotriage-conformance')
const modules: Readonly<Record<string, ModuleVersion>> = {
  gin: {name: 'gin', path: 'github.com/gin-gonic/gin', version: 'v1.12.0'},
  prometheus: {name: 'prometheus', path: 'github.com/prometheus/prometheus', version: 'v0.310.0'},
}

interface Round {
  checkS: number
  graphsS: number
  summariesS: number
  functions: number
  graphs: number
  summaries: number
  overBudget: number
}

/** Processor seconds, user and system, of this process. */
function cpu<T>(work: () => T): readonly [T, number] {
  const before = process.cpuUsage()
  const result = work()
  const {user, system} = process.cpuUsage(before)
  return [result, (user + system) / 1e6]
}

async function once(dir: string, patterns: readonly string[]): Promise<Round> {
  const loaded = await loadPackages(nodeHost(), {dir, patterns, cgo: false})
  const checker = new PackageChecker(loaded)
  const round: Round = {checkS: 0, graphsS: 0, summariesS: 0, functions: 0, graphs: 0, summaries: 0, overBudget: 0}
  for (const pkg of loaded.roots) {
    const [{info}, checkS] = cpu(() => checker.check(pkg))
    // Both are worked out when something asks: here for every function.
    const [flow, graphsS] = cpu(() => {
      const made = packageFlow(info.files)
      for (const own of made.functions) round.graphs += made.cfgOf(own.node) === undefined ? 0 : 1
      return made
    })
    const [summaries, summariesS] = cpu(() => {
      const made = packageSummaries(flow, shippedSummary)
      round.summaries += made.byName.size
      return made
    })
    round.checkS += checkS
    round.graphsS += graphsS
    round.summariesS += summariesS
    round.functions += flow.functions.length
    round.overBudget += summaries.overBudget.length
    for (const file of pkg.files) loaded.release(file)
  }
  return round
}

const names = process.argv.slice(2)
mkdirSync(scratch, {recursive: true})
for (const name of names.length > 0 ? names : ['std', 'gin', 'prometheus']) {
  const module = modules[name]
  if (module === undefined && name !== 'std') throw new Error(`no module ${name}; there are std, ${Object.keys(modules).join(', ')}`)
  const dir =
    module === undefined ? join(execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim(), 'src') : asMainModule(scratch, module)
  for (let i = 1; i <= rounds; i++) {
    const {checkS, graphsS, summariesS, functions, graphs, summaries, overBudget} = await once(dir, [
      module === undefined ? 'std' : './...',
    ])
    const percent = (seconds: number) => `${((100 * seconds) / checkS).toFixed(0)} %`
    console.log(
      `${name}, round ${i}: checking ${checkS.toFixed(2)} s, graphs ${graphsS.toFixed(2)} s (${percent(graphsS)}), summaries ${summariesS.toFixed(2)} s (${percent(summariesS)}), ` +
        `together ${percent(graphsS + summariesS)}; ${functions} functions, ${graphs} graphs, ${summaries} summaries, ${overBudget} over budget`,
    )
  }
}
