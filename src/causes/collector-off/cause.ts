// collector-off: garbage piles up because no collection runs. See cause.md.
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {endedBy, explains, type FoundCause, measuredValue, observationsOf, placesOfAll, says, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = ['gc-percent-extreme']

export default defineCause({
  id: 'collector-off',
  title: 'Garbage piles up because no collection runs',
  since: '0.1',
  joins: ['collector-off', 'killed-for-memory', ...rules],
  settledBy: 'heap',

  find: facts => observationsOf(facts, 'collector-off').map(off => causeOf(off, facts)),
})

function causeOf(off: Observation, facts: CaseFile): FoundCause {
  const hazards = facts.hazards.filter(
    hazard => rules.includes(hazard.id) && hazard.message.id === 'off' && hazard.suppressed === undefined,
  )
  const heap = measuredValue(off, 'heap without a collection') ?? 0
  const supports = new Set<SupportFactor>([
    off.message.id === 'metrics' ? 'the heap is large and no collection has run' : 'a heap profile shows that nothing was ever freed',
  ])
  if (hazards.length > 0) supports.add('a hazard in source turns it off')
  return {
    ...combine(supports, new Set()),
    memoryBytes: [0, heap],
    title: 'garbage piles up because no collection runs',
    places: placesOfAll(hazards),
    chain: [
      shows(off),
      ...hazards.map(explains),
      ...endedBy(facts),
      says('it is no leak as far as this evidence goes: what is garbage and what is kept can only be told after a collection'),
    ],
    wrongIf: [
      'GOMEMLIMIT is set in the environment: then collections begin when the heap comes near it, as meant',
      'the process ends before memory is short, as a batch job may',
    ],
    remedies: [
      {
        kind: 'setting',
        do: 'Set a memory limit: with it, GOGC=off runs the collector only as often as the limit asks for.',
        command: 'GOMEMLIMIT=<90 % of the container limit> ./service',
      },
      {
        kind: 'code',
        do: `Take the call out${hazards[0]?.places[0] === undefined ? '' : ` (${hazards[0].places[0].file}:${hazards[0].places[0].line})`}, or give a high percentage in its place: the pauses of the collector are well below a millisecond as a rule, what it costs is CPU time and assists while it marks.`,
      },
      {kind: 'guard', do: 'Raise an alarm when /gc/cycles/total:gc-cycles stands still while /memory/classes/heap/objects:bytes rises.'},
    ],
    verify: [
      {
        command: 'GODEBUG=gctrace=1 ./service 2> gctrace.log',
        expect: 'a line for each collection, and the heap after each of them level',
      },
    ],
    settle: [
      {
        capture: 'curl -s "http://HOST:PORT/debug/pprof/heap?gc=1" -o heap-after-gc.pb.gz',
        because: 'what it shows in use is what lives: the rest was garbage',
        cost: 'one collection, with the marking that the service has saved until now',
      },
    ],
  }
}
