// lock-contention: waiting for locks takes a large part of the delay that mutex and block profiles count. See detector.md.
import {formatNanos} from '../../base/units.ts'
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {anyFrame, type CallerShare, percent, type Share, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'

type Message = 'mutex' | 'block' | 'readers'

const unlocking = /^(?:internal\/)?sync\.\(\*(?:RW)?Mutex\)\.(?:R?Unlock|rUnlockSlow|unlockSlow)$/
const locking = /^(?:internal\/)?sync\.\(\*(?:RW)?Mutex\)\.(?:Lock|lockSlow)$/
const readLocking = /^sync\.\(\*RWMutex\)\.RLock$/

export default defineDetector({
  id: 'lock-contention',
  title: 'Goroutines lose much time waiting for locks',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/runtime#SetMutexProfileFraction',
    'https://pkg.go.dev/runtime#SetBlockProfileRate',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go',
  ],
  settings: {
    delayNsMin: {value: 1e9, unit: 'ns', source: 'detector.md#settings'},
    shareMin: {value: 0.2, unit: 'of the delay', source: 'detector.md#settings'},
    waitsMin: {value: 100, unit: 'waits', source: 'detector.md#settings'},
    siteShareMin: {value: 0.2, unit: 'of the waiting for locks', source: 'detector.md#settings'},
  },
  messages: {
    mutex: {
      what: 'goroutines waited {delay} together for locks that {site} held',
      why: 'a mutex profile counts the waiting where the lock was released: it is this critical section that makes others wait',
      next: 'Make the critical section of {function} shorter, or split what the lock guards.',
    },
    block: {
      what: 'goroutines waited {delay} together for a lock at {site}, {waits} times',
      why: 'a block profile counts the waiting where it happens; who held the lock is in the mutex profile',
      next: 'Take a mutex profile (SetMutexProfileFraction) to see which critical section is the long one.',
    },
    readers: {
      what: 'readers waited {delay} together for a read lock at {site}, {waits} times',
      why: 'a waiting writer of an RWMutex stops new readers until it has had its turn, so a slow writer, or a slow reader before it, delays them all',
      next: 'Shorten the section under the write lock, or publish a copy that readers load atomically.',
    },
  },

  run(evidence, settings) {
    return evidence.of('profile').flatMap((artifact): Observed<Message>[] => {
      const profile = artifact.data
      if (profile.profileType !== 'mutex' && profile.profileType !== 'block') return []
      const time = timeIndex(profile)
      const share = (pattern: RegExp) => shareOf(profile, time, anyFrame(pattern), artifact.program.module)
      const judged = (message: Message, part: Share) =>
        part.value < settings.delayNsMin || part.share < settings.shareMin || part.samples < settings.waitsMin
          ? []
          : part.callers
              .filter(site => site.value >= settings.siteShareMin * part.value)
              .map(site => observe(message, artifact, part, site, settings))
      return profile.profileType === 'mutex'
        ? judged('mutex', share(unlocking))
        : [...judged('block', share(locking)), ...judged('readers', share(readLocking))]
    })
  },
})

function observe(
  message: Message,
  artifact: Identified<'profile'>,
  part: Share,
  site: CallerShare,
  settings: {readonly delayNsMin: number; readonly shareMin: number},
): Observed<Message> {
  return {
    message,
    data: {
      delay: formatNanos(site.value),
      site: shownFrame(site.frame),
      function: site.frame.function,
      waits: String(Math.round(site.samples)),
    },
    subject: {kind: 'site', name: `${message === 'mutex' ? 'lock held' : 'lock waited for'} at ${site.frame.function}`},
    confidence: message === 'mutex' ? 0.85 : 0.7,
    severity: message === 'block' ? 'info' : 'warning',
    measured: [
      {
        name: 'time waited',
        value: Math.round(site.value),
        unit: 'ns',
        limit: settings.delayNsMin,
        limitSource: 'detector.md#settings',
        artifact: artifact.id,
      },
      {
        name: `share of all delay in the ${artifact.data.profileType} profile (${percent(part.share)} for locks)`,
        value: Number((part.total > 0 ? site.value / part.total : 0).toFixed(4)),
        unit: '1',
        limit: settings.shareMin,
        limitSource: 'detector.md#settings',
        artifact: artifact.id,
      },
      {name: 'waits', value: Math.round(site.samples), unit: 'waits', artifact: artifact.id},
    ],
    places: placesOf(site.stack, message === 'mutex' ? 'released here by the one who held it' : 'waits here for the lock'),
  }
}
