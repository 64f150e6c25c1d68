// The smaller GODEBUG traces: scavtrace, inittrace, checkfinalizers.

/** GODEBUG=scavtrace=1 (runtime/mgcscavenge.go, printScavTrace). In KiB as printed. */
export interface ScavTrace {
  readonly kind: 'scavtrace'
  readonly lines: readonly {
    /** Returned since the last line by the background scavenger; all of it before Go 1.21. */
    readonly backgroundKib: number
    /** Since Go 1.21: by allocation over the memory limit and by debug.FreeOSMemory. */
    readonly eagerKib?: number
    /** Released and not in use now. Before Go 1.21: the total ever returned. */
    readonly nowKib: number
    readonly utilPercent: number
    readonly forced: boolean
    readonly line: number
  }[]
  /** `scvg9: inuse: …` lines of gctrace up to Go 1.13: the spans of the heap, in MB as printed. */
  readonly spans?: readonly {
    readonly inuseMb: number
    readonly idleMb: number
    readonly sysMb: number
    /** Of `idleMb`, given back to the system. */
    readonly releasedMb: number
    readonly consumedMb: number
    readonly line: number
  }[]
}

/** GODEBUG=inittrace=1 (runtime/proc.go, doInit1). */
export interface InitTrace {
  readonly kind: 'inittrace'
  readonly inits: readonly {
    readonly package: string
    /** Milliseconds since the program began. */
    readonly atMs: number
    readonly clockMs: number
    readonly bytes: number
    readonly allocs: number
    readonly line: number
  }[]
}

/** GODEBUG=checkfinalizers=1, Go 1.25 (runtime/mgc.go, mcheckmark.go). */
export interface FinalizerCheck {
  readonly kind: 'finalizer-check'
  /** A line a GC cycle: what waits in the queues. */
  readonly queues: readonly {readonly finalizers: number; readonly cleanups: number; readonly line: number}[]
  /** Possible leaks the runtime names, in its words. */
  readonly reports: readonly string[]
}

/** `go build -gcflags=-S`: what an audit of a line wants to know (cmd/internal/obj, Go's assembler listing). */
export interface AssemblyListing {
  readonly kind: 'assembly'
  readonly functions: readonly {
    readonly name: string
    readonly size: number
    readonly frameBytes: number
    readonly lines: readonly {
      readonly file: string
      readonly line: number
      readonly instructions: number
      /** LOCK-prefixed instructions, XCHG, and the atomics of arm64. */
      readonly atomics: number
      readonly calls: readonly string[]
    }[]
  }[]
}
