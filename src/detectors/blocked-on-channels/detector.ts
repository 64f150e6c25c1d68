// blocked-on-channels: goroutines cannot send because nobody receives fast enough. See detector.md.
import type {Place} from '../../base/place.ts'
import {parseSymbolName} from '../../base/symbol-name.ts'
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {placesOf, relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {dumpsOf, placesOfWaiters, type Waiters, waitersOf} from '../../diagnosis/goroutine-waits.ts'
import {anyFrame, percent, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'

type Message = 'dump' | 'profile' | 'trace'
type Settings = Readonly<Record<'sendersMin' | 'delayShareMin' | 'delayNsMin' | 'lifeShareMin', number>>

const why =
  'a send waits until a receiver takes the value or the buffer has room: either the receiver is slower than the senders, or it is gone, or it waits to send itself'
const next = 'Look at who receives there and how long it takes for one value; bound the senders, or let them give up with a context.'

export default defineDetector({
  id: 'blocked-on-channels',
  title: 'Goroutines cannot send on a channel',
  severity: 'warning',
  since: '0.1',
  sources: ['https://go.dev/ref/spec#Send_statements', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/chan.go'],
  settings: {
    sendersMin: {value: 50, unit: 'goroutines', source: 'detector.md#settings'},
    delayShareMin: {value: 0.3, unit: 'of the delay', source: 'detector.md#settings'},
    delayNsMin: {value: 1e9, unit: 'ns', source: 'detector.md#settings'},
    lifeShareMin: {value: 0.3, unit: "of a group's life", source: 'detector.md#settings'},
  },
  messages: {
    dump: {what: '{count} goroutines wait to send at {site}', why, next},
    profile: {what: 'waiting to send takes {share} of all delay in the block profile, most of it at {site}', why, next},
    trace: {what: 'goroutines started in {group} spend {share} of their life waiting to send at {site}', why, next},
  },

  run: (evidence, settings) => [...ofDump(evidence, settings), ...ofProfile(evidence, settings), ...ofTrace(evidence, settings)],
})

function ofDump(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  const last = dumpsOf(evidence).at(-1)
  if (last === undefined) return []
  const senders = waitersOf(last.dump, last.artifact.program.module).filter(waiters => waiters.kind === 'channel-send')
  return senders
    .filter(waiters => waiters.count >= settings.sendersMin)
    .map(waiters => ({
      message: 'dump' as const,
      data: {count: String(waiters.count), site: shownFrame(waiters.frame)},
      subject: {kind: 'goroutines' as const, name: `send at ${waiters.frame.function}`},
      confidence: 0.75,
      measured: [
        {
          name: 'goroutines that wait to send at one line',
          value: waiters.count,
          unit: 'goroutines',
          limit: settings.sendersMin,
          limitSource: 'detector.md#settings',
          artifact: last.artifact.id,
          at: `line ${waiters.groups[0]?.line ?? 1}`,
        },
      ],
      places: [...placesOfWaiters(waiters), ...otherSenders(waiters, senders)],
    }))
}

/** Where else methods of the same type wait to send, few as they may be: workers that fill the queue they take from are among the senders. */
const otherSenders = (waiters: Waiters, senders: readonly Waiters[]): Place[] =>
  senders
    .filter(other => other !== waiters && other.frame.file !== '' && ownerOf(other.frame.function) === ownerOf(waiters.frame.function))
    .slice(0, 3)
    .map(other => relatedPlace(other.frame, `${other.count} more wait here to send`))

/** Package and receiver type of a method; a function has no owner but itself. */
function ownerOf(name: string): string {
  const symbol = parseSymbolName(name)
  return symbol?.receiver === undefined ? name : `${symbol.packagePath}.${symbol.receiver}`
}

function ofProfile(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  return evidence.of('profile').flatMap(artifact => {
    if (artifact.data.profileType !== 'block') return []
    const share = shareOf(artifact.data, timeIndex(artifact.data), anyFrame(/^runtime\.chansend1?$/), artifact.program.module)
    const [site] = share.callers
    if (site === undefined || share.share < settings.delayShareMin || share.value < settings.delayNsMin) return []
    return [
      {
        message: 'profile' as const,
        data: {share: percent(share.share), site: shownFrame(site.frame)},
        subject: {kind: 'site' as const, name: `send at ${site.frame.function}`},
        confidence: 0.6,
        measured: [
          {
            name: 'share of delay in channel sends',
            value: Number(share.share.toFixed(4)),
            unit: '1',
            limit: settings.delayShareMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {name: 'delay in channel sends', value: Math.round(share.value), unit: 'ns', limit: settings.delayNsMin, artifact: artifact.id},
        ],
        places: placesOf(site.stack, 'waits here to send'),
      },
    ]
  })
}

function ofTrace(evidence: ProgramEvidence, settings: Settings): Observed<Message>[] {
  return evidence.of('trace').flatMap(artifact =>
    artifact.data.blocked.flatMap(blocked => {
      const group = artifact.data.groups.find(one => one.start === blocked.group)
      if (blocked.reason !== 'chan send' || blocked.site === undefined || group === undefined || group.lifeNs <= 0) return []
      const share = blocked.totalNs / group.lifeNs
      if (share < settings.lifeShareMin || blocked.totalNs < settings.delayNsMin) return []
      return [
        {
          message: 'trace' as const,
          data: {group: group.start, share: percent(Math.min(1, share)), site: shownFrame(blocked.site)},
          subject: {kind: 'goroutines' as const, name: `send at ${blocked.site.function} (trace)`},
          confidence: 0.7,
          measured: [
            {
              name: 'time waiting to send / life',
              value: Number(share.toFixed(3)),
              unit: '1',
              limit: settings.lifeShareMin,
              limitSource: 'detector.md#settings',
              artifact: artifact.id,
            },
            {name: 'time waiting to send', value: blocked.totalNs, unit: 'ns', limit: settings.delayNsMin, artifact: artifact.id},
          ],
          places: placesOf([blocked.site], 'waits here to send'),
        },
      ]
    }),
  )
}
