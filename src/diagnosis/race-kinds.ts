// Races that have a cause of their own, told by the functions of their stacks.
import type {Observation} from '../findings/finding.ts'
import type {RaceReport} from '../evidence/model/race.ts'
import type {CaseFile} from './engine/cause.ts'
import {observationsOf} from './join.ts'

const inMapCode = /^(?:runtime\.map\w+|internal\/runtime\/maps\.)/
/** Where gin takes a Context out of its pool and makes it the next request's (context.go). */
const resetsContext = /^github\.com\/gin-gonic\/gin\.\(\*Context\)\.reset$/
const inContext = /^github\.com\/gin-gonic\/gin\.\(\*Context\)\.\w+$/

/** Races whose stacks go into map code on either side; the report names the map's functions as innermost frames. */
export const racesInMaps = (facts: CaseFile): Observation[] =>
  racesWith(facts, report => innermost(report).some(name => inMapCode.test(name)))

/** Races between the use of a gin.Context and its reset for the next request. */
export const reusedContextRaces = (facts: CaseFile): Observation[] =>
  racesWith(facts, report => {
    const names = report.accesses.map(access => access.frames.slice(0, 3).map(frame => frame.function))
    const [first = [], second = []] = names
    const resets = (side: readonly string[]) => side.some(name => resetsContext.test(name))
    const uses = (side: readonly string[]) => side.some(name => inContext.test(name)) && !resets(side)
    return (resets(first) && uses(second)) || (resets(second) && uses(first))
  })

const innermost = (report: RaceReport): string[] =>
  report.accesses.flatMap(access => access.frames.slice(0, 1).map(frame => frame.function))

function racesWith(facts: CaseFile, matches: (report: RaceReport) => boolean): Observation[] {
  const artifacts = new Set(
    facts.evidence
      .of('race')
      .filter(artifact => matches(artifact.data))
      .map(artifact => artifact.id),
  )
  return observationsOf(facts, 'data-race-site').filter(race =>
    race.measured.some(one => one.artifact !== undefined && artifacts.has(one.artifact)),
  )
}
