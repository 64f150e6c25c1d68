// Starts the thread that reads and orders an execution trace while the main thread adds up its events.
import {getHeapStatistics} from 'node:v8'
import {errors, TriageError} from '../base/errors.ts'
import {type BlockMessage, type EventBlocks, newEventBlocks, type OrderAside} from '../operations/trace-blocks.ts'
import {startWorker} from './worker-start.ts'

/** What the thread is given. */
export interface OrderingJob {
  readonly path: string
  readonly cwd: string
  readonly blocks: EventBlocks
}

/** What it says. */
export type OrderingMessage =
  | BlockMessage
  | {readonly kind: 'progress'; readonly what: string; readonly done: number; readonly total?: number}
  | {readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string}

export const orderAside: OrderAside = (path, host) => {
  const blocks = newEventBlocks()
  const job: OrderingJob = {path, cwd: host.cwd, blocks}
  // as much memory as the main thread may have: a thread's own default is less
  const worker = startWorker('order-trace', job, {maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20)})
  worker.unref() // until somebody listens
  const early: (OrderingMessage | Error)[] = []
  let hear = (said: OrderingMessage | Error): void => void early.push(said)
  worker.on('message', (message: OrderingMessage) => hear(message))
  worker.on('error', (error: Error) => hear(error))
  worker.on('exit', code => hear(new Error(`the thread that orders the trace ended with ${code} and without an end`)))
  return {
    blocks,
    run: (take, task) =>
      new Promise((resolve, reject) => {
        worker.ref()
        let over = false
        const finish = (settle: () => void) => {
          if (over) return
          over = true
          task.signal?.removeEventListener('abort', cancel)
          void worker.terminate()
          settle()
        }
        const cancel = () => finish(() => reject(errors.cancelled()))
        hear = said => {
          if (over) return
          if (said instanceof Error) finish(() => reject(said))
          else if (said.kind === 'progress') task.progress?.(said.what, said.done, said.total)
          else if (said.kind === 'failed') finish(() => reject(new TriageError(said.code, said.message, said.hint)))
          else {
            try {
              if (take(said)) finish(resolve)
            } catch (error) {
              finish(() => reject(error as Error)) // whatever was thrown is thrown on
            }
          }
        }
        task.signal?.addEventListener('abort', cancel, {once: true})
        for (const said of early.splice(0)) hear(said)
        if (task.signal?.aborted === true) cancel()
      }),
  }
}
