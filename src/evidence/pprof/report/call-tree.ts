// Stacks as a tree of calls from the root down: what flame graphs, folded stacks and speedscope show. Columns, a row per distinct path.
import {errors} from '../../../base/errors.ts'
import {textOfRaw} from '../string-table.ts'
import {stackWeights} from './graph.ts'
import {nodeTable, printableName} from './node-table.ts'
import type {WorkingProfile} from './working-profile.ts'

/** Distinct call paths of one tree. */
export const callPathsMax = 4_000_000

export interface CallTree {
  /** Text of the frames, each once. */
  readonly names: readonly string[]
  /** By row; row 0 is the root of all. Parents stand before their children. */
  readonly parent: Int32Array
  readonly name: Int32Array
  /** Own weight of the path, without its children. */
  readonly self: Float64Array
  readonly total: number
}

export function callTree(profile: WorkingProfile, sampleIndex: number): CallTree {
  const weights = stackWeights(profile, sampleIndex, false)
  const table = nodeTable(profile, false)
  const builder = new TreeBuilder()
  const stacks = profile.stackStart.length - 1
  for (let stack = 0; stack < stacks; stack++) {
    if (weights.any[stack] === 0) continue
    let row = 0
    for (let at = profile.stackStart[stack + 1]! - 1; at >= profile.stackStart[stack]!; at--) {
      const location = profile.stackLocation[at]!
      const [first, last] = [profile.lines.start[location]!, profile.lines.start[location + 1]! - 1]
      if (last < first) row = builder.child(row, table.ofLocation[location]!)
      for (let line = last; line >= first; line--) row = builder.child(row, table.ofLine[line]!)
    }
    builder.add(row, weights.value[stack]!)
  }
  return builder.finish(table.infos.map(info => textOfRaw(printableName(info))))
}

class TreeBuilder {
  #parent = new Int32Array(1024)
  #name = new Int32Array(1024)
  #self = new Float64Array(1024)
  #count = 1
  /** Child by parent and name. */
  readonly #children = new Map<number, number>()

  child(row: number, name: number): number {
    // Names are fewer than 2^26 and rows fewer than 2^27: the key is exact.
    const key = row * 67_108_864 + name
    let found = this.#children.get(key)
    if (found !== undefined) return found
    found = this.#count++
    if (found >= callPathsMax) throw errors.limit('distinct call paths', callPathsMax)
    if (found >= this.#parent.length) this.#grow()
    this.#parent[found] = row
    this.#name[found] = name
    this.#children.set(key, found)
    return found
  }

  #grow(): void {
    const size = this.#parent.length * 2
    const [parent, name, self] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)]
    parent.set(this.#parent)
    name.set(this.#name)
    self.set(this.#self)
    this.#parent = parent
    this.#name = name
    this.#self = self
  }

  add(row: number, weight: number): void {
    this.#self[row] = this.#self[row]! + weight
  }

  finish(names: readonly string[]): CallTree {
    const self = this.#self.slice(0, this.#count)
    const parent = this.#parent.slice(0, this.#count)
    const name = this.#name.slice(0, this.#count)
    parent[0] = -1
    name[0] = -1
    return {names, parent, name, self, total: self.reduce((sum, value) => sum + value, 0)}
  }
}

/** Two trees as one: rows of either, with the weights of both. */
export function joinTrees(before: CallTree, after: CallTree): {readonly tree: CallTree; readonly before: Float64Array} {
  const names: string[] = []
  const index = new Map<string, number>()
  const nameOf = (text: string) => {
    let known = index.get(text)
    if (known === undefined) {
      index.set(text, (known = names.length))
      names.push(text)
    }
    return known
  }
  const builder = new TreeBuilder()
  const rowsOf = (tree: CallTree) => {
    const rows = new Int32Array(tree.parent.length)
    for (let row = 1; row < rows.length; row++) rows[row] = builder.child(rows[tree.parent[row]!]!, nameOf(tree.names[tree.name[row]!]!))
    return rows
  }
  const [afterRows, beforeRows] = [rowsOf(after), rowsOf(before)]
  for (const [row, target] of afterRows.entries()) builder.add(target, after.self[row]!)
  const tree = builder.finish(names)
  const weights = new Float64Array(tree.self.length)
  for (const [row, target] of beforeRows.entries()) weights[target] = weights[target]! + before.self[row]!
  return {tree, before: weights}
}

/** Weight of each row with its children. */
export function totalsOf(tree: CallTree, self: Float64Array = tree.self): Float64Array {
  const totals = self.slice()
  for (let row = totals.length - 1; row > 0; row--) totals[tree.parent[row]!] = totals[tree.parent[row]!]! + totals[row]!
  return totals
}
