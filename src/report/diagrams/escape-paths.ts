// Why values go to the heap, as `go build -gcflags=-m=2` explains it: a chain of flows for each value.
import type {EscapeEntry, EscapeReport} from '../../evidence/model/escape.ts'
import type {Graph, GraphEdge, GraphNode} from '../../graph/graph.ts'
import {wrapped} from './wrapped.ts'

/** Values in one picture. */
const valuesMax = 40

export function escapePaths(reports: readonly EscapeReport[]): Graph {
  const explained = reports
    .flatMap(report => report.entries)
    .filter(({kind, path}) => path.length > 0 && (kind === 'escapes' || kind === 'moved-to-heap' || kind.startsWith('leaking')))
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  explained.slice(0, valuesMax).forEach((entry, i) => drawValue(entry, i, nodes, edges))
  const left = explained.length - valuesMax
  return {title: `${explained.length} escape paths${left > 0 ? `, ${left} left out` : ''}`, direction: 'right', nodes, edges}
}

function drawValue({file, line, column, subject, kind, path}: EscapeEntry, i: number, nodes: GraphNode[], edges: GraphEdge[]): void {
  let before = `value ${i}`
  nodes.push({
    id: before,
    lines: [...wrapped(subject), `${file}:${line}:${column}`, kind.replaceAll('-', ' ')],
    tone: kind.startsWith('leaking') ? 'attention' : 'bad',
  })
  path.forEach((text, step) => {
    const id = `value ${i} step ${step}`
    nodes.push({id, lines: wrapped(text.trim()), shape: text.trim().startsWith('flow:') ? 'ellipse' : 'box'})
    edges.push({from: before, to: id})
    before = id
  })
}
