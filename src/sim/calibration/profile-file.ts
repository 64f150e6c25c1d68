// A cost profile from a file: every row is checked, because every figure of a simulation rests on it.
import {errors} from '../../base/errors.ts'
import type {Distribution} from '../kernel/distribution.ts'
import {calibrationFacts, type CostProfile, type CostRow} from './cost-profile.ts'
import {profiles} from './profiles.ts'

const scalarRows: readonly CostRow[] = [
  'markBytesPerNs',
  'allocBytesPerNs',
  'pageTouchNs',
  'osSliceNs',
  'osWakeGranularityNs',
  'warmIdleNs',
]

/** Rows that the file leaves out are taken from the shipped profile `base` it names, or else from this machine class's. */
export function parseProfile(name: string, text: string, base = 'xeon-guest'): CostProfile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw errors.usage(
      `${name}: no cost profile (${cause instanceof Error ? cause.message : 'not JSON'})`,
      'Write the profile with "gotriage simulate calibrate".',
    )
  }
  const problem = (what: string) => errors.usage(`${name}: ${what}`, 'Write the profile with "gotriage simulate calibrate".')
  if (!isRecord(json) || !isRecord(json['rows'])) throw problem('a profile is an object with rows')
  const basis = profiles[typeof json['base'] === 'string' ? json['base'] : base]
  if (basis === undefined) throw problem(`no profile "${String(json['base'])}"`)
  const rows: Record<string, Distribution> = {...basis.rows}
  for (const [row, value] of Object.entries(json['rows'])) {
    if (!(row in basis.rows)) throw problem(`no row "${row}"`)
    if (!isDistribution(value)) throw problem(`row "${row}" is no number and no distribution`)
    if (scalarRows.some(r => r === row) && typeof value !== 'number') throw problem(`row "${row}" must be a number`)
    rows[row] = value
  }
  const also: Record<string, Distribution> = {}
  if (json['also'] !== undefined) {
    if (!isRecord(json['also'])) throw problem('"also" is an object')
    for (const [fact, value] of Object.entries(json['also'])) {
      if (!(fact in calibrationFacts)) throw problem(`no fact "${fact}"`)
      if (!isDistribution(value)) throw problem(`fact "${fact}" is no number and no distribution`)
      also[fact] = value
    }
  }
  return {
    name: typeof json['name'] === 'string' ? json['name'] : name,
    machine: typeof json['machine'] === 'string' ? json['machine'] : 'not said',
    source: typeof json['source'] === 'string' ? json['source'] : 'not said',
    rows: rows as unknown as CostProfile['rows'], // the keys are those of the shipped profile
    ...(Object.keys(also).length === 0 ? {} : {also}),
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 1e12
const isAmounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length >= 2 && value.length <= 1000 && value.every(isAmount)
const ascends = (values: readonly number[]) => values.every((v, i) => i === 0 || v >= values[i - 1]!)

export function isDistribution(value: unknown): value is Distribution {
  if (typeof value === 'number') return isAmount(value)
  if (!isRecord(value)) return false
  switch (value['kind']) {
    case 'uniform':
      return isAmount(value['from']) && isAmount(value['to']) && value['from'] <= value['to']
    case 'exponential':
      return isAmount(value['mean'])
    case 'lognormal':
      return isAmount(value['median']) && isAmount(value['p99']) && value['median'] > 0 && value['p99'] >= value['median']
    case 'quantiles':
      return (
        isAmounts(value['at']) &&
        isAmounts(value['value']) &&
        value['at'].length === value['value'].length &&
        ascends(value['at']) &&
        ascends(value['value']) &&
        value['at'].every(p => p <= 1)
      )
    default:
      return false
  }
}
