// A module through the rules on a thread of its own: see check-aside.ts, which starts it.
import {parentPort, workerData} from 'node:worker_threads'
import {TriageError} from '../base/errors.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {checkModule} from '../operations/check-module.ts'
import type {AsideJob, AsideMessage} from './check-aside.ts'

/** A terminal shows no more than that. */
const progressEveryMs = 100

const {request, cwd} = workerData as AsideJob // sent by check-aside.ts and by nobody else
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
const post = (message: AsideMessage) => parentPort?.postMessage(message)
let saidMs = 0
const progress = (what: string, done: number, total?: number) => {
  const now = Date.now()
  if (now - saidMs < progressEveryMs) return
  saidMs = now
  post({kind: 'progress', what, done, ...(total === undefined ? {} : {total})})
}
try {
  const {sourceLine: _, ...found} = await checkModule(request, nodeHost({cwd}), {progress})
  post({kind: 'checked', found})
} catch (error) {
  if (!(error instanceof TriageError)) throw error
  post({kind: 'failed', code: error.code, message: error.message, hint: error.hint})
}
