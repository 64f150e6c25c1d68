// context-key-conflict: a key of the request's Context holds another type than its reader expects. See cause.md.
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, observationsOf, says, shows} from '../../diagnosis/join.ts'
import type {Place} from '../../base/place.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'

/** The line that asserts, and the two lines that store. */
const asserts = 'gin-unchecked-type-assertion'
const conflict = 'gin-context-key-conflict'

export default defineCause({
  id: 'context-key-conflict',
  title: 'Two handlers store values of different types under one key',
  since: '0.1',
  joins: ['request-panics', asserts, conflict],

  find: facts =>
    observationsOf(facts, 'request-panics', 'conversion').flatMap(panic => {
      const reader = facts.hazards.find(hazard => hazard.id === asserts && hazard.suppressed === undefined && panicsAt(panic, hazard))
      return reader === undefined ? [] : [causeOf(panic, reader, conflictsOf(facts, panic, reader))]
    }),
})

/** The log names files as the build did: the module's path before its own (-trimpath), or a directory of the build machine. */
const panicsAt = (panic: Observation, hazard: Hazard) =>
  panic.places.some(seen =>
    hazard.places.some(place => place.line === seen.line && (seen.file === place.file || seen.file.endsWith(`/${place.file}`))),
  )

/** Stores of different types under the key that is read; the panic's two types must be among them. */
function conflictsOf(facts: CaseFile, panic: Observation, reader: Hazard): Hazard[] {
  const key = /"((?:[^"\\]|\\.)*)"/.exec(reader.what)?.[1]
  return facts.hazards.filter(
    hazard =>
      hazard.id === conflict &&
      hazard.suppressed === undefined &&
      key !== undefined &&
      hazard.message.data['key'] === key &&
      [hazard.message.data['type'], hazard.message.data['other']].some(
        type => type !== undefined && new RegExp(`\\bis (?:[\\w./]+/)?${escaped(type)},`).test(panic.what),
      ),
  )
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function causeOf(panic: Observation, reader: Hazard, conflicts: readonly Hazard[]): FoundCause {
  const supports = new Set<SupportFactor>(['the log shows requests that failed by it'])
  if (conflicts.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const key = conflicts[0]?.message.data['key']
  return {
    ...combine(supports, new Set()),
    title:
      key === undefined
        ? 'a value of the request has another type than its reader expects'
        : `the key "${key}" holds values of two types, and its reader panics on one of them`,
    places: placesOnce([...reader.places.slice(0, 1), ...conflicts.flatMap(one => one.places)]),
    chain: [
      shows(panic),
      explains(reader),
      ...conflicts.map(explains),
      says('all handlers of a request share one map of keys: the value that was stored last is the one that is read'),
    ],
    wrongIf: ['the log is of another build than the source at hand'],
    remedies: [
      {kind: 'code', do: 'Give each meaning its own key, declared once, with one function that stores and one that reads it.'},
      {kind: 'guard', do: 'Read with the form of two results and answer 401 or 500 with a log line that names the type.'},
      {kind: 'setting', do: 'Add gin-context-key-conflict to the rules that CI checks.'},
    ],
    verify: [
      {command: 'grep -c "panic recovered" stderr.log', expect: '0 after a day of the same traffic'},
      {command: 'gotriage check --rules gin-context-key-conflict', expect: 'no finding'},
    ],
    settle: [],
  }
}

function placesOnce(places: readonly Place[]): Place[] {
  const seen = new Set<string>()
  return places
    .filter(place => !seen.has(`${place.file}:${place.line}`) && seen.add(`${place.file}:${place.line}`))
    .map((place, i) => ({...place, role: i === 0 ? ('primary' as const) : ('related' as const)}))
}
