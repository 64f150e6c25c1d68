// What every report of a profile shares: options, the total, how values are written, which nodes are shown, the lines above the table.
// Follows github.com/google/pprof/internal/report/report.go.
import type {ProfileHeader} from '../columns.ts'
import {basePath, utcDateTime} from './go-format.ts'
import {GraphMaker, sortNodes, stackWeights, trimEdges, flatValue, cumValue} from './graph.ts'
import type {Graph, GraphNode} from './graph.ts'
import {baseLabelSets} from './labels.ts'
import {label, percentage, scale, scaledLabel} from './measurement.ts'
import {tagNodes, topOfDrawing, trimTags} from './node-tags.ts'
import type {Pattern} from './pattern.ts'
import {trimSourcePath} from './source-path.ts'
import {sortTree, treeGraph, trimTree} from './tree-graph.ts'
import {alive, typeCount} from './working-profile.ts'
import type {WorkingProfile} from './working-profile.ts'

export type ReportKind = 'top' | 'tree' | 'traces' | 'tags' | 'raw' | 'list' | 'dot' | 'callgrind' | 'comments' | 'proto' | 'topproto'

export interface ReportOptions {
  readonly kind: ReportKind
  readonly cumSort: boolean
  readonly dropNegative: boolean
  readonly compactLabels: boolean
  /** Values are multiplied by it before they are shown. */
  readonly ratio: number
  readonly nodeCount: number
  readonly nodeFraction: number
  readonly edgeFraction: number
  /** A node for each path of calls, in drawings. */
  readonly callTree: boolean
  readonly activeFilters: readonly string[]
  readonly numberUnits: ReadonlyMap<string, string>
  readonly sampleIndex: number
  readonly mean: boolean
  readonly sampleType: string
  readonly sampleUnit: string
  readonly outputUnit: string
  readonly symbol: Pattern | undefined
  readonly sourcePath: string
  readonly trimPath: string
}

export interface Report {
  readonly profile: WorkingProfile
  readonly options: ReportOptions
  readonly total: number
  /** Chosen from the values that are shown when the user left it to pprof. */
  outputUnit: string
}

export function makeReport(profile: WorkingProfile, options: ReportOptions): Report {
  return {profile, options, total: totalOf(profile, options), outputUnit: options.outputUnit}
}

/** The sum of the absolute values; of the base's samples only, where a base is marked (computeTotal). */
function totalOf(profile: WorkingProfile, options: ReportOptions): number {
  const {sampleIndex, mean} = options
  const types = typeCount(profile)
  const base = baseLabelSets(profile)
  let [total, divisor, baseTotal, baseDivisor] = [0, 0, 0, 0]
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    if (!alive(profile, sample)) continue
    const value = Math.abs(profile.values[sample * types + sampleIndex]!)
    const first = mean ? profile.values[sample * types]! : 0
    total += value
    divisor += first
    if (base?.[profile.labelsOf[sample]!] === 1) {
      baseTotal += value
      baseDivisor += first
    }
  }
  if (baseTotal > 0) [total, divisor] = [baseTotal, baseDivisor]
  return divisor === 0 ? total : Math.trunc(total / divisor)
}

export function formatValue(report: Report, value: number): string {
  const {ratio, sampleUnit} = report.options
  const scaled = ratio > 0 && ratio !== 1 ? Math.trunc(value * ratio) : value
  return scaledLabel(scaled, sampleUnit, report.outputUnit)
}

export const percentOfTotal = (report: Report, value: number): string => percentage(value, report.total)

export interface TrimmedGraph {
  readonly graph: Graph
  readonly originalCount: number
  readonly droppedNodes: number
  readonly droppedEdges: number
}

export const objectNamesOf = (kind: ReportKind): boolean => kind === 'raw' || kind === 'list' || kind === 'callgrind'

/** Heuristics on file names come before every graph, as in Report.newGraph. */
export function graphMaker(report: Report, trim = true): GraphMaker {
  const {profile, options} = report
  if (trim) trimSourcePaths(report)
  return new GraphMaker(profile, stackWeights(profile, options.sampleIndex, options.mean), objectNamesOf(options.kind))
}

/** Whether it changed any. */
function trimSourcePaths({profile, options}: Report): boolean {
  const before = profile.functionFile
  profile.functionFile = before.map(file => trimSourcePath(file, options.trimPath, options.sourcePath))
  return profile.functionFile.some((file, index) => file !== before[index])
}

