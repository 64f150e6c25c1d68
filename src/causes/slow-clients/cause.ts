// slow-clients: requests wait for what their clients have not sent, and no read deadline ends them. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'

const rules = ['http-server-no-timeout']

export default defineCause({
  id: 'slow-clients',
  title: 'Requests wait for clients that send slowly',
  since: '0.1',
  joins: ['request-bodies-slow', ...rules],
  settledBy: 'goroutine-stacks',

  find: facts => observationsOf(facts, 'request-bodies-slow').map(bodies => causeOf(bodies, facts)),
})

/** The server without a limit at the line that accepted them; where the evidence does not name that line, any server without one may be it. */
function serversOf(bodies: Observation, facts: CaseFile): Hazard[] {
  const all = facts.hazards.filter(hazard => rules.includes(hazard.id) && hazard.suppressed === undefined)
  const server = bodies.places.find(place => place.label?.startsWith('the server that accepted them'))
  return server === undefined ? all : all.filter(hazard => hazard.places.some(place => place.symbol === server.symbol))
}

function causeOf(bodies: Observation, facts: CaseFile): FoundCause {
  const hazards = serversOf(bodies, facts)
  const stays = bodies.message.id === 'stay'
  const supports = new Set<SupportFactor>([
    stays ? 'the same requests wait for their body in every dump or for minutes' : 'one dump shows many requests waiting for their body',
  ])
  if (hazards.length > 0) supports.add('a hazard in source alone')
  return {
    ...combine(supports, new Set()),
    title: `requests wait in ${bodies.places[0]?.symbol ?? 'one handler'} for what their clients have not sent`,
    places: placesOfAll([bodies, ...hazards]),
    chain: [
      shows(bodies),
      ...hazards.map(explains),
      says(
        'ReadHeaderTimeout and IdleTimeout do not end it: the first ends with the head of the request, the second counts between requests',
      ),
    ],
    wrongIf: [
      'the handler reads a stream that is meant to stay open',
      'large uploads over a slow network are the business of this handler, and they do come to an end',
    ],
    remedies: [
      {
        kind: 'code',
        do: 'Make the server an http.Server with ReadTimeout (it includes the body) and ReadHeaderTimeout, instead of http.ListenAndServe.',
      },
      {
        kind: 'code',
        do: `Where uploads may last, move the deadline on while data comes: http.NewResponseController(w).SetReadDeadline before each read at ${shownPlace(bodies)} (Go 1.20 and later).`,
      },
      {
        kind: 'setting',
        do: 'Where a proxy stands in front, let it read whole requests before it passes them on, with a limit on the time between two reads (nginx: proxy_request_buffering on, client_body_timeout).',
      },
      {
        kind: 'guard',
        do: 'Limit the connections that are open at once (golang.org/x/net/netutil.LimitListener), and raise an alarm well below the limit of open files.',
      },
    ],
    verify: [
      {
        command: 'curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=1" | grep -c "net/http.(\\*body).Read"',
        expect: 'no stack with it, or a small number that falls, while a client sends one byte a second for longer than ReadTimeout',
      },
    ],
    settle: [
      settleBy(
        'goroutine-stacks',
        stays
          ? 'a later dump shows whether these requests ever end'
          : 'requests that wait in both dumps have no read deadline worth the name',
      ),
    ],
  }
}
