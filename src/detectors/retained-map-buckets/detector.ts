// retained-map-buckets: the objects of an allocation line are gone and large blocks of the same line stay, as the tables of a map do. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {bytesIn, heapSitesOf} from '../../diagnosis/heap-sites.ts'
import {percent} from '../../diagnosis/profile-shares.ts'

/** Smaller blocks are single objects, larger ones arrays: a full table of a map with one-byte slots has more than this. */
const largeBytesMin = 2048

export default defineDetector({
  id: 'retained-map-buckets',
  title: 'A map keeps its tables after its entries were deleted',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/map.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/protomem.go',
    'https://github.com/golang/go/issues/20135',
  ],
  settings: {
    shareMin: {value: 0.2, unit: 'of live bytes', source: 'detector.md#settings'},
    bytesMin: {value: 8 * 1024 * 1024, unit: 'B', source: 'detector.md#settings'},
    fallMax: {value: 0.5, unit: 'last / first of the objects', source: 'detector.md#settings'},
    flatMin: {value: 0.8, unit: 'last / first of the large blocks', source: 'detector.md#settings'},
  },
  messages: {
    kept: {
      what: 'at {site} {blocks} in large blocks stay while the objects made there went from {first} to {last}',
      why: 'this is what a map looks like whose entries were deleted: deleting frees what the entries refer to, and the map keeps its tables; an array or slice that was made once looks the same',
      next: 'If this line inserts into a map that was once much larger, put what is left into a new map and drop the old one.',
    },
  },

  run(evidence, settings) {
    const heaps = heapSitesOf(evidence)
    const [first, last] = [heaps[0], heaps.at(-1)]
    if (first === undefined || last === undefined || first === last) return []
    const found: Observed<'kept'>[] = []
    for (const [key, site] of last.sites) {
      const large = (bytes: number) => bytes >= largeBytesMin
      const small = (bytes: number) => bytes < largeBytesMin
      const before = first.sites.get(key)
      const [tablesFirst, tables] = [bytesIn(before, large), bytesIn(site, large)]
      const [objectsFirst, objects] = [bytesIn(before, small), bytesIn(site, small)]
      if (tables < settings.bytesMin || tables < settings.shareMin * last.totalBytes || tables < settings.flatMin * tablesFirst) continue
      if (objectsFirst < settings.bytesMin || objects > settings.fallMax * objectsFirst) continue
      found.push({
        message: 'kept',
        data: {
          site: shownFrame(site.frame),
          blocks: formatBytes(tables),
          first: formatBytes(objectsFirst),
          last: formatBytes(objects),
        },
        subject: {kind: 'site', name: site.key},
        confidence: 0.75,
        measured: [
          {
            name: `share of live bytes in large blocks (${percent(tables / last.totalBytes)})`,
            value: Number((tables / last.totalBytes).toFixed(3)),
            unit: '1',
            limit: settings.shareMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
          },
          {name: 'large blocks at first', value: Math.round(tablesFirst), unit: 'B', artifact: first.artifact.id},
          {name: 'large blocks at last', value: Math.round(tables), unit: 'B', artifact: last.artifact.id},
          {name: 'objects at first', value: Math.round(objectsFirst), unit: 'B', artifact: first.artifact.id},
          {name: 'objects at last', value: Math.round(objects), unit: 'B', artifact: last.artifact.id},
        ],
        places: placesOf(site.stack, 'allocated here'),
      })
    }
    return found
  },
})
