// From what the calibration program measured to a cost profile. Building and running it belongs to the host.
import {errors} from '../base/errors.ts'
import {calibrationFacts, type CostProfile} from '../sim/calibration/cost-profile.ts'
import {parseProfile} from '../sim/calibration/profile-file.ts'
import {ascending, quantileOfSorted} from '../sim/kernel/statistics.ts'

const quantilesKept = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999] as const
/** Rows that are one number. */
const scalars = ['markBytesPerNs', 'allocBytesPerNs', 'pageTouchNs', 'warmIdleNs', 'osSliceNs']

/** `lines` are the JSON lines of `workloads calibrate`; rows it does not measure stay those of the shipped profile. */
export function profileFromMeasurements(lines: string, machine: string, name: string): CostProfile {
  const rows: Record<string, unknown> = {}
  const also: Record<string, unknown> = {}
  const samplesOf = new Map<string, readonly number[]>()
  let go = ''
  for (const line of lines.split('\n')) {
    if (line.trim() === '') continue
    const {variant, samples, version} = parseLine(line)
    if (samples.length === 0) continue
    samplesOf.set(variant, samples)
    go = version
  }
  for (const [row, samples] of samplesOf) {
    const sorted = ascending(samples.filter(v => v >= 0))
    if (scalars.includes(row)) rows[row] = quantileOfSorted(sorted, 0.5)
    else {
      const value = quantilesKept.map(p => Math.round(quantileOfSorted(sorted, p) * 100) / 100)
      const into = row in calibrationFacts ? also : rows
      into[row] = {kind: 'quantiles', at: quantilesKept, value}
    }
  }
  const measured = Object.keys(rows).join(', ')
  const profile = {name, machine, source: `measured with ${go}: ${measured}; other rows are those of the shipped profile`, rows, also}
  return parseProfile(name, JSON.stringify(profile))
}

function parseLine(line: string): {readonly variant: string; readonly samples: readonly number[]; readonly version: string} {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (cause) {
    throw errors.malformed('calibration output', 0, cause instanceof Error ? cause.message : 'not JSON')
  }
  if (typeof json !== 'object' || json === null) throw errors.malformed('calibration output', 0, 'a line is no object')
  const {variant, samples, go} = json as {variant?: unknown; samples?: unknown; go?: unknown} // looked at below
  if (typeof variant !== 'string') throw errors.malformed('calibration output', 0, 'a line has no variant')
  const numbers = Array.isArray(samples) ? samples.filter((v): v is number => typeof v === 'number' && Number.isFinite(v)) : []
  return {variant, samples: numbers, version: typeof go === 'string' ? go : ''}
}
