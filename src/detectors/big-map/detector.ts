// big-map: one line fills a Swiss map with very many entries, told by the sizes of its tables in a heap profile. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {type HeapSite, heapSitesOf, slotBytesOf, tableSlotsMax} from '../../diagnosis/heap-sites.ts'

/** A table is split at 7/8 of its slots into two, so it is between 7/16 and 7/8 full (internal/runtime/maps/table.go, maxAvgGroupLoad). */
const fillMin = 7 / 16
const fillMax = 7 / 8

interface Tables {
  readonly tables: number
  readonly bytes: number
  readonly slotBytes: number
}

export default defineDetector({
  id: 'big-map',
  title: 'A map with very many entries',
  severity: 'info',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/table.go',
    'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/group.go',
  ],
  settings: {
    entriesMin: {value: 10_000, unit: 'entries', source: 'detector.md#settings'},
    noiseFactorMin: {value: 3, unit: 'standard deviations of the 512 KiB sampling', source: 'runtime/mprof.go MemProfileRate'},
  },
  messages: {
    big: {
      what: 'a map filled at {site} holds between {fewest} and {most} entries, its tables alone {bytes}',
      why: 'the sizes of the blocks made there are those of map tables with slots of about {slot} bytes; entries with pointers are marked in every collection',
      next: 'Check that the number is meant: what removes entries, and what bounds the keys.',
    },
  },

  run(evidence, settings) {
    const last = heapSitesOf(evidence).at(-1)
    if (last === undefined) return []
    const found: Observed<'big'>[] = []
    for (const site of last.sites.values()) {
      const tables = tablesOf(site)
      if (tables === undefined) continue
      const fewest = Math.round(tables.tables * tableSlotsMax * fillMin)
      if (fewest < settings.entriesMin || tables.bytes < settings.noiseFactorMin * Math.sqrt(tables.bytes * 512 * 1024)) continue
      found.push({
        message: 'big',
        data: {
          site: shownFrame(site.frame),
          fewest: rounded(fewest),
          most: rounded(tables.tables * tableSlotsMax * fillMax),
          bytes: formatBytes(tables.bytes),
          slot: String(tables.slotBytes),
        },
        subject: {kind: 'site', name: site.key},
        confidence: 0.65,
        measured: [
          {
            name: 'entries at least, if the map has not been emptied since',
            value: fewest,
            unit: 'entries',
            limit: settings.entriesMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
          },
          {name: 'bytes of the tables', value: Math.round(tables.bytes), unit: 'B', artifact: last.artifact.id},
        ],
        places: placesOf(site.stack, 'inserts here'),
      })
    }
    return found.sort((a, b) => (b.measured[1]?.value ?? 0) - (a.measured[1]?.value ?? 0))
  },
})

/** Blocks of a full table's size, the largest of the site, beside blocks of half a table's, which the map outgrew and gave back. */
function tablesOf(site: HeapSite): Tables | undefined {
  const [whole, ...smaller] = [...site.sizes.values()].filter(use => use.blockBytes >= 1024).sort((a, b) => b.blockBytes - a.blockBytes)
  if (whole === undefined || whole.bytes <= 0) return undefined
  for (const half of smaller) {
    const slotBytes = slotBytesOf(whole.blockBytes, half.blockBytes)
    if (slotBytes !== undefined && half.bytes < whole.bytes / 4)
      return {tables: whole.bytes / whole.blockBytes, bytes: whole.bytes, slotBytes}
  }
  return undefined
}

/** Two digits are all that sampling and fill allow. */
const rounded = (n: number) => Number(n.toPrecision(2)).toLocaleString('en-US')
