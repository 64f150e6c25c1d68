// All facts that can be explained, by id; a release (`go1.24`) stands for all that changed with it.
import {constantFacts} from './constants.ts'
import type {Fact} from './fact.ts'
import {libraryFacts} from './libraries.ts'
import {orderingFacts} from './ordering.ts'
import {releaseFacts} from './releases.ts'

export const facts: readonly Fact[] = [...releaseFacts, ...constantFacts, ...orderingFacts, ...libraryFacts]

export const factOf = (id: string): Fact | undefined => facts.find(fact => fact.id === id)

/** The facts that hold since one release; `go1.24` and `1.24` name it. */
export function factsOfRelease(release: string): readonly Fact[] {
  const minor = /^(?:go)?1\.(\d{1,3})$/.exec(release)?.[1]
  return minor === undefined ? [] : facts.filter(fact => fact.since === Number(minor))
}

/** `go1.14`, … for every release that has facts, oldest first. */
export const releasesWithFacts: readonly string[] = [...new Set(facts.flatMap(fact => fact.since ?? []))]
  .sort((a, b) => a - b)
  .map(minor => `go1.${minor}`)
