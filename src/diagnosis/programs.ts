// Which program instance an artifact belongs to. Two replicas or a restart must never be joined into one leak, so hints that
// contradict each other separate, and artifacts without any hint join only when there is exactly one program to join.
import type {Program} from '../findings/envelope.ts'
import type {Artifact, ArtifactKind, ProgramHint} from '../evidence/model/artifact.ts'
import type {Identified, ProgramEvidence} from './engine/detector.ts'

export interface Grouped {
  readonly programs: readonly Program[]
  readonly artifacts: readonly (Identified & {readonly programId: string})[]
  readonly evidence: readonly ProgramEvidence[]
}

const identity = ['buildId', 'pid', 'host', 'startedUnixNs', 'module', 'goVersion'] as const

/** Artifacts get ids `a1…` in the order given, which must be that of path and offset. */
export function groupByProgram(artifacts: readonly Artifact[]): Grouped {
  const hints: ProgramHint[] = []
  const placed = artifacts.map(artifact => {
    if (!identity.some(key => artifact.program[key] !== undefined)) return undefined
    const found = hints.findIndex(hint => agrees(hint, artifact.program))
    if (found < 0) return hints.push({...artifact.program}) - 1
    hints[found] = {...hints[found], ...artifact.program}
    return found
  })
  if (hints.length === 0 && artifacts.length > 0) hints.push({})
  const withIds = artifacts.map((artifact, i) => {
    const index = placed[i] ?? (hints.length === 1 ? 0 : hints.length)
    return {...artifact, id: `a${i + 1}`, programId: `p${index + 1}`}
  })
  if (withIds.some(artifact => artifact.programId === `p${hints.length + 1}`)) hints.push({})
  return {
    programs: hints.map((hint, i) => programOf(`p${i + 1}`, hint)),
    artifacts: withIds,
    evidence: hints.map((_, i) => evidenceOf(`p${i + 1}`, withIds)),
  }
}

function agrees(a: ProgramHint, b: ProgramHint): boolean {
  let shared = 0
  for (const key of identity) {
    if (a[key] === undefined || b[key] === undefined) continue
    if (a[key] !== b[key]) return false
    shared++
  }
  return shared > 0
}

function programOf(id: string, hint: ProgramHint): Program {
  const {startedUnixNs, ...rest} = hint
  return {id, ...rest, ...(startedUnixNs === undefined ? {} : {startedUnixNs: String(startedUnixNs)})}
}

function evidenceOf(programId: string, artifacts: readonly (Identified & {readonly programId: string})[]): ProgramEvidence {
  const own = artifacts
    .filter(artifact => artifact.programId === programId)
    .sort((a, b) => compareTimes(a.timeUnixNs, b.timeUnixNs) || Number(a.id.slice(1)) - Number(b.id.slice(1)))
  return {
    programId,
    of: <K extends ArtifactKind>(kind: K) =>
      own.filter((artifact): artifact is Identified<K> & {readonly programId: string} => artifact.data.kind === kind),
  }
}

/** Artifacts without a time keep their order behind those with one. */
const compareTimes = (a: bigint | undefined, b: bigint | undefined) =>
  a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : a < b ? -1 : a > b ? 1 : 0
