// Reads and orders an execution trace on a thread of its own: see order-aside.ts, which starts it.
import {parentPort, workerData} from 'node:worker_threads'
import {TriageError} from '../base/errors.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {orderTrace} from '../operations/trace-ordering.ts'
import type {OrderingJob, OrderingMessage} from './order-aside.ts'

/** A terminal shows no more than that. */
const progressEveryMs = 100

const {path, cwd, blocks} = workerData as OrderingJob // sent by order-aside.ts and by nobody else
const post = (message: OrderingMessage) => parentPort?.postMessage(message)
let saidMs = 0
const progress = (what: string, done: number, total?: number) => {
  const now = Date.now()
  if (now - saidMs < progressEveryMs) return
  saidMs = now
  post({kind: 'progress', what, done, ...(total === undefined ? {} : {total})})
}
try {
  await orderTrace(nodeHost({cwd}), path, blocks, post, {progress})
} catch (error) {
  if (!(error instanceof TriageError)) throw error
  post({kind: 'failed', code: error.code, message: error.message, hint: error.hint})
}