export function trimmedGraph(report: Report, order?: 'entropy'): TrimmedGraph {
  const {options} = report
  if (options.callTree && (options.kind === 'dot' || options.kind === 'callgrind')) return trimmedTree(report, order)
  let maker = graphMaker(report)
  const visual = order === 'entropy'
  const sorting = order ?? (options.cumSort ? 'cum' : 'flat')
  const outline = maker.outline(options.dropNegative)
  const {nodeCutoff, edgeCutoff} = cutoffs(report, outline.flat)
  const heavy = nodeCutoff > 0 ? outline.heavy(nodeCutoff) : undefined
  const droppedNodes = heavy === undefined ? 0 : outline.count - heavy.reduce((count, one) => count + one, 0)
  const make = (mask: Uint8Array | undefined): Graph => {
    const made = maker.graph(mask, options.dropNegative)
    if (visual) tagNodes(report, made.nodes, stack => maker.path(stack, mask))
    sortNodes(made.nodes, sorting)
    return made
  }
  // pprof trims source paths for every graph it makes. Where that shortens one that it had shortened already, nodes it meant to keep are others now.
  const remake = (kept: Uint8Array): Graph => {
    const before = maker
    if (!trimSourcePaths(report)) return make(kept)
    maker = graphMaker(report, false)
    return make(maker.maskOfEqual(before, kept))
  }
  let graph = heavy !== undefined && droppedNodes > 0 ? remake(heavy) : make(undefined)
  const originalCount = graph.nodes.length
  if (options.nodeCount > 0) {
    trimTags(graph.nodes, nodeCutoff)
    trimEdges(graph, edgeCutoff)
    const kept = topNodes(graph, options.nodeCount, visual)
    if (kept.length !== graph.nodes.length) graph = remake(maker.mask(kept))
  }
  trimTags(graph.nodes, nodeCutoff)
  const droppedEdges = trimEdges(graph, edgeCutoff)
  return {graph, originalCount, droppedNodes, droppedEdges}
}

function cutoffs({options}: Report, total: number): {readonly nodeCutoff: number; readonly edgeCutoff: number} {
  const cutoff = (fraction: number) => Math.abs(Math.trunc(total * fraction))
  return {nodeCutoff: cutoff(options.nodeFraction), edgeCutoff: cutoff(options.edgeFraction)}
}

const topNodes = ({nodes}: Graph, count: number, visual: boolean): GraphNode[] =>
  visual ? topOfDrawing(nodes, count) : nodes.slice(0, count)

/** The same for `-call_tree`, where nodes are taken out of the tree that is there. */
function trimmedTree(report: Report, order: 'entropy' | undefined): TrimmedGraph {
  const {profile, options} = report
  trimSourcePaths(report)
  const {graph, pathOf} = treeGraph(profile, options.sampleIndex, options.mean, objectNamesOf(options.kind), options.dropNegative)
  const visual = order === 'entropy'
  if (visual) tagNodes(report, graph.nodes, pathOf)
  const sorting = order ?? (options.cumSort ? 'cum' : 'flat')
  const total = graph.nodes.reduce((sum, node) => sum + node.flat, 0)
  const {nodeCutoff, edgeCutoff} = cutoffs(report, total)
  const all = graph.nodes.length
  if (nodeCutoff > 0) {
    const heavy = graph.nodes.filter(node => Math.abs(node.cum) >= nodeCutoff)
    if (heavy.length !== all) trimTree(graph, new Set(heavy))
  }
  const originalCount = graph.nodes.length
  sortTree(graph.nodes, sorting)
  if (options.nodeCount > 0) {
    trimTags(graph.nodes, nodeCutoff)
    trimEdges(graph, edgeCutoff)
    const kept = topNodes(graph, options.nodeCount, visual)
    if (kept.length !== graph.nodes.length) {
      trimTree(graph, new Set(kept))
      sortTree(graph.nodes, sorting)
    }
  }
  trimTags(graph.nodes, nodeCutoff)
  const droppedEdges = trimEdges(graph, edgeCutoff)
  return {graph, originalCount, droppedNodes: all - originalCount, droppedEdges}
}

