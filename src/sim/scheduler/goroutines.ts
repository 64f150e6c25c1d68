// Goroutines come and go: made by a go statement or by an arrival from outside, reused after they end.
import {errors} from '../../base/errors.ts'
import {event, gStatus, type G, type World} from './world.ts'
import type {Program} from './program.ts'

/** Goroutines alive at once. */
export const goroutinesMax = 2_000_000

export function newGoroutine(w: World, program: Program, role: G['role'] = 'user'): G {
  if (++w.liveG > goroutinesMax) throw errors.limit('goroutines alive at once', goroutinesMax)
  w.measures.created++
  const old = w.freeG.pop()
  if (old !== undefined) {
    old.program = program
    old.pc = 0
    old.counters = program.loops === 0 ? none : new Float64Array(program.loops)
    old.status = gStatus.idle
    old.lastP = -1
    old.lastCpu = -1
    old.lastM = -1
    old.homeNode = -1
    old.leftNs = 0
    old.source = -1
    old.assistBytes = 0
    old.handed = false
    old.waitSinceNs = -1
    old.spins = 0
    old.paceNs = -1
    return old
  }
  const g: G = {
    id: w.allg.length,
    role,
    status: gStatus.idle,
    program,
    pc: 0,
    counters: program.loops === 0 ? none : new Float64Array(program.loops),
    leftNs: 0,
    m: undefined,
    lockedM: undefined,
    lockCount: 0,
    preempt: false,
    runnableAtNs: 0,
    startedAtNs: 0,
    lastP: -1,
    lastCpu: -1,
    lastM: -1,
    homeNode: -1,
    next: undefined,
    marks: new Float64Array(w.measureCount),
    source: -1,
    session: -1,
    arrivedAtNs: 0,
    assistBytes: 0,
    handed: false,
    waitSinceNs: -1,
    spins: 0,
    paceNs: -1,
    mode: 0,
    stintNs: 0,
  }
  w.allg.push(g)
  return g
}

const none = new Float64Array(0)

/** The goroutine is gone; if it served an arrival, the response is complete and a closed-loop client thinks again. */
export function goroutineExited(w: World, g: G): void {
  w.liveG--
  w.measures.finished++
  if (g.source >= 0) {
    w.measures.response(w.nowNs, w.nowNs - g.arrivedAtNs)
    const arrivals = w.arrivals[g.source]!
    if (arrivals.kind === 'closed') w.queue.push(w.nowNs + w.thinkers[g.source]!(w.arrivalsPrng), event.arrival, g.source, 0)
  }
  if (g.role === 'user') w.freeG.push(g)
}
