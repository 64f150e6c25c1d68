// What is asked of one Graphviz worker and what it answers, and how workers are started. The names are Graphviz's own (-K, -T).
import type {StartVessel} from '../pool/pool.ts'
import {threadVessel} from '../pool/thread-vessel.ts'
import {workerCode} from '../pool/worker-file.ts'

export const layouts = ['dot', 'neato', 'fdp', 'sfdp', 'circo', 'twopi', 'osage', 'patchwork'] as const
export type Layout = (typeof layouts)[number]

/** A layout that may be tried, and the size above which it is passed over. */
export interface PlannedLayout {
  readonly layout: Layout
  readonly nodesMax: number
  readonly edgesMax: number
  /** Edges become straight lines. */
  readonly straight: boolean
}

export interface LayoutRequest {
  readonly dot: string
  /** For messages: the file. */
  readonly name: string
  readonly format: 'svg' | 'json' | 'dot'
  /** The first one that the graph is not too large for is tried; no other one after it. */
  readonly plan: readonly PlannedLayout[]
  /** Why the graph becomes a table when it is too large for the whole plan; undefined: it does not. */
  readonly table?: string
}

interface About {
  readonly nodes: number
  readonly edges: number
  /** Graphs follow the one that is drawn. */
  readonly more: boolean
  /** Layouts that were not tried, and why. */
  readonly passed: readonly {readonly step: Layout; readonly outcome: string}[]
}

export type Laid =
  /** `output` was looked at: it holds every node. */
  | (About & {readonly kind: 'laid'; readonly shows: Layout | 'table'; readonly output: string; readonly messages: readonly string[]})
  /** `tried` is undefined when the graph was too large for the whole plan. */
  | (About & {readonly kind: 'failed'; readonly tried: Layout | undefined; readonly why: string})
  /** The parts of a TriageError, which is no error any more on the other side of a thread. */
  | {readonly kind: 'refused'; readonly code: string; readonly message: string; readonly hint: string}

/** JavaScript heap of one worker; WebAssembly memory is counted apart (PoolOptions.memoryBytesMax). */
const heapMegabytesMax = 512

export const startGraphviz: StartVessel<LayoutRequest, Laid> = events =>
  threadVessel(workerCode('graphviz.worker.js', new URL('./graphviz.worker.ts', import.meta.url)), events, heapMegabytesMax)
