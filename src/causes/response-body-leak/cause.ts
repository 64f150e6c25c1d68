// response-body-leak: answers of other servers stay open, and with them connections and goroutines. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, observationsOf, placesOfAll, says, shows} from '../../diagnosis/join.ts'

const rules = ['http-response-body-leak']

export default defineCause({
  id: 'response-body-leak',
  title: 'Bodies of HTTP answers are not closed',
  since: '0.1',
  joins: ['response-bodies-open', ...rules],
  settledBy: 'goroutine-stacks',

  find: facts => (observationsOf(facts, 'response-bodies-open').length === 0 ? [] : [causeOf(facts)]),
})

function causeOf(facts: CaseFile): FoundCause {
  const open = observationsOf(facts, 'response-bodies-open')
  // The goroutines are net/http's own: no frame names the code that asked, so every such line of the module may be the one.
  const hazards = facts.hazards.filter(hazard => rules.includes(hazard.id) && hazard.suppressed === undefined)
  const supports = new Set<SupportFactor>([
    open.some(one => one.message.id === 'grows')
      ? 'connections whose answer nobody reads or closes become more'
      : 'one dump shows very many goroutines at one line',
  ])
  if (hazards.length > 0) supports.add('a hazard in source alone')
  return {
    ...combine(supports, new Set()),
    title: 'answers of other servers are neither read to their end nor closed',
    places: placesOfAll(hazards),
    chain: [
      ...open.map(shows),
      ...hazards.slice(0, 10).map(explains),
      says(
        'each such answer holds a connection, its file descriptor and two goroutines of net/http, and the next request opens another connection',
      ),
    ],
    wrongIf: ['the bodies are long streams that are read slowly on purpose', 'the calls go through a library that closes bodies late'],
    remedies: [
      {
        kind: 'code',
        do: 'Close the Body of every answer right behind the error check (defer resp.Body.Close()), also when only the status matters; read what is left, up to a bound, so that the connection can be used again.',
      },
      {
        kind: 'setting',
        do: 'Set Timeout of http.Client: it ends the reading of bodies too, and with it the connections that nobody closes.',
      },
      {kind: 'guard', do: 'Set MaxConnsPerHost on the Transport, and a test that ends with more goroutines than it began with fails.'},
    ],
    verify: [
      {
        command: 'curl -s "http://HOST:PORT/debug/pprof/goroutine?debug=1" | grep -c "persistConn).readLoop"',
        expect: 'a number of connections that stays level under constant load',
      },
    ],
    settle: [settleBy('goroutine-stacks', 'connections that are only slow are others a minute later; those nobody closes are the same')],
  }
}
