// What the kernel says about a process of this machine, for `collect`: files of /proc and of its cgroup, and the port its /debug/pprof is on.
// Sources: proc(5) and Documentation/admin-guide/cgroup-v2.rst of the Linux kernel.
import type {Processes} from '../base/processes.ts'
import type {Capture} from './collect.ts'
import {captureHost} from './collect-host.ts'

const fileBytesMax = 64 << 20
/** Descendants and open files looked at. */
const processesMax = 256
const descriptorsMax = 20_000

const cgroupFiles = [
  'cpu.max',
  'cpu.stat',
  'cpu.pressure',
  'cpuset.cpus.effective',
  'memory.max',
  'memory.high',
  'memory.current',
  'memory.stat',
  'memory.events',
  'memory.pressure',
  'io.pressure',
  // version 1
  'cpu.cfs_quota_us',
  'cpu.cfs_period_us',
  'cpuset.effective_cpus',
  'memory.limit_in_bytes',
  'memory.usage_in_bytes',
  'memory.oom_control',
]

const textOf = (bytes: Uint8Array | undefined) => (bytes ? new TextDecoder().decode(bytes) : undefined)

/** /proc/PID/status, ten times over the capture: RSS and threads of a program that dies before its end are there up to then. */
const statusSamples = 10

/** Takes the host and the cgroup once more: counters, so that two of them tell what happened between. */
export type Snapshot = () => Promise<void>

/** At the first call the captures are `host-1.txt` and `cgroup-1.txt`, then `-2`, and so on in order of time. */
export function snapshots(capture: Capture, pid: number): Snapshot {
  let n = 0
  return async () => {
    const number = ++n
    await captureHost(capture, pid, number)
    await cgroups(capture, pid, number)
  }
}

/** /proc/PID/status over the capture, smaps once, and at the end the host and the cgroup, which were taken once at the beginning. */
export async function captureKernel(
  capture: Capture,
  pid: number,
  snapshot: Snapshot,
  leftMs: () => number,
  signal: AbortSignal,
): Promise<void> {
  if (!(await status(capture, pid, 1)))
    capture.note('proc-missing', `/proc/${pid}/status cannot be read: what the kernel says of the process is missing`)
  const smaps = await capture.processes.readKernelFile(`/proc/${pid}/smaps`, fileBytesMax)
  if (smaps && smaps.length > 0) await capture.write('smaps.txt', 'smaps', smaps)
  const gapMs = (leftMs() * 0.9) / (statusSamples - 1)
  for (let n = 2; n <= statusSamples && !signal.aborted; n++) {
    await capture.processes.sleep(gapMs, signal)
    if (!signal.aborted) await status(capture, pid, n)
  }
  if (!signal.aborted) await snapshot()
}

async function status(capture: Capture, pid: number, n: number): Promise<boolean> {
  const bytes = await capture.processes.readKernelFile(`/proc/${pid}/status`, fileBytesMax)
  if (!bytes || bytes.length === 0) return false
  await capture.write(`status-${n}.txt`, 'proc-status', bytes)
  return true
}

async function cgroups(capture: Capture, pid: number, n: number): Promise<void> {
  const {processes} = capture
  const groups = textOf(await processes.readKernelFile(`/proc/${pid}/cgroup`, fileBytesMax)) ?? ''
  const parts: string[] = []
  for (const directory of cgroupDirectories(groups))
    for (const name of cgroupFiles) {
      const value = textOf(await processes.readKernelFile(`${directory}/${name}`, fileBytesMax))
      if (value !== undefined && value !== '') parts.push(`# ${directory}/${name}\n${value.trimEnd()}\n`)
    }
  if (parts.length > 0) await capture.write(`cgroup-${n}.txt`, 'cgroup', new TextEncoder().encode([...new Set(parts)].join('')))
}

