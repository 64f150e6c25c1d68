// A detector is a value: data first, then a pure function from evidence to observations, which shows its numbers.
import type {Artifact, ArtifactKind} from '../../evidence/model/artifact.ts'
import type {Measured, Severity, Subject} from '../../findings/finding.ts'
import type {Place} from '../../base/place.ts'

/** A threshold: data with unit and source, so that a finding can quote it. */
export interface Setting {
  readonly value: number
  readonly unit: string
  readonly source: string
}

/** What a detector reports; the engine adds id, kind and fingerprint. */
export interface Observed<M extends string = string> {
  readonly message: M
  readonly data?: Readonly<Record<string, string>>
  readonly subject: Subject
  readonly measured: readonly Measured[]
  readonly confidence: number
  readonly severity?: Severity
  /** Places as the evidence names them (build-machine paths); the engine joins them to source. */
  readonly places: readonly Place[]
}

/** An artifact with the id it has in this run. */
export type Identified<K extends ArtifactKind = ArtifactKind> = Artifact<K> & {readonly id: string}

/** The artifacts of one program instance, by kind, in order of time. */
export interface ProgramEvidence {
  readonly programId: string
  of<K extends ArtifactKind>(kind: K): readonly Identified<K>[]
}

export interface Detector<M extends string = string, S extends string = string> {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  readonly since: string
  readonly sources: readonly string[]
  readonly settings: Readonly<Record<S, Setting>>
  readonly messages: Readonly<Record<M, {readonly what: string; readonly why: string; readonly next: string}>>
  readonly run: (evidence: ProgramEvidence, settings: Readonly<Record<S, number>>) => readonly Observed<M>[]
}

// oxlint-disable-next-line typescript/no-explicit-any -- the registry forgets message and setting names on purpose; each detector keeps its own
export type AnyDetector = Detector<any, any>

export const defineDetector = <M extends string, S extends string>(detector: Detector<M, S>): Detector<M, S> => detector
