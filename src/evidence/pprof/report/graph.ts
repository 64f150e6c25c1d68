// Samples summed up into a call graph: a node per visible frame with its own (flat) and inclusive (cum) weight, an edge per call.
// Follows newGraph of github.com/google/pprof/internal/graph/graph.go; equal stacks are added up first and walked once.
import {goSortBy} from '../../../base/go-sort.ts'
import {compareStrings, nodeKey, nodeTable, printableName, structText} from './node-table.ts'
import type {NodeInfo, NodeTable} from './node-table.ts'
import type {NodeTags} from './node-tags.ts'
import {alive, typeCount} from './working-profile.ts'
import type {WorkingProfile} from './working-profile.ts'

export interface Edge {
  readonly from: GraphNode
  readonly to: GraphNode
  readonly weight: number
  readonly weightDivisor: number
  /** Goes over frames that are not shown. */
  readonly residual: boolean
  readonly inline: boolean
}

export interface GraphNode {
  readonly id: number
  readonly info: NodeInfo
  readonly name: string
  flat: number
  flatDivisor: number
  cum: number
  cumDivisor: number
  in: Edge[]
  out: Edge[]
  /** In a tree of calls, the node it was called from. */
  readonly parent: number | undefined
  /** Labels of its samples, where a drawing shows them. */
  tags: NodeTags | undefined
}

/** The shown nodes of one stack, each once. */
export interface Path {
  readonly nodes: readonly number[]
  /** −1 where the leaf is not shown. */
  readonly leaf: number
}

export interface Graph {
  nodes: GraphNode[]
}

export interface GraphOutline {
  /** Nodes, and the sum of their own weights. */
  readonly count: number
  readonly flat: number
  /** A 1 for each node whose inclusive weight reaches the cutoff. */
  heavy(cutoff: number): Uint8Array
}

export const flatValue = (node: GraphNode): number => (node.flatDivisor === 0 ? node.flat : Math.trunc(node.flat / node.flatDivisor))
export const cumValue = (node: GraphNode): number => (node.cumDivisor === 0 ? node.cum : Math.trunc(node.cum / node.cumDivisor))
export const edgeValue = (edge: Edge): number => (edge.weightDivisor === 0 ? edge.weight : Math.trunc(edge.weight / edge.weightDivisor))

export interface Weights {
  /** By stack: the sum of the samples' values. */
  readonly value: Float64Array
  readonly divisor: Float64Array | undefined
  /** 1 where a sample of the stack has a value at all; two that cancel out still make edges. */
  readonly any: Uint8Array
}

export function stackWeights(profile: WorkingProfile, index: number, mean: boolean): Weights {
  const stacks = profile.stackStart.length - 1
  const types = typeCount(profile)
  const value = new Float64Array(stacks)
  const divisor = mean ? new Float64Array(stacks) : undefined
  const any = new Uint8Array(stacks)
  const {values, stackOf} = profile
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    if (!alive(profile, sample)) continue
    const weight = values[sample * types + index]!
    const first = mean ? values[sample * types]! : 0
    if (weight === 0 && first === 0) continue
    const stack = stackOf[sample]!
    value[stack] = value[stack]! + weight
    if (divisor !== undefined) divisor[stack] = divisor[stack]! + first
    any[stack] = 1
  }
  return {value, divisor, any}
}

/** Makes graphs of one profile, each time with other nodes left out. */
export class GraphMaker {
  readonly #profile: WorkingProfile
  readonly #weights: Weights
  readonly #table: NodeTable
  readonly #names: (string | undefined)[] = []

  constructor(profile: WorkingProfile, weights: Weights, objectNames: boolean) {
    this.#profile = profile
    this.#weights = weights
    this.#table = nodeTable(profile, objectNames)
  }

