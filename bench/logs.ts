// Logs and dumps, whole processes: `npm run bench -- logs [MEGABYTES] [GOROUTINES] [ROUNDS]` (1024, 500000 and 3 when not said).
// 1. A log with gctrace lines beside `LC_ALL=C grep -c '^gc '` on the same cached file; the bar is half of grep's speed in under 150 MB.
// 2. A dump of so many goroutines beside panicparse (the `pp` command, from the module proxy); the bar is its speed with half its memory.
// 3. `diagnose` on the same log, without a bar.
// Rounds are interleaved; the figures are medians of wall and of processor time (user and system, to 10 ms) and the peak of memory that the
// kernel counted (VmHWM). The bars are held against processor time too: a busy machine stretches wall time.
import {execFileSync, spawn} from 'node:child_process'
import {closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const bars = {grepRatio: 0.5, logMb: 150, dumpRatio: 1, dumpMemoryRatio: 0.5}
const panicparse = 'github.com/maruel/panicparse/v2@v2.5.0'
const program = fileURLToPath(new URL('../bin/gotriage.js', import.meta.url))
if (!existsSync(fileURLToPath(new URL('../dist/main.js', import.meta.url)))) throw new Error('bench: run "npm run build" first')
const [megabytes = 1024, goroutines = 500_000, rounds = 3] = process.argv.slice(2).map(Number)

const folder = mkdtempSync(join(tmpdir(), 'gotriage-logs-'))

interface Run {
  readonly seconds: number
  readonly processorSeconds: number
  readonly megabytes: number
}

/** Ticks of /proc/PID/stat a second. */
const ticks = 100

/** Wall time of a process and the most memory it had. The output is a file: grep stops at the first match when it writes to /dev/null. */
function measured(command: string, args: readonly string[], input?: string): Promise<Run> {
  const file = input === undefined ? 'ignore' : openSync(input, 'r')
  const output = openSync(join(folder, 'output'), 'w')
  const began = performance.now()
  const child = spawn(command, args, {stdio: [file, output, 'ignore'], env: {...process.env, LC_ALL: 'C'}})
  let [kilobytes, processorSeconds] = [0, 0]
  const look = setInterval(() => {
    try {
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      processorSeconds = Math.max(processorSeconds, (Number(fields[11]) + Number(fields[12])) / ticks)
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0))
    } catch {
      // It has just ended.
    }
  }, 10)
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('exit', code => {
      clearInterval(look)
      closeSync(output)
      if (typeof file === 'number') closeSync(file)
      if (code === 0 || code === 1) done({seconds: (performance.now() - began) / 1000, processorSeconds, megabytes: kilobytes / 1024})
      else failed(new Error(`${command} ended with ${code}`))
    })
  })
}

function written(path: string, blocks: Iterable<string>): number {
  const file = openSync(path, 'w')
  for (const block of blocks) writeSync(file, block)
  closeSync(file)
  return statSync(path).size
}

/** A service's log, of which every fortieth line is a gctrace line. */
function* logBlocks(bytes: number): Generator<string> {
  let size = 0
  for (let n = 0, cycle = 1; size < bytes;) {
    let block = ''
    while (block.length < 1 << 20) {
      if (n++ % 40 === 0)
        block += `gc ${cycle++} @${(n / 1000).toFixed(3)}s 2%: 0.018+0.46+0.071 ms clock, 0.14+0/0.38/0.14+0.56 ms cpu, 29->29->29 MB, 30 MB goal, 0 MB stacks, 0 MB globals, 8 P\n`
      else
        block += `2026-01-02T15:04:05.${String(n % 1000).padStart(3, '0')}Z INFO request handled method=GET path=/orders/${n} status=200 bytes=${n % 9973}\n`
    }
    size += block.length
    yield block
  }
}

