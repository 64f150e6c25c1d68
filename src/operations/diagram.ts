// The diagrams of gotriage by name: from a program, its evidence or its causes to DOT text.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {ArtifactData} from '../evidence/model/artifact.ts'
import {dotText} from '../graph/dot-text.ts'
import type {Graph} from '../graph/graph.ts'
import {causeChain} from '../report/diagrams/cause-chain.ts'
import {escapePaths} from '../report/diagrams/escape-paths.ts'
import {goroutineWaits} from '../report/diagrams/goroutine-waits.ts'
import {numaNodes} from '../report/diagrams/numa-nodes.ts'
import {cgoCallPath, goroutineStates} from '../report/diagrams/runtime-diagrams.ts'
import {callHazards} from './call-hazards.ts'
import {diagnose} from './diagnose.ts'
import {diagramKinds} from './diagram-kinds.ts'
import {importGraph} from './import-graph.ts'
import {memoryOrderGraph} from './memory-order.ts'
import {middlewareGraph} from './middleware-graph.ts'
import {abGraph, breakerGraph} from './policy-states.ts'
import {readEvidence} from './read-evidence.ts'

export interface DiagramRequest {
  readonly kind: string
  /** Package patterns, a dump, facts by id, or what `diagnose` takes. */
  readonly paths: readonly string[]
}

export async function diagramDot(
  request: DiagramRequest,
  host: Host,
  task: Task,
): Promise<{readonly dot: string; readonly notes: readonly string[]}> {
  const {graph, notes} = await diagram(request, host, task)
  return {dot: dotText(graph), notes}
}

async function diagram(
  {kind, paths}: DiagramRequest,
  host: Host,
  task: Task,
): Promise<{readonly graph: Graph; readonly notes: readonly string[]}> {
  switch (kind) {
    case 'imports':
      return importGraph(paths, host, task)
    case 'calls':
      return callHazards(paths, host, task)
    case 'middleware':
      return middlewareGraph(paths, host, task)
    case 'causes': {
      const {envelope} = await diagnose({paths}, host, task)
      return {graph: causeChain(envelope), notes: envelope.causes.length > 0 ? [] : ['no cause was found']}
    }
    case 'goroutines': {
      const data = await evidence(paths, host, task, 'a goroutine dump')
      const dump = data
        .map(one => (one.kind === 'goroutines' ? one : one.kind === 'crash' ? one.goroutines : undefined))
        .find(one => one !== undefined)
      if (dump === undefined)
        throw errors.usage(`no goroutine dump in ${paths.join(', ')}`, 'Give the text of /debug/pprof/goroutine?debug=2 or of a crash.')
      return {graph: goroutineWaits(dump), notes: []}
    }
    case 'escapes': {
      const reports = (await evidence(paths, host, task, 'the output of go build -gcflags=-m=2')).filter(one => one.kind === 'escape')
      if (reports.length === 0)
        throw errors.usage(`no escape analysis in ${paths.join(', ')}`, 'Give what "go build -gcflags=-m=2" prints.')
      return {graph: escapePaths(reports), notes: []}
    }
    case 'numa': {
      const topologies = (await evidence(paths, host, task, 'the output of lscpu or "numactl --hardware"')).filter(
        one => one.kind === 'cpu-topology',
      )
      if (topologies.length === 0)
        throw errors.usage(`no CPU topology in ${paths.join(', ')}`, 'Give what "lscpu" or "numactl --hardware" prints.')
      return numaNodes(topologies)
    }
    case 'memory-order':
      return {graph: memoryOrderGraph(paths), notes: []}
    case 'cgo-call':
      return {graph: cgoCallPath(), notes: []}
    case 'goroutine-states':
      return {graph: goroutineStates(), notes: []}
    case 'breaker':
      return {graph: breakerGraph(), notes: []}
    case 'ab':
      return {graph: abGraph(), notes: []}
    default:
      throw errors.usage(`there is no diagram "${kind}"`, `Give one of: ${diagramKinds.join(', ')}.`)
  }
}

async function evidence(paths: readonly string[], host: Host, task: Task, what: string): Promise<readonly ArtifactData[]> {
  if (paths.length === 0) throw errors.usage('no file to draw from', `Name ${what}.`)
  const read = await readEvidence(host, paths, task)
  const note = read.notes[0]
  if (read.artifacts.length === 0 && note) throw errors.usage(note.message.replace(/\.$/, ''), `Name ${what}.`)
  return read.artifacts.map(({artifact}) => artifact.data)
}
