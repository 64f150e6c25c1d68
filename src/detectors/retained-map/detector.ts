// retained-map: memory that a goroutine still holds which has been waiting for minutes. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, waitersOf, waitsForGoroutine, waitWords} from '../../diagnosis/goroutine-waits.ts'
import {bytesIn, heapSitesOf} from '../../diagnosis/heap-sites.ts'
import {isStandardLibrary} from '../../diagnosis/user-frames.ts'

export default defineDetector({
  id: 'retained-map',
  title: 'A goroutine that has waited for minutes may hold memory that nobody else needs',
  severity: 'info',
  since: '0.1',
  sources: [
    'https://go.dev/ref/spec#For_range',
    'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/table.go',
    'https://go.dev/doc/gc-guide',
  ],
  settings: {
    bytesMin: {value: 8 * 1024 * 1024, unit: 'B', source: 'detector.md#settings'},
    flatMin: {value: 0.9, unit: 'last / first', source: 'detector.md#settings'},
    waitMinutesMin: {value: 5, unit: 'minutes', source: 'detector.md#settings'},
  },
  messages: {
    retained: {
      what: '{bytes} allocated at {site} stay the same over all heap profiles, and a goroutine that shares {shared} with it has waited {wait} for {minutes} minutes at {waiting}',
      why: 'a goroutine that waits inside a loop over a map or slice keeps it alive as long as it waits, even if nothing else refers to it; the profiles do not show who keeps what, so this is a retained object at most, and no fault of the iterator',
      next: 'Look at what {function} has in its variables, and give it a way out of the wait.',
    },
  },

  run(evidence, settings) {
    const heaps = heapSitesOf(evidence)
    const [first, last] = [heaps[0], heaps.at(-1)]
    const dump = dumpsOf(evidence).at(-1)
    if (first === undefined || last === undefined || first === last || dump === undefined) return []
    const waiting = waitersOf(dump.dump, dump.artifact.program.module).filter(
      waiters => waitsForGoroutine(waiters.kind) && (waiters.waitMinutesMin ?? 0) >= settings.waitMinutesMin,
    )
    const found: {bytes: number; observed: Observed<'retained'>}[] = []
    for (const [key, site] of last.sites) {
      const all = () => true
      const [before, bytes] = [bytesIn(first.sites.get(key), all), bytesIn(site, all)]
      if (bytes < settings.bytesMin || bytes < settings.flatMin * before || before < settings.flatMin * bytes) continue
      const callers = new Set(site.stack.map(frame => frame.function).filter(name => !isStandardLibrary(name) && name !== 'main.main'))
      for (const waiters of waiting) {
        const own = [...(waiters.groups[0]?.frames ?? []), ...(waiters.createdBy === undefined ? [] : [waiters.createdBy])]
        const shared = own.find(frame => callers.has(frame.function))
        if (shared === undefined) continue
        found.push({
          bytes,
          observed: {
            message: 'retained',
            data: {
              bytes: formatBytes(bytes),
              site: shownFrame(site.frame),
              shared: shared.function,
              wait: waitWords[waiters.kind],
              minutes: String(waiters.waitMinutesMin ?? 0),
              waiting: shownFrame(waiters.frame),
              function: waiters.frame.function,
            },
            subject: {kind: 'site', name: `${site.frame.function} and ${waiters.frame.function}`},
            confidence: 0.4,
            measured: [
              {name: 'live bytes at first', value: Math.round(before), unit: 'B', artifact: first.artifact.id},
              {
                name: 'live bytes at last',
                value: Math.round(bytes),
                unit: 'B',
                limit: settings.bytesMin,
                limitSource: 'detector.md#settings',
                artifact: last.artifact.id,
              },
              {
                name: 'shortest wait',
                value: waiters.waitMinutesMin ?? 0,
                unit: 'minutes',
                limit: settings.waitMinutesMin,
                limitSource: 'detector.md#settings',
                artifact: dump.artifact.id,
                at: `line ${waiters.groups[0]?.line ?? 1}`,
              },
            ],
            places: [
              ...placesOf(site.stack, 'allocated here'),
              ...(waiters.frame.file === '' ? [] : [relatedPlace(waiters.frame, `waits here ${waitWords[waiters.kind]}`)]),
            ],
          },
        })
      }
    }
    return found.sort((a, b) => b.bytes - a.bytes).map(({observed}) => observed)
  },
})
