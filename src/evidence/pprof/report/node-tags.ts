// Labels of samples as weights of graph nodes: what `go tool pprof -dot` hangs on nodes as boxes.
// Follows addSample, joinLabels, SortTags and TrimLowFrequencyTags of github.com/google/pprof/internal/graph/graph.go and newGraph of
// internal/report/report.go, which leaves of the numeric labels only "bytes".
import {errors} from '../../../base/errors.ts'
import {goSortBy} from '../../../base/go-sort.ts'
import type {GraphNode, Path} from './graph.ts'
import {labelSet} from './labels.ts'
import {scaledLabel} from './measurement.ts'
import {compareStrings} from './node-table.ts'
import type {Report} from './report.ts'
import {alive, typeCount} from './working-profile.ts'

/** Labels of all nodes of one graph. */
export const nodeTagsMax = 2_000_000
/** Different pairs of a stack and a label set in one drawing. */
export const labelledStacksMax = 4_000_000

export interface Tag {
  /** Byte string, as it is drawn. */
  readonly name: string
  readonly unit: string
  readonly value: number
  flat: number
  flatDivisor: number
  cum: number
  cumDivisor: number
}

export interface NodeTags {
  /** All text labels of a sample together make one tag. */
  readonly labels: Map<string, Tag>
  /** Numbers, by the name of the tag above that they came with; '' for none. */
  readonly numbers: Map<string, Map<string, Tag>>
}

export const tagFlat = (tag: Tag): number => (tag.flatDivisor === 0 ? tag.flat : Math.trunc(tag.flat / tag.flatDivisor))
export const tagCum = (tag: Tag): number => (tag.cumDivisor === 0 ? tag.cum : Math.trunc(tag.cum / tag.cumDivisor))

/** Gives each node of the graph its tags. */
export function tagNodes(report: Report, nodes: readonly GraphNode[], pathOf: (stack: number) => Path): void {
  const byId = new Map(nodes.map(node => [node.id, node]))
  for (const node of nodes) node.tags = {labels: new Map(), numbers: new Map()}
  const texts = labelTexts(report)
  let count = 0
  const find = (tags: Map<string, Tag>, name: string, unit: string, value: number): Tag => {
    let tag = tags.get(name)
    if (tag === undefined) {
      if (++count > nodeTagsMax) throw errors.limit('labels of the nodes of a graph', nodeTagsMax)
      tags.set(name, (tag = {name, unit, value, flat: 0, flatDivisor: 0, cum: 0, cumDivisor: 0}))
    }
    return tag
  }
  for (const {stack, set, weight, divisor} of pairsOf(report)) {
    const {joined, sizes} = texts(set)
    if (joined === '' && sizes.length === 0) continue
    const {nodes: onPath, leaf} = pathOf(stack)
    for (const id of onPath) {
      const tags = byId.get(id)?.tags
      if (tags === undefined) continue
      const mine = joined === '' ? [] : [find(tags.labels, joined, '', 0)]
      if (sizes.length > 0) {
        let numbers = tags.numbers.get(joined)
        if (numbers === undefined) tags.numbers.set(joined, (numbers = new Map()))
        for (const {text, unit, value} of sizes) mine.push(find(numbers, text, unit, value))
      }
      for (const tag of mine) {
        tag.cum += weight
        tag.cumDivisor += divisor
        if (id !== leaf) continue
        tag.flat += weight
        tag.flatDivisor += divisor
      }
    }
  }
}

interface Pair {
  readonly stack: number
  readonly set: number
  weight: number
  divisor: number
}

/** Stacks with label sets, each once, in the order of the samples. */
function pairsOf(report: Report): Iterable<Pair> {
  const {profile, options} = report
  const types = typeCount(profile)
  const pairs = new Map<number, Pair>()
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    if (!alive(profile, sample)) continue
    const weight = profile.values[sample * types + options.sampleIndex]!
    const divisor = options.mean ? profile.values[sample * types]! : 0
    if (weight === 0 && divisor === 0) continue
    const [stack, set] = [profile.stackOf[sample]!, profile.labelsOf[sample]!]
    const key = stack * profile.labels.count + set
    const known = pairs.get(key)
    if (known === undefined) {
      if (pairs.size >= labelledStacksMax) throw errors.limit('labelled stacks of a drawing', labelledStacksMax)
      pairs.set(key, {stack, set, weight, divisor})
    } else {
      known.weight += weight
      known.divisor += divisor
    }
  }
  return pairs.values()
}

interface LabelTexts {
  readonly joined: string
  readonly sizes: readonly {readonly text: string; readonly unit: string; readonly value: number}[]
}

function labelTexts(report: Report): (set: number) => LabelTexts {
  const {profile, options, outputUnit} = report
  const known = new Map<number, LabelTexts>()
  const unit = options.numberUnits.get('bytes') ?? ''
  return set => {
    let texts = known.get(set)
    if (texts === undefined) {
      const {strings, numbers} = labelSet(profile.labels, profile.strings, set)
      const all = [...strings].flatMap(([key, values]) => values.map(value => `${key}:${value}`))
      const sizes = (numbers.get('bytes')?.values ?? []).map(value => ({text: scaledLabel(value, unit, outputUnit), unit, value}))
      known.set(set, (texts = {joined: all.sort(compareStrings).join('\\n'), sizes}))
    }
    return texts
  }
}

/** Removes tags that weigh less. */
export function trimTags(nodes: readonly GraphNode[], cutoff: number): void {
  const trim = (tags: Map<string, Tag>) => {
    for (const [name, tag] of tags) if (Math.abs(tag.flat) < cutoff && Math.abs(tag.cum) < cutoff) tags.delete(name)
  }
  for (const {tags} of nodes) {
    if (tags === undefined) continue
    trim(tags.labels)
    for (const numbers of tags.numbers.values()) trim(numbers)
  }
}

export function sortedTags(tags: readonly Tag[], flatOnly: boolean): Tag[] {
  const sorted = [...tags]
  // Weights of opposite signs are neither less nor equal there: the order is that of Go's sort.
  goSortBy(sorted, (a, b) => {
    if (!flatOnly && a.cum !== b.cum) return Math.abs(a.cum) > Math.abs(b.cum)
    if (a.flat !== b.flat) return Math.abs(a.flat) > Math.abs(b.flat)
    return a.name < b.name
  })
  return sorted
}

/** Boxes a node may have. */
export const nodeletsMax = 4

/** The first nodes of a drawing, in which tags take room too (selectTopNodes). */
export function topOfDrawing(nodes: readonly GraphNode[], nodeCount: number): GraphNode[] {
  let used = 0
  for (const [index, {tags}] of nodes.entries()) {
    const all = tags === undefined ? [] : [tags.labels, ...tags.numbers.values()].flatMap(group => [...group.values()])
    used += Math.min(all.filter(tag => tag.flat !== 0).length, nodeletsMax) + 1
    if (used >= nodeCount) return nodes.slice(0, index + 1)
  }
  return nodes.slice(0, nodeCount)
}
