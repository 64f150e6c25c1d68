// alloc-site-growth: allocation sites whose live bytes grow from heap profile to heap profile. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, siteKey} from '../../diagnosis/frame-places.ts'
import {nothingFreed} from '../../diagnosis/nothing-freed.ts'
import {trendOf} from '../../diagnosis/trend.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'
import {type Frame, sampleTypeIndex} from '../../evidence/model/profile.ts'

interface Site {
  readonly frame: Frame
  readonly stack: readonly Frame[]
  readonly bytes: number[]
  readonly objects: number[]
  /** Live bytes and blocks in the last profile that readers of the standard library allocated on behalf of the line. */
  readonly read: {bytes: number; blocks: number}
}

/** Functions that gather a text or a buffer as a whole (bytes, io, os, strings; Go 1.16 to 1.26). */
const gathering = /^(?:strings\.\(\*Builder\)\.|bytes\.(?:\(\*Buffer\)\.|growSlice$)|io\.ReadAll$|os\.ReadFile$)/
/** Above it a block is an object of its own, not a slot of a size class (internal/runtime/gc/sizeclasses.go, MaxSmallSize). */
const largeBlockBytes = 32 * 1024

export default defineDetector({
  id: 'alloc-site-growth',
  title: 'Live bytes of one allocation site grow between heap profiles',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime/pprof#Profile', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go'],
  settings: {
    growthBytesMin: {value: 8 * 1024 * 1024, unit: 'B', source: 'detector.md#settings'},
    growthShareMin: {value: 0.05, unit: "of the last profile's live bytes", source: 'detector.md#settings'},
    ratioMin: {value: 1.5, unit: 'last / first', source: 'detector.md#settings'},
    concordantMin: {value: 0.8, unit: 'share of profile pairs', source: 'detector.md#settings'},
    noiseFactorMin: {value: 3, unit: 'standard deviations of the 512 KiB sampling', source: 'runtime/mprof.go MemProfileRate'},
  },
  messages: {
    grows: {
      what: 'live bytes allocated at {site} grow: {series}',
      why: 'what a heap profile shows as in use has survived a garbage collection, so something still refers to it; {share} of the growth of the whole live heap is from here',
      next: 'Find what keeps these objects: look for the map, slice or field that {function} puts them into.',
    },
    step: {
      what: 'live bytes allocated at {site} rose in one step: {series}',
      why: 'one step is what loading data or filling a cache looks like; it is no trend',
      next: 'Capture more heap profiles over a longer time before calling it a leak.',
    },
  },

  run(evidence, settings) {
    const heaps = evidence
      .of('profile')
      .filter(artifact => artifact.data.profileType === 'heap' && sampleTypeIndex(artifact.data, 'inuse_space') !== undefined)
    if (heaps.length < 2 || heaps.some(heap => nothingFreed(heap.data) !== undefined)) return [] // collector-off says why
    const {sites, totals} = collect(heaps)
    const times = heaps.map((heap, i) =>
      heap.timeUnixNs === undefined ? i : Number((heap.timeUnixNs - (heaps[0]!.timeUnixNs ?? 0n)) / 1000n) / 1e6,
    )
    const totalGrowth = totals.at(-1)! - totals[0]!
    const found: {growth: number; observed: Observed<'grows' | 'step'>}[] = []
    for (const [name, site] of sites) {
      const first = site.bytes[0]!
      const last = site.bytes.at(-1)!
      const growth = last - first
      const noise = Math.sqrt(Math.max(first, last) * 512 * 1024)
      if (growth < Math.max(settings.growthBytesMin, settings.growthShareMin * totals.at(-1)!)) continue
      if (growth < settings.noiseFactorMin * noise || last < settings.ratioMin * first) continue
      if (site.objects.at(-1)! <= site.objects[0]!) continue
      const points = site.bytes.map((bytes, i) => [times[i]!, bytes] as const)
      const trend = trendOf(points)
      if (trend === undefined) continue
      const largestStep = Math.max(...site.bytes.slice(1).map((bytes, i) => bytes - site.bytes[i]!))
      const steady =
        heaps.length >= 4
          ? trend.rising >= settings.concordantMin && trend.slope > 0 && largestStep < 0.8 * growth
          : heaps.length === 3
            ? largestStep < 0.8 * growth
            : false
      const share = totalGrowth > 0 ? Math.min(1, growth / totalGrowth) : 0
      const mean = site.read.blocks > 0 && site.read.bytes > 0.5 * last ? site.read.bytes / site.read.blocks : 0
      const readBlock = mean > largeBlockBytes ? mean : undefined
      found.push({
        growth,
        observed: {
          message: steady || heaps.length < 3 ? 'grows' : 'step',
          data: {
            site: `${site.frame.function} (${site.frame.file.replace(/^.*\//, '')}:${site.frame.line})`,
            function: site.frame.function,
            series: site.bytes.map(formatBytes).join(' → '),
            share: `${Math.round(100 * share)} %`,
          },
          subject: {kind: 'site', name},
          severity: steady ? 'warning' : 'info',
          confidence: steady ? (heaps.length >= 4 ? 0.85 : 0.75) : heaps.length < 3 ? 0.5 : 0.3,
          measured: [
            {
              name: 'live bytes slope',
              value: Math.round(trend.slope),
              unit: 'B/s',
              limit: 0,
              limitSource: 'detector.md#settings',
              artifact: heaps.at(-1)!.id,
            },
            {name: 'share of live heap growth', value: Number(share.toFixed(3)), unit: '1'},
            {name: 'sampling noise of the last value', value: Math.round(noise), unit: 'B', artifact: heaps.at(-1)!.id},
            ...(readBlock === undefined
              ? []
              : [
                  {
                    name: 'bytes of a block that a reader of the standard library filled',
                    value: Math.round(readBlock),
                    unit: 'B',
                    limit: largeBlockBytes,
                    limitSource: 'internal/runtime/gc/sizeclasses.go',
                    artifact: heaps.at(-1)!.id,
                  },
                ]),
            ...site.bytes.map((bytes, i) => ({name: 'live bytes', value: bytes, unit: 'B', artifact: heaps[i]!.id})),
          ],
          places: placesOf(site.stack, 'allocated here'),
        },
      })
    }
    return found.sort((a, b) => b.growth - a.growth).map(({observed}) => observed)
  },
})

