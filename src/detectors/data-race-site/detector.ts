// data-race-site: the two accesses of a data race that the race detector saw. See detector.md.
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, relatedPlace, shownFrame} from '../../diagnosis/frame-places.ts'
import {firstUserFrame} from '../../diagnosis/user-frames.ts'
import type {DumpFrame} from '../../evidence/model/goroutines.ts'

export default defineDetector({
  id: 'data-race-site',
  title: 'The race detector saw two goroutines use one memory location without order',
  severity: 'error',
  since: '0.1',
  sources: ['https://go.dev/ref/mem', 'https://go.dev/doc/articles/race_detector'],
  settings: {},
  messages: {
    race: {
      what: 'data race: {first} and {second} use the same memory, and nothing orders them{times}',
      why: 'the race detector reports accesses that really happened, without a happens-before between them; a program with a data race has no defined result',
      next: 'Guard both with one lock, hand the value over through a channel, or use sync/atomic for both.',
    },
  },

  run(evidence) {
    const races = new Map<string, Identified<'race'>[]>()
    for (const artifact of evidence.of('race')) {
      if (artifact.data.accesses.length < 2) continue
      const known = races.get(artifact.data.key)
      if (known) known.push(artifact)
      else races.set(artifact.data.key, [artifact])
    }
    return [...races.values()].map(reports => observe(reports))
  },
})

function observe(reports: readonly Identified<'race'>[]): Observed<'race'> {
  const report = reports[0]!
  const module = report.program.module
  const [first, second] = report.data.accesses
  const a = siteOf(first?.frames ?? [], module)
  const b = siteOf(second?.frames ?? [], module)
  const said = (operation: string | undefined, frame: DumpFrame | undefined) =>
    `a ${operation ?? 'use'}${frame === undefined ? ' whose stack was lost' : ` at ${shownFrame(frame)}`}`
  const stack = first?.frames ?? []
  const at = a === undefined ? -1 : stack.indexOf(a)
  return {
    message: 'race',
    data: {
      first: said(first?.operation, a),
      second: said(second?.operation, b),
      times: reports.length > 1 ? ` (reported ${reports.length} times)` : '',
    },
    subject: {
      kind: 'site',
      name: [a, b]
        .map(frame => frame?.function ?? 'stack lost')
        .sort()
        .join(' and '),
    },
    confidence: a === undefined || b === undefined ? 0.95 : 0.99,
    measured: [{name: 'reports', value: reports.length, unit: 'reports', artifact: report.id}],
    places: [
      ...placesOf(at < 0 ? [] : stack.slice(at, at + 2), `${first?.operation ?? 'use'} of one goroutine`),
      ...(b === undefined ? [] : [relatedPlace(b, `${second?.operation ?? 'use'} of the other goroutine`)]),
      ...report.data.created.flatMap(created => {
        const site = siteOf(created.frames, module)
        return site === undefined || site.file === '' ? [] : [relatedPlace(site, `goroutine ${created.goroutine} is started here`)]
      }),
    ],
  }
}

/** The user's own line of an access, before that of a dependency in the module cache; the innermost frame when all of it is library code. */
function siteOf(frames: readonly DumpFrame[], module: string | undefined): DumpFrame | undefined {
  const ownOnly = frames.filter(frame => !/@v\d/.test(frame.file))
  const own = firstUserFrame(ownOnly, module)
  return own === undefined ? frames[firstUserFrame(frames, module) ?? 0] : ownOnly[own]
}
