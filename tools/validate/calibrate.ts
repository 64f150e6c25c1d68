// A cost profile of this machine for judging it: of several runs of the calibration program the one with the least company.
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {median} from '../../src/sim/kernel/distribution.ts'
import {parseProfile} from '../../src/sim/calibration/profile-file.ts'
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
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  // A profile of another machine is no rival.
  let best = before.includes(machineName()) ? Number(/others used ([\d.]+) CPUs/.exec(before)?.[1] ?? Infinity) : Infinity
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

/** How far the speed of the CPUs may be from that of the file when rows are added to it. */
const speedWithin = 0.08

/**
 * Measures again and adds only these rows to the file, for a calibration that has learnt new ones: of the runs in which a channel operation takes
 * as long as in the file (these CPUs have several speeds) the one with the least company.
 */
export function addRows(path: string, rows: readonly string[], runs: number, say: (line: string) => void, through?: string): void {
  const built = build()
  if (built === undefined) throw new Error('validate: Go is needed')
  const file = JSON.parse(readFileSync(path, 'utf8')) as {source: string; rows: Record<string, unknown>} // written by calibrate
  const usual = parseProfile(path, readFileSync(path, 'utf8')).rows
  let best = Infinity
  for (let i = 0; i < runs; i++) {
    for (let looks = 0; looks < 200 && busyCpus(300) > idleCpus; looks++);
    const made = run(built, 'calibrate', 1, through === undefined ? {} : {through})
    if (made === undefined) continue
    const measured = profileFromMeasurements(made.lines.map(line => JSON.stringify(line)).join('\n'), '', '').rows
    const speed = median(measured.chanOpNs) / median(usual.chanOpNs)
    say(
      `calibration ${i + 1}/${runs}: others used ${made.foreignCpus.toFixed(2)} CPUs, a channel operation takes ${speed.toFixed(3)} of the file's`,
    )
    if (Math.abs(speed - 1) > speedWithin || made.foreignCpus >= best) continue
    best = made.foreignCpus
    for (const row of rows) file.rows[row] = measured[row as keyof typeof measured]
  }
  discard(built)
  if (best === Infinity) throw new Error('validate: in no run were the CPUs as fast as in the file')
  file.source = `${file.source.replace(/; added later.*$/, '')}; added later, with company of ${best.toFixed(2)} CPUs: ${rows.join(', ')}`
  writeFileSync(path, `${JSON.stringify(file, undefined, 1)}\n`)
}