  /** `kept` has a 1 for each node to be shown; undefined keeps all. Without edges it takes half the time. */
  graph(kept: Uint8Array | undefined, dropNegative: boolean, withEdges = true): Graph {
    const {infos} = this.#table
    const walk = new Walk(this.#profile, this.#weights, this.#table, kept, withEdges)
    walk.run()
    const nodes: (GraphNode | undefined)[] = []
    const node = (id: number): GraphNode => {
      const name = (this.#names[id] ??= printableName(infos[id]!))
      return (nodes[id] ??= {
        id,
        info: infos[id]!,
        name,
        flat: walk.flat[id]!,
        flatDivisor: walk.flatDivisor[id]!,
        cum: walk.cum[id]!,
        cumDivisor: walk.cumDivisor[id]!,
        in: [],
        out: [],
        parent: undefined,
        tags: undefined,
      })
    }
    walk.edges.each((from, to, weight, weightDivisor, residual, inline) => {
      const edge: Edge = {from: node(from), to: node(to), weight, weightDivisor, residual, inline}
      edge.from.out.push(edge)
      edge.to.in.push(edge)
    })
    const shown: GraphNode[] = []
    for (let id = 0; id < infos.length; id++) {
      if (walk.shows(id, dropNegative)) shown.push(node(id))
    }
    return {nodes: shown}
  }

  /** What a graph of all nodes would hold, without making it: a large profile has a million. */
  outline(dropNegative: boolean): GraphOutline {
    const {infos} = this.#table
    const walk = new Walk(this.#profile, this.#weights, this.#table, undefined, false)
    walk.run()
    const {cum} = walk
    const shown = new Uint8Array(infos.length)
    let [count, flat] = [0, 0]
    for (let id = 0; id < infos.length; id++) {
      if (!walk.shows(id, dropNegative)) continue
      shown[id] = 1
      count++
      flat += walk.flat[id]!
    }
    return {count, flat, heavy: cutoff => shown.map((one, id) => (one === 1 && Math.abs(cum[id]!) >= cutoff ? 1 : 0))}
  }

  path(stack: number, kept: Uint8Array | undefined): Path {
    const {stackStart, stackLocation, lines} = this.#profile
    const nodes = new Set<number>()
    let leaf = -1
    for (let at = stackStart[stack + 1]! - 1; at >= stackStart[stack]!; at--) {
      const location = stackLocation[at]!
      const [first, last] = [lines.start[location]!, lines.start[location + 1]! - 1]
      for (let line = Math.max(first, last); line >= first; line--) {
        const node = last < first ? this.#table.ofLocation[location]! : this.#table.ofLine[line]!
        const shown = kept === undefined || kept[node] === 1
        if (shown) nodes.add(node)
        leaf = shown ? node : -1
      }
    }
    return {nodes: [...nodes], leaf}
  }

  /** The same for nodes of another maker: those that look as one of them. */
  maskOfEqual(other: GraphMaker, kept: Uint8Array): Uint8Array {
    const known = new Set<string>()
    for (const [id, info] of other.#table.infos.entries()) if (kept[id] === 1) known.add(nodeKey(info))
    return Uint8Array.from(this.#table.infos, info => (known.has(nodeKey(info)) ? 1 : 0))
  }

  mask(nodes: readonly GraphNode[]): Uint8Array {
    const kept = new Uint8Array(this.#table.infos.length)
    for (const node of nodes) kept[node.id] = 1
    return kept
  }
}

/** One walk over all stacks. */
class Walk {
  readonly flat: Float64Array
  readonly flatDivisor: Float64Array
  readonly cum: Float64Array
  readonly cumDivisor: Float64Array
  readonly edges = new EdgeTable()
  readonly #profile: WorkingProfile
  readonly #weights: Weights
  readonly #table: NodeTable
  readonly #kept: Uint8Array | undefined
  readonly #withEdges: boolean
  /** Number of the last stack that counted the node. */
  readonly #seen: Int32Array

  constructor(profile: WorkingProfile, weights: Weights, table: NodeTable, kept: Uint8Array | undefined, withEdges: boolean) {
    this.#profile = profile
    this.#weights = weights
    this.#table = table
    this.#kept = kept
    this.#withEdges = withEdges
    const count = table.infos.length
    this.flat = new Float64Array(count)
    this.flatDivisor = new Float64Array(count)
    this.cum = new Float64Array(count)
    this.cumDivisor = new Float64Array(count)
    this.#seen = new Int32Array(count).fill(-1)
  }

  run(): void {
    const stacks = this.#profile.stackStart.length - 1
    for (let stack = 0; stack < stacks; stack++) if (this.#weights.any[stack] === 1) this.#stack(stack)
  }

  /** A node without weight is none; `dropNegative` leaves out those below zero too. */
  shows(id: number, dropNegative: boolean): boolean {
    const [flat, cum] = [this.flat[id]!, this.cum[id]!]
    if (cum === 0 && flat === 0) return false
    return !dropNegative || (flat >= 0 && (flat !== 0 || cum >= 0))
  }

  #stack(stack: number): void {
    const {stackStart, stackLocation, lines} = this.#profile
    const {ofLine, ofLocation} = this.#table
    const weight = this.#weights.value[stack]!
    const divisor = this.#weights.divisor?.[stack] ?? 0
    let parent = -1
    // An edge is residual where it goes over frames that are not shown.
    let residual = false
    for (let at = stackStart[stack + 1]! - 1; at >= stackStart[stack]!; at--) {
      const location = stackLocation[at]!
      const first = lines.start[location]!
      const last = lines.start[location + 1]! - 1
      for (let line = Math.max(first, last); line >= first; line--) {
        const node = last < first ? ofLocation[location]! : ofLine[line]!
        if (this.#kept !== undefined && this.#kept[node] === 0) {
          residual = true
          continue
        }
        if (this.#seen[node] !== stack) {
          this.#seen[node] = stack
          this.cum[node] = this.cum[node]! + weight
          this.cumDivisor[node] = this.cumDivisor[node]! + divisor
        }
        if (this.#withEdges && parent >= 0 && parent !== node) this.edges.add(parent, node, stack, weight, divisor, residual, line < last)
        parent = node
        residual = false
      }
    }
    if (parent >= 0 && !residual) {
      this.flat[parent] = this.flat[parent]! + weight
      this.flatDivisor[parent] = this.flatDivisor[parent]! + divisor
    }
  }
}

/** Edges by their two ends, in open addressing: a large profile has a million of them. */
class EdgeTable {
  #slots = new Int32Array(1024).fill(-1)
  #from = new Uint32Array(512)
  #to = new Uint32Array(512)
  #weight = new Float64Array(512)
  #divisor = new Float64Array(512)
  #flags = new Uint8Array(512)
  #stack = new Int32Array(512)
  #count = 0

  /** Adds to the edge, once a stack. */
  add(from: number, to: number, stack: number, weight: number, divisor: number, residual: boolean, inline: boolean): void {
    const edge = this.#find(from, to)
    if (this.#stack[edge] === stack) return
    this.#stack[edge] = stack
    this.#weight[edge] = this.#weight[edge]! + weight
    this.#divisor[edge] = this.#divisor[edge]! + divisor
    if (residual) this.#flags[edge] = this.#flags[edge]! | residualFlag
    if (!inline) this.#flags[edge] = this.#flags[edge]! & ~inlineFlag
  }

  #find(from: number, to: number): number {
    const mask = this.#slots.length - 1
    let hash = Math.imul(from, 0x9e3779b1) ^ Math.imul(to, 0x85ebca6b)
    hash ^= hash >>> 15
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const edge = this.#slots[slot]!
      if (edge < 0) return this.#insert(slot, from, to)
      if (this.#from[edge] === from && this.#to[edge] === to) return edge
    }
  }

  #insert(slot: number, from: number, to: number): number {
    const edge = this.#count++
    if (edge === this.#from.length) this.#grow()
    this.#from[edge] = from
    this.#to[edge] = to
    this.#flags[edge] = inlineFlag
    this.#stack[edge] = -1
    this.#slots[slot] = edge
    if (this.#count * 2 > this.#slots.length) this.#rehash()
    return edge
  }

  #grow(): void {
    const size = this.#count * 2
    const [from, to, weight, divisor] = [new Uint32Array(size), new Uint32Array(size), new Float64Array(size), new Float64Array(size)]
    const [flags, stack] = [new Uint8Array(size), new Int32Array(size)]
    from.set(this.#from)
    to.set(this.#to)
    weight.set(this.#weight)
    divisor.set(this.#divisor)
    flags.set(this.#flags)
    stack.set(this.#stack)
    this.#from = from
    this.#to = to
    this.#weight = weight
    this.#divisor = divisor
    this.#flags = flags
    this.#stack = stack
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1)
    const mask = slots.length - 1
    for (let edge = 0; edge < this.#count; edge++) {
      let hash = Math.imul(this.#from[edge]!, 0x9e3779b1) ^ Math.imul(this.#to[edge]!, 0x85ebca6b)
      hash ^= hash >>> 15
      let slot = hash & mask
      while (slots[slot]! >= 0) slot = (slot + 1) & mask
      slots[slot] = edge
    }
    this.#slots = slots
  }

  each(visit: (from: number, to: number, weight: number, divisor: number, residual: boolean, inline: boolean) => void): void {
    for (let edge = 0; edge < this.#count; edge++) {
      const flags = this.#flags[edge]!
      const residual = (flags & residualFlag) !== 0
      visit(this.#from[edge]!, this.#to[edge]!, this.#weight[edge]!, this.#divisor[edge]!, residual, (flags & inlineFlag) !== 0)
    }
  }
}

const residualFlag = 1
const inlineFlag = 2

/** Removes incoming edges of shown nodes that weigh less; answers how many. */
export function trimEdges(graph: Graph, cutoff: number): number {
  const light = (edge: Edge) => Math.abs(edge.weight) < cutoff
  const gone = new Set<Edge>()
  const callers = new Set<GraphNode>()
  for (const node of graph.nodes) {
    for (const edge of node.in) {
      if (!light(edge)) continue
      gone.add(edge)
      callers.add(edge.from)
    }
    if (gone.size > 0) node.in = node.in.filter(edge => !light(edge))
  }
  for (const caller of callers) caller.out = caller.out.filter(edge => !gone.has(edge))
  return gone.size
}

export type NodeOrder = 'flat' | 'cum' | 'name' | 'file' | 'entropy'

function comparePrintable(a: GraphNode, b: GraphNode): number {
  if (a.info.address !== 0n && b.info.address !== 0n && a.info.address !== b.info.address) return a.info.address < b.info.address ? -1 : 1
  return compareStrings(a.name, b.name)
}

const byWeight = (a: number, b: number): number => Math.abs(b) - Math.abs(a)

export function sortNodes(nodes: GraphNode[], order: NodeOrder): void {
  const last = (a: GraphNode, b: GraphNode) => compareStrings(structText(a.info), structText(b.info))
  if (order === 'flat') nodes.sort((a, b) => byWeight(a.flat, b.flat) || comparePrintable(a, b) || byWeight(a.cum, b.cum) || last(a, b))
  else if (order === 'name') nodes.sort((a, b) => compareStrings(a.info.name, b.info.name) || last(a, b))
  else if (order === 'file') {
    nodes.sort((a, b) => compareStrings(a.info.file, b.info.file) || a.info.startLine - b.info.startLine || last(a, b))
  } else {
    const score = new Map(nodes.map(node => [node, order === 'cum' ? Math.abs(node.cum) : entropyScore(node)]))
    const heavier = (a: GraphNode, b: GraphNode) => {
      const [of, other] = [score.get(a)!, score.get(b)!]
      return of > other ? -1 : of < other ? 1 : 0
    }
    nodes.sort((a, b) => heavier(a, b) || comparePrintable(a, b) || byWeight(a.flat, b.flat) || last(a, b))
  }
}

/**
 * How much a node says in a drawing: one that only passes its weight on says little. Edges without weight make the score no number, which pprof
 * turns into the least int64 (the conversion of amd64) before it adds and takes the absolute value, both of which wrap.
 */
export function entropyScore(node: GraphNode): bigint {
  const score = (node.in.length === 0 ? 1 : edgeEntropy(node.in, 0)) + (node.out.length === 0 ? 1 : edgeEntropy(node.out, node.flat))
  const product = Math.trunc(score * node.cum)
  const whole = BigInt.asIntN(64, (Math.abs(product) < 2 ** 63 ? BigInt(product) : -(2n ** 63n)) + BigInt(node.flat))
  return whole < 0n ? BigInt.asIntN(64, -whole) : whole
}

function edgeEntropy(edges: readonly Edge[], self: number): number {
  let total = self
  for (const edge of edges) if (edge.weight > 0) total += edge.weight
  if (total === 0) return 0
  let score = 0
  const add = (weight: number) => {
    const fraction = Math.abs(weight) / total
    score += -fraction * Math.log2(fraction)
  }
  for (const edge of edges) add(edge.weight)
  if (self > 0) add(self)
  return score
}

/**
 * pprof takes edges from a map that lists up to eight of them in the order in which they came, from any one on, and calls weights of opposite signs neither
 * less nor equal (edgeList.Less): with both, ours is an order that it prints too.
 */
export function sortedEdges(edges: readonly Edge[]): Edge[] {
  const sorted = [...edges]
  goSortBy(sorted, (a, b) => {
    if (a.weight !== b.weight) return Math.abs(a.weight) > Math.abs(b.weight)
    return a.from.name === b.from.name ? a.to.name < b.to.name : a.from.name < b.from.name
  })
  return sorted
}
