// Fingerprints survive moved lines and changed numbers: no line number and no value goes in.
import {sha256Hex} from '../base/sha256.ts'
import type {Subject} from './finding.ts'

/** What a hazard's fingerprint is made of, apart from its number among equal ones: two hazards are equal when this is. */
export interface HazardIdentity {
  readonly ruleId: string
  /** The enclosing function; at package level the package path, with the declared type when the line stands in one. */
  readonly symbol: string
  readonly typeName?: string | undefined
  readonly sourceLine: string
}

/** White space of the line is collapsed. */
export const hazardIdentity = ({ruleId, symbol, typeName, sourceLine}: HazardIdentity): readonly string[] => [
  'hazard',
  ruleId,
  typeName === undefined ? symbol : `${symbol}.${typeName}`,
  sourceLine.trim().replace(/\s+/g, ' '),
]

/** Of a hazard: its identity, and its occurrence number (from 0) among those of the same identity. */
export const hazardFingerprint = (identity: HazardIdentity, occurrence: number): string =>
  digest([...hazardIdentity(identity), String(occurrence)])

/** Of an observation: detector and what it is about. */
export const observationFingerprint = (detectorId: string, subject: Subject): string =>
  digest(['observation', detectorId, subject.kind, subject.name])

const digest = (parts: readonly string[]) => `v1:${sha256Hex(parts.join('\0')).slice(0, 24)}`
