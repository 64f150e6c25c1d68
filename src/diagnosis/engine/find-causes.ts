// Runs the cause definitions over the case of each program, and ranks what they say.
import type {Cause, Note} from '../../findings/envelope.ts'
import type {CaseFile, CauseDefinition} from './cause.ts'

/** Most confident first; ties by id and place, so that the same input gives the same bytes. */
export function findCauses(definitions: readonly CauseDefinition[], cases: readonly CaseFile[]): {causes: Cause[]; notes: Note[]} {
  const notes: Note[] = []
  const found = cases.flatMap(facts =>
    definitions.flatMap(definition => {
      try {
        return definition.find(facts).map(cause => ({id: definition.id, ...cause}))
      } catch (error) {
        notes.push({
          code: 'cause-failed',
          message: `${definition.id} failed and is left out: ${error instanceof Error ? error.message : String(error)}`,
        })
        return []
      }
    }),
  )
  const key = (cause: Omit<Cause, 'rank'>) =>
    `${cause.id} ${cause.places[0]?.file ?? ''}:${String(cause.places[0]?.line ?? 0).padStart(7, '0')}`
  found.sort((a, b) => b.confidence - a.confidence || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  return {causes: found.map(({id, ...rest}, i) => ({id, rank: i + 1, ...rest})), notes}
}
