// stop-delayed-by-assembly: the world stops late while the program runs assembly, which has no safe points. See detector.md.
import {formatNanos} from '../../base/units.ts'
import {defineDetector, type Identified, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {percent, type Share, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'
import {isStandardLibrary} from '../../diagnosis/user-frames.ts'
import type {TraceReport} from '../../evidence/model/trace.ts'

export default defineDetector({
  id: 'stop-delayed-by-assembly',
  title: 'Assembly keeps the world from stopping',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/preempt.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go',
  ],
  settings: {
    stoppingNsMin: {value: 10e6, unit: 'ns', source: 'detector.md#settings'},
    stopsMin: {value: 3, unit: 'stops', source: 'detector.md#settings'},
    shareMin: {value: 0.1, unit: 'of CPU time', source: 'detector.md#settings'},
    samplesMin: {value: 20, unit: 'samples', source: 'detector.md#settings'},
  },
  messages: {
    late: {
      what: '{count} stops of the world took {longest} and less until the last P had stopped, while {share} of the CPU time is in assembly at {site}',
      why: 'assembly has no safe points: a goroutine in it stops only when it comes back to Go, and until then every other goroutine stands still already',
      next: 'Do the work in parts of some microseconds and come back to Go between them.',
    },
  },

  run(evidence, settings) {
    const traces = evidence.of('trace').flatMap(artifact => {
      const late = lateStops(artifact.data, settings.stoppingNsMin)
      return late.length >= settings.stopsMin ? [{artifact, late}] : []
    })
    const [trace] = traces
    const hot = hottestAssembly(evidence)
    if (trace === undefined || hot === undefined || hot.share.share < settings.shareMin || hot.share.samples < settings.samplesMin)
      return []
    const [site] = hot.share.callers
    if (site === undefined) return []
    return [observe(trace.artifact, trace.late, hot.artifact, hot.share, site, settings)]
  },
})

/** Ascending; in nanoseconds until the last P had stopped. */
const lateStops = (report: TraceReport, atLeast: number): number[] =>
  report.stops
    .map(stop => stop.stoppingNs)
    .filter(ns => ns >= atLeast)
    .sort((a, b) => a - b)

/** CPU time whose leaf is assembly of the program or its modules; the runtime's own is short or marked as safe. */
function hottestAssembly(evidence: ProgramEvidence): {artifact: Identified<'profile'>; share: Share} | undefined {
  return evidence
    .of('profile')
    .filter(artifact => artifact.data.profileType === 'cpu')
    .map(artifact => ({
      artifact,
      share: shareOf(
        artifact.data,
        timeIndex(artifact.data),
        frames => (frames[0] !== undefined && frames[0].file.endsWith('.s') && !isStandardLibrary(frames[0].function) ? 0 : undefined),
        artifact.program.module,
      ),
    }))
    .sort((a, b) => b.share.share - a.share.share)[0]
}

function observe(
  trace: Identified<'trace'>,
  late: readonly number[],
  profile: Identified<'profile'>,
  share: Share,
  site: Share['callers'][number],
  settings: Readonly<Record<'stoppingNsMin' | 'shareMin', number>>,
): Observed<'late'> {
  const longest = late.at(-1) ?? 0
  return {
    message: 'late',
    data: {count: String(late.length), longest: formatNanos(longest), share: percent(share.share), site: shownFrame(site.frame)},
    subject: {kind: 'site', name: site.frame.function},
    confidence: 0.85,
    measured: [
      {
        name: 'longest time until the last P had stopped',
        value: longest,
        unit: 'ns',
        limit: settings.stoppingNsMin,
        limitSource: 'detector.md#settings',
        artifact: trace.id,
      },
      {
        name: 'share of CPU time in this assembly',
        value: Number(share.share.toFixed(4)),
        unit: '1',
        limit: settings.shareMin,
        limitSource: 'detector.md#settings',
        artifact: profile.id,
      },
    ],
    places: placesOf(site.stack, 'runs without safe points'),
  }
}
