// `npm run check`: format, lint, types, layers, tidy, dead code. All of them run; the first failure does not hide the others.
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = name => `${root}node_modules/.bin/${name}`
const steps = [
  ['generate', process.execPath, ['tools/generate.mjs']],
  ['format', bin('oxfmt'), ['--check', '--no-error-on-unmatched-pattern', 'src', 'tools', 'bench', 'web', 'fixtures']],
  ['types', bin('tsc'), ['-p', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings', '--quiet']],
  ['layers', bin('tsx'), ['tools/layers.ts']],
  ['tidy', bin('tsx'), ['tools/tidy.ts']],
  ['dead code', bin('knip'), ['--no-progress']],
  ['documents', process.execPath, ['tools/documents.mjs', '--check']],
]
const failed = []
for (const [name, command, args] of steps) {
  const started = performance.now()
  const {status, stdout, stderr} = spawnSync(command, args, {cwd: root, encoding: 'utf8', maxBuffer: 1 << 28})
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  if (status !== 0) {
    failed.push(name)
    console.log(stdout + stderr)
  }
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
