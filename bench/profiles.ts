// Large profiles beside the toolchain's pprof, whole processes: `npm run bench -- profiles [NAME…]`. Each file is made here from a seed (100 MB
// uncompressed, a million samples, 2,000 or 50,000 distinct stacks); ours is the built program (npm run build), pprof's is
// `go tool pprof -top -symbolize=none`, once, between rounds of ours. Both outputs must be the same bytes. Times are waited and of the processors (user
// and system, of all threads).
import {execFileSync, spawn} from 'node:child_process'
import {closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {generateProfile} from './profile-generator.ts'

const samples = 1_000_000
const bytes = 100_000_000
const rounds = 3
/** Between two looks at a process; what it does after the last is not counted. */
const lookMs = 10
const ticksPerSecond = 100
const cases = [
  {name: 'cpu-2000', kind: 'cpu', stacks: 2000},
  {name: 'cpu-50000', kind: 'cpu', stacks: 50_000},
  {name: 'heap-2000', kind: 'heap', stacks: 2000},
  {name: 'heap-50000', kind: 'heap', stacks: 50_000},
] as const
const bars = {timeRatio: 1 / 20, memoryRatio: 1 / 5, memoryMb: 700}

const program = fileURLToPath(new URL('../bin/gotriage.js', import.meta.url))
if (!existsSync(new URL('../dist/main.js', import.meta.url))) throw new Error('bench: run "npm run build" first')
const pprof = execFileSync('go', ['tool', '-n', 'pprof'], {encoding: 'utf8'}).trim()

interface Run {
  readonly seconds: number
  readonly processor: number
  readonly megabytes: number
}

/** Waited and processor time of a process and the most memory it had, as the kernel counted them (utime and stime, VmHWM). */
function measured(command: string, args: readonly string[], output: string): Promise<Run> {
  const file = openSync(output, 'w')
  const began = performance.now()
  const child = spawn(command, args, {stdio: ['ignore', file, 'ignore'], env: {...process.env, TZ: 'UTC'}})
  let [kilobytes, ticks] = [0, 0]
  const look = setInterval(() => {
    try {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      ticks = Math.max(ticks, Number(fields[11]) + Number(fields[12]))
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0))
    } catch {
      // It has just ended.
    }
  }, lookMs)
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('exit', code => {
      clearInterval(look)
      closeSync(file)
      if (code === 0) done({seconds: (performance.now() - began) / 1000, processor: ticks / ticksPerSecond, megabytes: kilobytes / 1024})
      else failed(new Error(`${command} ended with ${code}`))
    })
  })
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const wanted = process.argv.slice(2)
const dir = mkdtempSync(join(tmpdir(), 'gotriage-profiles-'))
console.log(
  '| profile | MB | pprof: s, processor s, MB | ours: s, processor s (least–most), MB | time | processor | memory |\n|---|---:|---:|---:|---:|---:|---:|',
)
let missed = false
for (const {name, kind, stacks} of cases) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const file = join(dir, `${name}.pb`)
  const made = generateProfile({kind, samples, stacks, bytes, seed: 1})
  writeFileSync(file, made)
  const one = () => measured(process.execPath, [program, 'profile', 'top', file], join(dir, 'ours.txt'))
  const ours: Run[] = [await one()]
  const theirs = await measured(pprof, ['-symbolize=none', '-top', file], join(dir, 'theirs.txt'))
  while (ours.length < rounds) ours.push(await one())
  rmSync(file)
  const [seconds, processor] = [median(ours.map(run => run.seconds)), median(ours.map(run => run.processor))]
  const megabytes = Math.max(...ours.map(run => run.megabytes))
  const [time, work, memory] = [seconds / theirs.seconds, processor / theirs.processor, megabytes / theirs.megabytes]
  const span = `${Math.min(...ours.map(run => run.processor)).toFixed(2)}–${Math.max(...ours.map(run => run.processor)).toFixed(2)}`
  const same = readFileSync(join(dir, 'ours.txt')).equals(readFileSync(join(dir, 'theirs.txt')))
  if (!same || time > bars.timeRatio || work > bars.timeRatio || memory > bars.memoryRatio || megabytes > bars.memoryMb) missed = true
  console.log(
    `| ${name} | ${(made.length / 1e6).toFixed(1)} | ${theirs.seconds.toFixed(1)}, ${theirs.processor.toFixed(1)}, ${theirs.megabytes.toFixed(0)} | ` +
      `${seconds.toFixed(2)}, ${processor.toFixed(2)} (${span}), ${megabytes.toFixed(0)} | ` +
      `1/${(1 / time).toFixed(0)} | 1/${(1 / work).toFixed(0)} | 1/${(1 / memory).toFixed(1)} |${same ? '' : ' DIFFERENT OUTPUT'}`,
  )
}
rmSync(dir, {recursive: true, force: true})
if (missed) process.exitCode = 1
