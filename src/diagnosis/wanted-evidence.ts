// What would settle what is only suspected: the captures that causes ask for, cheapest first. Used when there is no evidence, or none of the kind.
import type {Hazard} from '../findings/finding.ts'
import {type CaptureId, captures, cheapest} from './captures.ts'
import type {CauseDefinition} from './engine/cause.ts'

export interface Wanted {
  readonly capture: CaptureId
  readonly command: string
  readonly cost: string
  readonly shows: string
  /** Ids of the causes it would settle. */
  readonly settles: readonly string[]
}

/** For hazards of source without evidence; with none of them, what one would capture first of a service that nobody knows. */
export function wantedEvidence(definitions: readonly CauseDefinition[], hazards: readonly Hazard[]): readonly Wanted[] {
  const open = new Set(hazards.filter(hazard => hazard.suppressed === undefined).map(hazard => hazard.id))
  const settles = new Map<CaptureId, string[]>()
  for (const {id, joins, settledBy} of definitions) {
    if (settledBy === undefined || !joins.some(join => open.has(join))) continue
    settles.set(settledBy, [...(settles.get(settledBy) ?? []), id])
  }
  const order: CaptureId[] = []
  const left = new Set<CaptureId>(settles.size > 0 ? settles.keys() : ['goroutine-counts', 'heap'])
  for (let next = cheapest([...left]); next !== undefined; next = cheapest([...left])) {
    order.push(next)
    left.delete(next)
  }
  return order.map(capture => ({
    capture,
    command: captures[capture].command,
    cost: captures[capture].cost,
    shows: captures[capture].shows,
    settles: settles.get(capture) ?? [],
  }))
}

/** The first of them as one sentence, the others by name. */
export function wantedText(wanted: readonly Wanted[]): string {
  const [first, ...rest] = wanted
  if (first === undefined) return ''
  const causes = first.settles.length > 0 ? ` and would settle ${first.settles.join(', ')}` : ''
  const others = rest.length > 0 ? `; after that: ${rest.map(one => one.shows).join('; ')}` : ''
  return `the cheapest capture is: ${first.command} (cost: ${first.cost}); it shows ${first.shows}${causes}${others}`
}
