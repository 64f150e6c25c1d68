// gcpacertrace lines of a real program through the pacer here: goal, expected work and assist ratio must be equal, the trigger equal but for spans.
// The trigger is looked at when a span is refilled, so a real cycle starts within a few spans above it (src/runtime/malloc.go, `shouldhelpgc`).
import {Pacer} from '../gc/pacer.ts'

/** What one cycle printed and what runtime/metrics said after it; the order of the stored columns. */
export interface PacedCycle {
  readonly triggerBytes: number
  readonly liveBytes: number
  readonly goalDeltaBytes: number
  readonly heapScanBytes: number
  readonly stackScanBytes: number
  readonly globalsScanBytes: number
  readonly expectedScanBytes: number
  readonly consMark: number
  readonly assistRatio: number
  readonly markedBytes: number
  readonly metricsGoal: number
  readonly number: number
}

const columns = 12

export function pacedCycles(flat: readonly number[]): readonly PacedCycle[] {
  const at = (row: number, column: number) => flat[row * columns + column] ?? 0
  return Array.from({length: Math.floor(flat.length / columns)}, (_, i) => ({
    triggerBytes: at(i, 0),
    liveBytes: at(i, 1),
    goalDeltaBytes: at(i, 2),
    heapScanBytes: at(i, 3),
    stackScanBytes: at(i, 4),
    globalsScanBytes: at(i, 5),
    expectedScanBytes: at(i, 6),
    consMark: at(i, 7),
    assistRatio: at(i, 8),
    markedBytes: at(i, 9),
    metricsGoal: at(i, 10),
    number: at(i, 11),
  }))
}

export interface Replay {
  readonly cycles: number
  /** Cycles in which the figure is not the same to the byte. */
  readonly goalOff: number
  readonly metricsGoalOff: number
  readonly expectedOff: number
  /** Largest difference as a share. */
  readonly assistRatioOff: number
  /** By how much real cycles began above the trigger. */
  readonly lateMaxBytes: number
  readonly earlyMaxBytes: number
}

export function replayPacer(gogc: number, cycles: readonly PacedCycle[]): Replay {
  let [goalOff, metricsGoalOff, expectedOff, assistRatioOff, lateMaxBytes, earlyMaxBytes, n] = [0, 0, 0, 0, 0, 0, 0]
  for (const [i, now] of cycles.entries()) {
    const before = cycles[i - 1]
    if (before === undefined || now.number !== before.number + 1) continue
    const pacer = new Pacer(gogc)
    pacer.heapMarked = before.markedBytes
    pacer.lastHeapScan = before.heapScanBytes
    pacer.lastStackScan = before.stackScanBytes
    pacer.globalsScan = before.globalsScanBytes
    pacer.consMark = now.consMark
    pacer.commit(true)
    n++
    if (now.expectedScanBytes !== before.heapScanBytes + before.stackScanBytes + now.globalsScanBytes) expectedOff++
    if (pacer.goal() !== before.metricsGoal) metricsGoalOff++
    const late = now.triggerBytes - pacer.trigger()
    lateMaxBytes = Math.max(lateMaxBytes, late)
    earlyMaxBytes = Math.max(earlyMaxBytes, -late)
    pacer.heapLive = now.triggerBytes
    pacer.heapScan = pacer.lastHeapScan
    pacer.startCycle()
    if (pacer.goal() !== now.liveBytes - now.goalDeltaBytes) goalOff++
    assistRatioOff = Math.max(assistRatioOff, Math.abs(pacer.assistWorkPerByte / now.assistRatio - 1))
  }
  return {cycles: n, goalOff, metricsGoalOff, expectedOff, assistRatioOff, lateMaxBytes, earlyMaxBytes}
}
