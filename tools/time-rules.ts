// `npx tsx tools/time-rules.ts [-C DIR] [PATTERN…]`: the time each rule takes on a module, beside that of loading and type checking. Rules share
// the walks of src/analysis/reading, so the first to ask pays for what the others find made.
import {nodeHost} from '../src/host/node/node-host.ts'
import {allRules, runModule} from '../src/operations/check-module.ts'
import type {RunnableRule} from '../src/analysis/engine/run-rules.ts'

const words = process.argv.slice(2)
const at = words.indexOf('-C')
const [dir = process.cwd()] = at < 0 ? [] : words.splice(at, 2).slice(1)
const spentMs = new Map<string, number>()

const timed = (rule: RunnableRule): RunnableRule => {
  const measured =
    <P, R>(work: (pass: P) => R) =>
    (pass: P): R => {
      const start = performance.now()
      try {
        return work(pass)
      } finally {
        spentMs.set(rule.id, (spentMs.get(rule.id) ?? 0) + performance.now() - start)
      }
    }
  return 'run' in rule ? {...rule, run: measured(rule.run)} : {...rule, collect: measured(rule.collect)}
}

const start = performance.now()
const run = await runModule(
  {dir, shownFrom: dir, patterns: words.length > 0 ? words : ['./...'], rules: allRules.map(timed)},
  nodeHost({cwd: dir}),
  {},
)
const allMs = performance.now() - start
const rulesMs = [...spentMs.values()].reduce((sum, ms) => sum + ms, 0)
for (const [id, ms] of [...spentMs].sort((a, b) => b[1] - a[1])) console.log(`${ms.toFixed(0).padStart(8)} ms  ${id}`)
console.log(`${rulesMs.toFixed(0).padStart(8)} ms  all ${spentMs.size} rules`)
console.log(`${(allMs - rulesMs).toFixed(0).padStart(8)} ms  the rest: loading, type checking, indexing ${run.packages.length} packages`)
