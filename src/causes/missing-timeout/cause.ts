// missing-timeout: outgoing calls have no time limit, so those without an answer stay. See cause.md.
import {parseSymbolName} from '../../base/symbol-name.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = ['http-client-no-timeout', 'http-request-without-context']

export default defineCause({
  id: 'missing-timeout',
  title: 'Outgoing calls have no time limit',
  since: '0.1',
  joins: ['outgoing-calls-hang', ...rules],
  settledBy: 'goroutine-stacks',

  find: facts => observationsOf(facts, 'outgoing-calls-hang').map(calls => causeOf(calls, facts)),
})

const packageOf = (symbol: string | undefined) => (symbol === undefined ? undefined : parseSymbolName(symbol)?.packagePath)

function causeOf(calls: Observation, facts: CaseFile): FoundCause {
  // The client is made in one function and used in another: the package joins them.
  const packages = new Set(calls.places.map(place => packageOf(place.symbol)).filter(path => path !== undefined))
  const hazards = facts.hazards.filter(
    hazard =>
      rules.includes(hazard.id) &&
      hazard.suppressed === undefined &&
      hazard.places.some(place => packages.has(packageOf(place.symbol) ?? '')),
  )
  const supports = new Set<SupportFactor>(['calls without an answer become more or wait for minutes'])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  return {
    ...combine(supports, new Set()),
    title: `calls from ${calls.places[0]?.symbol ?? 'one line'} wait for an answer without a time limit`,
    places: placesOfAll([calls, ...hazards]),
    chain: [
      shows(calls),
      ...hazards.map(explains),
      says(
        'the time limits along a chain of calls hold only as far as each call has one: who called this service has long gone, the call it made has not',
      ),
    ],
    wrongIf: [
      'the calls are meant to stay open (long polling, streams)',
      'a deadline is set where the evidence does not show it, and is long',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Give the client behind ${shownPlace(calls)} a Timeout shorter than that of the callers of this service, and make the request with the context of the one that came in.`,
      },
      {kind: 'setting', do: 'Set ReadHeaderTimeout and WriteTimeout on the server, and ResponseHeaderTimeout on the Transport.'},
      {
        kind: 'guard',
        do: 'Bound the calls in flight (Transport.MaxConnsPerHost, or a semaphore with a time limit) and answer 503 above it.',
      },
    ],
    verify: [
      {
        command: 'curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=2" | grep -c "persistConn).roundTrip"',
        expect: 'the number stays level while the other server answers nothing',
      },
    ],
    settle:
      hazards.length > 0
        ? []
        : [
            {
              capture: 'curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=2" -o goroutine-2.txt, two minutes later',
              because:
                'calls that still wait then have no time limit worth the name (cost: the world is stopped for some 1 to 3 ms per thousand goroutines)',
            },
          ],
  }
}
