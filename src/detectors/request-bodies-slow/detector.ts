// request-bodies-slow: requests whose handler waits for the rest of what the client sends. See detector.md.
import type {Place} from '../../base/place.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, oldestOf, oldestStay, type SeenDump} from '../../diagnosis/goroutine-waits.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'
import type {DumpFrame, GoroutineGroup} from '../../evidence/model/goroutines.ts'

type Message = 'stay' | 'crowd'

/** Where a handler reads the body of a request, over HTTP/1 and HTTP/2 (net/http/transfer.go, h2_bundle.go, Go 1.22 to 1.26). */
const reading = /^net\/http\.(?:\(\*body\)\.Read|\(\*http2requestBody\)\.Read)$/
/** The goroutine of a request. The client reads bodies with the same type. */
const serving = /^net\/http\.\(\*(?:conn\)\.serve|http2serverConn\)\.runHandler)$/

interface Site {
  readonly frames: readonly DumpFrame[]
  readonly count: number
  /** Undefined where the dump has no ids or times. */
  readonly oldestIds: readonly string[]
  /** Ids of the goroutines that accepted them. */
  readonly parents: readonly string[]
  readonly minutesMax: number
  readonly line: number
}

export default defineDetector({
  id: 'request-bodies-slow',
  title: 'Requests wait for clients that send slowly',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Server', 'https://pkg.go.dev/net/http#ResponseController.SetReadDeadline'],
  settings: {
    requestsMin: {value: 10, unit: 'goroutines', source: 'detector.md#settings'},
    shareMin: {value: 0.5, unit: 'of the requests in their handlers', source: 'detector.md#settings'},
    minutesMin: {value: 1, unit: 'minutes', source: 'detector.md#settings'},
  },
  messages: {
    stay: {
      what: '{count} requests wait at {site} for the rest of their body{age}',
      why: 'the client decides how long that takes: each keeps a goroutine, a connection and a file descriptor until it has sent all, gone away, or a read deadline of the server has passed',
      next: 'Set ReadTimeout of the http.Server; where large uploads are meant, give each read its own deadline with http.ResponseController.SetReadDeadline.',
    },
    crowd: {
      what: '{count} of {total} requests in their handlers wait at {site} for the rest of their body',
      why: 'one dump cannot tell clients that send slowly from many that have just begun',
      next: 'Take a second dump a minute later: what waits in both has no read deadline worth the name.',
    },
  },

  run(evidence, settings) {
    const all = dumpsOf(evidence)
    const withIds = all.filter(({dump}) => dump.form === 'debug2' || dump.form === 'crash')
    const dumps = withIds.length > 0 ? withIds : all.slice(-1)
    const last = dumps.at(-1)
    if (last === undefined) return []
    const series = dumps.map(sitesOf)
    const total = last.dump.groups.filter(inHandler(last.artifact.program.module)).reduce((sum, group) => sum + group.count, 0)
    return [...(series.at(-1) ?? [])].flatMap(([key, site]): Observed<Message>[] => {
      const [own] = site.frames
      if (own === undefined || site.count < settings.requestsMin) return []
      const stay = oldestStay(series.map(sites => sites.get(key)))
      const old = site.minutesMax >= settings.minutesMin
      if (!stay && !old && (dumps.length > 1 || site.count < settings.shareMin * total)) return []
      const minutes = old ? `, the oldest for ${site.minutesMax} minute${site.minutesMax === 1 ? '' : 's'}` : ''
      return [
        {
          message: stay || old ? 'stay' : 'crowd',
          data: {
            count: String(site.count),
            total: String(total),
            site: shownFrame(own),
            age: `${minutes}${stay ? `, the first of them the same in ${dumps.length} dumps` : ''}`,
          },
          subject: {kind: 'goroutines', name: `bodies read by ${own.function}`},
          confidence: stay && old ? 0.8 : stay || old ? 0.7 : 0.35,
          ...(stay || old ? {} : {severity: 'info' as const}),
          measured: [
            {
              name: 'requests that wait for their body',
              value: site.count,
              unit: 'goroutines',
              limit: settings.requestsMin,
              limitSource: 'detector.md#settings',
              artifact: last.artifact.id,
              at: `line ${Math.max(1, site.line)}`,
            },
          ],
          places: [...placesOf(site.frames, 'waits here for the client'), ...acceptedBy(last, site)],
        },
      ]
    })
  },
})

/** Where the server runs that started these requests: the goroutine that accepts is named as their starter (Go 1.21 and later). */
function acceptedBy({dump, artifact}: SeenDump, site: Site): Place[] {
  const group = dump.groups.find(one => one.ids.some(id => site.parents.includes(id)))
  const at = group === undefined ? undefined : firstUserFrame(group.frames, artifact.program.module)
  const frame = at === undefined ? undefined : group?.frames[at]
  return frame === undefined || frame.file === '' ? [] : [relatedPlace(frame, 'the server that accepted them')]
}

const isRequest = (group: GoroutineGroup) => group.frames.some(frame => serving.test(frame.function))

/** Requests that are in code of the program: connections that are idle between two of them are in none. */
const inHandler = (module: string | undefined) => (group: GoroutineGroup) =>
  isRequest(group) && firstUserFrame(group.frames, module) !== undefined

function sitesOf({dump, artifact}: SeenDump): Map<string, Site> {
  const {module} = artifact.program
  const groups = new Map<string, GoroutineGroup[]>()
  for (const group of dump.groups) {
    const at = firstUserFrame(group.frames, module)
    const own = at === undefined ? undefined : group.frames[at]
    if (own === undefined || !isRequest(group) || !group.frames.slice(0, at).some(frame => reading.test(frame.function))) continue
    const key = `${own.function} ${own.line}`
    groups.set(key, [...(groups.get(key) ?? []), group])
  }
  return new Map(
    [...groups].map(([key, members]) => {
      const frames = members[0]?.frames ?? []
      const site: Site = {
        frames: frames.slice(firstUserFrame(frames, module) ?? 0),
        count: members.reduce((sum, group) => sum + group.count, 0),
        oldestIds: oldestOf(members),
        parents: members.flatMap(group => group.parents ?? []),
        minutesMax: Math.max(0, ...members.map(group => group.waitMinutesMax ?? 0)),
        line: members[0]?.line ?? 1,
      }
      return [key, site]
    }),
  )
}
