// Runs the cause definitions over the case of each program, holds what they explain against the memory symptom, and ranks them.
import type {Cause, Note} from '../../findings/envelope.ts'
import {explainedOf} from '../memory-balance.ts'
import type {CaseFile, CauseDefinition, FoundCause} from './cause.ts'

type Unranked = Omit<Cause, 'rank'>

/**
 * Most confident first; ties by id and place, so that the same input gives the same bytes. Where one cause is large enough for the memory
 * symptom, those that explain less than half of it come behind every other of 0.5 and more: they may be true and still are not the answer.
 */
export function findCauses(definitions: readonly CauseDefinition[], cases: readonly CaseFile[]): {causes: Cause[]; notes: Note[]} {
  const notes: Note[] = []
  const found = cases.flatMap(facts =>
    definitions.flatMap(definition => {
      try {
        return definition.find(facts).map(cause => withExplained(definition.id, cause, facts))
      } catch (error) {
        notes.push({
          code: 'cause-failed',
          message: `${definition.id} failed and is left out: ${error instanceof Error ? error.message : String(error)}`,
        })
        return []
      }
    }),
  )
  const answered = found.some(cause => cause.confidence >= 0.5 && cause.explains?.enough === true)
  const tier = (cause: Unranked) => (cause.confidence < 0.5 ? 2 : answered && cause.explains?.enough === false ? 1 : 0)
  const key = (cause: Unranked) => `${cause.id} ${cause.places[0]?.file ?? ''}:${String(cause.places[0]?.line ?? 0).padStart(7, '0')}`
  found.sort((a, b) => tier(a) - tier(b) || b.confidence - a.confidence || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  return {causes: found.map(({id, ...rest}, i) => ({id, rank: i + 1, ...rest})), notes}
}

function withExplained(id: string, {memoryBytes, ...cause}: FoundCause, {memory}: CaseFile): Unranked {
  const explains = memoryBytes === undefined || memory === undefined ? undefined : explainedOf(memory, memoryBytes)
  return {id, ...cause, ...(explains === undefined ? {} : {explains})}
}
