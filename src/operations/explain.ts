// `gotriage explain ID`: the page of a rule, detector, cause, fact or myth.
import {errors} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {pages} from './pages.generated.ts'

export interface Explained {
  readonly id: string
  readonly kind: string
  /** Markdown. */
  readonly text: string
}

/** Every id that can be explained, sorted. */
export const explainable = (): readonly string[] => [...pages.keys()].sort()

export function explain(id: string): Explained {
  const page = pages.get(id)
  if (page !== undefined) return {id, ...page}
  const near = nearest(id, [...pages.keys()])
  throw errors.usage(`nothing is called "${id}"`, near === undefined ? 'See the list with "gotriage explain".' : `Did you mean "${near}"?`)
}
