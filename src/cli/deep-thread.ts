// A command line run again on a thread whose stack is deep enough for all that go/parser accepts. It prints by itself; what only the main thread can
// do (standard input, the working directory, Ctrl-C) is asked for through messages.
import {getHeapStatistics} from 'node:v8'
import {errors, TriageError} from '../base/errors.ts'
import {frontEndLimits} from '../operations/inspect-syntax.ts'
import type {CommandContext, Printed} from './command.ts'
import {startWorker} from './worker-start.ts'

/** What the thread is started with. */
export interface DeepRun {
  readonly words: readonly string[]
  readonly printed: Printed
  readonly terminal: CommandContext['terminal']
  readonly showsProgress: boolean
  readonly aborted: boolean
}

/** From the main thread. */
export type ToThread =
  | {readonly kind: 'abort'}
  | {readonly kind: 'answer'; readonly value: unknown}
  | {readonly kind: 'failure'; readonly failure: Failure}

/** A TriageError between threads, which would lose its class. */
export type Failure = Pick<TriageError, 'code' | 'message' | 'hint'>

/** To the main thread; one question at a time. */
export type FromThread =
  | {readonly kind: 'exit'; readonly code: number}
  | {readonly kind: 'stdin'}
  | {readonly kind: 'directory'; readonly path: string}

/** Gives the exit code. `context` is that of the main thread, `showsProgress` whether it shows progress on a terminal. */
export async function runDeeply(
  words: readonly string[],
  printed: Printed,
  context: Pick<CommandContext, 'task' | 'terminal' | 'stdin' | 'inDirectory'>,
  showsProgress: boolean,
): Promise<number> {
  const {terminal, task} = context
  const data: DeepRun = {words, printed, terminal: {...terminal}, showsProgress, aborted: task.signal?.aborted === true}
  // as much memory as the main thread may have: a thread's own default is less
  const maxOldGenerationSizeMb = Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20)
  const worker = startWorker('command-line', data, {...frontEndLimits, maxOldGenerationSizeMb})
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
  const post = (message: ToThread) => worker.postMessage(message)
  const abort = () => post({kind: 'abort'})
  const answer = (work: Promise<unknown>) =>
    work.then(
      value => post({kind: 'answer', value}),
      (error: unknown) => post({kind: 'failure', failure: failureOf(error)}),
    )
  task.signal?.addEventListener('abort', abort)
  try {
    return await new Promise((resolve, reject) => {
      let code: number | undefined
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'exit') code = message.code
        else if (message.kind === 'stdin') void answer(context.stdin())
        else void answer(context.inDirectory(message.path).then(() => undefined))
      })
      worker.on('error', reject)
      worker.on('exit', exitCode => resolve(code ?? exitCode))
    })
  } finally {
    task.signal?.removeEventListener('abort', abort)
  }
}

function failureOf(error: unknown): Failure {
  const {code, message, hint} = error instanceof TriageError ? error : errors.unreadable('standard input', String(error))
  return {code, message, hint}
}