/** Where the limits of a process stand, by its /proc/PID/cgroup: its own directory, and the mount's root as containers see it. */
export function cgroupDirectories(text: string): string[] {
  const directories: string[] = []
  for (const line of text.split('\n').slice(0, 64)) {
    const m = /^(\d+):([^:]*):(\/.*)$/.exec(line)
    if (!m || m[3] === undefined || m[3].includes('..')) continue
    const controllers = (m[2] ?? '').split(',')
    const roots =
      m[1] === '0' ? ['/sys/fs/cgroup'] : controllers.filter(c => /^(cpu|cpuset|memory|cpuacct)$/.test(c)).map(c => `/sys/fs/cgroup/${c}`)
    for (const root of roots) directories.push(m[3] === '/' ? root : `${root}${m[3]}`, root)
  }
  return [...new Set(directories)]
}

/** When a process began, Unix nanoseconds: boot time plus field 22 of /proc/PID/stat, in ticks of 10 ms. */
export async function startOf(processes: Processes, pid: number): Promise<bigint | undefined> {
  const stat = textOf(await processes.readKernelFile(`/proc/${pid}/stat`, 4096))
  const boot = /^btime (\d+)$/m.exec(textOf(await processes.readKernelFile('/proc/stat', 1 << 20)) ?? '')?.[1]
  // The command in parentheses may itself hold blanks and parentheses.
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  if (boot === undefined || ticks === undefined || !/^\d+$/.test(ticks)) return undefined
  return BigInt(boot) * 1_000_000_000n + BigInt(ticks) * 10_000_000n
}

/** The base URL of a /debug/pprof that the process or one of its children serves on this machine; waits for it while there is time. */
export async function debugUrlOf(
  processes: Processes,
  pid: number | undefined,
  leftMs: () => number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (pid === undefined) return undefined
  const untilMs = Math.max(0, leftMs() - Math.min(10_000, leftMs() * 0.8))
  const tried = new Map<number, number>()
  while (!signal.aborted && leftMs() > untilMs) {
    for (const port of await listeningPorts(processes, pid)) {
      const times = tried.get(port) ?? 0
      if (times > 20) continue
      tried.set(port, times + 1)
      const base = `http://127.0.0.1:${port}`
      const answer = await processes.get(`${base}/debug/pprof/`, {timeoutMs: 1000, bytesMax: 1 << 20, signal}).catch(() => undefined)
      if (answer?.status === 200 && new TextDecoder().decode(answer.body).includes('goroutine')) return base
    }
    await processes.sleep(150, signal)
  }
  return undefined
}

async function listeningPorts(processes: Processes, root: number): Promise<number[]> {
  const ports: number[] = []
  const queue = [root]
  for (let next = 0; next < queue.length && next < processesMax; next++) {
    const pid = queue[next] ?? root
    const sockets = new Set<string>()
    for (const name of (await processes.list(`/proc/${pid}/fd`)).slice(0, descriptorsMax)) {
      const inode = /^socket:\[(\d+)\]$/.exec((await processes.link(`/proc/${pid}/fd/${name}`)) ?? '')?.[1]
      if (inode !== undefined) sockets.add(inode)
    }
    for (const table of ['tcp', 'tcp6'])
      for (const line of (textOf(await processes.readKernelFile(`/proc/${pid}/net/${table}`, fileBytesMax)) ?? '').split('\n')) {
        const fields = line.trim().split(/\s+/)
        // local address, remote, state 0A = LISTEN, …, inode (proc_net_tcp)
        const port = /:([0-9A-F]{4})$/.exec(fields[1] ?? '')?.[1]
        if (port !== undefined && fields[3] === '0A' && sockets.has(fields[9] ?? '')) ports.push(Number.parseInt(port, 16))
      }
    for (const thread of (await processes.list(`/proc/${pid}/task`)).slice(0, descriptorsMax))
      for (const child of (textOf(await processes.readKernelFile(`/proc/${pid}/task/${thread}/children`, 65536)) ?? '').trim().split(' '))
        if (/^\d+$/.test(child)) queue.push(Number(child))
  }
  return [...new Set(ports)]
}
