// The tree behind a flame graph, laid out: what the page computes from the columns it holds. Each function goes into the page as text and
// therefore refers to nothing outside itself.

/** Columns by row; row 0 is the root of all, parents stand before their children, children lie widest first. */
export interface FrameTree {
  readonly size: number
  readonly parent: Int32Array
  /** Index of the frame's name; −1 for the root. */
  readonly name: Int32Array
  readonly self: Float64Array
  readonly total: Float64Array
  /** The same of the profile it is compared with. */
  readonly before: Float64Array | undefined
  readonly totalBefore: Float64Array | undefined
  /** What a row takes on screen, in units of weight: the larger of both profiles counts, and so do weights below zero. */
  readonly width: Float64Array
  readonly start: Float64Array
  readonly depth: Int32Array
  readonly deepest: number
  /** Children of row `i` are `children[first[i]..first[i + 1])`. */
  readonly first: Int32Array
  readonly children: Int32Array
}

export type LayOut = (parent: Int32Array, name: Int32Array, self: Float64Array, before: Float64Array | undefined) => FrameTree

export function layOut(parent: Int32Array, name: Int32Array, self: Float64Array, before: Float64Array | undefined): FrameTree {
  const size = parent.length
  const total = self.slice()
  const totalBefore = before?.slice()
  const width = new Float64Array(size)
  for (let row = 0; row < size; row++) width[row] = Math.abs(self[row]!) + Math.abs(before?.[row] ?? 0)
  for (let row = size - 1; row > 0; row--) {
    const up = parent[row]!
    total[up] = total[up]! + total[row]!
    width[up] = width[up]! + width[row]!
    if (totalBefore !== undefined) totalBefore[up] = totalBefore[up]! + totalBefore[row]!
  }
  const first = new Int32Array(size + 1)
  const children = new Int32Array(Math.max(0, size - 1))
  for (let row = 1; row < size; row++) first[parent[row]! + 1] = first[parent[row]! + 1]! + 1
  for (let row = 0; row < size; row++) first[row + 1] = first[row + 1]! + first[row]!
  const next = first.slice()
  for (let row = 1; row < size; row++) {
    const up = parent[row]!
    children[next[up]!] = row
    next[up] = next[up]! + 1
  }
  const start = new Float64Array(size)
  const depth = new Int32Array(size)
  let deepest = 0
  for (let row = 0; row < size; row++) {
    if (row > 0) depth[row] = depth[parent[row]!]! + 1
    deepest = Math.max(deepest, depth[row]!)
    const part = children.subarray(first[row], first[row + 1])
    if (part.length > 1) part.sort((a, b) => width[b]! - width[a]! || a - b)
    let at = start[row]!
    for (const child of part) {
      start[child] = at
      at += width[child]!
    }
  }
  return {size, parent, name, self, total, before, totalBefore, width, start, depth, deepest, first, children}
}

/** Outermost frames of the function `id` as two trees: who calls it (itself at the root's only child, callers below), and what it calls. */
export function sandwichOf(whole: FrameTree, id: number, layOutTree: LayOut): {readonly callers: FrameTree; readonly callees: FrameTree} {
  const compared = whole.before !== undefined
  const trie = () => {
    const [parent, name, self, before] = [[-1], [-1], [0], [0]]
    const known = new Map<number, number>()
    return {
      child(row: number, child: number): number {
        // Names are fewer than 2^26 and rows fewer than 2^27: the key is exact.
        const key = row * 67_108_864 + child
        let found = known.get(key)
        if (found === undefined) {
          found = parent.length
          known.set(key, found)
          parent.push(row)
          name.push(child)
          self.push(0)
          before.push(0)
        }
        return found
      },
      add(row: number, weight: number, was: number): void {
        self[row] = self[row]! + weight
        before[row] = before[row]! + was
      },
      tree: () =>
        layOutTree(
          Int32Array.from(parent),
          Int32Array.from(name),
          Float64Array.from(self),
          compared ? Float64Array.from(before) : undefined,
        ),
    }
  }
  const [callers, callees] = [trie(), trie()]
  const [bottom, top] = [callers.child(0, id), callees.child(0, id)]
  const place = new Int32Array(whole.size).fill(-1)
  for (let row = 1; row < whole.size; row++) {
    const above = place[whole.parent[row]!]!
    if (above >= 0) place[row] = callees.child(above, whole.name[row]!)
    else if (whole.name[row] === id) {
      place[row] = top
      let at = bottom
      for (let up = whole.parent[row]!; up > 0; up = whole.parent[up]!) at = callers.child(at, whole.name[up]!)
      callers.add(at, whole.total[row]!, whole.totalBefore?.[row] ?? 0)
    }
    if (place[row]! >= 0) callees.add(place[row]!, whole.self[row]!, whole.before?.[row] ?? 0)
  }
  return {callers: callers.tree(), callees: callees.tree()}
}

export interface FunctionWeights {
  readonly flat: Float64Array
  readonly cum: Float64Array
  readonly flatBefore: Float64Array
  readonly cumBefore: Float64Array
}

/** Weights by name; a function that calls itself counts once a path. */
export function functionWeights(tree: FrameTree, names: number): FunctionWeights {
  const [flat, cum, flatBefore, cumBefore] = [
    new Float64Array(names),
    new Float64Array(names),
    new Float64Array(names),
    new Float64Array(names),
  ]
  const onPath = new Int32Array(names)
  // A row to enter, or ~row to leave.
  const walk = Array.from(tree.children.subarray(tree.first[0], tree.first[1]))
  for (let row = walk.pop(); row !== undefined; row = walk.pop()) {
    if (row < 0) {
      const left = tree.name[~row]!
      onPath[left] = onPath[left]! - 1
      continue
    }
    const id = tree.name[row]!
    flat[id] = flat[id]! + tree.self[row]!
    flatBefore[id] = flatBefore[id]! + (tree.before?.[row] ?? 0)
    if (onPath[id] === 0) {
      cum[id] = cum[id]! + tree.total[row]!
      cumBefore[id] = cumBefore[id]! + (tree.totalBefore?.[row] ?? 0)
    }
    onPath[id] = onPath[id]! + 1
    walk.push(~row)
    for (let at = tree.first[row]!; at < tree.first[row + 1]!; at++) walk.push(tree.children[at]!)
  }
  return {flat, cum, flatBefore, cumBefore}
}
