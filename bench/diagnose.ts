// A diagnosis of the size that hurts: 50 files of evidence (100 MB) and a Go module of 300,000 lines, the built program as a whole process.
// `npm run bench -- diagnose [MODULE DIR]`: the evidence is made here from a seed; without a directory only the evidence is read. Target: 20 s on
// 2 cores. The 100 MB are taken twice: as what the decoders read (profiles unpacked), and as the files lie on the disk (profiles packed), which is
// more to read. Prints wall and processor time of each part, since source and evidence are slow for different reasons.
import {spawnSync} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {generateProfile} from './profile-generator.ts'

const secondsMax = 20
const bytesWanted = 100e6
const linesWanted = 300_000
const program = fileURLToPath(new URL('../bin/gotriage.js', import.meta.url))
if (!existsSync(new URL('../dist/main.js', import.meta.url))) throw new Error('bench: run "npm run build" first')

const folder = mkdtempSync(join(tmpdir(), 'gotriage-diagnose-'))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))

interface Mix {
  readonly name: string
  /** In each of the four dumps. */
  readonly goroutines: number
  /** What counts of a file: its bytes unpacked, or on the disk. */
  counts(content: number, onDisk: number): number
}

const mixes: readonly Mix[] = [
  {name: 'read', goroutines: 2000, counts: content => content},
  {name: 'disk', goroutines: 14_000, counts: (_, onDisk) => onDisk},
]

interface Made {
  readonly directory: string
  readonly files: number
  readonly contentBytes: number
  readonly diskBytes: number
}

/** 50 files, what a service of some thousand goroutines leaves in an hour; the last log is as long as it takes to fill the 100 MB. */
function writeEvidence({name, goroutines, counts}: Mix): Made {
  const directory = join(folder, `evidence-${name}`)
  mkdirSync(directory)
  let [contentBytes, diskBytes] = [0, 0]
  const write = (file: string, content: Uint8Array | string) => {
    const stored = file.endsWith('.gz') ? gzipSync(content, {level: 1}) : content // runtime/pprof packs with BestSpeed
    contentBytes += content.length
    diskBytes += stored.length
    writeFileSync(join(directory, file), stored)
  }
  for (let i = 1; i <= 20; i++)
    write(`heap-${i}.pb.gz`, generateProfile({kind: 'heap', samples: 10_000, stacks: 5000, bytes: 1_100_000, seed: i}))
  for (let i = 1; i <= 8; i++)
    write(`cpu-${i}.pb.gz`, generateProfile({kind: 'cpu', samples: 10_000, stacks: 5000, bytes: 1_000_000, seed: 100 + i}))
  for (let i = 1; i <= 4; i++) write(`goroutine-${i}.txt`, goroutineDump(goroutines + 250 * i))
  write('schedtrace.log', schedtrace(20_000))
  for (let i = 1; i <= 15; i++)
    write(
      `status-${i}.txt`,
      `Name:\tserver\nPid:\t7\nVmPeak:\t ${900_000 + i} kB\nVmRSS:\t ${500_000 + 1000 * i} kB\nThreads:\t${20 + i}\n`,
    )
  write('gctrace-1.log', gctrace(2e6))
  const left = bytesWanted - counts(contentBytes, diskBytes)
  if (left < 0) throw new Error(`bench: ${-left} bytes too many before the last file`)
  write('gctrace-2.log', gctrace(left))
  return {directory, files: readdirSync(directory).length, contentBytes, diskBytes}
}

const reasons = ['chan receive', 'select', 'IO wait', 'sync.Mutex.Lock', 'sleep', 'chan send']

