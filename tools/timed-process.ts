// Runs a command to its end and says what it took: wall time, processor time of all its processes, and the peak of their resident memory together.
import {spawn} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'

export interface Run {
  readonly seconds: number
  /** User and system, of all processes. */
  readonly cpu: number
  /** Sampled; processes that live shorter than a sample may be missed. */
  readonly peakMb: number
}

const sampleMs = 20

/** Resident bytes of a process and all below it, in MB; what has ended meanwhile counts as nothing. */
function residentMb(pid: number): number {
  let kb = 0
  const of = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      return ''
    }
  }
  const waiting = [pid]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    kb += Number(/VmRSS:\s+(\d+)/.exec(of(`/proc/${next}/status`))?.[1] ?? 0)
    try {
      for (const task of readdirSync(`/proc/${next}/task`))
        waiting.push(...of(`/proc/${next}/task/${task}/children`).split(' ').filter(Boolean).map(Number))
    } catch {
      continue
    }
  }
  return kb / 1e3
}

/** Whatever the exit code: go vet, staticcheck and gotriage exit 1 when they find something. */
export function timed(dir: string, command: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const script = `TIMEFORMAT='%R %U %S'; time { ${command} >/dev/null 2>&1 || true; }`
  const child = spawn('bash', ['-c', `( ${script} ) 2>&1`], {cwd: dir, env: {...process.env, GOFLAGS: '', GOWORK: 'off', ...env}})
  let text = ''
  let peakMb = 0
  child.stdout.on('data', chunk => (text += String(chunk)))
  const sampling = setInterval(() => (peakMb = Math.max(peakMb, residentMb(child.pid ?? 0))), sampleMs)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      clearInterval(sampling)
      const [seconds = 0, user = 0, system = 0] = text.trim().split(' ').map(Number)
      resolve({seconds, cpu: user + system, peakMb})
    })
  })
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
