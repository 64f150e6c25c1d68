// The document every command prints with --format json: gotriage/1.
import type {Place} from '../base/place.ts'
import {version} from '../base/version.generated.ts'
import type {Comparison} from './comparison.ts'
import type {Finding} from './finding.ts'
import type {Explained, MemoryBalance} from './memory-balance.ts'

/** One running instance of a program; two replicas or a restart are two. */
export interface Program {
  /** `p1`, `p2`, … in order of first appearance. */
  readonly id: string
  readonly module?: string
  readonly buildId?: string
  /** `go1.26.1` */
  readonly goVersion?: string
  /** Decimal. */
  readonly pid?: string
  readonly host?: string
  /** Decimal nanoseconds since the Unix epoch. */
  readonly startedUnixNs?: string
}

/** One decoded piece of evidence as the envelope shows it. */
export interface ArtifactEntry {
  /** `a1`, `a2`, … in order of path and offset. */
  readonly id: string
  readonly path: string
  /** `family/kind`: `pprof/heap`, `logs/gctrace`, `dumps/goroutine`, `trace/v2`, … */
  readonly format: string
  readonly program?: string
  readonly timeUnixNs?: string
  readonly sha256?: string
  /** Byte range inside the (unwrapped) file; absent when it is the whole file. */
  readonly start?: number
  readonly end?: number
}

/** One step of the argument. `findings` are fingerprints. */
export interface ChainStep {
  readonly because: string
  readonly role: 'shows' | 'explains' | 'contradicts'
  readonly findings: readonly string[]
}

/** Findings joined and ranked. */
export interface Cause {
  readonly id: string
  readonly rank: number
  readonly confidence: number
  /** How the confidence came about: 1 − Π(1 − value) of what supports, times the value of each that counters. */
  readonly basis: readonly {readonly factor: string; readonly value: number; readonly counter?: boolean}[]
  readonly title: string
  readonly places: readonly Place[]
  readonly chain: readonly ChainStep[]
  readonly wrongIf: readonly string[]
  readonly remedies: readonly {readonly kind: 'code' | 'setting' | 'guard'; readonly do: string; readonly command?: string}[]
  readonly verify: readonly {readonly command: string; readonly expect: string}[]
  /** `cost` is what the capture costs the running program. */
  readonly settle: readonly {readonly capture: string; readonly because: string; readonly cost?: string}[]
  /** How much of the memory symptom it accounts for; absent when memory is no symptom or the cause is not about memory. */
  readonly explains?: Explained
}

/** Something the reader should know that is no finding: an unreadable file, a missing module, a limit hit. */
export interface Note {
  readonly code: string
  readonly message: string
  readonly path?: string
}

export interface Envelope {
  readonly schema: 'gotriage/1'
  readonly tool: {readonly version: string; readonly command: string}
  /** False when something that was named could not be read to its end. */
  readonly complete: boolean
  readonly config: {
    readonly goos?: string
    readonly goarch?: string
    readonly cgo?: boolean
    readonly tags?: readonly string[]
    /** Where the standard library came from: `GOROOT go1.26.8` or `bundled`. */
    readonly std?: string
  }
  readonly programs: readonly Program[]
  readonly artifacts: readonly ArtifactEntry[]
  readonly findings: readonly Finding[]
  readonly causes: readonly Cause[]
  /** Of `diagnose`, when there is data: where the memory of each program is. */
  readonly memory?: readonly MemoryBalance[]
  /** Of `diagnose --before --after`; the rest of the envelope is about AFTER. */
  readonly comparison?: Comparison
  /** The command's own results, e.g. `metrics` of a simulation. */
  readonly data: Readonly<Record<string, unknown>>
  readonly notes: readonly Note[]
}

/** An envelope with nothing in it yet. */
export const emptyEnvelope = (command: string): Envelope => ({
  schema: 'gotriage/1',
  tool: {version, command},
  complete: true,
  config: {},
  programs: [],
  artifacts: [],
  findings: [],
  causes: [],
  data: {},
  notes: [],
})
