// All that is done with one graph beside the layout itself: reading, passing over layouts it is too large for, widths of labels, and the look at the
// output. It runs in the worker, under the deadline: a file of 70,000 edges would hold up every other request if the main thread read it.
import {TriageError} from '../../base/errors.ts'
import {dotProblem, jsonProblem, svgProblem} from './check-output.ts'
import type {Laid, LayoutRequest, PlannedLayout} from './layout.ts'
import {readDot, type DotGraph} from './read-dot.ts'
import {safeSvg} from './safe-svg.ts'
import {tableSvg} from './table-svg.ts'
import {withLabelWidths} from './wide-labels.ts'

/** Graphviz, as @viz-js/viz has it. */
export interface Lays {
  render(
    dot: string,
    options: {readonly engine: string; readonly format: string},
  ): {readonly status: string; readonly output: string | undefined; readonly errors: readonly {readonly message: string}[]}
}

export interface LaidGraph {
  readonly value: Laid
  /** Anything but success and a syntax error leaves the instance in doubt. */
  readonly poisoned: boolean
}

/** `graphviz` undefined: only what needs no layout. Throws what Graphviz throws. */
export function layGraph({dot, name, format, plan, table}: LayoutRequest, graphviz: Lays | undefined): LaidGraph {
  let graph: DotGraph
  try {
    graph = readDot(dot, name)
  } catch (error) {
    if (!(error instanceof TriageError)) throw error
    return {value: {kind: 'refused', code: error.code, message: error.message, hint: error.hint}, poisoned: false}
  }
  const passed = plan.flatMap(planned => {
    const outcome = tooLarge(graph, planned)
    return outcome === undefined ? [] : [{step: planned.layout, outcome}]
  })
  const chosen = plan.find(planned => tooLarge(graph, planned) === undefined)
  const before = chosen === undefined ? passed : passed.slice(0, plan.indexOf(chosen))
  const about = {nodes: graph.nodes.size, edges: graph.edgeCount, more: graph.more, passed: before}
  if (chosen === undefined || graphviz === undefined) {
    if (table === undefined) return {value: {...about, kind: 'failed', tried: undefined, why: 'no layout is left'}, poisoned: false}
    const output = safeSvg(tableSvg(graph, passed.at(-1)?.outcome ?? table))
    const problem = svgProblem(output, graph)
    if (problem !== undefined) return {value: {...about, kind: 'failed', tried: undefined, why: problem}, poisoned: false}
    return {value: {...about, kind: 'laid', shows: 'table', output, messages: []}, poisoned: false}
  }
  const result = graphviz.render(textFor(dot, graph, chosen), {engine: chosen.layout, format})
  const messages = result.errors.map(error => error.message)
  const said = messages.filter(told)
  if (result.status !== 'success' || result.output === undefined)
    return {
      value: {...about, kind: 'failed', tried: chosen.layout, why: said[0] ?? 'Graphviz gave no picture and no reason'},
      poisoned: !messages.some(text => text.startsWith('syntax error')),
    }
  const output = format === 'svg' ? safeSvg(result.output) : result.output
  const problem = format === 'svg' ? svgProblem(output, graph) : format === 'json' ? jsonProblem(output, graph) : dotProblem(output, graph)
  return problem === undefined
    ? {value: {...about, kind: 'laid', shows: chosen.layout, output, messages: said}, poisoned: false}
    : {value: {...about, kind: 'failed', tried: chosen.layout, why: problem}, poisoned: true}
}

/** What Graphviz says about its own missing font metrics is no news to the reader. */
const told = (message: string) => !/no value for width of|non-ASCII character/.test(message)

function tooLarge(graph: DotGraph, {nodesMax, edgesMax}: PlannedLayout): string | undefined {
  if (graph.nodes.size > nodesMax) return `${graph.nodes.size} nodes are more than the ${nodesMax} it is tried with`
  return graph.edgeCount > edgesMax ? `${graph.edgeCount} edges are more than the ${edgesMax} it is tried with` : undefined
}

function textFor(dot: string, graph: DotGraph, {straight}: PlannedLayout): string {
  const measured = withLabelWidths(dot, graph)
  return straight ? `${measured.slice(0, measured.length - (dot.length - graph.end))}\nsplines=line\n${dot.slice(graph.end)}` : measured
}
