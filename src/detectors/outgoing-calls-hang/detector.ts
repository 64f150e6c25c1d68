// outgoing-calls-hang: goroutines that wait at one line for the answer of another server. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, oldestOf, oldestStay} from '../../diagnosis/goroutine-waits.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'
import type {DumpFrame, GoroutineDump, GoroutineGroup} from '../../evidence/model/goroutines.ts'

/** Where net/http's client waits for the head of an answer (transport.go). */
const waiting = /^net\/http\.\(\*(?:persistConn|http2ClientConn|http2clientStream)\)\.(?:roundTrip|RoundTrip)$/

interface Site {
  readonly frames: readonly DumpFrame[]
  count: number
  minutesMax: number
  oldestIds: readonly string[]
  readonly line: number
}

export default defineDetector({
  id: 'outgoing-calls-hang',
  title: 'Outgoing calls wait for an answer that does not come',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Client', 'https://github.com/golang/go/blob/go1.26.0/src/net/http/transport.go'],
  settings: {
    callsMin: {value: 10, unit: 'goroutines', source: 'detector.md#settings'},
    growthMin: {value: 2, unit: 'last / first', source: 'detector.md#settings'},
    minutesMin: {value: 1, unit: 'minutes', source: 'detector.md#settings'},
  },
  messages: {
    grows: {
      what: 'calls that wait for an answer at {site} become more: {series}{age}',
      why: 'each holds its goroutine, its connection and its request until the other side answers or a time limit ends it',
      next: 'Give the client a Timeout, or the request a context with a deadline.',
    },
    old: {
      what: '{count} calls wait for an answer at {site}{age}',
      why: 'each holds its goroutine, its connection and its request until the other side answers or a time limit ends it',
      next: 'Give the client a Timeout, or the request a context with a deadline.',
    },
  },

  run(evidence, settings) {
    const dumps = dumpsOf(evidence).filter(({dump}) => dump.form === 'debug2' || dump.form === 'crash')
    const last = dumps.at(-1)
    if (last === undefined) return []
    const series = dumps.map(({dump, artifact}) => sitesOf(dump, artifact.program.module))
    return [...series.at(-1)!].flatMap(([key, site]): Observed<'grows' | 'old'>[] => {
      const counts = series.map(sites => sites.get(key)?.count ?? 0)
      const stay = oldestStay(series.map(sites => sites.get(key)))
      const rises = (counts.length >= 3 || stay) && counts.every((count, i) => i === 0 || count > (counts[i - 1] ?? 0))
      const grows = rises && site.count >= settings.growthMin * Math.max(1, counts[0] ?? 0)
      const old = site.minutesMax >= settings.minutesMin
      const [own] = site.frames
      if (site.count < settings.callsMin || own === undefined || (!grows && !old)) return []
      const age = old ? `, the oldest for ${site.minutesMax} minutes` : ''
      return [
        {
          message: grows ? 'grows' : 'old',
          data: {
            site: shownFrame(own),
            count: String(site.count),
            series: counts.join(' → '),
            age: stay ? `${age}, and the first of them still wait` : age,
          },
          subject: {kind: 'goroutines', name: `answer for ${own.function}`},
          confidence: grows && (old || stay) ? 0.8 : 0.6,
          measured: [
            {
              name: 'calls that wait at one line',
              value: site.count,
              unit: 'goroutines',
              limit: settings.callsMin,
              limitSource: 'detector.md#settings',
              artifact: last.artifact.id,
              at: `line ${site.line}`,
            },
          ],
          places: placesOf(site.frames, 'waits here for an answer'),
        },
      ]
    })
  },
})

function sitesOf(dump: GoroutineDump, module: string | undefined): Map<string, Site> {
  const sites = new Map<string, Site>()
  const groups = new Map<string, GoroutineGroup[]>()
  for (const group of dump.groups) {
    if (!group.frames.some(frame => waiting.test(frame.function))) continue
    const at = firstUserFrame(group.frames, module)
    const own = at === undefined ? undefined : group.frames[at]
    if (at === undefined || own === undefined) continue
    const key = `${own.function} ${own.line}`
    groups.set(key, [...(groups.get(key) ?? []), group])
    const known = sites.get(key)
    if (known) {
      known.count += group.count
      known.minutesMax = Math.max(known.minutesMax, group.waitMinutesMax ?? 0)
    } else
      sites.set(key, {
        frames: group.frames.slice(at),
        count: group.count,
        minutesMax: group.waitMinutesMax ?? 0,
        oldestIds: [],
        line: group.line,
      })
  }
  for (const [key, site] of sites) site.oldestIds = oldestOf(groups.get(key) ?? [])
  return sites
}