/** Settles `outputUnit` for "minimum": the unit of the smallest value shown, or one that shows it as at least 0.01. */
export function chooseOutputUnit(report: Report, nodes: readonly GraphNode[]): void {
  const {options} = report
  if (report.outputUnit !== 'minimum' || nodes.length === 0) return
  let smallest = 0
  for (const node of nodes) {
    const value = Math.abs(flatValue(node)) || Math.abs(cumValue(node))
    if (value > 0 && (smallest === 0 || value < smallest)) smallest = value
  }
  let largest = report.total
  if (smallest === 0) smallest = largest
  if (options.ratio > 0 && options.ratio !== 1) {
    smallest = Math.trunc(smallest * options.ratio)
    largest = Math.trunc(largest * options.ratio)
  }
  const smallestUnit = scale(smallest, options.sampleUnit, 'minimum').unit
  const largestUnit = scale(largest, options.sampleUnit, 'minimum').unit
  let unit = smallestUnit
  if (smallestUnit !== largestUnit && smallest * 100 < largest && options.kind !== 'callgrind') {
    unit = scale(100 * smallest, options.sampleUnit, 'minimum').unit
  }
  report.outputUnit = unit === '' ? options.sampleUnit : unit
}

/** What is known of the profile as a whole, a line each. */
export function profileLabels(report: Report): string[] {
  const {profile, options, total} = report
  const {header} = profile
  const main = profile.mappings[0]
  const lines: string[] = []
  if (main !== undefined && main.file !== '') lines.push(`File: ${basePath(main.file)}`)
  if (main !== undefined && main.buildId !== '') lines.push(`Build ID: ${main.buildId}`)
  for (const comment of header.comments) if (!comment.startsWith('#')) lines.push(comment)
  if (options.sampleType !== '') lines.push(`Type: ${options.sampleType}`)
  if (header.docUrl !== '') lines.push(`Doc: ${header.docUrl}`)
  if (header.timeNanos !== 0n) lines.push(`Time: ${utcDateTime(header.timeNanos)} UTC`)
  if (header.durationNanos !== 0n) lines.push(durationLine(report, header, total))
  return lines
}

function durationLine(report: Report, header: ProfileHeader, total: number): string {
  const duration = Number(header.durationNanos)
  const nanos = scale(total, report.options.sampleUnit, 'nanoseconds')
  const share = nanos.unit === 'ns' && nanos.value !== 0 ? `(${percentage(Math.trunc(nanos.value), duration)})` : ''
  return `Duration: ${label(duration, 'nanoseconds')}, Total samples = ${formatValue(report, total)} ${share}`
}

/** Characters of a filter that are shown above a report. */
const filterBytesShown = 80

export function reportLabels(report: Report, trimmed: TrimmedGraph, fullHeaders: boolean): string[] {
  const {options, total} = report
  const {graph, originalCount, droppedNodes, droppedEdges} = trimmed
  const shownTotal = graph.nodes.reduce((sum, node) => sum + flatValue(node), 0)
  const lines = fullHeaders || !options.compactLabels ? profileLabels(report) : []
  if (options.activeFilters.length > 0) {
    lines.push('Active filters:')
    // The ellipsis as UTF-8 bytes.
    for (const filter of options.activeFilters) {
      lines.push(`   ${filter.length > filterBytesShown ? `${filter.slice(0, filterBytesShown)}\u00e2\u0080\u00a6` : filter}`)
    }
  }
  const share = percentOfTotal(report, shownTotal).trim()
  lines.push(`Showing nodes accounting for ${formatValue(report, shownTotal)}, ${share} of ${formatValue(report, total)} total`)
  if (total !== 0) {
    const cutoff = (fraction: number) => formatValue(report, Math.abs(Math.trunc(total * fraction)))
    if (droppedNodes > 0) lines.push(dropped(droppedNodes, 'node', 'cum', cutoff(options.nodeFraction)))
    if (fullHeaders && droppedEdges > 0) lines.push(dropped(droppedEdges, 'edge', 'freq', cutoff(options.edgeFraction)))
    const shown = graph.nodes.length
    if (shown > 0 && shown < originalCount) lines.push(`Showing top ${shown} nodes out of ${originalCount}`)
  }
  if (fullHeaders) lines.push('\nSee https://git.io/JfYMW for how to read the graph')
  return lines
}

const dropped = (count: number, what: string, measure: string, limit: string) =>
  `Dropped ${count} ${what}${count > 1 ? 's' : ''} (${measure} <= ${limit})`
