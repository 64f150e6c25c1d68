// The thread of deep-thread.ts: the same commands in the same way, but for what belongs to the main thread.
import {parentPort, workerData} from 'node:worker_threads'
import {assert, TriageError} from '../base/errors.ts'
import type {DeepRun, FromThread, ToThread} from './deep-thread.ts'
import {nodeContext} from './node-context.ts'
import {commands} from './registry.generated.ts'
import {runCommandLine} from './run.ts'

const run = workerData as DeepRun // sent by deep-thread.ts and by nobody else
const port = parentPort
assert(port !== null, 'the worker has a parent')

const cancelled = new AbortController()
if (run.aborted) cancelled.abort()
let waiting: {resolve(value: unknown): void; reject(reason: unknown): void} | undefined
port.on('message', (message: ToThread) => {
  if (message.kind === 'abort') cancelled.abort()
  else if (message.kind === 'answer') waiting?.resolve(message.value)
  else waiting?.reject(new TriageError(message.failure.code, message.failure.message, message.failure.hint))
})

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
const post = (message: FromThread) => port.postMessage(message)

/** Questions come one at a time: a command reads its input and finds its directory before it does anything else with them. */
function ask(question: FromThread): Promise<unknown> {
  return new Promise((resolve, reject) => {
    waiting = {resolve, reject}
    post(question)
  })
}

const {context, dispose} = nodeContext({
  ...run,
  signal: cancelled.signal,
  stdin: async () => (await ask({kind: 'stdin'})) as Uint8Array, // what CommandContext.stdin gave there
  async enter(path) {
    await ask({kind: 'directory', path})
  },
})
const code = await runCommandLine(run.words, commands, context)
dispose()
post({kind: 'exit', code})
port.close()
