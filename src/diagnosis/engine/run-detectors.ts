// Runs detectors over the evidence of each program and makes findings of what they report. One failed detector does not stop the rest.
import type {Place} from '../../base/place.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import type {Note} from '../../findings/envelope.ts'
import type {Observation} from '../../findings/finding.ts'
import {observationFingerprint} from '../../findings/fingerprint.ts'
import type {AnyDetector, Observed, ProgramEvidence} from './detector.ts'

export function runDetectors(
  detectors: readonly AnyDetector[],
  evidence: readonly ProgramEvidence[],
  joinPlace: (place: Place) => Place,
  task: Task = {},
): {observations: Observation[]; notes: Note[]} {
  const observations: Observation[] = []
  const notes: Note[] = []
  for (const program of evidence) {
    for (const [done, detector] of detectors.entries()) {
      checkpoint(task)
      task.progress?.(`detectors on ${program.programId}`, done, detectors.length)
      const settings = Object.fromEntries(Object.entries(detector.settings).map(([name, setting]) => [name, setting.value]))
      let observed: readonly Observed[]
      try {
        observed = detector.run(program, settings)
      } catch (error) {
        notes.push({
          code: 'detector-failed',
          message: `${detector.id} failed and is left out: ${error instanceof Error ? error.message : String(error)}`,
        })
        continue
      }
      for (const one of observed) observations.push(observationOf(detector, one, program.programId, joinPlace))
    }
  }
  return {observations, notes}
}

function observationOf(detector: AnyDetector, observed: Observed, programId: string, joinPlace: (place: Place) => Place): Observation {
  const message = detector.messages[observed.message]
  if (message === undefined) throw new Error(`Bug: ${detector.id} has no message "${observed.message}"`)
  const data = observed.data ?? {}
  return {
    id: detector.id,
    kind: 'observation',
    severity: observed.severity ?? detector.severity,
    confidence: observed.confidence,
    message: {id: observed.message, data},
    what: fill(message.what, data),
    why: fill(message.why, data),
    next: fill(message.next, data),
    fingerprint: observationFingerprint(detector.id, observed.subject),
    places: observed.places.map(joinPlace),
    subject: observed.subject,
    measured: observed.measured,
    program: programId,
  }
}

/** Replaces `{name}` from the data; a name without data is a bug. */
export function fill(template: string, data: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-zA-Z]\w*)\}/g, (_, name: string) => {
    const value = data[name]
    if (value === undefined) throw new Error(`Bug: no data for {${name}} in "${template}"`)
    return value
  })
}
