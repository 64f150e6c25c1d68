// A worker thread as a vessel of the pool. Terminating a thread also ends WebAssembly that never returns.
import {Worker} from 'node:worker_threads'
import type {Reply, Vessel, VesselEvents} from './pool.ts'
import type {WorkerCode} from './worker-file.ts'

/** What a thread posts: once that it is ready, then a reply for each request. */
export type ThreadMessage<A> = 'ready' | Reply<A>

export function threadVessel<Q, A>(code: WorkerCode, events: VesselEvents<A>, heapMegabytesMax: number): Vessel<Q> {
  const worker = new Worker(code.kind === 'file' ? code.url : code.script, {
    eval: code.kind === 'source',
    execArgv: [],
    resourceLimits: {maxOldGenerationSizeMb: heapMegabytesMax, stackSizeMb: 4},
    stderr: true, // what a dying instance prints is told by its end
    stdout: true,
  })
  let why = 'its thread ended'
  worker.on('message', (message: ThreadMessage<A>) => {
    if (message === 'ready') events.ready()
    else events.replied(message)
  })
  worker.on('error', error => void (why = error instanceof Error ? error.message : String(error)))
  worker.on('exit', () => events.died(why))
  return {send: request => worker.postMessage(request), stop: () => void worker.terminate()}
}
