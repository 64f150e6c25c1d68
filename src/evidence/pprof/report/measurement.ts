// Values with units as pprof scales and prints them; follows github.com/google/pprof/internal/measurement/measurement.go.
import {errors} from '../../../base/errors.ts'
import type {ValueType} from '../columns.ts'
import {fixed2, general2, padLeft} from './go-format.ts'

interface Unit {
  readonly name: string
  readonly aliases: readonly string[]
  readonly factor: number
}

interface UnitFamily {
  readonly fallback: Unit
  readonly units: readonly Unit[]
}

const unit = (name: string, aliases: readonly string[], factor: number): Unit => ({name, aliases, factor})

const families: readonly UnitFamily[] = [
  {
    fallback: unit('B', [], 1),
    units: [
      unit('B', ['b', 'byte'], 1),
      unit('kB', ['kb', 'kbyte', 'kilobyte'], 2 ** 10),
      unit('MB', ['mb', 'mbyte', 'megabyte'], 2 ** 20),
      unit('GB', ['gb', 'gbyte', 'gigabyte'], 2 ** 30),
      unit('TB', ['tb', 'tbyte', 'terabyte'], 2 ** 40),
      unit('PB', ['pb', 'pbyte', 'petabyte'], 2 ** 50),
    ],
  },
  {
    fallback: unit('s', [], 1e9),
    units: [
      unit('ns', ['ns', 'nanosecond'], 1),
      // The Greek letter, as UTF-8 bytes.
      unit('us', ['\u00ce\u00bcs', 'us', 'microsecond'], 1e3),
      unit('ms', ['ms', 'millisecond'], 1e6),
      unit('s', ['s', 'sec', 'second'], 1e9),
      unit('hrs', ['hour', 'hr'], 3600e9),
    ],
  },
  {
    fallback: unit('GCU', [], 1),
    units: [
      unit('n*GCU', ['nanogcu'], 1e-9),
      unit('u*GCU', ['microgcu'], 1e-6),
      unit('m*GCU', ['milligcu'], 1e-3),
      unit('GCU', ['gcu'], 1),
      unit('k*GCU', ['kilogcu'], 1e3),
      unit('M*GCU', ['megagcu'], 1e6),
      unit('G*GCU', ['gigagcu'], 1e9),
      unit('T*GCU', ['teragcu'], 1e12),
      unit('P*GCU', ['petagcu'], 1e15),
    ],
  },
]

const sniffed = new Map<string, readonly (Unit | undefined)[]>()

/** The unit of this name in each family. */
function sniff(name: string): readonly (Unit | undefined)[] {
  let known = sniffed.get(name)
  if (known === undefined) {
    let lower = name.toLowerCase()
    if (lower.length > 2 && lower.endsWith('s')) lower = lower.slice(0, -1)
    known = families.map(family => family.units.find(u => u.aliases.includes(lower)))
    if (sniffed.size < sniffedMax) sniffed.set(name, known)
  }
  return known
}

/** Unit names remembered; a profile can make up as many as it likes. */
const sniffedMax = 1000

export interface Scaled {
  readonly value: number
  /** Empty when it would say nothing: counts and samples. */
  readonly unit: string
}

export function scale(value: number, from: string, to: string): Scaled {
  if (value < 0) {
    const positive = scale(-value, from, to)
    return {value: -positive.value, unit: positive.unit}
  }
  const fromUnits = sniff(from)
  for (const [index, family] of families.entries()) {
    const fromUnit = fromUnits[index]
    if (fromUnit !== undefined) return convert(family, index, value * fromUnit.factor, to)
  }
  return {value, unit: ['count', 'sample', 'unit', 'minimum', 'auto'].includes(to) ? '' : to}
}

function convert(family: UnitFamily, index: number, base: number, to: string): Scaled {
  if (to === 'minimum' || to === 'auto') {
    let best: Unit | undefined
    for (const u of family.units) if (u.factor >= (best?.factor ?? 0) && base / u.factor >= 1) best = u
    const chosen = best ?? family.fallback
    return {value: base / chosen.factor, unit: chosen.name}
  }
  const chosen = sniff(to)[index] ?? family.fallback
  return {value: base / chosen.factor, unit: chosen.name}
}

/** `1.50MB`; a value of zero has no unit. */
export function scaledLabel(value: number, from: string, to: string): string {
  const scaled = scale(value, from, to)
  const text = fixed2(scaled.value).replace(/\.00$/, '')
  return text === '0' || text === '-0' ? '0' : text + scaled.unit
}

export const label = (value: number, from: string): string => scaledLabel(value, from, 'auto')

/** Six characters: ` 1.50%`, `  100%`, `0.012%`. */
export function percentage(value: number, total: number): string {
  const ratio = total === 0 ? 0 : Math.abs(value / total) * 100
  if (ratio >= 99.95 && ratio <= 100.05) return '  100%'
  return `${padLeft(ratio >= 1 ? fixed2(ratio) : general2(ratio), 5)}%`
}

/** The finest of compatible types; undefined when there is nothing to reconcile. */
export function commonValueType(types: readonly ValueType[]): ValueType | undefined {
  if (types.length <= 1) return undefined
  let finest = types[0]!
  for (const type of types.slice(1)) {
    if (!compatible(finest, type)) {
      const hint = 'Compare profiles of one kind.'
      throw errors.usage(`incompatible types: {${finest.type} ${finest.unit}} {${type.type} ${type.unit}}`, hint)
    }
    if (scale(1, type.unit, finest.unit).value < 1) finest = type
  }
  return finest
}

const singular = (type: string) => (type.endsWith('s') ? type.slice(0, -1) : type)

function compatible(a: ValueType, b: ValueType): boolean {
  if (singular(a.type) !== singular(b.type)) return false
  if (a.unit === b.unit) return true
  const [ofA, ofB] = [sniff(a.unit), sniff(b.unit)]
  return families.some((_, index) => ofA[index] !== undefined && ofB[index] !== undefined)
}
