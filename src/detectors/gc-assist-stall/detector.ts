// gc-assist-stall: goroutines spend their time helping the collector. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {isStandardLibrary} from '../../diagnosis/user-frames.ts'
import {anyFrame, percent, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'

const assisting = /^runtime\.(?:gcAssistAlloc1?|gcParkAssist)$/

export default defineDetector({
  id: 'gc-assist-stall',
  title: 'Goroutines are slowed down by helping the collector',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://go.dev/doc/gc-guide#Latency',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mgcmark.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mgcpacer.go',
  ],
  settings: {
    cpuShareMin: {value: 0.05, unit: 'of CPU time', source: 'detector.md#settings'},
    samplesMin: {value: 20, unit: 'samples', source: 'detector.md#settings'},
    runningShareMin: {value: 0.1, unit: 'of the time in which a group runs or could run', source: 'detector.md#settings'},
    assistNsMin: {value: 2e6, unit: 'ns', source: 'detector.md#settings'},
  },
  messages: {
    cpu: {
      what: 'goroutines spend {share} of the CPU time marking for the collector, most of it from {site}',
      why: 'a goroutine that allocates while a collection runs has to mark in proportion to what it allocates, so its work stands still meanwhile',
      next: 'Allocate less in {function}, or give the collector more room with a larger GOGC or a memory limit above what is live.',
    },
    trace: {
      what: 'goroutines started in {group} are in mark assists for {share} of the time in which they run or could run',
      why: 'a goroutine that allocates while a collection runs has to mark in proportion to what it allocates, so its work stands still meanwhile',
      next: 'Allocate less there, or give the collector more room with a larger GOGC or a memory limit above what is live.',
    },
  },

  run(evidence, settings) {
    const found: Observed<'cpu' | 'trace'>[] = []
    for (const artifact of evidence.of('profile')) {
      if (artifact.data.profileType !== 'cpu') continue
      const share = shareOf(artifact.data, timeIndex(artifact.data), anyFrame(assisting), artifact.program.module)
      const [site] = share.callers
      if (site === undefined || share.share < settings.cpuShareMin || share.samples < settings.samplesMin) continue
      found.push({
        message: 'cpu',
        data: {share: percent(share.share), site: shownFrame(site.frame), function: site.frame.function},
        subject: {kind: 'process', name: 'mark assists (CPU profile)'},
        confidence: 0.85,
        measured: [
          {
            name: 'share of CPU time in mark assists',
            value: Number(share.share.toFixed(4)),
            unit: '1',
            limit: settings.cpuShareMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {name: 'samples in mark assists', value: share.samples, unit: 'samples', limit: settings.samplesMin, artifact: artifact.id},
        ],
        places: placesOf(site.stack, 'allocates here'),
      })
    }
    for (const artifact of evidence.of('trace')) {
      const [worst] = artifact.data.groups
        .filter(group => group.runningNs > 0 && group.assistNs >= settings.assistNsMin && !group.start.startsWith('runtime.'))
        .filter(group => group.assistNs >= settings.runningShareMin * wantedNs(group))
        .sort((a, b) => b.assistNs - a.assistNs)
      if (worst === undefined) continue
      const share = Math.min(1, worst.assistNs / wantedNs(worst))
      found.push({
        message: 'trace',
        data: {group: worst.start, share: percent(share)},
        subject: {kind: 'process', name: `mark assists of ${worst.start}`},
        confidence: artifact.data.wallNs >= 1e9 ? 0.85 : 0.6,
        severity: artifact.data.wallNs >= 1e9 ? 'warning' : 'info',
        measured: [
          {
            name: 'mark assist time / time running or runnable',
            value: Number((worst.assistNs / wantedNs(worst)).toFixed(3)),
            unit: '1',
            limit: settings.runningShareMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {name: 'mark assist time', value: worst.assistNs, unit: 'ns', artifact: artifact.id},
          {name: 'length of the trace', value: artifact.data.wallNs, unit: 'ns', artifact: artifact.id},
        ],
        places:
          worst.createdAt === undefined || isStandardLibrary(worst.createdAt.function)
            ? []
            : placesOf([worst.createdAt], 'these goroutines are started here'),
      })
    }
    return found
  },
})

/**
 * Assist ranges are wall time: they hold what the goroutine waits for a P meanwhile, and for credit of the background workers (runtime/mgcmark.go,
 * gcParkAssist), so they are held against more than the time it ran.
 */
const wantedNs = ({runningNs, runnableNs}: {readonly runningNs: number; readonly runnableNs: number}) => runningNs + runnableNs
