// The reports that are tables of text: top, tree and peek, traces, tags, comments. Byte strings out, as `go tool pprof` prints them.
import {errors} from '../../../base/errors.ts'
import {goSortBy} from '../../../base/go-sort.ts'
import {padLeft, runeCount} from './go-format.ts'
import {cumValue, flatValue, sortedEdges} from './graph.ts'
import type {Edge, GraphNode} from './graph.ts'
import {labelSet} from './labels.ts'
import {label, percentage, scaledLabel} from './measurement.ts'
import {compareStrings, nodeTable, printableName} from './node-table.ts'
import {chooseOutputUnit, formatValue, percentOfTotal, profileLabels, reportLabels, trimmedGraph} from './report.ts'
import type {Report} from './report.ts'
import {alive, typeCount} from './working-profile.ts'

export function topText(report: Report): string {
  const trimmed = trimmedGraph(report)
  const {nodes} = trimmed.graph
  chooseOutputUnit(report, nodes)
  const lines = [...reportLabels(report, trimmed, false), '      flat  flat%   sum%        cum   cum%']
  let sum = 0
  for (const node of nodes) {
    const [flat, cum] = [flatValue(node), cumValue(node)]
    sum += flat
    lines.push(`${flatAndCum(report, flat, sum, cum)}  ${node.name}${inlineMark(node)}`)
  }
  return `${lines.join('\n')}\n`
}

const flatAndCum = (report: Report, flat: number, sum: number, cum: number): string =>
  `${padLeft(formatValue(report, flat), 10)} ${percentOfTotal(report, flat)} ${percentOfTotal(report, sum)} ` +
  `${padLeft(formatValue(report, cum), 10)} ${percentOfTotal(report, cum)}`

function inlineMark(node: GraphNode): string {
  if (!node.in.some(edge => edge.inline)) return ''
  return node.in.every(edge => edge.inline) ? ' (inline)' : ' (partial-inline)'
}

const treeRule = '----------------------------------------------------------+-------------'
const treeLegend = '      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t '

/** Every node between its callers and its callees; with `symbol` (peek) only the nodes it matches. */
export function treeText(report: Report): string {
  const trimmed = trimmedGraph(report)
  const {nodes} = trimmed.graph
  chooseOutputUnit(report, nodes)
  const lines = [...reportLabels(report, trimmed, false), treeRule, treeLegend]
  const {symbol} = report.options
  const edgeLine = (edge: Edge, other: GraphNode, cum: number) =>
    `${padLeft(formatValue(report, edge.weight), 50)} ${percentage(edge.weight, cum)} |   ${other.name}${edge.inline ? ' (inline)' : ''}`
  let [sum, matched] = [0, 0]
  for (const node of nodes) {
    if (symbol !== undefined && !symbol.test(node.name)) continue
    matched++
    const [flat, cum] = [flatValue(node), cumValue(node)]
    sum += flat
    lines.push(treeRule)
    for (const edge of sortedEdges(node.in)) lines.push(edgeLine(edge, edge.from, cum))
    lines.push(`${flatAndCum(report, flat, sum, cum)}                | ${node.name}`)
    for (const edge of sortedEdges(node.out)) lines.push(edgeLine(edge, edge.to, cum))
  }
  if (nodes.length > 0) lines.push(treeRule)
  if (symbol !== undefined && matched === 0) throw noMatches(symbol.source)
  return `${lines.join('\n')}\n`
}

export const noMatches = (source: string) =>
  errors.usage(`no matches found for regexp: ${source}`, 'Use a pattern that matches a function of the profile.')

const traceRule = '-----------+-------------------------------------------------------'

/** Lines written before they are handed on. */
const linesPerPart = 10_000

/** Every sample with its labels and its stack; in parts, for a large profile has gigabytes of them. */
export function* tracesText(report: Report): Generator<string> {
  const {profile, options} = report
  const types = typeCount(profile)
  const table = nodeTable(profile, false)
  const names = table.infos.map(printableName)
  yield `${profileLabels(report).join('\n')}\n`
  const lines: string[] = []
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const stack = profile.stackOf[sample]!
    const [start, end] = [profile.stackStart[stack]!, profile.stackStart[stack + 1]!]
    if (start === end || !alive(profile, sample)) continue
    lines.push(traceRule)
    for (const line of labelLines(report, profile.labelsOf[sample]!)) lines.push(line)
    const value = profile.values[sample * types + options.sampleIndex]!
    const divisor = options.mean ? profile.values[sample * types]! : 0
    let shown = formatValue(report, divisor === 0 ? value : Math.trunc(value / divisor))
    for (let at = start; at < end; at++) {
      const location = profile.stackLocation[at]!
      const [first, last] = [profile.lines.start[location]!, profile.lines.start[location + 1]! - 1]
      for (let line = first; line <= Math.max(first, last); line++) {
        const node = last < first ? table.ofLocation[location]! : table.ofLine[line]!
        lines.push(`${padLeft(shown, 10)}   ${names[node]}${line < last ? ' (inline)' : ''}`)
        shown = ''
      }
      if (lines.length > linesPerPart) yield `${lines.splice(0).join('\n')}\n`
    }
  }
  lines.push(traceRule)
  yield `${lines.join('\n')}\n`
}

