// The source part of a diagnosis on a thread of its own, while the main thread reads evidence.
import {errors, TriageError} from '../base/errors.ts'
import {frontEndLimits} from '../operations/inspect-syntax.ts'
import {type CheckAside, lineReader, type ModuleCheck, type ModuleCheckRequest} from '../operations/check-module.ts'
import {startWorker} from './worker-start.ts'

/** What the thread is given. */
export interface AsideJob {
  readonly request: ModuleCheckRequest
  readonly cwd: string
}

/** What it says. */
export type AsideMessage =
  | {readonly kind: 'progress'; readonly what: string; readonly done: number; readonly total?: number}
  | {readonly kind: 'checked'; readonly found: Omit<ModuleCheck, 'sourceLine'>}
  | {readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string}

export const checkAside: CheckAside = (request, host, task) =>
  new Promise((resolve, reject) => {
    const job: AsideJob = {request, cwd: host.cwd}
    const worker = startWorker('check-source', job, frontEndLimits)
    const cancel = () => {
      void worker.terminate()
      reject(errors.cancelled())
    }
    task.signal?.addEventListener('abort', cancel, {once: true})
    worker.on('message', (message: AsideMessage) => {
      switch (message.kind) {
        case 'progress':
          task.progress?.(message.what, message.done, message.total)
          break
        case 'checked':
          resolve({...message.found, sourceLine: lineReader(host, request.shownFrom)})
          break
        case 'failed':
          reject(new TriageError(message.code, message.message, message.hint))
      }
    })
    worker.on('error', reject)
    worker.on('exit', code => {
      task.signal?.removeEventListener('abort', cancel)
      reject(new Error(`the thread that checks source ended with ${code} and without an answer`)) // nothing, once there was one
    })
  })
