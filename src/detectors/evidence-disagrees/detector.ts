// evidence-disagrees: two kinds of evidence seem to contradict each other, and why both are right. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {anyFrame, percent, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'

type Message = 'collector' | 'memory'
type Settings = Readonly<Record<'ratioMin' | 'shareMin' | 'samplesMin' | 'gapShareMin' | 'gapBytesMin', number>>

const collecting = /^runtime\.(?:gcBgMarkWorker|gcAssistAlloc1?|bgsweep|gcStart|gcMarkTermination)$/

export default defineDetector({
  id: 'evidence-disagrees',
  title: 'Two kinds of evidence seem to contradict each other',
  severity: 'info',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mgc.go',
    'https://go.dev/doc/gc-guide#GOGC',
    'https://man7.org/linux/man-pages/man5/proc_pid_status.5.html',
  ],
  settings: {
    ratioMin: {value: 3, unit: 'profile / gctrace', source: 'detector.md#settings'},
    shareMin: {value: 0.1, unit: 'of CPU time', source: 'detector.md#settings'},
    samplesMin: {value: 100, unit: 'samples', source: 'detector.md#settings'},
    gapShareMin: {value: 0.3, unit: 'of RSS', source: 'detector.md#settings'},
    gapBytesMin: {value: 64 * 1024 * 1024, unit: 'B', source: 'detector.md#settings'},
  },
  messages: {
    collector: {
      what: 'gctrace says {printed} % for the collector and the CPU profile says {share}',
      why: "both are right: gctrace divides by the time of all {procs} Ps since the start, idle or not, the profile by the time the program used; the profile also holds marking by Ps that were idle anyway, which takes nobody's time and which /cpu/classes tells apart",
      next: 'Judge the cost of collections by /cpu/classes or by the profile, not by the percentage in gctrace.',
    },
    memory: {
      what: 'RSS is {rss} and Go has {mapped} from the system: {gap} of RSS are outside Go',
      why: 'both are right: C memory, mapped files and thread stacks are in RSS and in no Go number',
      next: 'Look at smaps for whose pages these are, and take a second capture to see whether they grow.',
    },
  },

  run: (evidence, settings) => [...ofCollector(evidence, settings), ...ofMemory(evidence, settings)],
})

function ofCollector(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  const gctrace = evidence.of('gctrace').at(-1)
  const last = gctrace?.data.cycles.at(-1)
  const cpu = evidence.of('profile').find(artifact => artifact.data.profileType === 'cpu')
  if (gctrace === undefined || last === undefined || cpu === undefined) return []
  const share = shareOf(cpu.data, timeIndex(cpu.data), anyFrame(collecting), cpu.program.module)
  if (share.share < settings.shareMin || share.totalSamples < settings.samplesMin) return []
  if (100 * share.share < settings.ratioMin * Math.max(1, last.percent)) return []
  return [
    {
      message: 'collector',
      data: {printed: String(last.percent), share: percent(share.share), procs: String(last.procs)},
      subject: {kind: 'process', name: 'share of the collector'},
      confidence: 0.9,
      measured: [
        {name: 'share by gctrace', value: last.percent / 100, unit: '1', artifact: gctrace.id, at: `gc ${last.n}`},
        {
          name: 'share by the CPU profile',
          value: Number(share.share.toFixed(4)),
          unit: '1',
          limit: settings.shareMin,
          limitSource: 'detector.md#settings',
          artifact: cpu.id,
        },
        {name: 'Ps', value: last.procs, unit: 'Ps', artifact: gctrace.id},
      ],
      places: [],
    },
  ]
}

function ofMemory(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  const status = evidence.of('proc-status').at(-1)
  const rss = status?.data.values.get('VmRSS')
  const metrics = evidence.of('metrics').at(-1)
  const values = metrics?.data.points.at(-1)?.values
  const total = values?.get('/memory/classes/total:bytes') ?? values?.get('memstats.Sys')
  const released = values?.get('/memory/classes/heap/released:bytes') ?? values?.get('memstats.HeapReleased') ?? 0
  if (status === undefined || rss === undefined || metrics === undefined || total === undefined) return []
  const gap = rss - (total - released)
  if (gap < settings.gapShareMin * rss || gap < settings.gapBytesMin) return []
  return [
    {
      message: 'memory',
      data: {rss: formatBytes(rss), mapped: formatBytes(total - released), gap: formatBytes(gap)},
      subject: {kind: 'process', name: 'RSS and Go memory'},
      confidence: 0.85,
      measured: [
        {name: 'RSS', value: rss, unit: 'B', artifact: status.id},
        {name: 'memory Go has from the system', value: total - released, unit: 'B', artifact: metrics.id},
        {
          name: 'share of RSS outside Go',
          value: Number((gap / rss).toFixed(3)),
          unit: '1',
          limit: settings.gapShareMin,
          limitSource: 'detector.md#settings',
          artifact: status.id,
        },
      ],
      places: [],
    },
  ]
}