function labelLines(report: Report, set: number): string[] {
  const {profile, options} = report
  const labels = labelSet(profile.labels, profile.strings, set)
  const texts = [...labels.strings].map(([key, values]) => `${padLeft(key, 10)}:  ${values.join(' ')}`)
  const numbers = [...labels.numbers].map(([key, {values}]) => {
    const unit = options.numberUnits.get(key) ?? ''
    return `${padLeft(key, 10)}:  ${values.map(value => label(value, unit)).join(' ')}`
  })
  return [...texts.sort(compareStrings), ...numbers.sort(compareStrings)]
}

/** Every label key with its values and their weights. */
export function tagsText(report: Report): string {
  const {profile, options} = report
  const weightOf = labelSetWeights(report)
  const byKey = new Map<string, Map<string, number>>()
  const totals = new Map<string, number>()
  const add = (key: string, value: string, weight: number) => {
    let values = byKey.get(key)
    if (values === undefined) byKey.set(key, (values = new Map()))
    values.set(value, (values.get(value) ?? 0) + weight)
    totals.set(key, (totals.get(key) ?? 0) + weight)
  }
  for (let set = 0; set < profile.labels.count; set++) {
    const weight = weightOf[set]
    if (weight === undefined) continue
    const labels = labelSet(profile.labels, profile.strings, set)
    for (const [key, values] of labels.strings) for (const value of values) add(key, value, weight)
    for (const [key, {values}] of labels.numbers) {
      const unit = options.numberUnits.get(key) ?? ''
      for (const value of values) add(key, scaledLabel(value, unit, options.outputUnit), weight)
    }
  }
  const rows: string[] = []
  for (const key of [...byKey.keys()].sort(compareStrings)) {
    const total = totals.get(key) ?? 0
    const share = report.total > 0 ? ` (${percentOfTotal(report, total)})` : ''
    rows.push(`${key}:\t Total ${formatValue(report, total)} of ${formatValue(report, report.total)}${share}\n`)
    const values = [...(byKey.get(key) ?? [])]
    goSortBy(values, (a, b) => (a[1] === b[1] ? a[0] < b[0] : Math.abs(a[1]) > Math.abs(b[1])))
    for (const [value, weight] of values) {
      const shown =
        report.total > 0 ? `${formatValue(report, weight)} (${percentOfTotal(report, weight)}):` : `${formatValue(report, weight)}:`
      rows.push(` \t${shown}\t ${value}\n`)
    }
    rows.push('\n')
  }
  return alignedRight(rows.join(''))
}

/** Sum of the samples of each label set; undefined where it has none. */
function labelSetWeights(report: Report): (number | undefined)[] {
  const {profile, options} = report
  const types = typeCount(profile)
  const weights: (number | undefined)[] = []
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    if (!alive(profile, sample)) continue
    const set = profile.labelsOf[sample]!
    weights[set] = (weights[set] ?? 0) + profile.values[sample * types + options.sampleIndex]!
  }
  return weights
}

/**
 * Columns as text/tabwriter aligns them with padding 1 and AlignRight: a column is a block of neighbouring lines that have that cell with a tab
 * behind it, and is as wide as its widest cell; the last cell of a line is not aligned. Tabs and lines of what is aligned count like any; a form
 * feed ends a line and all columns.
 */
export function alignedRight(text: string): string {
  const parts = text.split('\f').map(part => part.split('\n').map(line => line.split(/[\t\v]/)))
  // Where the text ends, an empty cell does not begin.
  const last = parts.at(-1)?.at(-1)
  if (last?.at(-1) === '') last.pop()
  return parts.map(alignedLines).join('\n')
}

function alignedLines(padded: readonly string[][]): string {
  const format = (from: number, to: number, column: number) => {
    for (let at = from; at < to;) {
      if ((padded[at]?.length ?? 0) - 1 <= column) {
        at++
        continue
      }
      let end = at
      let width = 0
      while (end < to && (padded[end]?.length ?? 0) - 1 > column) width = Math.max(width, runeCount(padded[end++]![column]!) + 1)
      for (let row = at; row < end; row++) padded[row]![column] = padLeft(padded[row]![column]!, width)
      format(at, end, column + 1)
      at = end
    }
  }
  format(0, padded.length, 0)
  return padded.map(row => row.join('')).join('\n')
}

export const commentsText = (report: Report): string => report.profile.header.comments.map(comment => `${comment}\n`).join('')
