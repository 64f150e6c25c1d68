// observer-effect: watching the program costs it something that shows. See detector.md.
import {formatNanos} from '../../base/units.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf} from '../../diagnosis/frame-places.ts'
import {percent} from '../../diagnosis/profile-shares.ts'
import {dumpsOf} from '../../diagnosis/goroutine-waits.ts'
import type {TraceStop} from '../../evidence/model/trace.ts'

type Message = 'stops' | 'logs' | 'large-dump'

const asked = /read mem stats|goroutine profile|all goroutines stack trace/

export default defineDetector({
  id: 'observer-effect',
  title: 'Watching the program costs it time',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mstats.go',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go',
    'https://pkg.go.dev/runtime/trace#Log',
  ],
  settings: {
    stopsMin: {value: 5, unit: 'stops', source: 'detector.md#settings'},
    stopShareMin: {value: 0.005, unit: 'of wall time', source: 'detector.md#settings'},
    logShareMin: {value: 0.5, unit: "of the trace's events", source: 'detector.md#settings'},
    logsMin: {value: 1000, unit: 'events', source: 'detector.md#settings'},
    goroutinesMin: {value: 10_000, unit: 'goroutines', source: 'detector.md#settings'},
  },
  messages: {
    stops: {
      what: '{count} stops of the world for "{kind}" take {share} of the time, {total} in all',
      why: 'the program asks for these itself: its own monitoring stops all goroutines',
      next: 'Read runtime/metrics, which does not stop the world, or ask less often.',
    },
    logs: {
      what: '{share} of the events of the trace are user logs and regions ({count})',
      why: 'they make the trace larger and the traced code slower than it is without',
      next: 'Log fewer steps, or leave the inner loop out.',
    },
    'large-dump': {
      what: 'a dump of {count} goroutines with their whole stacks was taken',
      why: 'the debug=2 form stops the world while it writes every stack; the grouped forms are cheaper and the protobuf form stops it only shortly',
      next: 'Take the goroutine profile without debug=2 from a process with this many goroutines.',
    },
  },

  run(evidence, settings) {
    const found: Observed<Message>[] = []
    for (const artifact of evidence.of('trace')) {
      const kinds = new Map<string, TraceStop[]>()
      for (const stop of artifact.data.stops) if (asked.test(stop.kind)) kinds.set(stop.kind, [...(kinds.get(stop.kind) ?? []), stop])
      for (const [kind, stops] of kinds) {
        const total = stops.reduce((sum, stop) => sum + stop.totalNs, 0)
        const share = total / Math.max(1, artifact.data.wallNs)
        if (stops.length < settings.stopsMin || share < settings.stopShareMin) continue
        const by = stops.find(stop => stop.by !== undefined)?.by
        found.push({
          message: 'stops',
          data: {count: String(stops.length), kind, share: percent(share), total: formatNanos(total)},
          subject: {kind: 'process', name: `own stops: ${kind}`},
          confidence: 0.9,
          measured: [
            {
              name: 'share of time in stops the program asks for',
              value: Number(share.toFixed(5)),
              unit: '1',
              limit: settings.stopShareMin,
              limitSource: 'detector.md#settings',
              artifact: artifact.id,
            },
            {name: 'stops', value: stops.length, unit: 'stops', limit: settings.stopsMin, artifact: artifact.id},
          ],
          places: by === undefined ? [] : placesOf([by], 'stops the world'),
        })
      }
      const logs = ['Log', 'RegionBegin', 'RegionEnd'].reduce((sum, name) => sum + (artifact.data.byKind[name] ?? 0), 0)
      if (logs >= settings.logsMin && logs >= settings.logShareMin * artifact.data.events)
        found.push({
          message: 'logs',
          data: {share: percent(logs / artifact.data.events), count: String(logs)},
          subject: {kind: 'process', name: 'user events of the trace'},
          confidence: 0.7,
          severity: 'info',
          measured: [
            {
              name: 'user events',
              value: logs,
              unit: 'events',
              limit: settings.logsMin,
              limitSource: 'detector.md#settings',
              artifact: artifact.id,
            },
            {name: 'all events', value: artifact.data.events, unit: 'events', artifact: artifact.id},
          ],
          places: [],
        })
    }
    for (const {artifact, dump} of dumpsOf(evidence))
      if (dump.form === 'debug2' && dump.total > settings.goroutinesMin)
        found.push({
          message: 'large-dump',
          data: {count: String(dump.total)},
          subject: {kind: 'process', name: 'goroutine dump'},
          confidence: 0.8,
          severity: 'info',
          measured: [
            {
              name: 'goroutines in the dump',
              value: dump.total,
              unit: 'goroutines',
              limit: settings.goroutinesMin,
              limitSource: 'detector.md#settings',
              artifact: artifact.id,
            },
          ],
          places: [],
        })
    return found
  },
})
