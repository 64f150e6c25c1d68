// One detector over real files: decoded as `diagnose` does it, grouped by program, observations out.
import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {nodeHost} from '../../host/node/node-host.ts'
import {readEvidence} from '../../operations/read-evidence.ts'
import type {Observation} from '../../findings/finding.ts'
import type {AnyDetector, ProgramEvidence} from '../engine/detector.ts'
import {runDetectors} from '../engine/run-detectors.ts'
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
