// Who waits for what: creators, groups of goroutines with the same stack, and the reason they wait for. A dump says what kind of thing a
// goroutine waits for and where, never which goroutine would wake it; no edge claims that.
import {beganIn, userFrame} from '../../evidence/dumps/user-frame.ts'
import type {DumpFrame, GoroutineDump, GoroutineGroup} from '../../evidence/model/goroutines.ts'
import type {Graph, GraphEdge, GraphNode, Tone} from '../../graph/graph.ts'

/** Groups in one picture, the largest first. */
const groupsMax = 40

export function goroutineWaits(dump: GoroutineDump): Graph {
  const groups = dump.groups.toSorted((a, b) => b.count - a.count).slice(0, groupsMax)
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const once = (node: GraphNode) => {
    if (!nodes.some(other => other.id === node.id)) nodes.push(node)
  }
  groups.forEach((group, i) => {
    const id = `group ${i}`
    const frame = ownFrame(group)
    once({
      id,
      tone: toneOf(group),
      lines: [`${group.count} × ${frame ? shortName(frame.function) : 'runtime only'}`, ...placeLine(frame), ...waitLine(group)],
    })
    if (group.createdBy) {
      once({
        id: `by ${group.createdBy.function}`,
        shape: 'ellipse',
        tone: 'faint',
        lines: [shortName(group.createdBy.function), ...placeLine(group.createdBy)],
      })
      edges.push({from: `by ${group.createdBy.function}`, to: id, label: 'go'})
    }
    const state = `state ${group.state}`
    once({id: state, shape: 'diamond', lines: [group.state]})
    edges.push({from: id, to: state, tone: toneOf(group)})
  })
  const left = dump.groups.length - groups.length
  return {title: `${dump.total} goroutines${left > 0 ? `, ${left} smaller groups left out` : ''}`, direction: 'right', nodes, edges}
}

const ownFrame = ({frames}: GoroutineGroup): DumpFrame | undefined => userFrame(frames) ?? beganIn(frames)

const shortName = (name: string) => name.slice(name.lastIndexOf('/') + 1)
const placeLine = (frame: DumpFrame | undefined) =>
  frame === undefined || frame.line === 0 ? [] : [`${frame.file.slice(frame.file.lastIndexOf('/') + 1)}:${frame.line}`]
const waitLine = ({waitMinutesMin: low, waitMinutesMax: high}: GoroutineGroup) =>
  high === undefined ? [] : [low === high ? `${high} minutes` : `${low ?? 0} to ${high} minutes`]

function toneOf({state, count, waitMinutesMax = 0}: GoroutineGroup): Tone {
  if (state === 'running' || state === 'runnable') return 'good'
  return waitMinutesMax >= 10 || count >= 1000 ? 'bad' : waitMinutesMax > 0 || count >= 100 ? 'attention' : 'plain'
}
