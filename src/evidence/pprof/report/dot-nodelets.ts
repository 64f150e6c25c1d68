// The boxes that `go tool pprof -dot` hangs on a node, for the labels of its samples; sizes are gathered into at most four ranges.
// Follows addNodelets, numericNodelets and collapsedTags of github.com/google/pprof/internal/graph/dotgraph.go.
import type {GraphNode} from './graph.ts'
import {label, scale} from './measurement.ts'
import {nodeletsMax, sortedTags, tagCum, tagFlat} from './node-tags.ts'
import type {Tag} from './node-tags.ts'

/** Lines of DOT; none where the node has no labels with a weight. */
export function nodelets(node: GraphNode, id: number, format: (value: number) => string): string[] {
  const {tags} = node
  if (tags === undefined) return []
  const flatOnly = node.out.length > 0
  const lines: string[] = []
  const numbersOf = (name: string, source: string) => {
    const numbers = [...(tags.numbers.get(name)?.values() ?? [])]
    if (numbers.length > 0) lines.push(...numericNodelets(numbers, flatOnly, source, format))
  }
  for (const [index, tag] of sortedTags([...tags.labels.values()], flatOnly)
    .slice(0, nodeletsMax)
    .entries()) {
    const value = flatOnly ? tagFlat(tag) : tagCum(tag)
    if (value === 0) continue
    lines.push(...box(`N${id}`, `N${id}_${index}`, tag.name, format(value), ''))
    numbersOf(tag.name, `N${id}_${index}`)
  }
  numbersOf('', `N${id}`)
  return lines
}

function box(from: string, id: string, name: string, weight: string, style: string): string[] {
  return [
    `${id} [label = "${name}" id="${id}" fontsize=8 shape=box3d tooltip="${weight}"]`,
    `${from} -> ${id} [label=" ${weight}" weight=100 tooltip="${weight}" labeltooltip="${weight}"${style}]`,
  ]
}

function numericNodelets(tags: readonly Tag[], flatOnly: boolean, source: string, format: (value: number) => string): string[] {
  const lines: string[] = []
  for (const [index, tag] of collapsed(tags, flatOnly).entries()) {
    const plain = flatOnly || tagFlat(tag) === tagCum(tag)
    const value = plain ? tagFlat(tag) : tagCum(tag)
    // As written there, the box has one N more than its source.
    if (value !== 0) lines.push(...box(source, `N${source}_${index}`, tag.name, format(value), plain ? '' : ' style="dotted"'))
  }
  return lines
}

/** At most four: the heaviest, each with those nearest to it by size. */
function collapsed(tags: readonly Tag[], flatOnly: boolean): Tag[] {
  const sorted = sortedTags(tags, flatOnly)
  if (sorted.length <= nodeletsMax) return sorted
  const groups = sorted.slice(0, nodeletsMax).map(tag => [tag])
  for (const tag of sorted.slice(nodeletsMax)) {
    let [nearest, distance] = [0, distanceOf(tag, groups[0]![0]!)]
    for (let index = 1; index < nodeletsMax; index++) {
      const other = distanceOf(tag, groups[index]![0]!)
      if (other < distance) [nearest, distance] = [index, other]
    }
    groups[nearest]!.push(tag)
  }
  return sortedTags(groups.map(rangeOf), flatOnly)
}

const distanceOf = (tag: Tag, other: Tag): number => Math.abs(scale(other.value, other.unit, tag.unit).value - tag.value)

function rangeOf(group: readonly Tag[]): Tag {
  const first = group[0]!
  const none = {unit: '', value: 0, flatDivisor: 0, cumDivisor: 0}
  if (group.length === 1) return {...none, name: label(first.value, first.unit), flat: tagFlat(first), cum: tagCum(first)}
  let [least, most] = [first, first]
  for (const tag of group.slice(1)) {
    if (Math.trunc(scale(tag.value, tag.unit, least.unit).value) < least.value) least = tag
    if (Math.trunc(scale(tag.value, tag.unit, most.unit).value) > most.value) most = tag
  }
  const sum = (of: 'flat' | 'cum' | 'flatDivisor' | 'cumDivisor') => group.reduce((total, tag) => total + tag[of], 0)
  const mean = (value: number, divisor: number) => (divisor === 0 ? value : Math.trunc(value / divisor))
  const name = `${label(least.value, least.unit)}..${label(most.value, most.unit)}`
  return {...none, name, flat: mean(sum('flat'), sum('flatDivisor')), cum: mean(sum('cum'), sum('cumDivisor'))}
}
