// What is asked of one Graphviz worker and what it answers, and how workers are started. The names are Graphviz's own (-K, -T).
import type {StartVessel} from '../pool/pool.ts'
import {threadVessel} from '../pool/thread-vessel.ts'
import {workerCode} from '../pool/worker-file.ts'

export const layouts = ['dot', 'neato', 'fdp', 'sfdp', 'circo', 'twopi', 'osage', 'patchwork'] as const
export type Layout = (typeof layouts)[number]

export interface LayoutRequest {
  readonly dot: string
  readonly layout: Layout
  readonly format: 'svg' | 'json' | 'dot'
}

export type Laid =
  | {readonly kind: 'laid'; readonly output: string; readonly messages: readonly string[]}
  | {readonly kind: 'failed'; readonly messages: readonly string[]}

/** JavaScript heap of one worker; WebAssembly memory is counted apart (PoolOptions.memoryBytesMax). */
const heapMegabytesMax = 512

export const startGraphviz: StartVessel<LayoutRequest, Laid> = events =>
  threadVessel(workerCode('graphviz.worker.js', new URL('./graphviz.worker.ts', import.meta.url)), events, heapMegabytesMax)
