// A cause as a picture: its title above, the steps of its chain below, and under each step the findings it rests on.
import type {Cause, Envelope} from '../../findings/envelope.ts'
import type {Finding} from '../../findings/finding.ts'
import type {Graph, GraphEdge, GraphNode, Tone} from '../../graph/graph.ts'
import {wrapped} from './wrapped.ts'

/** Causes in one picture; the first ones are the likeliest. */
const causesMax = 3
/** Findings under one step. */
const findingsMax = 6

export function causeChain({causes, findings}: Pick<Envelope, 'causes' | 'findings'>): Graph {
  const byFingerprint = new Map(findings.map(finding => [finding.fingerprint, finding]))
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const groups = causes
    .slice(0, causesMax)
    .map(cause => ({id: cause.id, title: `${cause.rank}. ${cause.id}, confidence ${cause.confidence.toFixed(2)}`}))
  for (const cause of causes.slice(0, causesMax)) drawCause(cause, byFingerprint, nodes, edges)
  return {title: causes.length === 0 ? 'no cause found' : 'causes', direction: 'down', nodes, edges, groups}
}

function drawCause(cause: Cause, findings: ReadonlyMap<string, Finding>, nodes: GraphNode[], edges: GraphEdge[]): void {
  const place = cause.places[0]
  const top = `${cause.id}/cause`
  nodes.push({
    id: top,
    group: cause.id,
    tone: cause.confidence >= 0.5 ? 'bad' : 'attention',
    lines: [...wrapped(cause.title), ...(place ? [`${place.file}:${place.line}`] : [])],
  })
  let above = top
  cause.chain.forEach((step, i) => {
    const id = `${cause.id}/step ${i}`
    nodes.push({id, group: cause.id, lines: wrapped(step.because), tone: step.role === 'contradicts' ? 'good' : 'attention'})
    edges.push({from: above, to: id, label: step.role === 'contradicts' ? 'although' : 'because', dashed: step.role === 'contradicts'})
    above = id
    for (const fingerprint of step.findings.slice(0, findingsMax)) {
      const finding = findings.get(fingerprint)
      if (finding === undefined) continue
      const leaf = `${id}/${fingerprint}`
      nodes.push({
        id: leaf,
        group: cause.id,
        lines: [finding.id, ...wrapped(finding.what), ...placeLine(finding)],
        shape: 'note',
        tone: toneOf(finding),
      })
      edges.push({from: id, to: leaf, label: step.role, dashed: step.role === 'explains'})
    }
  })
}

const placeLine = ({places: [place]}: Finding) => (place === undefined ? [] : [`${place.file}:${place.line}`])
const toneOf = ({severity}: Finding): Tone => (severity === 'error' ? 'bad' : severity === 'warning' ? 'attention' : 'plain')