function* dumpBlocks(count: number): Generator<string> {
  const states = ['chan receive', 'select', 'IO wait', 'sync.Mutex.Lock', 'semacquire']
  let block = ''
  for (let n = 1; n <= count; n++) {
    const kind = n % 50
    block += `goroutine ${n} [${states[kind % 5]}, ${n % 90} minutes]:\nexample.com/shop/orders.(*Store).wait${kind}(0xc000${n.toString(16).padStart(6, '0')}, 0x1)\n\t/src/shop/orders/store.go:${100 + kind} +0x1f\nexample.com/shop/orders.(*Store).Load(0xc000112540, {0x610e19, 0x4})\n\t/src/shop/orders/load.go:${20 + kind} +0x9c\nexample.com/shop/web.handle(0xc00011c000)\n\t/src/shop/web/handle.go:88 +0x45\ncreated by example.com/shop/web.Serve in goroutine 1\n\t/src/shop/web/serve.go:31 +0x6b\n\n`
    if (block.length > 1 << 20) {
      yield block
      block = ''
    }
  }
  yield block
}

const median = (runs: readonly Run[], of: (run: Run) => number) => runs.map(of).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)] ?? 0
const peak = (runs: readonly Run[]) => Math.max(...runs.map(run => run.megabytes))

async function pair(name: string, ours: () => Promise<Run>, theirs: () => Promise<Run>) {
  const [a, b]: [Run[], Run[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    a.push(await ours())
    b.push(await theirs())
  }
  const ratioOf = (of: (run: Run) => number) => median(b, of) / median(a, of)
  const [ratio, processorRatio] = [ratioOf(run => run.seconds), ratioOf(run => run.processorSeconds)]
  const cell = (runs: readonly Run[]) =>
    `${median(runs, run => run.seconds).toFixed(2)} s (${median(runs, run => run.processorSeconds).toFixed(2)} s), ${peak(runs).toFixed(0)} MB`
  console.log(`| ${name} | ${cell(a)} | ${cell(b)} | ${ratio.toFixed(2)} (${processorRatio.toFixed(2)}) |`)
  return {ratio, processorRatio, megabytes: peak(a), memoryRatio: peak(a) / peak(b)}
}

try {
  const [log, dump] = [join(folder, 'service.log'), join(folder, 'dump.txt')]
  const logBytes = written(log, logBlocks(megabytes * 1024 * 1024))
  const dumpBytes = written(dump, dumpBlocks(goroutines))
  execFileSync('go', ['install', panicparse.replace('@', '/cmd/pp@')], {env: {...process.env, GOBIN: folder}})
  console.log(`log ${(logBytes / 1e6).toFixed(0)} MB, dump ${(dumpBytes / 1e6).toFixed(0)} MB of ${goroutines} goroutines`)
  console.log('| what | ours: wall (processor), memory | theirs | speed, ours over theirs: wall (processor) |\n|---|---:|---:|---:|')
  const identify = (path: string) => measured(process.execPath, [program, 'identify', path])
  const byGrep = await pair(
    'log, grep -c',
    () => identify(log),
    () => measured('grep', ['-c', '^gc ', log]),
  )
  const byPp = await pair(
    'dump, panicparse',
    () => identify(dump),
    () => measured(join(folder, 'pp'), [], dump),
  )
  await pair(
    'log, diagnose; grep -c',
    () => measured(process.execPath, [program, 'diagnose', log]),
    () => measured('grep', ['-c', '^gc ', log]),
  )
  const missed = [
    ...(byGrep.processorRatio < bars.grepRatio
      ? [`log speed ${byGrep.processorRatio.toFixed(3)} of grep by processor time, wanted ${bars.grepRatio}`]
      : []),
    ...(byGrep.ratio < bars.grepRatio ? [`log speed ${byGrep.ratio.toFixed(3)} of grep, wanted ${bars.grepRatio}`] : []),
    ...(byGrep.megabytes > bars.logMb ? [`log memory ${byGrep.megabytes.toFixed(0)} MB, wanted ${bars.logMb}`] : []),
    ...(byPp.ratio < bars.dumpRatio ? [`dump speed ${byPp.ratio.toFixed(3)} of panicparse, wanted ${bars.dumpRatio}`] : []),
    ...(byPp.memoryRatio > bars.dumpMemoryRatio
      ? [`dump memory ${byPp.memoryRatio.toFixed(2)} of panicparse's, wanted ${bars.dumpMemoryRatio}`]
      : []),
  ]
  for (const line of missed) console.log(`missed: ${line}`)
  process.exitCode = missed.length > 0 ? 1 : 0
} finally {
  rmSync(folder, {recursive: true})
}
