// Builds the Go program of the workloads with one Go release and runs it, in a CPU cgroup of its own where there is cgroup v1.
import {spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const sources = fileURLToPath(new URL('workloads', import.meta.url))
const cgroupRoot = '/sys/fs/cgroup/cpu'

/** One line of the program: a variant of a workload. */
export interface Line {
  readonly workload: string
  readonly variant: string
  readonly samples: readonly number[]
  readonly figures: Readonly<Record<string, number>>
  readonly go: string
}

export interface Built {
  readonly path: string
  readonly folder: string
  /** `go1.26.8`. */
  readonly version: string
}

/** `release` is a toolchain like `go1.25.9` that the module proxy serves; the installed one when absent. Undefined when it cannot be had. */
export function build(release?: string): Built | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'gotriage-validate-'))
  cpSync(sources, folder, {recursive: true})
  const env = {...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off', GOTOOLCHAIN: release ?? 'local'}
  const version = spawnSync('go', ['env', 'GOVERSION'], {cwd: tmpdir(), env, encoding: 'utf8', timeout: 300_000}).stdout?.trim()
  const minor = /^go1\.(\d+)/.exec(version ?? '')?.[1]
  if (minor === undefined) return undefined
  // The language version sets GODEBUG defaults: each release runs with its own.
  writeFileSync(join(folder, 'go.mod'), `module gotriage.dev/validate\n\ngo 1.${minor}\n`)
  const path = join(folder, 'workloads')
  const built = spawnSync('go', ['build', '-o', path, '.'], {cwd: folder, env, encoding: 'utf8', timeout: 600_000})
  if (built.status !== 0) {
    rmSync(folder, {recursive: true, force: true})
    return undefined
  }
  return {path, folder, version: version!}
}

export const discard = (built: Built) => rmSync(built.folder, {recursive: true, force: true})

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** CFS quota in CPUs, by period of 100 ms. */
  readonly quotaCpus?: number
  /** A command the program is started through, like `taskset -c 0,1`. */
  readonly through?: string
}

export interface ProgramRun {
  readonly lines: readonly Line[]
  readonly stderr: string
  /** CPUs that others used meanwhile, on average. */
  readonly foreignCpus: number
}

/** CPUs in use over the next so many ms. */
export function busyCpus(ms: number): number {
  const before = busyTicks()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  return ((busyTicks() - before) * 10) / ms
}

function busyTicks(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '')
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return user + nice + system + irq + softirq
}

/** What the command of `through` ends with when now is no time to run (EX_TEMPFAIL of sysexits.h). */
const refused = 75

/** Undefined when the command it goes through refused. */
export function run(built: Built, workload: string, seconds: number, options: RunOptions = {}): ProgramRun | undefined {
  const group = enterGroup(options.quotaCpus)
  const enter = group === undefined ? '' : `echo $$ > ${group}/tasks && `
  if (options.quotaCpus !== undefined && group === undefined)
    throw new Error('validate: a quota needs cgroup v1 and the right to make a group')
  const {status, stdout, stderr} = spawnSync(
    'sh',
    ['-c', `${enter}exec ${options.through ?? ''} "$0" "$1" "$2"`, built.path, workload, String(seconds)],
    {
      env: {...process.env, ...options.env},
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 300_000,
    },
  )
  if (group !== undefined) removeGroup(group)
  if (status === refused) return undefined
  if (status !== 0) throw new Error(`validate: ${workload} of ${built.version} ended with ${status}: ${stderr.slice(0, 500)}`)
  const lines = stdout
    .trim()
    .split('\n')
    .map(text => lineOf(text))
  const machine = lines.find(line => line.variant === 'machine')?.figures
  const foreignCpus = machine === undefined ? 0 : Math.max(0, (machine['busy']! - machine['own']! + machine['stolen']!) / machine['wall']!)
  return {lines: lines.filter(line => line.variant !== 'machine'), stderr, foreignCpus}
}

function lineOf(text: string): Line {
  const line = JSON.parse(text) as Partial<Line> // the program beside this file wrote it
  return {
    workload: line.workload ?? '',
    variant: line.variant ?? '',
    samples: line.samples ?? [],
    figures: line.figures ?? {},
    go: line.go ?? '',
  }
}

/** A group with the largest weight, so that what else runs here takes as little as can be. */
function enterGroup(quotaCpus: number | undefined): string | undefined {
  const group = join(cgroupRoot, `gotriage-validate-${process.pid}`)
  try {
    mkdirSync(group)
    writeFileSync(join(group, 'cpu.shares'), '262144')
    if (quotaCpus !== undefined) {
      writeFileSync(join(group, 'cpu.cfs_period_us'), '100000')
      writeFileSync(join(group, 'cpu.cfs_quota_us'), String(Math.round(quotaCpus * 100_000)))
    }
    return group
  } catch {
    removeGroup(group)
    return undefined
  }
}

function removeGroup(group: string): void {
  try {
    rmdirSync(group)
  } catch {
    // Not made, or still in use; the kernel removes nothing by force.
  }
}