/** Live bytes and objects by the first frame of the user's own, in every profile. */
function collect(heaps: readonly Identified<'profile'>[]): {sites: Map<string, Site>; totals: number[]} {
  const sites = new Map<string, Site>()
  const totals = heaps.map(() => 0)
  heaps.forEach((heap, i) => {
    const profile = heap.data
    const space = sampleTypeIndex(profile, 'inuse_space')!
    const objects = sampleTypeIndex(profile, 'inuse_objects')
    const byFrame = new Map<Frame, Site>() // a frame is one object wherever it stands in a profile
    for (let sample = 0; sample < profile.sampleCount; sample++) {
      const bytes = profile.value(sample, space)
      if (bytes === 0) continue
      totals[i]! += bytes
      const frames = profile.frames(sample)
      const user = firstUserFrame(frames, heap.program.module)
      if (user === undefined) continue
      const frame = frames[user]!
      let site = byFrame.get(frame)
      if (!site) {
        const key = siteKey(frame)
        site = sites.get(key)
        if (!site)
          sites.set(
            key,
            (site = {
              frame,
              stack: frames.slice(user),
              bytes: heaps.map(() => 0),
              objects: heaps.map(() => 0),
              read: {bytes: 0, blocks: 0},
            }),
          )
        byFrame.set(frame, site)
      }
      site.bytes[i]! += bytes
      const blocks = objects === undefined ? 0 : profile.value(sample, objects)
      site.objects[i]! += blocks
      if (i === heaps.length - 1 && frames.slice(0, user).some(one => gathering.test(one.function))) {
        site.read.bytes += bytes
        site.read.blocks += blocks
      }
    }
  })
  return {sites, totals}
}
