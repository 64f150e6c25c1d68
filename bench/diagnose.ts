// A diagnosis of the size that hurts: 50 files of evidence (100 MB) and a Go module of 300,000 lines, the built program as a whole process.
// `npm run bench -- diagnose [MODULE DIR]`: the evidence is made here from a seed; without a directory only the evidence is read. Target: 20 s on
// 2 cores. Prints the time of each part, since source and evidence are slow for different reasons.
import {spawnSync} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {generateProfile} from './profile-generator.ts'

const secondsMax = 20
const linesWanted = 300_000
const program = fileURLToPath(new URL('../bin/gotriage.js', import.meta.url))
if (!existsSync(new URL('../dist/main.js', import.meta.url))) throw new Error('bench: run "npm run build" first')

const folder = mkdtempSync(join(tmpdir(), 'gotriage-diagnose-'))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))
const evidence = join(folder, 'evidence')
mkdirSync(evidence)

/** 50 files, 100 MB before compression: what a service of some thousand goroutines leaves in an hour. */
function writeEvidence(): {files: number; megabytes: number} {
  let bytes = 0
  const write = (name: string, content: Uint8Array | string) => {
    bytes += content.length
    writeFileSync(join(evidence, name), name.endsWith('.gz') ? gzipSync(content, {level: 1}) : content)
  }
  for (let i = 1; i <= 20; i++)
    write(`heap-${i}.pb.gz`, generateProfile({kind: 'heap', samples: 20_000, stacks: 5000, bytes: 2_200_000, seed: i}))
  for (let i = 1; i <= 8; i++)
    write(`cpu-${i}.pb.gz`, generateProfile({kind: 'cpu', samples: 20_000, stacks: 5000, bytes: 2_000_000, seed: 100 + i}))
  for (let i = 1; i <= 4; i++) write(`goroutine-${i}.txt`, goroutines(12_000 + 1000 * i))
  for (let i = 1; i <= 2; i++) write(`gctrace-${i}.log`, gctrace(60_000))
  write('schedtrace.log', schedtrace(40_000))
  for (let i = 1; i <= 15; i++)
    write(
      `status-${i}.txt`,
      `Name:\tserver\nPid:\t7\nVmPeak:\t ${900_000 + i} kB\nVmRSS:\t ${500_000 + 1000 * i} kB\nThreads:\t${20 + i}\n`,
    )
  const files = readdirSync(evidence).length
  return {files, megabytes: bytes / 1e6}
}

const reasons = ['chan receive', 'select', 'IO wait', 'sync.Mutex.Lock', 'sleep', 'chan send']

function goroutines(count: number): string {
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

function gctrace(cycles: number): string {
  const lines: string[] = []
  for (let n = 1; n <= cycles; n++) {
    const live = 100 + (n % 60)
    lines.push(
      `gc ${n} @${(n * 0.06).toFixed(3)}s 4%: 0.031+${(n % 9) + 1}.2+0.012 ms clock, 0.12+0.4/${(n % 7) + 2}.0/3.1+0.05 ms cpu, ${2 * live}->${2 * live + 3}->${live} MB, ${2 * live} MB goal, 1 MB stacks, 0 MB globals, 4 P`,
    )
  }
  return `${lines.join('\n')}\n`
}

const schedtrace = (lines: number) =>
  Array.from(
    {length: lines},
    (_, i) =>
      `SCHED ${i * 100}ms: gomaxprocs=4 idleprocs=${i % 3} threads=14 spinningthreads=0 needspinning=0 idlethreads=5 runqueue=${i % 2} [${i % 4} 0 1 0] schedticks=[${i} ${i} ${i} ${i}]\n`,
  ).join('')

function timed(words: readonly string[]): {seconds: number; exit: number | null} {
  const start = performance.now()
  const run = spawnSync(process.execPath, [program, 'diagnose', ...words, '--format', 'json', '-o', join(folder, 'out.json')], {
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  return {seconds: (performance.now() - start) / 1e3, exit: run.status}
}

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

const made = writeEvidence()
const alone = timed([evidence])
console.log(`evidence alone: ${made.files} files, ${made.megabytes.toFixed(0)} MB: ${alone.seconds.toFixed(1)} s, exit ${alone.exit}`)
const [module] = process.argv.slice(2)
if (module !== undefined) {
  const source = join(folder, 'source')
  mkdirSync(source)
  const lines = copySource(module, source)
  const bare = timed([source])
  console.log(`source alone: ${lines} lines: ${bare.seconds.toFixed(1)} s, exit ${bare.exit}`)
  const both = timed([evidence, '--source', source])
  console.log(
    `both: ${both.seconds.toFixed(1)} s, exit ${both.exit}; target ${secondsMax} s: ${both.seconds <= secondsMax ? 'held' : 'not held'}`,
  )
}
