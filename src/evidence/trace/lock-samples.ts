// CPU samples of a trace that stand in the runtime's own locks: all that a trace shows of contention there, for it has no event for them.
// A sample is a thread that used a CPU (spinning for the lock, or taking and giving it up); threads that sleep for the lock are not sampled.
// Source: sigprof in src/runtime/proc.go hands its stack, runtime frames included, to traceCPUSample (src/runtime/tracecpu.go), Go 1.19 to 1.26;
// lock2 and unlock2 in src/runtime/lock_futex.go and lock_sema.go, since Go 1.24 in lock_spinbit.go. There are samples only while a CPU profile runs too.
import type {GenerationTables} from './generation-tables.ts'

const inLock = /^runtime\.(?:lock2|unlock2(?:Wake)?)$/
/** The latest samples are kept: at the default 100 a second and CPU, some seconds of a large machine. */
const samplesKept = 1 << 13

export class LockSamples {
  count = 0
  inLocks = 0
  readonly #time = new Float64Array(samplesKept)
  readonly #locked = new Uint8Array(samplesKept)
  #generation: GenerationTables | undefined
  /** By stack of the generation: 0 not looked at, 1 elsewhere, 2 in a lock. */
  #known = new Uint8Array(0)

  add(generation: GenerationTables | undefined, stack: number, nowNs: number): void {
    const at = this.count++ % samplesKept
    const locked = generation !== undefined && stack >= 0 && this.#inLock(generation, stack)
    this.#time[at] = nowNs
    this.#locked[at] = locked ? 1 : 0
    if (locked) this.inLocks++
  }

  #inLock(generation: GenerationTables, stack: number): boolean {
    if (this.#generation !== generation) {
      this.#generation = generation
      this.#known = new Uint8Array(generation.stackCount)
    }
    if (this.#known[stack] === 0)
      this.#known[stack] = generation.frames(stack).some(frame => inLock.test(generation.frameFunction(frame))) ? 2 : 1
    return this.#known[stack] === 2
  }

  /** Samples from a time on, up to now, and how many of them stand in locks; of the ones still kept. */
  since(fromNs: number): {readonly samples: number; readonly inLocks: number} {
    let samples = 0
    let inLocks = 0
    for (let i = this.count - 1; i >= 0 && i >= this.count - samplesKept && this.#time[i % samplesKept]! >= fromNs; i--) {
      samples++
      inLocks += this.#locked[i % samplesKept]!
    }
    return {samples, inLocks}
  }
}
