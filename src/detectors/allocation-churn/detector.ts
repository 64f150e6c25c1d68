// allocation-churn: one line allocates most of what is allocated, nothing of it stays, and allocating and collecting takes the CPU. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {type HeapSite, type HeapSites, heapSitesOf} from '../../diagnosis/heap-sites.ts'
import {anyFrame, percent, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'

/** Making room, zeroing it, and collecting it (runtime/malloc.go, mgc.go, mgcmark.go, mgcsweep.go, mgcscavenge.go, Go 1.5 to 1.26). */
const allocating =
  /^runtime\.(?:mallocgc\w*|newobject|makeslice\w*|growslice|memclrNoHeapPointers\w*|gcBgMarkWorker|gcAssistAlloc1?|bgsweep|bgscavenge)$/
/** Marking by Ps that were idle anyway takes nobody's time. */
const idleMarking = /^runtime\.gcDrainMarkWorkerIdle$/

export default defineDetector({
  id: 'allocation-churn',
  title: 'One line allocates so much that allocating takes the CPU',
  severity: 'warning',
  since: '0.1',
  sources: ['https://go.dev/doc/gc-guide#Eliminating_heap_allocations', 'https://go.dev/blog/pprof'],
  settings: {
    secondsMin: {value: 10, unit: 's', source: 'detector.md#settings'},
    rateMin: {value: 64 * 1024 * 1024, unit: 'B/s', source: 'detector.md#settings'},
    siteShareMin: {value: 0.5, unit: 'of what is allocated', source: 'detector.md#settings'},
    cpuShareMin: {value: 0.25, unit: 'of CPU time', source: 'detector.md#settings'},
    samplesMin: {value: 100, unit: 'samples', source: 'detector.md#settings'},
  },
  messages: {
    churn: {
      what: '{site} allocates {rate} a second, {share} of all that is allocated, and allocating and collecting takes {cpu} of the CPU time',
      why: 'what is allocated has to be found room for, set to zero and collected again; how much of the CPU that takes grows with the bytes a second, not with what is live',
      next: 'Allocate less in {function}: a smaller buffer, one that is used again (sync.Pool, a field), or none.',
    },
  },

  run(evidence, settings) {
    const heaps = heapSitesOf(evidence)
    const [first, last] = [heaps[0], heaps.at(-1)]
    const seconds = secondsBetween(first, last)
    const cpu = cpuShare(evidence)
    if (first === undefined || last === undefined || seconds < settings.secondsMin || cpu === undefined) return []
    if (cpu.samples < settings.samplesMin || cpu.share < settings.cpuShareMin) return []
    const total = allocated(last) - allocated(first)
    const [top] = [...last.sites.values()]
      .map(site => ({site, bytes: everOf(site) - everOf(first.sites.get(site.key))}))
      .sort((a, b) => b.bytes - a.bytes)
    if (top === undefined || top.bytes < settings.siteShareMin * total || top.bytes / seconds < settings.rateMin) return []
    return [
      {
        message: 'churn',
        data: {
          site: shownFrame(top.site.frame),
          function: top.site.frame.function,
          rate: formatBytes(top.bytes / seconds),
          share: percent(top.bytes / total),
          cpu: percent(cpu.share),
        },
        subject: {kind: 'site', name: top.site.frame.function},
        confidence: 0.8,
        measured: [
          {
            name: 'allocated at the line',
            value: Math.round(top.bytes / seconds),
            unit: 'B/s',
            limit: settings.rateMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
          },
          {
            name: 'share of what is allocated',
            value: Number((top.bytes / total).toFixed(3)),
            unit: '1',
            limit: settings.siteShareMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
          },
          {
            name: 'share of CPU time in allocating and collecting',
            value: Number(cpu.share.toFixed(3)),
            unit: '1',
            limit: settings.cpuShareMin,
            limitSource: 'detector.md#settings',
            artifact: cpu.artifact,
          },
        ],
        places: placesOf(top.site.stack, 'allocates here'),
      } satisfies Observed<'churn'>,
    ]
  },
})

function everOf(site: HeapSite | undefined): number {
  let bytes = 0
  for (const use of site?.sizes.values() ?? []) bytes += use.everBytes
  return bytes
}

function allocated(heap: HeapSites): number {
  let bytes = 0
  for (const site of heap.sites.values()) bytes += everOf(site)
  return bytes
}

function secondsBetween(first: HeapSites | undefined, last: HeapSites | undefined): number {
  const [from, to] = [first?.artifact.timeUnixNs, last?.artifact.timeUnixNs]
  return from === undefined || to === undefined ? 0 : Number((to - from) / 1_000_000n) / 1e3
}

/** Share of the CPU that was used, marking by idle Ps left out. */
function cpuShare(evidence: ProgramEvidence): {share: number; samples: number; artifact: string} | undefined {
  const cpu = evidence.of('profile').findLast(artifact => artifact.data.profileType === 'cpu')
  if (cpu === undefined) return undefined
  const all = shareOf(cpu.data, timeIndex(cpu.data), anyFrame(allocating), cpu.program.module)
  const idle = shareOf(cpu.data, timeIndex(cpu.data), anyFrame(idleMarking), cpu.program.module)
  const used = all.total - idle.value
  return used <= 0 ? undefined : {share: (all.value - idle.value) / used, samples: all.totalSamples, artifact: cpu.id}
}
