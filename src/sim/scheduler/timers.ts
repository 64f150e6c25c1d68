// The timer heap of each P. Follows timers.check of src/runtime/time.go; timers here only wake goroutines.
import {ready} from './placement.ts'
import type {G, M, P, World} from './world.ts'

export function addTimer(p: P, whenNs: number, g: G): void {
  const times = p.timerNs
  const gs = p.timerG
  let hole = times.length
  times.push(whenNs)
  gs.push(g)
  while (hole > 0) {
    const parent = (hole - 1) >> 1
    if (times[parent]! <= whenNs) break
    times[hole] = times[parent]!
    gs[hole] = gs[parent]!
    hole = parent
  }
  times[hole] = whenNs
  gs[hole] = g
}

function takeFirst(p: P): G {
  const times = p.timerNs
  const gs = p.timerG
  const first = gs[0]!
  const when = times.pop()!
  const g = gs.pop()!
  const n = times.length
  if (n === 0) return first
  let hole = 0
  for (;;) {
    let child = 2 * hole + 1
    if (child >= n) break
    if (child + 1 < n && times[child + 1]! < times[child]!) child++
    if (times[child]! >= when) break
    times[hole] = times[child]!
    gs[hole] = gs[child]!
    hole = child
  }
  times[hole] = when
  gs[hole] = g
  return first
}

/** Runs what is due on `p`; its goroutines become runnable on the P of `m`. True when something ran. */
export function runTimers(w: World, m: M, p: P): boolean {
  let ran = false
  while (p.timerNs.length > 0 && p.timerNs[0]! <= w.nowNs) {
    const late = w.nowNs - p.timerNs[0]!
    const g = takeFirst(p)
    w.measures.timerLateNs.add(late)
    ready(w, m, g, true)
    ran = true
  }
  return ran
}

/** When the earliest timer of any P is due; 0 for none. */
export function earliestTimer(w: World): number {
  let earliest = 0
  for (const p of w.allp) {
    const when = p.timerNs[0]
    if (when !== undefined && (earliest === 0 || when < earliest)) earliest = when
  }
  return earliest
}
