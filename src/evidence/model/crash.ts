// How a Go process died, or said that it would: a panic, a fatal error of the runtime, a signal, a test time-out.
import type {DumpFrame, GoroutineDump} from './goroutines.ts'

/** Ids of what happened; `panic` and `fatal-error` for texts without one of their own. */
export type CrashClass =
  | 'panic'
  | 'nil-dereference'
  | 'index-out-of-range'
  | 'slice-bounds'
  | 'nil-map-write'
  | 'type-assertion'
  | 'closed-channel'
  | 'negative-waitgroup'
  | 'divide-by-zero'
  | 'unhashable-key'
  | 'makeslice'
  | 'cgo-pointer'
  | 'test-timeout'
  | 'http-handler-panic'
  | 'concurrent-map'
  | 'deadlock'
  | 'unlock-of-unlocked'
  | 'synctest-bubble'
  | 'stack-overflow'
  | 'out-of-memory'
  | 'thread-exhaustion'
  | 'checkptr'
  | 'bad-pointer'
  | 'unexpected-signal'
  | 'fault'
  | 'signal'
  | 'quit'
  | 'morestack'
  | 'fatal-error'

export interface CrashPanic {
  readonly message: string
  readonly recovered: boolean
  readonly repanicked: boolean
}

export interface Crash {
  readonly kind: 'crash'
  readonly class: CrashClass
  /** First line of what the runtime said, without `panic: ` or `fatal error: `. */
  readonly message: string
  /** `panic` can be recovered by a defer, `fatal` and `signal` cannot. */
  readonly severity: 'panic' | 'fatal' | 'signal'
  /** The chain, oldest first; empty for fatal errors. */
  readonly panics: readonly CrashPanic[]
  readonly signal?: {
    readonly name: string
    readonly code?: string
    readonly address?: string
    readonly pc?: string
    readonly duringCgo: boolean
  }
  /** The line to look at: the first frame outside the runtime and the standard library behind the failure. */
  readonly site?: DumpFrame
  /** The goroutine that failed. */
  readonly goroutine?: {readonly id: string; readonly state: string; readonly frames: readonly DumpFrame[]; readonly createdBy?: DumpFrame}
  /** Frames of the system stack, where the runtime printed them. */
  readonly systemStack: readonly DumpFrame[]
  /** `rax` → `0x0`, where printed. */
  readonly registers: ReadonlyMap<string, string>
  /** Lines beginning `runtime: ` before the failure. */
  readonly runtimeSays: readonly string[]
  /** `TestX (3m0s)` of a test time-out. */
  readonly runningTests: readonly string[]
  /** Threads that threw at the same time; 1 for all but interleaved crashes. */
  readonly throws: number
  /** Addresses of C frames that have no name, as printed: what `runtime.SetCgoTraceback` would resolve. */
  readonly unresolvedPcs: readonly string[]
  /** Addresses that lie in the Go heap: the records of the first goroutines (`gp=`, Go 1.22), but for the system goroutine 0. */
  readonly heapAddresses?: readonly string[]
  readonly goroutines: GoroutineDump
}
