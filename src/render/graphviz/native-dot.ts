// The machine's own `dot`, a process for each picture: the only way to PDF here, and the variant the WebAssembly pool is compared with.
import {spawn} from 'node:child_process'
import type {StartVessel} from '../pool/pool.ts'
import type {Layout} from './layout.ts'

export type NativeResult =
  | {readonly kind: 'drawn'; readonly bytes: Uint8Array; readonly messages: string}
  /** Exit code, signal, deadline or an output without bytes. */
  | {readonly kind: 'failed'; readonly why: string}
  | {readonly kind: 'missing'}

export interface NativeRequest {
  readonly dot: string
  readonly layout: Layout
  readonly format: 'svg' | 'png' | 'pdf' | 'json' | 'dot'
  readonly deadlineMs: number
  readonly dotsPerInch?: number
  /** Default `dot`, looked up in PATH. */
  readonly program?: string
  readonly env?: Readonly<Record<string, string>>
}

const outputBytesMax = 256 * 1024 * 1024
const messagesMax = 4000

export function nativeDot(
  {dot, layout, format, deadlineMs, dotsPerInch, program = 'dot', env = {}}: NativeRequest,
  signal?: AbortSignal,
): Promise<NativeResult> {
  return new Promise(resolve => {
    // SERVER_NAME makes Graphviz refuse every file a graph names (lib/common/input.c, safefile)
    const child = spawn(program, [`-K${layout}`, `-T${format}`, ...(dotsPerInch === undefined ? [] : [`-Gdpi=${dotsPerInch}`])], {
      env: {...process.env, SERVER_NAME: 'gotriage', GV_FILE_PATH: '/nonexistent', ...env},
    })
    const chunks: Uint8Array[] = []
    let bytes = 0
    let messages = ''
    let why: string | undefined
    const end = (reason: string) => {
      why ??= reason
      child.kill('SIGKILL')
    }
    const stop = () => end('it was stopped')
    signal?.addEventListener('abort', stop, {once: true})
    const timer = setTimeout(() => end(`no picture after ${deadlineMs} ms`), deadlineMs)
    child.stdout.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length
      if (bytes > outputBytesMax) end(`more than ${outputBytesMax} bytes of output`)
      else chunks.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (messages = (messages + text).slice(0, messagesMax)))
    child.stdin.on('error', () => undefined) // it ended before it read everything; its exit code tells
    child.once('error', error => {
      clearTimeout(timer)
      resolve('code' in error && error.code === 'ENOENT' ? {kind: 'missing'} : {kind: 'failed', why: error.message})
    })
    child.once('close', (code, killedBy) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      const first = messages.trim().split('\n')[0] ?? ''
      if (why !== undefined) resolve({kind: 'failed', why})
      else if (code !== 0)
        resolve({kind: 'failed', why: `dot ended with ${killedBy ?? `exit code ${code}`}${first === '' ? '' : `: ${first}`}`})
      else if (bytes === 0)
        resolve({kind: 'failed', why: `dot ended with exit code 0 and wrote nothing${first === '' ? '' : `: ${first}`}`})
      else resolve({kind: 'drawn', bytes: Buffer.concat(chunks), messages})
    })
    child.stdin.end(dot)
  })
}

/** A vessel of the pool that runs one process at a time, so that many pictures do not start as many processes. */
export const startNative: StartVessel<NativeRequest, NativeResult> = events => {
  const stopped = new AbortController()
  setImmediate(() => events.ready())
  return {
    send(request) {
      void nativeDot(request, stopped.signal).then(value => {
        if (!stopped.signal.aborted) events.replied({value})
      })
    },
    stop: () => stopped.abort(),
  }
}
