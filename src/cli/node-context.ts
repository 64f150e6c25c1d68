// The process as a CommandContext: stdout for the answer, stderr for notes, progress only on a terminal, Ctrl-C cancels.
import {fstatSync, statSync, writeSync} from 'node:fs'
import {writeFile} from 'node:fs/promises'
import {availableParallelism} from 'node:os'
import {errors} from '../base/errors.ts'
import {nodeHost} from '../host/node/node-host.ts'
import type {CommandContext} from './command.ts'
import {terminalText} from './terminal-text.ts'

/** Larger standard input than this is refused (bytes). */
const stdinBytesMax = 1 << 30

export function nodeContext(): {context: CommandContext; dispose(): void} {
  const abort = new AbortController()
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort()
  }
  process.on('SIGINT', interrupt)
  const progressLine = mayBeTerminal(2) && process.stderr.isTTY ? terminalProgress() : undefined
  const context: CommandContext = {
    host: nodeHost(),
    task: {signal: abort.signal, ...(progressLine ? {progress: progressLine.show} : {})},
    out(text) {
      progressLine?.clear()
      writeAll(1, typeof text === 'string' ? Buffer.from(text) : text)
    },
    note(line) {
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
    terminal: {
      get isTty() {
        return mayBeTerminal(1) && process.stdout.isTTY
      },
      get columns() {
        return (mayBeTerminal(1) && process.stdout.columns) || 100
      },
      get color() {
        return this.isTty && process.env['NO_COLOR'] === undefined
      },
    },
    async stdin() {
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of process.stdin) {
        const bytes = Buffer.from(chunk as Uint8Array)
        length += bytes.length
        if (length > stdinBytesMax) throw errors.limit('size of standard input in bytes', stdinBytesMax)
        chunks.push(bytes)
      }
      return Buffer.concat(chunks)
    },
    ...(availableParallelism() < 2 ? {} : {checkAside: async (...given) => (await import('./check-aside.ts')).checkAside(...given)}),
    async inDirectory(path) {
      const stat = await context.host.stat(path)
      if (stat === undefined) throw errors.notFound(path)
      if (stat.kind !== 'directory') throw errors.usage(`-C ${path}: it is no directory`, 'Name a directory.')
      process.chdir(path)
      return {...context, host: nodeHost()}
    },
  }
  return {
    context,
    dispose() {
      progressLine?.clear()
      process.off('SIGINT', interrupt)
    },
  }
}

/** Whether it is worth asking: the first look at `process.stdout` makes a stream, which costs as much as a small command. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isCharacterDevice() && stats.rdev !== statSync('/dev/null', {throwIfNoEntry: false})?.rdev
  } catch {
    return false
  }
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
  let shownAt = 0
  let shown = false
  return {
    show(what: string, done: number, total?: number) {
      const now = Date.now()
      if (now - shownAt < 100) return
      shownAt = now
      shown = true
      const share = total === undefined || total === 0 ? String(done) : `${Math.floor((100 * done) / total)} %`
      process.stderr.write(`\r\x1b[K${terminalText(what).slice(0, 60)} ${share}`)
    },
    clear() {
      if (shown) process.stderr.write('\r\x1b[K')
      shown = false
    },
  }
}
