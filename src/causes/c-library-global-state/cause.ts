// c-library-global-state: a C library with state of the whole process runs in several goroutines at once. See cause.md.
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'

const rules = ['cgo-process-global-state']

export default defineCause({
  id: 'c-library-global-state',
  title: 'A C library with state of the whole process runs in several goroutines at once',
  since: '0.1',
  joins: ['c-calls-overlap', ...rules],

  find(facts) {
    const overlaps = observationsOf(facts, 'c-calls-overlap')
    return facts.hazards
      .filter(one => rules.includes(one.id) && one.suppressed === undefined)
      .map(hazard => causeOf(hazard, seenFor(facts, hazard, overlaps)))
  },
})

const seenFor = (facts: CaseFile, hazard: Hazard, overlaps: readonly Observation[]) =>
  overlaps.filter(one => hazardsAt(facts, rules, [one]).includes(hazard))

function causeOf(hazard: Hazard, seen: readonly Observation[]): FoundCause {
  const supports = new Set<SupportFactor>(['a hazard in source alone'])
  if (seen.length > 0) supports.add('goroutines are in functions of one C library at the same time')
  const locked = seen.some(one => (one.message.data['locked'] ?? '') !== '')
  return {
    ...combine(supports, new Set()),
    title: `calls into C at ${shownPlace(hazard)} share variables of the whole process and run at the same time`,
    places: placesOfAll([hazard, ...seen]),
    chain: [
      ...seen.map(shows),
      explains(hazard),
      says(
        'what one call has parsed, laid out or reported the other overwrites: it fails with an error about input it was not given, returns 0 without a result, or gives the result of another',
      ),
      ...(locked
        ? [
            says(
              'the goroutines are locked to their threads, and that does not help: the lock keeps a goroutine on its thread and keeps no other thread out of the library',
              'contradicts',
            ),
          ]
        : []),
    ],
    wrongIf: [
      'the calls that overlap work on parts of the library that share nothing: then an error text of another request never appears',
      'requests fail as often when only one is made at a time: then it is the input, the installation (fonts, plug-ins) or the disk',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Put one mutex of the package around the whole sequence of calls at ${shownPlace(hazard)}, reading the error and the result included.`,
      },
      {kind: 'code', do: 'Or give the library one goroutine of its own that takes the work from a channel and answers on another.'},
      {
        kind: 'guard',
        do: 'Where one at a time is too slow, run a process for each job or a small number of worker processes: that also contains crashes and can be killed.',
      },
    ],
    verify: [
      {
        command: 'the same load with one request at a time, and again with many',
        expect: 'both fail equally seldom, and no result or error text belongs to another request',
      },
      {
        command: "curl -s 'http://HOST:PORT/debug/pprof/goroutine?debug=2' | grep -c '_Cfunc_'",
        expect: 'never more than 1 for this library',
      },
    ],
    settle:
      seen.length > 0
        ? []
        : [
            {
              capture:
                'for i in 1 2 3 4 5 6 7 8; do curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=2" -o goroutine-$i.txt; sleep 2; done',
              because:
                'dumps under load show whether goroutines are in the library at the same time (cost: the world stops while each is written)',
            },
          ],
  }
}
