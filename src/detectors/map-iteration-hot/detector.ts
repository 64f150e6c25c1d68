// map-iteration-hot: ranging over maps takes a tenth of the CPU time or more. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {anyFrame, percent, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'

const iteration =
  /^(?:runtime\.(?:mapiterinit|mapiternext|mapIterStart|mapIterNext)|reflect\.map[iI]ter\w+|internal\/runtime\/maps\.\(\*Iter\)\.(?:Init|Next))$/

export default defineDetector({
  id: 'map-iteration-hot',
  title: 'Ranging over maps takes a large share of the CPU time',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/table.go',
    'https://github.com/golang/go/blob/go1.23.0/src/runtime/map.go',
  ],
  settings: {
    shareMin: {value: 0.1, unit: 'of CPU time', source: 'detector.md#settings'},
    samplesMin: {value: 50, unit: 'samples', source: 'detector.md#settings'},
    siteShareMin: {value: 0.5, unit: 'of the iteration', source: 'detector.md#settings'},
  },
  messages: {
    hot: {
      what: 'ranging over maps takes {share} of the CPU time, {siteShare} of it from {site}',
      why: 'a range walks every slot of the map, full or empty, and a map keeps its slots when entries are deleted',
      next: 'Look at how often {function} ranges and how many entries it wants: keep a slice or an index beside the map, or replace a map that was once much larger.',
    },
  },

  run(evidence, settings) {
    const found: Observed<'hot'>[] = []
    for (const artifact of evidence.of('profile')) {
      if (artifact.data.profileType !== 'cpu') continue
      const share = shareOf(artifact.data, timeIndex(artifact.data), anyFrame(iteration), artifact.program.module)
      const [site] = share.callers
      if (site === undefined || share.share < settings.shareMin || share.samples < settings.samplesMin) continue
      const siteShare = site.value / share.value
      found.push({
        message: 'hot',
        data: {
          share: percent(share.share),
          site: shownFrame(site.frame),
          siteShare: percent(siteShare),
          function: site.frame.function,
        },
        subject: {kind: 'site', name: site.frame.function},
        confidence: siteShare >= settings.siteShareMin ? 0.9 : 0.7,
        measured: [
          {
            name: 'share of CPU time in map iteration',
            value: Number(share.share.toFixed(4)),
            unit: '1',
            limit: settings.shareMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {
            name: 'samples in map iteration',
            value: share.samples,
            unit: 'samples',
            limit: settings.samplesMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
        ],
        places: placesOf(site.stack, 'ranges over a map'),
      })
    }
    return found
  },
})
