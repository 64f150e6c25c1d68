// The call graph as DOT, in the bytes of `go tool pprof -dot`.
// Follows github.com/google/pprof/internal/graph/dotgraph.go.
import {basePath} from './go-format.ts'
import {nodelets} from './dot-nodelets.ts'
import {cumValue, edgeValue, flatValue, sortedEdges} from './graph.ts'
import type {Edge, Graph, GraphNode} from './graph.ts'
import {percentage} from './measurement.ts'
import {nameComponents} from './node-table.ts'
import type {NodeInfo} from './node-table.ts'
import {chooseOutputUnit, formatValue, reportLabels, trimmedGraph} from './report.ts'
import type {Report} from './report.ts'

export function dotText(report: Report): string {
  const trimmed = trimmedGraph(report, 'entropy')
  const {graph} = trimmed
  removeRedundantEdges(graph)
  chooseOutputUnit(report, graph.nodes)
  const file = report.profile.mappings[0]?.file ?? ''
  const title = file === '' ? '' : basePath(file)
  const labels = reportLabels(report, trimmed, true)
  const lines = [`digraph "${title === '' ? 'unnamed' : title}" {`, 'node [style=filled fillcolor="#f8f8f8"]']
  const legend = `subgraph cluster_L { "${escaped(labels[0]!)}" [shape=box fontsize=16 label="${labels.map(escaped).join('\\l')}\\l"`
  lines.push(`${legend}${title === '' ? '' : ` tooltip="${title}"`}] }`)
  const maxFlat = graph.nodes.reduce((max, node) => Math.max(max, Math.abs(flatValue(node))), 0)
  const idOf = new Map(graph.nodes.map((node, index) => [node, index + 1]))
  const boxed = new Set<GraphNode>()
  for (const node of graph.nodes) {
    const boxes = nodelets(node, idOf.get(node)!, value => formatValue(report, value))
    lines.push(nodeLine(report, node, idOf.get(node)!, maxFlat), ...boxes)
    if (boxes.length > 0) boxed.add(node)
  }
  // A callee that is not drawn, as it weighs nothing or less, has the number 0 there too.
  for (const edge of sortedEdges(graph.nodes.flatMap(node => node.out))) {
    lines.push(edgeLine(report, edge, idOf.get(edge.from)!, idOf.get(edge.to) ?? 0, boxed.has(edge.from)))
  }
  return `${lines.join('\n')}\n}\n`
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\l')

/** Residual edges go where another path says the same. */
function removeRedundantEdges(graph: Graph): void {
  for (const node of [...graph.nodes].reverse()) {
    for (const edge of sortedEdges(node.in).reverse()) {
      if (!edge.residual) break
      if (!reachable(edge)) continue
      edge.from.out = edge.from.out.filter(other => other !== edge)
      edge.to.in = edge.to.in.filter(other => other !== edge)
    }
  }
}

/** Whether the edge's ends are connected without it. */
function reachable(edge: Edge): boolean {
  const seen = new Set([edge.to])
  const queue = [edge.to]
  for (let at = 0; at < queue.length; at++) {
    for (const into of queue[at]!.in) {
      if (into === edge || seen.has(into.from)) continue
      if (into.from === edge.from) return true
      seen.add(into.from)
      queue.push(into.from)
    }
  }
  return false
}

const fontSizeMin = 8
const fontGrowthMax = 16

function nodeLine(report: Report, node: GraphNode, id: number, maxFlat: number): string {
  const [flat, cum] = [flatValue(node), cumValue(node)]
  const share = (value: number) => percentage(value, report.total).trim()
  const flatText = formatValue(report, flat)
  let label = `${multilineName(node.info)}${flat === 0 ? '0' : `${flatText} (${share(flat)})`}`
  let cumText = flatText
  if (cum !== flat) {
    cumText = formatValue(report, cum)
    label += `${flat === 0 ? ' ' : '\\n'}of ${cumText} (${share(cum)})`
  }
  const grows = maxFlat !== 0 && flat !== 0 && Math.abs(flat) <= maxFlat
  const fontSize = fontSizeMin + (grows ? Math.ceil(fontGrowthMax * Math.sqrt(Math.abs(flat) / maxFlat)) : 0)
  const score = cum / Math.abs(report.total)
  const colors = `color="${dotColor(score, false)}" fillcolor="${dotColor(score, true)}"`
  return `N${id} [label="${label}" id="node${id}" fontsize=${fontSize} shape=box tooltip="${escaped(node.name)} (${cumText})" ${colors}]`
}

function edgeLine(report: Report, edge: Edge, from: number, to: number, apart: boolean): string {
  const value = edgeValue(edge)
  const text = formatValue(report, value)
  let attributes = `label=" ${text}${edge.inline ? '\\n (inline)' : ''}"`
  if (report.total !== 0) {
    const weight = 1 + Math.min(Math.abs(Math.trunc((value * 100) / report.total)), 100)
    const width = 1 + Math.min(Math.abs(Math.trunc((value * 5) / report.total)), 5)
    if (weight > 1) attributes += ` weight=${weight}`
    if (width > 1) attributes += ` penwidth=${width}`
    attributes += ` color="${dotColor(value / Math.abs(report.total), false)}"`
  }
  const tooltip = `"${escaped(edge.from.name)} ${edge.residual ? '...' : '->'} ${escaped(edge.to.name)} (${text})"`
  attributes += ` tooltip=${tooltip} labeltooltip=${tooltip}${edge.residual ? ' style="dotted"' : ''}${apart ? ' minlen=2' : ''}`
  return `N${from} -> N${to} [${attributes}]`
}

/** From green (−1) over grey to red (1); light for backgrounds. */
function dotColor(value: number, background: boolean): string {
  const shift = 0.7
  let saturation = background ? 0.1 : 1
  const brightness = background ? 0.93 : 0.7
  let score = Math.max(-1, Math.min(1, value))
  if (Math.abs(score) < 0.2) saturation *= Math.abs(score) / 0.2
  score = Math.sign(score) * Math.abs(score) ** (1 - shift)
  const red = score < 0 ? brightness * (1 + saturation * score) : brightness
  const green = score < 0 ? brightness : brightness * (1 - saturation * score)
  return `#${[red, green, brightness * (1 - saturation)]
    .map(part =>
      // No number (a share of nothing) is no colour: what Go's conversion to uint8 gives on amd64.
      Math.trunc((part || 0) * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}

const javaName = /^(?:[a-z]\w*\.)*([A-Z][\w$]*\.(?:<init>|[a-z][\w$]*(?:\$\d+)?))(?:(?:\()|$)/
const goName = /^(?:[\w\-.]+\/)+([^.]+\..+)/
const goVersion = /^(.*?)\/v(?:[2-9]|[1-9][0-9]+)([./].*)$/
const cppName = /^(?:[_a-zA-Z]\w*::)+(_*[A-Z]\w*::~?[_a-zA-Z]\w*(?:<.*>)?)/

/** Without package path, namespace and arguments (graph.ShortenFunctionName). */
export function shortenFunctionName(name: string): string {
  const plain = name.replace(/^\(anonymous namespace\)::/, '').replace(goVersion, '$1$2')
  for (const pattern of [goName, javaName, cppName]) {
    const short = pattern.exec(plain)?.[1]
    if (short !== undefined) return short
  }
  return plain
}

/** The ellipsis of Go's type parameters stays together; as UTF-8 bytes. */
const ellipsis = '[\u00e2\u0080\u00a6]'

function multilineName(info: NodeInfo): string {
  const name = escaped(shortenFunctionName(info.name)).replaceAll('::', '\\n').replaceAll('[...]', ellipsis).replaceAll('.', '\\n')
  return `${nameComponents({...info, name, file: info.file === '' ? '' : basePath(info.file)}).join('\\n')}\\n`
}
