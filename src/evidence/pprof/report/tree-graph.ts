// The call graph as a tree, a node for each path of calls: `-call_tree` of `go tool pprof`, which only -dot and -callgrind honour.
// Follows newTree and TrimTree of github.com/google/pprof/internal/graph/graph.go.
import {errors} from '../../../base/errors.ts'
import {goSortBy} from '../../../base/go-sort.ts'
import {callPathsMax} from './call-tree.ts'
import {entropyScore, stackWeights} from './graph.ts'
import type {Edge, Graph, GraphNode, Path} from './graph.ts'
import {nodeTable, printableName} from './node-table.ts'
import type {WorkingProfile} from './working-profile.ts'

export interface TreeGraph {
  readonly graph: Graph
  readonly pathOf: (stack: number) => Path
}

/** Names are fewer than 2^26, and so are rows. */
const keyFactor = 67_108_864

export function treeGraph(profile: WorkingProfile, index: number, mean: boolean, objectNames: boolean, dropNegative: boolean): TreeGraph {
  const weights = stackWeights(profile, index, mean)
  const table = nodeTable(profile, objectNames)
  const names: (string | undefined)[] = []
  const nodes: GraphNode[] = []
  const inlined: boolean[] = []
  const byKey = new Map<number, GraphNode>()
  const child = (parent: GraphNode | undefined, info: number): GraphNode => {
    const key = ((parent?.id ?? -1) + 1) * keyFactor + info
    let node = byKey.get(key)
    if (node === undefined) {
      if (nodes.length >= callPathsMax) throw errors.limit('distinct call paths', callPathsMax)
      const name = (names[info] ??= printableName(table.infos[info]!))
      const none = {flat: 0, flatDivisor: 0, cum: 0, cumDivisor: 0}
      node = {id: nodes.length, info: table.infos[info]!, name, ...none, in: [], out: [], parent: parent?.id, tags: undefined}
      nodes.push(node)
      inlined.push(true)
      byKey.set(key, node)
    }
    return node
  }
  const walk = (stack: number, visit: (node: GraphNode, inline: boolean) => void): void => {
    let parent: GraphNode | undefined
    for (let at = profile.stackStart[stack + 1]! - 1; at >= profile.stackStart[stack]!; at--) {
      const location = profile.stackLocation[at]!
      const [first, last] = [profile.lines.start[location]!, profile.lines.start[location + 1]! - 1]
      for (let line = Math.max(first, last); line >= first; line--) {
        parent = child(parent, last < first ? table.ofLocation[location]! : table.ofLine[line]!)
        visit(parent, line < last)
      }
    }
  }
  for (let stack = 0; stack < profile.stackStart.length - 1; stack++) {
    if (weights.any[stack] === 0) continue
    const [weight, divisor] = [weights.value[stack]!, weights.divisor?.[stack] ?? 0]
    let leaf: GraphNode | undefined
    walk(stack, (node, inline) => {
      node.cum += weight
      node.cumDivisor += divisor
      if (!inline) inlined[node.id] = false
      leaf = node
    })
    if (leaf === undefined) continue
    leaf.flat += weight
    leaf.flatDivisor += divisor
  }
  for (const to of nodes) {
    if (to.parent === undefined) continue
    const from = nodes[to.parent]!
    const edge: Edge = {from, to, weight: to.cum, weightDivisor: to.cumDivisor, residual: false, inline: inlined[to.id]!}
    from.out.push(edge)
    to.in.push(edge)
  }
  const negative = (node: GraphNode) => node.flat < 0 || (node.flat === 0 && node.cum < 0)
  const shown = nodes.filter(node => (node.cum !== 0 || node.flat !== 0) && !(dropNegative && negative(node)))
  const pathOf = (stack: number): Path => {
    const path: number[] = []
    walk(stack, node => path.push(node.id))
    return {nodes: path, leaf: path.at(-1) ?? -1}
  }
  return {graph: {nodes: shown}, pathOf}
}

/** Takes nodes out of a tree; their children go to their parents. */
export function trimTree(graph: Graph, kept: ReadonlySet<GraphNode>): void {
  const before = graph.nodes
  graph.nodes = before.filter(node => kept.has(node))
  const gone = new Set<Edge>()
  const parents = new Set<GraphNode>()
  for (const node of before) {
    if (kept.has(node)) continue
    const [into] = node.in
    const out = node.out.filter(edge => !gone.has(edge))
    if (into === undefined) {
      for (const edge of out) edge.to.in = []
      continue
    }
    const parent = into.from
    gone.add(into)
    parents.add(parent)
    for (const edge of out) {
      const moved = {...edge, from: parent, residual: true, inline: into.inline && edge.inline}
      edge.to.in = [moved]
      parent.out.push(moved)
    }
  }
  for (const parent of parents) parent.out = parent.out.filter(edge => !gone.has(edge))
}

/**
 * Nodes of a tree may be of one place and weigh the same. pprof leaves such equals where its sort puts them, and what it sorts the second time, after nodes
 * were taken out, stands in the order of the first: where that one knew no equals, so does all of its answer. (Nodes.Sort of graph.go.)
 */
export function sortTree(nodes: GraphNode[], order: 'flat' | 'cum' | 'entropy'): void {
  const scoreOf = (node: GraphNode) => (order === 'entropy' ? entropyScore(node) : Math.abs(order === 'cum' ? node.cum : node.flat))
  const score = new Map(nodes.map(node => [node, scoreOf(node)]))
  const other = (node: GraphNode) => Math.abs(order === 'flat' ? node.cum : node.flat)
  goSortBy(nodes, (a, b) => {
    const [left, right] = [score.get(a)!, score.get(b)!]
    if (left !== right) return left > right
    if (a.info === b.info) return other(a) > other(b)
    const addresses = a.info.address !== 0n && b.info.address !== 0n && a.info.address !== b.info.address
    return addresses ? a.info.address < b.info.address : a.name < b.name
  })
}
