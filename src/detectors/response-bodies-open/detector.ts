// response-bodies-open: connections of the HTTP client that wait for the body of their answer to be read or closed. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {dumpsOf, oldestOf, oldestStay, waitKind} from '../../diagnosis/goroutine-waits.ts'
import type {GoroutineDump, GoroutineGroup} from '../../evidence/model/goroutines.ts'

const readLoop = /^net\/http\.\(\*persistConn\)\.readLoop$/

export default defineDetector({
  id: 'response-bodies-open',
  title: 'Answers whose body is neither read nor closed',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Response', 'https://github.com/golang/go/blob/go1.26.0/src/net/http/transport.go'],
  settings: {
    connectionsMin: {value: 50, unit: 'goroutines', source: 'detector.md#settings'},
    crowdMin: {value: 1000, unit: 'goroutines', source: 'detector.md#settings'},
    growthMin: {value: 1.5, unit: 'last / first', source: 'detector.md#settings'},
  },
  messages: {
    grows: {
      what: '{count} connections of the HTTP client wait for the body of their answer to be read or closed ({series}), the first of them in every dump',
      why: 'net/http keeps a connection, its descriptor and two goroutines until the body has been read to its end or closed',
      next: 'Close the Body of every answer, also when only its status matters.',
    },
    crowd: {
      what: '{count} connections of the HTTP client wait for the body of their answer to be read or closed',
      why: 'net/http keeps a connection, its descriptor and two goroutines until the body has been read to its end or closed; one dump cannot tell slow readers from bodies that nobody closes',
      next: 'Take a second dump a minute later.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence).filter(({dump}) => dump.form === 'debug2' || dump.form === 'crash')
    const last = dumps.at(-1)
    if (last === undefined) return []
    const series = dumps.map(({dump}) => waitingOf(dump))
    const counts = series.map(groups => groups.reduce((sum, group) => sum + group.count, 0))
    const count = counts.at(-1) ?? 0
    const grows =
      counts.every((one, i) => i === 0 || one > (counts[i - 1] ?? 0)) &&
      count >= settings.growthMin * Math.max(1, counts[0] ?? 0) &&
      oldestStay(series.map(groups => ({oldestIds: oldestOf(groups)})))
    const message = grows && count >= settings.connectionsMin ? 'grows' : count >= settings.crowdMin ? 'crowd' : undefined
    if (message === undefined) return []
    return [
      {
        message,
        data: {count: String(count), series: counts.join(' → ')},
        subject: {kind: 'goroutines', name: 'bodies of answers'},
        confidence: message === 'grows' ? 0.9 : 0.45,
        ...(message === 'grows' ? {} : {severity: 'info' as const}),
        measured: [
          {
            name: 'connections that wait for a body',
            value: count,
            unit: 'goroutines',
            limit: message === 'grows' ? settings.connectionsMin : settings.crowdMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
            at: `line ${series.at(-1)?.[0]?.line ?? 1}`,
          },
        ],
        places: [],
      } satisfies Observed<'grows' | 'crowd'>,
    ]
  },
})

/** `readLoop` in its select has handed the answer over and waits for its body; an idle connection waits for I/O instead (transport.go, readLoop). */
const waitingOf = (dump: GoroutineDump): GoroutineGroup[] =>
  dump.groups.filter(group => group.frames.slice(0, 2).some(frame => readLoop.test(frame.function)) && waitKind(group) === 'select')
