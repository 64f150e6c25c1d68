// One Graphviz instance in one thread: Graphviz keeps process-global variables and is unsafe on any two threads, locked or not, so nothing here
// is ever shared. Serves one request after the other.
import {parentPort} from 'node:worker_threads'
import type {ThreadMessage} from '../pool/thread-vessel.ts'
import {layGraph} from './lay-graph.ts'
import type {Laid, LayoutRequest} from './layout.ts'

/** The instance's memory is not exported by the package; it is caught where WebAssembly is instantiated. */
let memory: WebAssembly.Memory | undefined
const {instantiate} = WebAssembly
const watched = async (...args: Parameters<typeof instantiate>): Promise<unknown> => {
  const made: unknown = await instantiate(...args)
  const module = made instanceof WebAssembly.Instance ? made : (made as {instance?: WebAssembly.Instance}).instance
  memory = Object.values(module?.exports ?? {}).find(value => value instanceof WebAssembly.Memory)
  return made
}
Object.assign(WebAssembly, {instantiate: watched})

const {instance} = await import('@viz-js/viz')
const viz = await instance()
const port = parentPort

const reply = (message: ThreadMessage<Laid>) => port?.postMessage(message)

function lay(request: LayoutRequest): void {
  try {
    const laid = layGraph(request, viz)
    reply({...laid, ...(memory === undefined ? {} : {memoryBytes: memory.buffer.byteLength})})
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    reply({value: {kind: 'failed', tried: request.plan[0]?.layout, why, nodes: 0, edges: 0, more: false, passed: []}, poisoned: true})
  }
}

port?.on('message', lay)
reply('ready')
