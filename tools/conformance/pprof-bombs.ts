// Profiles made to hurt: files of a few megabytes that unpack to some 450 MB of one thing, and others that stay just below a limit. Each is given to
// the built program (`gotriage profile top`), one process each, with its processor time and most memory as the kernel counted them. What must come is
// a report, or an error that names a limit or a byte, with at most a gigabyte of memory. Prints the table of docs/measurements/profiles.md.
// Arguments: `--only RE`.
import {spawn} from 'node:child_process'
import {createWriteStream, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {fileURLToPath} from 'node:url'
import {createGzip} from 'node:zlib'
import {bombs} from './pprof-bomb-files.ts'

const memoryMbMax = 1024
const secondsMax = 300
/** Between two looks at a process. */
const lookMs = 10
const ticksPerSecond = 100
const program = fileURLToPath(new URL('../../bin/gotriage.js', import.meta.url))
const at = process.argv.indexOf('--only')
const only = new RegExp(at < 0 ? '' : (process.argv[at + 1] ?? ''))

interface Run {
  readonly code: number | null
  readonly seconds: number
  readonly megabytes: number
  readonly said: string
}

function measured(file: string): Promise<Run> {
  const child = spawn(process.execPath, [program, 'profile', 'top', file], {stdio: ['ignore', 'pipe', 'pipe'], timeout: secondsMax * 1000})
  let [kilobytes, ticks] = [0, 0]
  let [out, said] = ['', '']
  child.stdout.on('data', (part: Buffer) => (out = (out + part.toString()).slice(0, 400)))
  child.stderr.on('data', (part: Buffer) => (said = (said + part.toString()).slice(-4000)))
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
    child.on('close', code => {
      clearInterval(look)
      const shown = /Showing nodes .*/.exec(out)?.[0]
      done({code, seconds: ticks / ticksPerSecond, megabytes: kilobytes / 1024, said: code === 0 ? (shown ?? out) : said})
    })
  })
}

const dir = mkdtempSync(join(tmpdir(), 'gotriage-bombs-'))
let failures = 0
console.log('| what the file is full of | file | processor time | memory | what comes |\n|---|---:|---:|---:|---|')
for (const {name, parts} of bombs) {
  if (!only.test(name)) continue
  const file = join(dir, 'bomb.pb.gz')
  await pipeline(Readable.from(parts()), createGzip({level: 1}), createWriteStream(file))
  const run = await measured(file)
  const limit = /[^:\n]* passed its limit of \d+/.exec(run.said)?.[0].trim() ?? / .*at byte \d+/.exec(run.said)?.[0].trim()
  const good = (run.code === 0 || (run.code === 2 && limit !== undefined)) && run.megabytes <= memoryMbMax
  if (!good) failures++
  const outcome = run.code === 0 ? `a report: ${run.said}` : (limit ?? `exit ${run.code}: ${run.said.slice(0, 300)}`)
  console.log(
    `| ${name} | ${(statSync(file).size / 1e6).toFixed(1)} MB | ${run.seconds.toFixed(1)} s | ${run.megabytes.toFixed(0)} MB | ${outcome.replaceAll('\n', ' ')} |${good ? '' : ' NOT GOOD'}`,
  )
}
rmSync(dir, {recursive: true, force: true})
process.exitCode = failures === 0 ? 0 : 1
