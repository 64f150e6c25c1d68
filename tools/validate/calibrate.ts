// A cost profile of this machine for judging it: of several runs of the calibration program the one with the least company.
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {profileFromMeasurements} from '../../src/operations/simulate-calibrate.ts'
import {machineName} from './measure.ts'
import {build, busyCpus, discard, run} from './program.ts'

/** What docs/validation.md is made with. */
export const profilePath = fileURLToPath(new URL('profile.json', import.meta.url))

/** CPUs in use at which the machine counts as idle; it is waited for a minute at most. */
const idleCpus = 0.1

/** Runs it so often; a better run than the one the file came from replaces it. */
export function calibrate(name: string, path: string, runs: number, say: (line: string) => void, through?: string): void {
  const built = build()
  if (built === undefined) throw new Error('validate: Go is needed')
  let best = existsSync(path) ? Number(/others used ([\d.]+) CPUs/.exec(readFileSync(path, 'utf8'))?.[1] ?? Infinity) : Infinity
  for (let i = 0; i < runs; i++) {
    for (let looks = 0; looks < 200 && busyCpus(300) > idleCpus; looks++);
    const made = run(built, 'calibrate', 1, through === undefined ? {} : {through})
    if (made === undefined) continue
    const {lines, foreignCpus} = made
    say(`calibration ${i + 1}/${runs}: others used ${foreignCpus.toFixed(2)} CPUs`)
    if (foreignCpus >= best) continue
    best = foreignCpus
    const machine = `${machineName()}; others used ${foreignCpus.toFixed(2)} CPUs meanwhile`
    const profile = profileFromMeasurements(lines.map(line => JSON.stringify(line)).join('\n'), machine, name)
    writeFileSync(path, `${JSON.stringify(profile, undefined, 1)}\n`)
  }
  discard(built)
}
