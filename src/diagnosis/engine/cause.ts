// A cause definition joins findings into one explanation. It is data and a pure function; the engine ranks what the functions return.
import type {Cause} from '../../findings/envelope.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'
import type {MemoryBalance} from '../../findings/memory-balance.ts'
import type {CaptureId} from '../captures.ts'
import type {ProgramEvidence} from './detector.ts'

/** All that is known when causes are looked for: of one program instance. */
export interface CaseFile {
  readonly hazards: readonly Hazard[]
  readonly observations: readonly Observation[]
  readonly evidence: ProgramEvidence
  /** Whether source was given at all; without it a missing hazard says nothing. */
  readonly hasSource: boolean
  /** Where the memory is; undefined when the evidence does not tell. */
  readonly memory?: MemoryBalance
}

/** A cause as a definition gives it; the engine adds rank, id and what it explains of the symptom. */
export interface FoundCause extends Omit<Cause, 'rank' | 'id' | 'explains'> {
  /** Bytes of resident memory that the cause accounts for, low and high; absent when it is not about memory. */
  readonly memoryBytes?: readonly [low: number, high: number]
}

export interface CauseDefinition {
  readonly id: string
  readonly title: string
  readonly since: string
  /** Ids of the rules and detectors it joins, for `explain`. */
  readonly joins: readonly string[]
  /** The cheapest capture that would settle it when nothing has been captured yet. */
  readonly settledBy?: CaptureId
  readonly find: (facts: CaseFile) => readonly FoundCause[]
}

export const defineCause = (cause: CauseDefinition): CauseDefinition => cause
