// What `diagnose --before DIR --after DIR` says: which causes are gone, what the numbers did, and whether the fix worked. Wire form and text.
import {formatBytes, formatNanos} from '../base/units.ts'

/** `untold`: AFTER has no evidence in which the cause would have shown. */
export type ComparedVerdict = 'gone' | 'stays' | 'new' | 'untold'

export interface ComparedCause {
  readonly id: string
  readonly title: string
  /** Symbol or file of its first place. */
  readonly place?: string
  /** Confidence; absent where there is no such cause. */
  readonly before?: number
  readonly after?: number
  readonly verdict: ComparedVerdict
  /** What `untold` lacks. */
  readonly because?: string
}

export interface ComparedNumber {
  readonly name: string
  readonly unit: 'B' | 'B/s' | 'ns' | '1/s' | '1' | 'goroutines' | 'threads'
  readonly before?: number
  readonly after?: number
  /** Smaller is better for every one of them. `same` is within what two runs of one program differ by. */
  readonly verdict: 'better' | 'worse' | 'same' | 'untold'
}

export interface ComparedSide {
  readonly path: string
  readonly artifacts: number
  /** From the first to the last capture with a time. */
  readonly seconds?: number
  readonly goVersion?: string
  readonly buildId?: string
}

export interface Comparison {
  readonly verdict: 'worked' | 'partly' | 'failed' | 'untold' | 'nothing-to-fix'
  /** One sentence. */
  readonly says: string
  readonly before: ComparedSide
  readonly after: ComparedSide
  readonly causes: readonly ComparedCause[]
  readonly numbers: readonly ComparedNumber[]
  /** What makes the comparison weaker than it looks. */
  readonly caveats: readonly string[]
}

export function comparedValue(value: number | undefined, unit: ComparedNumber['unit']): string {
  if (value === undefined) return 'not captured'
  if (unit === 'B') return formatBytes(value)
  if (unit === 'B/s') return `${formatBytes(value)}/s`
  if (unit === 'ns') return formatNanos(value)
  if (unit === '1') return `${(100 * value).toFixed(1)} %`
  return `${Number(value.toPrecision(3))}${unit === '1/s' ? '/s' : ` ${unit}`}`
}

const side = ({path, artifacts, seconds, goVersion}: ComparedSide) =>
  `${path}: ${artifacts} pieces of evidence${seconds === undefined ? '' : ` over ${Math.round(seconds)} s`}${goVersion === undefined ? '' : `, ${goVersion}`}`

export function comparisonText(comparison: Comparison): string {
  const lines = [`FIX: ${comparison.says}`, `  before ${side(comparison.before)}`, `  after  ${side(comparison.after)}`]
  for (const cause of comparison.causes) {
    const was = cause.before === undefined ? 'none' : cause.before.toFixed(2)
    const is = cause.after === undefined ? 'none' : cause.after.toFixed(2)
    lines.push(
      `  ${cause.verdict.padEnd(6)} ${cause.title} (${cause.id}), ${was} → ${is}${cause.because === undefined ? '' : `: ${cause.because}`}`,
    )
  }
  const width = Math.max(0, ...comparison.numbers.map(one => one.name.length))
  for (const one of comparison.numbers)
    lines.push(
      `  ${one.verdict.padEnd(6)} ${one.name.padEnd(width)}  ${comparedValue(one.before, one.unit)} → ${comparedValue(one.after, one.unit)}`,
    )
  for (const caveat of comparison.caveats) lines.push(`  note   ${caveat}`)
  return lines.join('\n')
}
