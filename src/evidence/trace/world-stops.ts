// Stops of the world: kind, how long until the other Ps had stopped, how long in all, who asked, whose waits they lengthened.
import type {TraceSite, TraceStop} from '../model/trace.ts'
import type {ProcClock} from './proc-clock.ts'

const stopsMax = 100_000

interface OpenStop {
  readonly kind: string
  readonly startNs: number
  readonly goroutine: string
  readonly by: TraceSite | undefined
  readonly duringMark: boolean
  readonly tasks: number
  /** -1 until a P stopped. */
  stoppedNs: number
  delayed: number
}

export class WorldStops {
  readonly list: (TraceStop & {delayed: number})[] = []
  cut = false
  readonly #clock: ProcClock
  #open: OpenStop | undefined
  /** Whether all other Ps had stopped since the open stop began. */
  #settled = false

  constructor(clock: ProcClock) {
    this.#clock = clock
  }

  begin(kind: string, goroutine: string, by: TraceSite | undefined, duringMark: boolean, tasks: number): void {
    const clock = this.#clock
    clock.tick()
    clock.stwDepth++
    this.#settled = clock.busy <= 1
    this.#open = {kind, startNs: clock.now, goroutine, by, duringMark, tasks, stoppedNs: this.#settled ? 0 : -1, delayed: 0}
  }

  /** A P became idle or was taken away. */
  procEnds(): void {
    const open = this.#open
    if (open === undefined) return
    const {busy, now} = this.#clock
    if ((open.stoppedNs < 0 || busy >= 1) && !(open.stoppedNs >= 0 && this.#settled)) {
      open.stoppedNs = now - open.startNs
      if (busy <= 1) this.#settled = true
    }
  }

  /** Ends the open stop; its length in ns, 0 when none was open. */
  end(marking: boolean): number {
    const clock = this.#clock
    clock.tick()
    if (clock.stwDepth > 0) clock.stwDepth--
    const open = this.#open
    if (open === undefined) return 0
    this.#open = undefined
    const {kind, startNs, goroutine, by, tasks, delayed} = open
    const totalNs = clock.now - startNs
    const stoppingNs = Math.max(0, open.stoppedNs)
    if (this.list.length >= stopsMax) this.cut = true
    else this.list.push({kind, startNs, stoppingNs, totalNs, goroutine, by, duringMark: open.duringMark || marking, delayed, tasks})
    return totalNs
  }

  /** Counts a wait at the stops that lie in it, the latest first. */
  delayed(sinceNs: number): void {
    if (this.#open !== undefined) this.#open.delayed++
    for (let i = this.list.length - 1; i >= 0; i--) {
      const stop = this.list[i]!
      if (stop.startNs + stop.totalNs <= sinceNs) return
      stop.delayed++
    }
  }
}
