// An artifact is one decoded piece of evidence: what it is, where its bytes lie, whose program it belongs to, and its data.
import type {Crash} from './crash.ts'
import type {EscapeReport} from './escape.ts'
import type {GcTrace, PacerTrace} from './gctrace.ts'
import type {GoroutineDump} from './goroutines.ts'
import type {HandlerPanic} from './handler-panic.ts'
import type {MetricSeries} from './metrics.ts'
import type {Profile} from './profile.ts'
import type {RaceReport} from './race.ts'
import type {AssemblyListing, FinalizerCheck, InitTrace, ScavTrace} from './runtime-traces.ts'
import type {SanitizerReport} from './sanitizer.ts'
import type {SchedTrace} from './schedtrace.ts'
import type {TraceReport} from './trace.ts'
import type {SystemData} from './system.ts'

/** What a decoder knows of the program instance an artifact came from; joined into `Program`s by diagnosis, never guessed into one. */
export interface ProgramHint {
  readonly module?: string
  readonly buildId?: string
  readonly goVersion?: string
  readonly pid?: string
  readonly host?: string
  /** Unix time in nanoseconds. */
  readonly startedUnixNs?: bigint
}

/** Every kind of decoded data, by `kind`. A wing that decodes a new kind adds its model file beside this one and a line here. */
export type ArtifactData =
  | Profile
  | GoroutineDump
  | Crash
  | RaceReport
  | HandlerPanic
  | SanitizerReport
  | GcTrace
  | PacerTrace
  | SchedTrace
  | ScavTrace
  | InitTrace
  | FinalizerCheck
  | AssemblyListing
  | MetricSeries
  | EscapeReport
  | TraceReport
  | SystemData
  | OtherData

/** Data that no model type describes yet; shown by `identify`, read by no detector. */
export interface OtherData {
  readonly kind: 'other'
  readonly summary: Readonly<Record<string, string | number>>
}

export type ArtifactKind = ArtifactData['kind']
export type DataOf<K extends ArtifactKind> = Extract<ArtifactData, {kind: K}>

export interface Artifact<K extends ArtifactKind = ArtifactKind> {
  /** `family/kind`, as printed: `pprof/heap`, `logs/gctrace`, `dumps/goroutine-debug2`, `trace/go1.26`. */
  readonly format: string
  /** Name of the source it came from, with `!member` for container members. */
  readonly path: string
  /** Byte range in the unwrapped source; absent when it is all of it. `end` is exclusive. */
  readonly start?: number
  readonly end?: number
  /** Wall clock of the capture, Unix nanoseconds; undefined when the evidence does not say. */
  readonly timeUnixNs?: bigint
  readonly program: ProgramHint
  /** False when the bytes broke off or were damaged after `end`; the note says where. */
  readonly complete: boolean
  readonly notes: readonly {readonly code: string; readonly message: string}[]
  readonly data: DataOf<K>
}
