// One report of the race detector. Grammar: compiler-rt/lib/tsan/go (tsan_go.cpp, tsan_report.cpp), 2013 to LLVM 19.
import type {DumpFrame} from './goroutines.ts'

export interface RaceAccess {
  readonly operation: 'read' | 'write'
  readonly atomic: boolean
  readonly previous: boolean
  /** As printed; undefined in reports of 2013. */
  readonly address?: string
  /** `main` or the number. */
  readonly goroutine: string
  /** Leaf first; empty when the detector could not restore the stack. */
  readonly frames: readonly DumpFrame[]
  readonly stackLost: boolean
}

export interface RaceReport {
  readonly kind: 'race'
  readonly accesses: readonly RaceAccess[]
  readonly created: readonly {readonly goroutine: string; readonly state: string; readonly frames: readonly DumpFrame[]}[]
  /** The unordered pair of function and line: the same for every report of one race. */
  readonly key: string
}
