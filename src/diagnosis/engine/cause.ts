// A cause definition joins findings into one explanation. It is data and a pure function; the engine ranks what the functions return.
import type {Cause} from '../../findings/envelope.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'
import type {ProgramEvidence} from './detector.ts'

/** All that is known when causes are looked for: of one program instance. */
export interface CaseFile {
  readonly hazards: readonly Hazard[]
  readonly observations: readonly Observation[]
  readonly evidence: ProgramEvidence
  /** Whether source was given at all; without it a missing hazard says nothing. */
  readonly hasSource: boolean
}

export interface CauseDefinition {
  readonly id: string
  readonly title: string
  readonly since: string
  /** Ids of the rules and detectors it joins, for `explain`. */
  readonly joins: readonly string[]
  readonly find: (facts: CaseFile) => readonly Omit<Cause, 'rank' | 'id'>[]
}

export const defineCause = (cause: CauseDefinition): CauseDefinition => cause
