// The host beside the process, for `collect`: how long its threads waited for a CPU, who had the CPUs, and pressure, at one moment each.
// Formats: src/evidence/system/host.ts. Counters: two of these captures tell what happened between them.
import type {Capture} from './collect.ts'

const fileBytesMax = 4 << 20
/** Threads whose waits are read; more becomes a note, and the shares are those of the threads that were read. */
const threadsMax = 4096

const hostFiles = ['/proc/uptime', '/proc/loadavg', '/proc/stat', '/proc/pressure/cpu', '/proc/pressure/memory', '/proc/pressure/io']
/** Long lines of /proc/stat that nothing here asks for: a counter for each interrupt. */
const leftOut = /^(?:intr|softirq) .*\n/gm
const switches = /^(?:non)?voluntary_ctxt_switches:\t\d+$/gm

const textOf = (bytes: Uint8Array | undefined) => (bytes ? new TextDecoder().decode(bytes) : '')

/** One capture; false when the process cannot be seen. */
export async function captureHost(capture: Capture, pid: number, n: number): Promise<boolean> {
  const {processes} = capture
  const read = async (path: string) => textOf(await processes.readKernelFile(path, fileBytesMax))
  const own = `/proc/${pid}`
  const process = await read(`${own}/stat`)
  if (process === '') return false
  const parts: string[] = []
  const add = (path: string, text: string) => {
    if (text !== '') parts.push(`# ${path}\n${text.trimEnd()}\n`)
  }
  for (const path of hostFiles) add(path, (await read(path)).replace(leftOut, ''))
  if (!parts.some(part => part.startsWith('# /proc/pressure/')))
    capture.note('pressure-missing', '/proc/pressure cannot be read: PSI is off in this kernel (psi=1 at boot switches it on) or hidden')
  add(`${own}/stat`, process)
  const threads = await processes.list(`${own}/task`)
  if (threads.length > threadsMax)
    capture.note('threads-left-out', `waits for a CPU were read of ${threadsMax} threads, the process has ${threads.length}`)
  let waits = 0
  for (const thread of threads.slice(0, threadsMax)) {
    const [sched, status] = [await read(`${own}/task/${thread}/schedstat`), await read(`${own}/task/${thread}/status`)]
    if (/^[1-9]/.test(sched)) waits++
    add(`${own}/task/${thread}/schedstat`, sched)
    add(`${own}/task/${thread}/status`, (status.match(switches) ?? []).join('\n'))
  }
  if (threads.length > 0 && waits === 0)
    capture.note('schedstat-missing', `/proc/${pid}/task/*/schedstat has no times: how long the threads waited for a CPU is missing`)
  await capture.write(`host-${n}.txt`, 'host', new TextEncoder().encode(parts.join('')))
  return true
}
