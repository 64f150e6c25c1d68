// The process as a CommandContext: stdout for the answer, stderr for notes, progress only on a terminal, Ctrl-C cancels. Also on the thread of
// deep-thread.ts, which asks the main one for what only that can do.
import {fstatSync, statSync, writeSync} from 'node:fs'
import {writeFile} from 'node:fs/promises'
import {availableParallelism} from 'node:os'
import {errors} from '../base/errors.ts'
import {nodeHost} from '../host/node/node-host.ts'
import type {CommandContext, Printed} from './command.ts'
import {terminalText} from './terminal-text.ts'

/** Larger standard input than this is refused (bytes). */
const stdinBytesMax = 1 << 30

/** What another thread has of the main one, and what that has printed already. */
export interface MainThread {
  readonly signal: AbortSignal
  readonly terminal: CommandContext['terminal']
  readonly showsProgress: boolean
  readonly printed: Printed
  stdin(): Promise<Uint8Array>
  /** Makes the directory that of the process. */
  enter(path: string): Promise<void>
}

/** Without `main` this is the main thread. */
export function nodeContext(main?: MainThread): {context: CommandContext; dispose(): void} {
  const abort = new AbortController()
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort()
  }
  if (main === undefined) process.on('SIGINT', interrupt)
  const showsProgress = main?.showsProgress ?? (mayBeTerminal(2) && process.stderr.isTTY)
  const progressLine = showsProgress ? terminalProgress() : undefined
  const startDirectory = process.cwd()
  let [outBytesLeft, notesLeft] = [main?.printed.outBytes ?? 0, main?.printed.notes ?? 0]
  let input: Promise<Uint8Array> | undefined
  const stdin = () => (input ??= main === undefined ? readStdin() : main.stdin())
  const context: CommandContext = {
    host: nodeHost(),
    task: {
      signal: main?.signal ?? abort.signal,
      ...(main === undefined ? {deeperStack: true} : {}),
      ...(progressLine ? {progress: progressLine.show} : {}),
    },
    out(text) {
      progressLine?.clear()
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      const known = Math.min(outBytesLeft, bytes.length)
      outBytesLeft -= known
      writeAll(1, known === 0 ? bytes : bytes.subarray(known))
    },
    note(line) {
      if (notesLeft-- > 0) return
      progressLine?.clear()
      writeAll(2, Buffer.from(`${line}\n`))
    },
    async write(path, content) {
      try {
        await writeFile(path, content)
      } catch (error) {
        throw errors.usage(
          `"${path}" cannot be written: ${error instanceof Error ? error.message : String(error)}`,
          'Name a file in a directory that exists.',
        )
      }
    },
    terminal: main?.terminal ?? {
      get isTty() {
        return mayBeTerminal(1) && process.stdout.isTTY
      },
      get columns() {
        return (mayBeTerminal(1) && process.stdout.columns) || columnsAsked() || 100
      },
      get color() {
        return this.isTty && (process.env['NO_COLOR'] ?? '') === ''
      },
    },
    stdin,
    ...(main === undefined && {endAtOnce: () => void process.off('SIGINT', interrupt)}),
    ...(availableParallelism() >= 2 && {
      checkAside: async (...given) => (await import('./check-aside.ts')).checkAside(...given),
    }),
    async inDirectory(path) {
      if (main === undefined) {
        const stat = await context.host.stat(path)
        if (stat === undefined) throw errors.notFound(path)
        if (stat.kind !== 'directory') throw errors.usage(`-C ${path}: it is no directory`, 'Name a directory.')
        process.chdir(path)
      } else await main.enter(path)
      return {...context, host: nodeHost()}
    },
    ...(main === undefined && {
      async deeper(words: readonly string[], printed: Printed) {
        process.chdir(startDirectory)
        const {runDeeply} = await import('./deep-thread.ts')
        progressLine?.clear()
        return runDeeply(words, printed, context, showsProgress)
      },
    }),
  }
  return {
    context,
    dispose() {
      progressLine?.clear()
      if (main === undefined) process.off('SIGINT', interrupt)
    },
  }
}

/** Of a pipe, what COLUMNS says, as many programs take it. */
function columnsAsked(): number | undefined {
  const columns = Number(process.env['COLUMNS'])
  return Number.isInteger(columns) && columns > 0 && columns <= columnsMax ? columns : undefined
}
const columnsMax = 10_000

/** Whether it is worth asking: the first look at `process.stdout` makes a stream, which costs as much as a small command. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isCharacterDevice() && stats.rdev !== statSync('/dev/null', {throwIfNoEntry: false})?.rdev
  } catch {
    return false
  }
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array)
    length += bytes.length
    if (length > stdinBytesMax) throw errors.limit('size of standard input in bytes', stdinBytesMax)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** Writes everything, also to pipes whose buffer is full; a reader that went away (head) is no error. */
function writeAll(fd: number, data: Uint8Array): void {
  for (let at = 0; at < data.length;) {
    try {
      at += writeSync(fd, data, at)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function terminalProgress() {
  // What is done at once shows nothing.
  let shownAt = Date.now() + 200
  let shown = false
  return {
    show(what: string, done: number, total?: number) {
      const now = Date.now()
      if (now - shownAt < 100) return
      shownAt = now
      shown = true
      const share = total === undefined || total === 0 ? String(done) : `${Math.floor((100 * done) / total)} %`
      writeAll(2, Buffer.from(`\r\x1b[K${terminalText(what).slice(0, 60)} ${share}`))
    },
    clear() {
      if (shown) writeAll(2, Buffer.from('\r\x1b[K'))
      shown = false
    },
  }
}
