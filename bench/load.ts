// How long loading takes beside `go list -deps -json`, interleaved in one run: `npx tsx bench/load.ts [DIR…]`, default GOROOT/src. Each of
// our runs is a new process, as go's is, so that compiling our own JavaScript counts. go has its module index cache warm.
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {nodeHost} from '../src/host/node/node-host.ts'
import {loadPackages} from '../src/go/load/load-packages.ts'

const rounds = 7
const self = fileURLToPath(import.meta.url)
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

async function once(dir: string, pattern: string): Promise<void> {
  const start = performance.now()
  const loaded = await loadPackages(nodeHost(), {dir, patterns: [pattern]})
  const files = loaded.packages.reduce((sum, each) => sum + each.files.length, 0)
  console.log(
    JSON.stringify({ms: performance.now() - start, packages: loaded.packages.length, files, rssMb: process.memoryUsage().rss / 1e6}),
  )
}

function compare(dir: string, pattern: string): void {
  const [go, ours, inside]: [number[], number[], number[]] = [[], [], []]
  let last = {ms: 0, packages: 0, files: 0, rssMb: 0}
  for (let round = 0; round < rounds; round++) {
    go.push(
      timed(() =>
        execFileSync('go', ['list', '-e', '-deps', '-json', pattern], {cwd: dir, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 30}),
      ),
    )
    let output = ''
    ours.push(
      timed(
        () =>
          (output = execFileSync(process.execPath, ['--import', 'tsx', self, '--once', dir, pattern], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          })),
      ),
    )
    last = JSON.parse(output) as typeof last // written by once()
    inside.push(last.ms)
  }
  const spread = (values: readonly number[]) =>
    `${Math.round(median(values))} ms (${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))})`
  console.log(
    `${dir}: ${last.packages} packages, ${last.files} files: go list ${spread(go)}, loadPackages ${spread(inside)}, whole process ${spread(ours)}; ` +
      `ratio ${(median(inside) / median(go)).toFixed(2)}, ${Math.round(last.rssMb)} MB`,
  )
}

const [flag, ...rest] = process.argv.slice(2)
if (flag === '--once') await once(rest[0] ?? '.', rest[1] ?? './...')
else if (flag === undefined) compare(join(execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim(), 'src'), 'std')
else for (const dir of [flag, ...rest]) compare(dir, './...')
