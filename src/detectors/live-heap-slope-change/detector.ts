// live-heap-slope-change: from one moment on, what survives each collection grows faster than before. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {bestBreak} from '../../diagnosis/piecewise.ts'
import {median} from '../../diagnosis/trend.ts'
import type {GcCycle} from '../../evidence/model/gctrace.ts'

const mib = 1024 * 1024

export default defineDetector({
  id: 'live-heap-slope-change',
  title: 'The live heap begins to grow at one moment',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#hdr-Environment_Variables', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/mgc.go'],
  settings: {
    cyclesMin: {value: 8, unit: 'cycles in each part', source: 'detector.md#settings'},
    spanSecondsMin: {value: 60, unit: 's of growth', source: 'detector.md#settings'},
    liveBytesMin: {value: 16 * mib, unit: 'B', source: 'gctrace prints whole MB: smaller heaps are mostly rounding'},
    slopeRatioMin: {value: 2, unit: 'slope after / before', source: 'detector.md#settings'},
    flatPerMinute: {value: 0.001, unit: 'of the live heap a minute', source: 'detector.md#settings'},
    bicGainMin: {value: 10, unit: 'difference of the criterion', source: 'Kass and Raftery 1995, table of strong evidence'},
  },
  messages: {
    breaks: {
      what: 'at {at} s the growth of the live heap changes from {before} a minute to {after} a minute, and stays so for {span} s',
      why: 'a slope that changes at one moment points at something that began then: a deployment, a job, a cache whose eviction stopped; without a count of the load it may also be more work{goal}',
      next: 'Look in the logs at what happened at {at} s after the start, and compare heap profiles from before and after.',
    },
  },

  run(evidence, settings) {
    return evidence.of('gctrace').flatMap((artifact): Observed<'breaks'>[] => {
      const cycles = artifact.data.cycles.filter(cycle => !cycle.forced && cycle.liveMb > 0)
      // The first cycles climb from nothing to the working set; they are no part of either slope.
      const warmAt = warmUpEnd(cycles)
      const warm = cycles.filter(cycle => cycle.atSeconds >= warmAt)
      const found = bestBreak(
        warm.map(cycle => [cycle.atSeconds, cycle.liveMb * mib] as const),
        settings.cyclesMin,
      )
      const last = warm.at(-1)
      if (found === undefined || last === undefined) return []
      const live = last.liveMb * mib
      const flat = (settings.flatPerMinute * median(warm.map(cycle => cycle.liveMb * mib))) / 60
      if (live < settings.liveBytesMin || found.after.slope <= 0 || found.after.span < settings.spanSecondsMin) return []
      if (found.after.slope < settings.slopeRatioMin * Math.max(found.before.slope, flat)) return []
      if (found.bicGain < settings.bicGainMin || found.after.slope * found.after.span < 0.2 * live) return []
      return [
        {
          message: 'breaks',
          data: {
            at: found.at.toFixed(0),
            before: formatBytes(60 * found.before.slope),
            after: formatBytes(60 * found.after.slope),
            span: found.after.span.toFixed(0),
            goal: goalMoves(warm, found.at) ? '; the ratio of goal to live heap changes too, so GOGC or the memory limit was changed' : '',
          },
          subject: {kind: 'process', name: 'live heap (change of slope)'},
          confidence: found.bicGain >= 3 * settings.bicGainMin ? 0.85 : 0.7,
          measured: [
            {
              name: 'slope after the break',
              value: Math.round(found.after.slope),
              unit: 'B/s',
              limit: Math.round(settings.slopeRatioMin * Math.max(found.before.slope, flat)),
              limitSource: 'detector.md#settings',
              artifact: artifact.id,
              at: `from ${found.at.toFixed(1)} s`,
            },
            {name: 'slope before the break', value: Math.round(found.before.slope), unit: 'B/s', artifact: artifact.id},
            {
              name: 'gain of the criterion by the break',
              value: Number(found.bicGain.toFixed(1)),
              unit: '1',
              limit: settings.bicGainMin,
              limitSource: 'Kass and Raftery 1995',
              artifact: artifact.id,
            },
            {name: 'cycles after the break', value: found.after.points, unit: 'cycles', limit: settings.cyclesMin, artifact: artifact.id},
          ],
          places: [],
        },
      ]
    })
  },
})

/** When the live heap first reaches the median of the first half of the capture. */
function warmUpEnd(cycles: readonly GcCycle[]): number {
  const level = median(cycles.slice(0, Math.ceil(cycles.length / 2)).map(cycle => cycle.liveMb))
  return cycles.find(cycle => cycle.liveMb >= level)?.atSeconds ?? 0
}

/** Whether the goal stands in another ratio to what was live before: a changed GOGC or memory limit. */
function goalMoves(cycles: readonly GcCycle[], at: number): boolean {
  const ratios = cycles.slice(1).map((cycle, i) => [cycle.atSeconds, cycle.goalMb / cycles[i]!.liveMb] as const)
  const before = median(ratios.filter(([time]) => time < at).map(([, ratio]) => ratio))
  const after = median(ratios.filter(([time]) => time >= at).map(([, ratio]) => ratio))
  return Math.abs(after - before) > 0.25 * before
}
