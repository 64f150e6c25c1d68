// Goroutines of one dump or crash, grouped as people read them. Header grammar: runtime/traceback.go (goroutineheader), Go 1.22 to 1.27.

export interface DumpFrame {
  readonly function: string
  readonly file: string
  /** 0 when the dump does not say. */
  readonly line: number
}

/** Goroutines with the same state, stack and creator. */
export interface GoroutineGroup {
  readonly count: number
  /** First word of the bracket: `running`, `chan receive`, `select`, `syscall`, `IO wait`, `sleep`, `sync.Mutex.Lock`, … */
  readonly state: string
  /**
   * GC-stamped waiting time; undefined when no member showed one. Not a clock. The minimum is 0 when a member showed none while another did:
   * it waits for less than a minute, or no garbage collection has stamped it yet.
   */
  readonly waitMinutesMin?: number
  readonly waitMinutesMax?: number
  readonly lockedToThread: boolean
  /** Leaf first. */
  readonly frames: readonly DumpFrame[]
  readonly createdBy?: DumpFrame
  /** The smallest ids of members, up to `idsMax`, ascending: of those that were started first. */
  readonly ids: readonly string[]
  /** The smallest ids, up to `idsMax`, ascending, of the goroutines that started members; absent where the dump does not say (before Go 1.21). */
  readonly parents?: readonly string[]
  readonly labels?: ReadonlyMap<string, string>
  /** Line of the first member in the source (from 1). */
  readonly line: number
}

export interface GoroutineDump {
  readonly kind: 'goroutines'
  /** `debug1` has neither ids nor waiting times. */
  readonly form: 'debug1' | 'debug2' | 'crash' | 'profile'
  readonly total: number
  readonly groups: readonly GoroutineGroup[]
}