function goroutineDump(count: number): string {
  const parts: string[] = []
  for (let id = 1; id <= count; id++) {
    const kind = id % reasons.length
    const frames = Array.from(
      {length: 8},
      (_, depth) =>
        `example.com/service/part${kind}.(*Worker).step${depth}(0xc000${(id * 4096).toString(16)}, 0x${id.toString(16)})\n\t/build/part${kind}/step${depth}.go:${10 + depth} +0x${(64 + depth).toString(16)}\n`,
    )
    parts.push(
      `goroutine ${id} [${reasons[kind]}, ${id % 50} minutes]:\n${frames.join('')}created by example.com/service/part${kind}.Start in goroutine 1\n\t/build/part${kind}/start.go:20 +0x7c\n\n`,
    )
  }
  return parts.join('')
}

/** Whole lines, `bytes` of them to within one. */
function gctrace(bytes: number): string {
  const lines: string[] = []
  for (let [n, length] = [1, 0]; ; n++) {
    const live = 100 + (n % 60)
    const line = `gc ${n} @${(n * 0.06).toFixed(3)}s 4%: 0.031+${(n % 9) + 1}.2+0.012 ms clock, 0.12+0.4/${(n % 7) + 2}.0/3.1+0.05 ms cpu, ${2 * live}->${2 * live + 3}->${live} MB, ${2 * live} MB goal, 1 MB stacks, 0 MB globals, 4 P\n`
    length += line.length
    if (length > bytes) return lines.join('')
    lines.push(line)
  }
}

const schedtrace = (lines: number) =>
  Array.from(
    {length: lines},
    (_, i) =>
      `SCHED ${i * 100}ms: gomaxprocs=4 idleprocs=${i % 3} threads=14 spinningthreads=0 needspinning=0 idlethreads=5 runqueue=${i % 2} [${i % 4} 0 1 0] schedticks=[${i} ${i} ${i} ${i}]\n`,
  ).join('')

interface Run {
  readonly seconds: number
  readonly processor: number
  readonly exit: number | null
}

function timed(words: readonly string[]): Run {
  const command = [process.execPath, program, 'diagnose', ...words, '--format', 'json', '-o', join(folder, 'out.json')]
  const run = spawnSync('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1', 'bash', ...command], {encoding: 'utf8'})
  const [seconds = 0, user = 0, system = 0] = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(run.stderr)?.slice(1).map(Number) ?? []
  return {seconds, processor: user + system, exit: run.status}
}

const said = ({seconds, processor, exit}: Run) => `${seconds.toFixed(1)} s (${processor.toFixed(1)} s of processor time), exit ${exit}`

/** Copies Go files below `from` until there are enough lines; tests are not read by diagnose and are left out. */
function copySource(from: string, to: string): number {
  let lines = 0
  const visit = (relative: string) => {
    for (const name of readdirSync(join(from, relative)).toSorted()) {
      const path = join(relative, name)
      if (statSync(join(from, path)).isDirectory()) {
        if (name !== 'testdata' && name !== 'vendor' && !name.startsWith('.')) visit(path)
      } else if (name === 'go.mod' || name === 'go.sum' || (name.endsWith('.go') && !name.endsWith('_test.go') && lines < linesWanted)) {
        mkdirSync(join(to, relative), {recursive: true})
        cpSync(join(from, path), join(to, path))
        if (name.endsWith('.go')) lines += readFileSync(join(from, path), 'utf8').split('\n').length
      }
    }
  }
  visit('')
  return lines
}

const [module] = process.argv.slice(2)
const source = join(folder, 'source')
let lines = 0
if (module !== undefined) {
  mkdirSync(source)
  lines = copySource(module, source)
  console.log(`source alone: ${lines} lines: ${said(timed([source]))}`)
}
for (const mix of mixes) {
  const {directory, files, contentBytes, diskBytes} = writeEvidence(mix)
  const size = `${files} files, ${(diskBytes / 1e6).toFixed(1)} MB on the disk, ${(contentBytes / 1e6).toFixed(1)} MB unpacked`
  console.log(`evidence alone: ${size}: ${said(timed([directory]))}`)
  if (module === undefined) continue
  const both = timed([directory, '--source', source])
  console.log(`both: ${said(both)}; target ${secondsMax} s: ${both.seconds <= secondsMax ? 'held' : 'not held'}`)
  rmSync(directory, {recursive: true})
}
