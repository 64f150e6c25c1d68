// A scenario made from evidence: an execution trace gives a scheduler scenario, gctrace lines or metrics over time a heap scenario.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import {fitGcTrace, fitMetrics} from '../sim/scenario/fit-heap.ts'
import {fitTrace} from '../sim/scenario/fit-trace.ts'
import {readEvidence} from './read-evidence.ts'

/** The YAML of the scenario. Several files of metrics make one series. */
export async function fitScenario(host: Host, kind: 'scheduler' | 'heap', paths: readonly string[], task: Task): Promise<string> {
  const {artifacts, notes} = await readEvidence(host, paths, task)
  const name = paths.join(', ')
  const data = artifacts.map(({artifact}) => artifact.data)
  if (kind === 'scheduler') {
    const trace = data.find(d => d.kind === 'trace')
    if (trace !== undefined) return fitTrace(name, trace)
  } else {
    const cycles = data.flatMap(d => (d.kind === 'gctrace' ? d.cycles : []))
    if (cycles.length > 0) return fitGcTrace(name, cycles)
    const points = data.flatMap(d => (d.kind === 'metrics' ? d.points : []))
    if (points.length > 0)
      return fitMetrics(
        name,
        points.toSorted((a, b) => Number((a.timeUnixNs ?? 0n) - (b.timeUnixNs ?? 0n))),
      )
  }
  const found = [...new Set(artifacts.map(({artifact}) => artifact.format))].join(', ')
  throw errors.usage(
    `${name}: ${found === '' ? (notes[0]?.message.replace(/\.+$/, '') ?? 'nothing that can be read') : `found ${found}`}`,
    kind === 'scheduler' ? 'Give an execution trace.' : 'Give a log with gctrace lines, or metrics taken several times.',
  )
}
