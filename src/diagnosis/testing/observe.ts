// One detector over real files: decoded as `diagnose` does it, grouped by program, observations out.
import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {nodeHost} from '../../host/node/node-host.ts'
import {readEvidence} from '../../operations/read-evidence.ts'
import {causeDefinitions} from '../../causes/registry.generated.ts'
import {detectors} from '../../detectors/registry.generated.ts'
import type {ArtifactKind} from '../../evidence/model/artifact.ts'
import type {Cause} from '../../findings/envelope.ts'
import type {Observation} from '../../findings/finding.ts'
import type {AnyDetector, ProgramEvidence} from '../engine/detector.ts'
import {findCauses} from '../engine/find-causes.ts'
import {runDetectors} from '../engine/run-detectors.ts'
import {memoryBalance} from '../memory-balance.ts'
import {groupByProgram} from '../programs.ts'

/** Files below one folder, as one capture of one program. */
export async function evidenceOf(folder: string, files: readonly string[]): Promise<readonly ProgramEvidence[]> {
  const read = await readEvidence(nodeHost({cwd: folder}), files, {})
  return groupByProgram(read.artifacts.map(({artifact}) => artifact)).evidence
}

export async function observed(detector: AnyDetector, folder: string, files: readonly string[]): Promise<Observation[]> {
  const {observations, notes} = runDetectors([detector], await evidenceOf(folder, files), place => place)
  expect(notes).toEqual([])
  return observations
}

/** Folder of a file: `import.meta.url` → its `testdata`. */
export const testdataOf = (url: string) => new URL('testdata/', url).pathname

/** Each file of these corpus folders on its own: nothing at warning or above, but in the files that are named as true cases. */
export function silentOnCorpus(detector: AnyDetector, folders: readonly string[], except: readonly string[] = []): void {
  describeNeeding('corpus', `${detector.id} on ordinary files`, () => {
    for (const folder of folders)
      test(`is silent on every file of ${folder}`, async () => {
        const said: string[] = []
        let files = 0
        for (const name of readdirSync(corpus + folder)) {
          if (name === 'README.md' || except.includes(name)) continue
          files++
          const {observations} = runDetectors([detector], await evidenceOf(`${corpus}${folder}`, [name]), place => place)
          for (const one of observations) if (one.severity !== 'info' && one.confidence >= 0.5) said.push(`${name}: ${one.what}`)
        }
        expect(said).toEqual([])
        expect(files).toBeGreaterThan(0)
      })
  })
}

/** One detector over some evidence: what it said, and whether there was any of a kind that it asks for. */
export function lookedAt(
  detector: AnyDetector,
  evidence: readonly ProgramEvidence[],
): {readonly looked: boolean; readonly said: readonly Observation[]} {
  let looked = false
  const watched = evidence.map(program => ({
    programId: program.programId,
    of<K extends ArtifactKind>(kind: K) {
      const found = program.of(kind)
      if (found.length > 0) looked = true
      return found
    },
  }))
  return {said: runDetectors([detector], watched, place => place).observations, looked}
}

export interface Judged {
  readonly observations: readonly Observation[]
  readonly causes: readonly Cause[]
  /** Formats that were read, or the code of the note when nothing was. */
  readonly formats: readonly string[]
}

/** Files below one folder through every detector and every cause, without source: what `diagnose` says of them. */
export async function judged(folder: string, files: readonly string[]): Promise<Judged> {
  const read = await readEvidence(nodeHost({cwd: folder}), files, {})
  const grouped = groupByProgram(read.artifacts.map(({artifact}) => artifact))
  const {observations, notes} = runDetectors(detectors, grouped.evidence, place => place)
  const cases = grouped.evidence.map(evidence => {
    const memory = memoryBalance(evidence)
    return {
      hazards: [],
      observations: observations.filter(one => one.program === evidence.programId),
      evidence,
      hasSource: false,
      ...(memory === undefined ? {} : {memory}),
    }
  })
  const found = findCauses(causeDefinitions, cases)
  expect([...notes, ...found.notes]).toEqual([])
  return {observations, causes: found.causes, formats: read.artifacts.map(({artifact}) => artifact.format)}
}
