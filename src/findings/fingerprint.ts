// Fingerprints survive moved lines and changed numbers: no line number and no value goes in.
import {sha256Hex} from '../base/sha256.ts'
import type {Subject} from './finding.ts'

/** Of a hazard: rule, enclosing symbol, the source line with white space collapsed, and its occurrence number (from 0) among equal ones. */
export const hazardFingerprint = (ruleId: string, symbol: string, sourceLine: string, occurrence: number): string =>
  digest(['hazard', ruleId, symbol, sourceLine.trim().replace(/\s+/g, ' '), String(occurrence)])

/** Of an observation: detector and what it is about. */
export const observationFingerprint = (detectorId: string, subject: Subject): string =>
  digest(['observation', detectorId, subject.kind, subject.name])

const digest = (parts: readonly string[]) => `v1:${sha256Hex(parts.join('\0')).slice(0, 24)}`
