// The nodes of a package's files in source order, with parents and subtrees as numbers: a subtree is a run of its file's list, so that "all
// calls in this function" is two binary searches and not a walk.
import {forEachChild, type Node, type NodeOf} from '../../go/syntax/ast.ts'
import type {CheckedFile} from './checked-package.ts'

export interface NodeIndex {
  /** All nodes of a kind, in file and source order. */
  all<K extends Node['kind']>(kind: K): readonly NodeOf<K>[]
  /** Nodes of a kind in a subtree, its root included, in source order. */
  within<K extends Node['kind']>(root: Node, kind: K): readonly NodeOf<K>[]
  parent(node: Node): Node | undefined
  /** Undefined for nodes of other packages. */
  fileOf(node: Node): CheckedFile | undefined
}

interface FileNodes {
  readonly file: CheckedFile
  /** The file first, its children next, depth first; then the comments that document nothing. */
  readonly nodes: readonly Node[]
  /** Place in `nodes` by node id. */
  readonly places: Int32Array
  /** By place: the parent's place, -1 for the file. */
  readonly parents: Int32Array
  /** By place: the place behind the last node of its subtree. */
  readonly ends: Int32Array
  /** Places by kind, ascending. */
  readonly byKind: ReadonlyMap<Node['kind'], readonly number[]>
}

export function nodeIndex(files: readonly CheckedFile[]): NodeIndex {
  const indexed = files.map(indexFile)
  const all = new Map<Node['kind'], Node[]>()
  /** Files by how recently one of their nodes was asked about: rules go to and fro between few. */
  const recent = [...indexed]

  const holds = (one: FileNodes, node: Node) => one.nodes[one.places[node.id] ?? -1] === node
  const of = (node: Node): FileNodes | undefined => {
    const at = recent.findIndex(one => holds(one, node))
    const found = recent[at]
    if (at > 0) {
      recent.copyWithin(1, 0, at)
      recent[0] = found!
    }
    return found
  }

  return {
    all<K extends Node['kind']>(kind: K) {
      let known = all.get(kind)
      if (known === undefined) {
        known = []
        for (const {nodes, byKind} of indexed) for (const place of byKind.get(kind) ?? []) known.push(nodes[place]!)
        all.set(kind, known)
      }
      return known as NodeOf<K>[] // the map is keyed by the kind
    },
    within<K extends Node['kind']>(root: Node, kind: K) {
      const one = of(root)
      if (one === undefined) return []
      const start = one.places[root.id]!
      const places = one.byKind.get(kind) ?? []
      const found: Node[] = []
      for (let i = firstFrom(places, start), end = one.ends[start]!; i < places.length && places[i]! < end; i++)
        found.push(one.nodes[places[i]!]!)
      return found as NodeOf<K>[] // `byKind` is keyed by the kind
    },
    parent(node) {
      const one = of(node)
      return one?.nodes[one.parents[one.places[node.id]!] ?? -1]
    },
    fileOf: node => of(node)?.file,
  }
}

function indexFile(file: CheckedFile): FileNodes {
  const {tree} = file.state
  const nodes: Node[] = []
  const parents: number[] = []
  const add = (root: Node, parent: number) => {
    // Not recursive: expressions may be nested deeper than the stack of the program.
    const waiting: Node[] = [root]
    const under: number[] = [parent]
    const push = (child: Node) => void waiting.push(child)
    while (waiting.length > 0) {
      const node = waiting.pop()!
      parents.push(under.pop()!)
      const place = nodes.push(node) - 1
      const first = waiting.length
      forEachChild(node, push)
      for (let low = first, high = waiting.length - 1; low < high; low++, high--)
        [waiting[low], waiting[high]] = [waiting[high]!, waiting[low]!]
      while (under.length < waiting.length) under.push(place)
    }
  }
  add(tree, -1)
  let places = placesOf(nodes)
  const documenting = nodes.length
  // Comments that document nothing are in no node; a rule may still report one.
  for (const group of tree.comments) if (nodes[places[group.id] ?? -1] !== group) add(group, 0)
  if (nodes.length > documenting) places = placesOf(nodes)
  const ends = new Int32Array(nodes.length)
  const byKind = new Map<Node['kind'], number[]>()
  for (let place = nodes.length - 1; place >= 0; place--) {
    const end = Math.max(ends[place]!, place + 1)
    ends[place] = end
    const parent = parents[place]!
    if (parent >= 0 && ends[parent]! < end) ends[parent] = end
  }
  for (const [place, {kind}] of nodes.entries()) {
    const list = byKind.get(kind)
    if (list === undefined) byKind.set(kind, [place])
    else list.push(place)
  }
  return {file, nodes, places, parents: Int32Array.from(parents), ends, byKind}
}

function placesOf(nodes: readonly Node[]): Int32Array {
  let idMax = -1
  for (const {id} of nodes) if (id > idMax) idMax = id
  const places = new Int32Array(idMax + 1).fill(-1)
  for (let place = 0; place < nodes.length; place++) places[nodes[place]!.id] = place
  return places
}

/** The index of the first number that is at least `from`. */
function firstFrom(sorted: readonly number[], from: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < from) low = middle + 1
    else high = middle
  }
  return low
}
