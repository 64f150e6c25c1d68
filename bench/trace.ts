// Execution traces beside Go's own reader, whole processes: `npm run bench -- trace [SECONDS…]`. Traces are captured here from
// fixtures/programs/trace-scenarios (a mixed load for so many seconds each; 0.4, 4 and 40 give about 5, 50 and 500 MB). Compared are
// `gotriage trace summary` (built, npm run build), golang.org/x/exp/trace doing the same work (tools/trace-oracle speed), and
// `go tool trace -pprof=sched` for those up to 100 MB. Rounds are interleaved; the figures are medians of wall time and the peak of memory.
import {execFileSync, spawn} from 'node:child_process'
import {closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const bars = {eventsRatio: 0.75, memoryMbMore: 100}
const viewerBytesMax = 100e6
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const program = at('bin/gotriage.js')
if (!existsSync(at('dist/main.js'))) throw new Error('bench: run "npm run build" first')

interface Run {
  readonly seconds: number
  readonly megabytes: number
}

/** Wall time of a process and the most memory it had, as the kernel counted it (VmHWM). */
function measured(command: string, args: readonly string[], output: string): Promise<Run> {
  const file = openSync(output, 'w')
  const began = performance.now()
  const child = spawn(command, args, {stdio: ['ignore', file, 'ignore']})
  let kilobytes = 0
  const look = setInterval(() => {
    try {
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0))
    } catch {
      // It has just ended.
    }
  }, 20)
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('exit', code => {
      clearInterval(look)
      closeSync(file)
      if (code === 0) done({seconds: (performance.now() - began) / 1000, megabytes: kilobytes / 1024})
      else failed(new Error(`${command} ended with ${code}`))
    })
  })
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const dir = mkdtempSync(join(tmpdir(), 'gotriage-trace-'))
const built = (folder: string) => {
  const path = join(dir, folder.replace(/^.*\//, ''))
  execFileSync('go', ['build', '-o', path, '.'], {cwd: at(folder)})
  return path
}
const [scenarios, oracle] = [built('fixtures/programs/trace-scenarios'), built('tools/trace-oracle')]
const viewer = execFileSync('go', ['tool', '-n', 'trace'], {encoding: 'utf8'}).trim()
const lengths = process.argv.slice(2).map(Number)
let missed = false
console.log(
  '| trace MB | events | ours s, M/s, MB | x/exp/trace s, M/s, MB | events/s, ours over theirs | go tool trace -pprof=sched s, MB |',
)
console.log('|---:|---:|---:|---:|---:|---:|')
for (const length of lengths.length > 0 ? lengths : [0.4, 4, 40]) {
  const file = join(dir, 'bench.trace')
  execFileSync(scenarios, ['-scenario', 'mixed', '-for', `${length}s`, '-o', file])
  const bytes = statSync(file).size
  const [ours, theirs, tool]: [Run[], Run[], Run[]] = [[], [], []]
  for (let round = 0; round < (length > 10 ? 1 : 3); round++) {
    ours.push(await measured(process.execPath, [program, 'trace', 'summary', '--format', 'json', file], join(dir, 'ours.json')))
    theirs.push(await measured(oracle, ['speed', file], join(dir, 'theirs.json')))
    if (round === 0 && bytes <= viewerBytesMax) tool.push(await measured(viewer, ['-pprof=sched', file], join(dir, 'sched.pb')))
  }
  const {data} = JSON.parse(readFileSync(join(dir, 'ours.json'), 'utf8')) as {data: {events: number}} // our own document
  const {events} = JSON.parse(readFileSync(join(dir, 'theirs.json'), 'utf8')) as {events: number} // the oracle's
  const figures = (runs: readonly Run[]) => {
    const [seconds, megabytes] = [median(runs.map(run => run.seconds)), Math.max(...runs.map(run => run.megabytes))]
    return {seconds, megabytes, text: `${seconds.toFixed(2)}, ${(events / 1e6 / seconds).toFixed(2)}, ${megabytes.toFixed(0)}`}
  }
  const [mine, other] = [figures(ours), figures(theirs)]
  const ratio = other.seconds / mine.seconds
  if (ratio < bars.eventsRatio || mine.megabytes > other.megabytes + bars.memoryMbMore || data.events !== events) missed = true
  const shown = tool[0] === undefined ? '' : `${tool[0].seconds.toFixed(2)}, ${tool[0].megabytes.toFixed(0)}`
  console.log(
    `| ${(bytes / 1e6).toFixed(1)} | ${events.toLocaleString('en-US')} | ${mine.text} | ${other.text} | ${ratio.toFixed(2)} | ${shown} |${data.events === events ? '' : ' DIFFERENT EVENTS'}`,
  )
  rmSync(file)
}
rmSync(dir, {recursive: true, force: true})
if (missed) process.exitCode = 1
