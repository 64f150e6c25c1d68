// The pacer workload: its gctrace and gcpacertrace lines between the marks of its phases, cycle by cycle.
import {parsePacerLine} from '../../src/evidence/logs/pacertrace.ts'
import type {MeasuredRun} from '../../src/sim/validation/measured.ts'
import {run, type Built, type RunOptions} from './program.ts'

export function pacerRun(built: Built, seconds: number, how: RunOptions): readonly {readonly id: string; readonly run: MeasuredRun}[] {
  const made = run(built, 'pacer', seconds, {...how, env: {GODEBUG: 'gctrace=1,gcpacertrace=1'}})
  if (made === undefined) return []
  const foreignCpus = Number(made.foreignCpus.toFixed(3))
  const cycles = cyclesByPhase(made.stderr)
  return made.lines.map(line => {
    const phase = cycles.get(line.variant) ?? []
    return {
      id: `pacer/${line.variant}`,
      run: {foreignCpus, count: phase.length, values: phase.slice(0, 40).flat(), figures: {...line.figures, ...peakOf(phase)}},
    }
  })
}

const peakOf = (cycles: readonly (readonly number[])[]) => (cycles.length === 0 ? {} : {peak: Math.max(...cycles.map(c => c[1]!))})

/** Whole cycles of each phase, in the columns of sim/validation/pacer-replay.ts: lines at start and end, number, and what the program read afterwards. */
function cyclesByPhase(stderr: string): Map<string, number[][]> {
  const phases = new Map<string, number[][]>()
  let phase: number[][] | undefined
  let assist: number | undefined
  let cycle: number[] | undefined
  let number = -1
  for (const text of stderr.split('\n')) {
    const begins = /^phase begins: (\S+)/.exec(text)?.[1]
    if (begins !== undefined) {
      phase = []
      phases.set(begins, phase)
      assist = cycle = undefined
    } else if (text.startsWith('phase ends')) phase = undefined
    const ratio = /^pacer: assist ratio=([-+\d.e]+)/.exec(text)?.[1]
    if (ratio !== undefined) assist = Number(ratio)
    const line = parsePacerLine(text, 0)
    if (line !== undefined) {
      cycle = undefined
      if (assist === undefined) continue
      const {triggerBytes, liveBytes, goalDeltaBytes, heapScanBytes, stackScanBytes, globalsScanBytes, expectedScanBytes, consMark} = line
      cycle = [
        triggerBytes,
        liveBytes,
        goalDeltaBytes,
        heapScanBytes,
        stackScanBytes,
        globalsScanBytes,
        expectedScanBytes,
        consMark,
        assist,
      ]
      assist = undefined
    }
    const collection = /^gc (\d+) @/.exec(text)?.[1]
    if (collection !== undefined) number = Number(collection)
    const read = /^cycle (\d+): live (\d+) heap \d+ stack \d+ globals \d+ goal (\d+)/.exec(text)
    // The program may look a cycle late; then what it read belongs to another one.
    if (read !== null && cycle !== undefined && phase !== undefined && Number(read[1]) === number) {
      phase.push([...cycle, Number(read[2]), Number(read[3]), number])
      cycle = undefined
    }
  }
  return phases
}
