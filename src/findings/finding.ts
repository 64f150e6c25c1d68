// The one result type. A finding is a common header and a union: a hazard read in source, or an observation read in evidence.
// The wire form is docs/schema/gotriage-1.schema.json; fields may be added within gotriage/1, never changed or removed.
import type {Place} from '../base/place.ts'

export type Severity = 'error' | 'warning' | 'info'

/** A change to one file. `start` and `end` are byte offsets from 0, `end` exclusive. */
export interface Edit {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
}

/** `safe` keeps the program's meaning and may be applied by --fix; a suggestion may change behaviour or API. */
export interface Fix {
  readonly kind: 'safe' | 'suggestion'
  readonly title: string
  readonly edits: readonly Edit[]
}

interface FindingHeader {
  /** Id of the rule or detector. */
  readonly id: string
  readonly severity: Severity
  /** 0..1. Certain >= 0.95, likely >= 0.7, possible >= 0.5, suspicion below. */
  readonly confidence: number
  readonly message: {readonly id: string; readonly data: Readonly<Record<string, string>>}
  /** One clause: what is wrong. */
  readonly what: string
  /** One clause: why it matters, what is true in Go. */
  readonly why: string
  /** One imperative sentence. */
  readonly next: string
  /** `v1:` + hash; see fingerprint.ts. No line number and no value in it. */
  readonly fingerprint: string
  readonly places: readonly Place[]
}

/** What the evidence at hand says of a hazard. */
export interface Weighed {
  readonly verdict: 'confirmed' | 'against'
  /** One clause. */
  readonly because: string
  /** Fingerprints of what was observed. */
  readonly findings: readonly string[]
  /** Confidence before the evidence was looked at. */
  readonly from: number
}

/** From source. */
export interface Hazard extends FindingHeader {
  readonly kind: 'hazard'
  /** Absent when the evidence says nothing of it, which is no acquittal. */
  readonly weighed?: Weighed
  /** `goos/goarch` pairs the finding holds for; empty means all that were checked. */
  readonly platforms: readonly string[]
  readonly suppressed?: {readonly by: 'comment' | 'baseline' | 'config'; readonly reason: string}
  readonly fixes: readonly Fix[]
}

/** What an observation is about. */
export interface Subject {
  readonly kind: 'stack' | 'goroutines' | 'proc' | 'process' | 'site'
  readonly name: string
}

/** A number with its unit, the limit it was held against, and where it was read. */
export interface Measured {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly limit?: number
  readonly limitSource?: string
  /** Id of the artifact it was read from. */
  readonly artifact?: string
  /** Where in the artifact: `line 12`, `sample 17`, `gc 40`. */
  readonly at?: string
}

/** From evidence. */
export interface Observation extends FindingHeader {
  readonly kind: 'observation'
  readonly subject: Subject
  readonly measured: readonly Measured[]
  /** Program instance it was seen in (`programs[].id`). */
  readonly program?: string
}

export type Finding = Hazard | Observation

export const confidenceWord = (confidence: number) =>
  confidence >= 0.95 ? 'certain' : confidence >= 0.7 ? 'likely' : confidence >= 0.5 ? 'possible' : 'suspicion'

/** The order of every output: file, line, column, id, then fingerprint so that ties are stable. */
export function compareFindings(a: Finding, b: Finding): number {
  const pa = a.places[0]
  const pb = b.places[0]
  return (
    compareText(pa?.file ?? '', pb?.file ?? '') ||
    (pa?.line ?? 0) - (pb?.line ?? 0) ||
    (pa?.column ?? 0) - (pb?.column ?? 0) ||
    compareText(a.id, b.id) ||
    compareText(a.fingerprint, b.fingerprint)
  )
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
