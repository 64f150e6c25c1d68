// Execution traces beside Go's own reader, whole processes: `npm run bench -- trace [SECONDS | FILE …]`. Traces are captured here from
// fixtures/programs/trace-scenarios (a mixed load for so many seconds each; 1, 8, 40 and 80 give about 5, 50, 250 and 500 MB on an idle machine with 2
// cores). Compared are `gotriage trace summary` (built, npm run build), golang.org/x/exp/trace doing the same work (tools/trace-oracle speed),
// `go tool trace -pprof=sched` for those up to 100 MB, and the program that GOTRACEUI_LOADER names (gotraceui's ptrace.Parse of the file it is given; the
// module proxy has only releases that cannot read these traces). Rounds are interleaved; figures are medians of wall and processor time (user and
// system) and the peak of memory. On a machine that does other things too, processor time is the one to compare.
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
  readonly processor: number
  readonly megabytes: number
}

/** Wall and processor time of a process, and the most memory it had, as the kernel counted it (VmHWM). */
function measured(command: string, args: readonly string[], output: string): Promise<Run> {
  const file = openSync(output, 'w')
  const timed = ['-c', 'TIMEFORMAT="%R %U %S"; { time "$@" >&3 2>/dev/null; } 2>&1', 'bash', command, ...args]
  const child = spawn('bash', timed, {stdio: ['ignore', 'pipe', 'ignore', file]})
  let text = ''
  child.stdout!.on('data', (more: Buffer) => (text += more.toString()))
  let kilobytes = 0
  const look = setInterval(() => {
    try {
      const own = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${own}/status`, 'utf8'))?.[1] ?? 0))
    } catch {
      // It has not begun, or has just ended.
    }
  }, 20)
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('exit', code => {
      clearInterval(look)
      closeSync(file)
      const [seconds, user, system] = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(text)?.slice(1).map(Number) ?? []
      if (code === 0 && seconds !== undefined) done({seconds, processor: user! + system!, megabytes: kilobytes / 1024})
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
const loader = process.env['GOTRACEUI_LOADER']
const asked = process.argv.slice(2)
let missed = false
console.log(
  `load average ${execFileSync('uptime', {encoding: 'utf8'}).split('average: ')[1]?.trim()}; each cell: wall s, processor s, M events a processor second, peak MB`,
)
console.log(
  '| trace MB | events | gotriage trace summary | x/exp/trace | events/s, ours over theirs: wall, processor | go tool trace -pprof=sched | gotraceui |',
)
console.log('|---:|---:|---:|---:|---:|---:|---:|')
for (const what of asked.length > 0 ? asked : ['1', '8', '40', '80']) {
  const own = /^[\d.]+$/.test(what)
  const file = own ? join(dir, 'bench.trace') : what
  if (own) execFileSync(scenarios, ['-scenario', 'mixed', '-for', `${what}s`, '-o', file])
  const bytes = statSync(file).size
  const [ours, theirs, tool, gui]: [Run[], Run[], Run[], Run[]] = [[], [], [], []]
  for (let round = 0; round < (bytes > viewerBytesMax ? 2 : 5); round++) {
    ours.push(await measured(process.execPath, [program, 'trace', 'summary', '--format', 'json', file], join(dir, 'ours.json')))
    theirs.push(await measured(oracle, ['speed', file], join(dir, 'theirs.json')))
    if (round > 0 || bytes > viewerBytesMax) continue
    tool.push(await measured(viewer, ['-pprof=sched', file], join(dir, 'sched.pb')))
    if (loader !== undefined) gui.push(await measured(loader, [file], join(dir, 'gotraceui.out')))
  }
  const {data} = JSON.parse(readFileSync(join(dir, 'ours.json'), 'utf8')) as {data: {events: number}} // our own document
  const {events} = JSON.parse(readFileSync(join(dir, 'theirs.json'), 'utf8')) as {events: number} // the oracle's
  const figures = (runs: readonly Run[]) => {
    const [seconds, processor] = [median(runs.map(run => run.seconds)), median(runs.map(run => run.processor))]
    const megabytes = Math.max(0, ...runs.map(run => run.megabytes))
    const rate = (events / 1e6 / processor).toFixed(2)
    return {
      seconds,
      processor,
      megabytes,
      text: runs.length === 0 ? '' : `${seconds.toFixed(2)}, ${processor.toFixed(2)}, ${rate}, ${megabytes.toFixed(0)}`,
    }
  }
  const [mine, other] = [figures(ours), figures(theirs)]
  const [wall, processor] = [other.seconds / mine.seconds, other.processor / mine.processor]
  if (Math.max(wall, processor) < bars.eventsRatio || mine.megabytes > other.megabytes + bars.memoryMbMore || data.events !== events)
    missed = true
  console.log(
    `| ${(bytes / 1e6).toFixed(1)} | ${events.toLocaleString('en-US')} | ${mine.text} | ${other.text} | ${wall.toFixed(2)}, ${processor.toFixed(2)} | ${figures(tool).text} | ${figures(gui).text} |${data.events === events ? '' : ' DIFFERENT EVENTS'}`,
  )
  if (own) rmSync(file)
}
rmSync(dir, {recursive: true, force: true})
if (missed) process.exitCode = 1
