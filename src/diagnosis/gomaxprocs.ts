// GOMAXPROCS as the evidence of a program shows it last.
import type {ProgramEvidence} from './engine/detector.ts'

export interface Gomaxprocs {
  readonly value: number
  /** Id of the artifact it was read from. */
  readonly artifact: string
}

export function gomaxprocsOf(evidence: ProgramEvidence): Gomaxprocs | undefined {
  const found = [
    ...evidence.of('schedtrace').map(one => ({value: one.data.samples.at(-1)?.gomaxprocs, artifact: one.id})),
    ...evidence.of('trace').map(one => ({value: one.data.gomaxprocs.at(-1)?.value, artifact: one.id})),
    ...evidence.of('metrics').map(one => ({value: one.data.points.at(-1)?.values.get('/sched/gomaxprocs:threads'), artifact: one.id})),
    ...evidence.of('gctrace').map(one => ({value: one.data.cycles.at(-1)?.procs, artifact: one.id})),
  ]
  for (const {value, artifact} of found) if (value !== undefined) return {value, artifact}
  return undefined
}
