// What other programs of this machine can see of a process, for `collect` and only when asked for: perf samples, the table of system calls that
// strace counts, and the dump that a Go program writes when SIGQUIT ends it. What is not installed or not allowed becomes a note.
import type {RunningProgram} from '../base/processes.ts'
import type {Capture, CollectRequest} from './collect.ts'

const outputBytesMax = 256 << 20
const perfHz = 99
const quitGraceMs = 5000
/** Longest part of a tool's own complaint that a note repeats. */
const complaintCharsMax = 200

/** What these cost the target, a line each. */
export function toolCosts({perfSeconds = 0, straceSeconds = 0, sigquit = false}: CollectRequest): string[] {
  return [
    ...(perfSeconds > 0
      ? [`perf record of ${perfSeconds} s: ${perfHz} samples a second of each CPU it runs on; needs the right to it`]
      : []),
    ...(straceSeconds > 0
      ? [`strace -c of ${straceSeconds} s: every system call stops the program twice; one that makes many runs several times slower`]
      : []),
    ...(sigquit ? ['SIGQUIT at the end: the program prints all goroutines to its standard error and ENDS'] : []),
  ]
}

/** perf and strace, one after the other: each would see the other at work. */
export async function captureTools(request: CollectRequest, pid: number, capture: Capture, signal: AbortSignal): Promise<void> {
  if ((request.perfSeconds ?? 0) > 0) await perf(capture, pid, request.perfSeconds ?? 0)
  if ((request.straceSeconds ?? 0) > 0 && !signal.aborted) await strace(capture, pid, request.straceSeconds ?? 0, signal)
}

const complaint = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, complaintCharsMax) ?? ''

async function perf(capture: Capture, pid: number, seconds: number): Promise<void> {
  const {processes, directory} = capture
  if (!processes.run) return capture.note('perf-missing', 'programs cannot be run here')
  const data = `${directory}/perf.data`
  const record = ['perf', 'record', '-q', '-F', String(perfHz), '-g', '-p', String(pid), '-o', data, '--', 'sleep', String(seconds)]
  const recorded = await processes.run(record, {timeoutMs: (seconds + 30) * 1000, outputBytesMax})
  if (recorded === undefined) return capture.note('perf-missing', 'perf is not installed')
  if (recorded.code !== 0) return capture.note('perf-missing', `perf record: ${complaint(recorded.stderr)}`)
  // The binary form is of use to perf alone, and large.
  const script = await processes.run(['perf', 'script', '-i', data], {timeoutMs: 120_000, outputBytesMax})
  await processes.removeFile?.(data)
  if (script?.code === 0 && script.stdout !== '')
    await capture.write('perf-script.txt', 'perf-script', new TextEncoder().encode(script.stdout))
  else
    capture.note(
      'perf-missing',
      script === undefined || script.code === 0 ? 'perf took no samples' : `perf script: ${complaint(script.stderr)}`,
    )
}

async function strace(capture: Capture, pid: number, seconds: number, signal: AbortSignal): Promise<void> {
  const {processes, directory} = capture
  const path = `${directory}/strace.txt`
  const said = `${directory}/strace.log`
  let running: RunningProgram
  try {
    running = await processes.start(['strace', '-f', '-c', '-o', path, '-p', String(pid)], {env: {}, stdoutPath: said, stderrPath: said})
  } catch {
    return capture.note('strace-missing', 'strace is not installed')
  }
  const ended = new AbortController()
  const stop = () => ended.abort()
  signal.addEventListener('abort', stop)
  void running.exited.then(stop)
  await processes.sleep(seconds * 1000, ended.signal)
  signal.removeEventListener('abort', stop)
  // It prints its table when it is asked to end.
  running.stop('SIGTERM')
  await running.exited
  const table = await processes.readKernelFile(path, outputBytesMax)
  const words = complaint(new TextDecoder().decode((await processes.readKernelFile(said, outputBytesMax)) ?? new Uint8Array()))
  await processes.removeFile?.(said)
  if (table !== undefined && table.length > 0) await capture.write('strace.txt', 'strace', table)
  else capture.note('strace-missing', words === '' ? 'strace counted nothing' : words)
}

/** Asks a process for its goroutines, which ends it, and says where it printed them. */
export async function quitProcess(capture: Capture, pid: number): Promise<void> {
  const {processes} = capture
  const stderr = await processes.link(`/proc/${pid}/fd/2`)
  if (processes.signal?.(pid, 'SIGQUIT') !== true) return capture.note('sigquit-failed', `SIGQUIT could not be sent to process ${pid}`)
  for (let waited = 0; waited < quitGraceMs && (await processes.readKernelFile(`/proc/${pid}/stat`, 4096)) !== undefined; waited += 100)
    await processes.sleep(100)
  capture.note(
    'sigquit-sent',
    `process ${pid} was sent SIGQUIT: its goroutines are in its own standard error${stderr === undefined ? '' : ` (${stderr})`}`,
  )
}
