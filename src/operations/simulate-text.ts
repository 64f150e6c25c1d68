// A simulation as text: a table of figures, claims beside them, and comparisons side by side.
import type {Metric, Metrics} from '../sim/scenario/metric.ts'
import type {SimulateResult, SweepPoint} from './simulate.ts'
import {formatBytes, formatNanos} from '../base/units.ts'

export function simulationText(result: SimulateResult): string {
  const lines = [result.title, result.seeds > 1 ? `${result.seeds} seeds; in brackets the 95 % interval of the mean` : '', '']
  const width = Math.max(...Object.keys(result.metrics).map(name => name.length))
  for (const [name, metric] of Object.entries(result.metrics)) lines.push(`  ${name.padEnd(width)}  ${metricText(metric)}`)
  if (result.claims.length > 0) lines.push('', 'Claims')
  for (const claim of result.claims) {
    lines.push(`  ${claim.id} (${claim.source}): ${claim.says}`)
    if (claim.simulated !== undefined) {
      const ratio = claim.ratio === undefined ? '' : `, ${claim.ratio.toPrecision(3)} times the claim`
      lines.push(`    simulated: ${claim.metric} = ${metricText(claim.simulated)}${ratio}`)
    }
    if (claim.notModelled !== undefined) lines.push(`    not modelled: ${claim.notModelled}`)
    lines.push(`    verdict: ${claim.verdict}${claim.erratum === undefined ? '' : ` (${claim.erratum})`}`)
  }
  return `${lines.filter((line, i) => i !== 1 || line !== '').join('\n')}\n`
}

export function metricText({value, unit, lo95, hi95}: Metric): string {
  const interval = lo95 === undefined || hi95 === undefined ? '' : ` [${amount(lo95, unit)}, ${amount(hi95, unit)}]`
  return amount(value, unit) + interval
}

function amount(value: number, unit: string): string {
  switch (unit) {
    case 'ns':
      return formatNanos(value)
    case 'B':
      return formatBytes(value)
    case 'B/s':
      return `${formatBytes(value)}/s`
    case 'share':
      return `${(value * 100).toPrecision(3)} %`
    case 'count':
      return String(Number.isInteger(value) ? value : Number(value.toPrecision(5)))
    default:
      return `${Number(value.toPrecision(5))} ${unit}`
  }
}

const shades = ' ▁▂▃▄▅▆▇█'

/** A row a P of the first seed; the darker, the longer goroutines ran in that hundredth of the time. */
export function heatText(result: SimulateResult): string {
  if (result.heat === undefined) return '\nno heat map: only scheduler scenarios have Ps\n'
  const width = `P${result.heat.length - 1}`.length
  const rows = result.heat.map(
    (row, p) => `  ${`P${p}`.padEnd(width)} |${row.map(share => shades[Math.min(8, Math.round(8 * share))]).join('')}|`,
  )
  return `\nTime goroutines ran, by P\n${rows.join('\n')}\n`
}

/** Two scenarios: figures both have, and how many times larger the second is. */
export function comparisonText(a: SimulateResult, b: SimulateResult): string {
  const rows = Object.entries(a.metrics).flatMap(([name, metric]) => {
    const other = b.metrics[name]
    if (other === undefined || (metric.value === 0 && other.value === 0)) return []
    const times = metric.value === 0 ? '' : `${(other.value / metric.value).toPrecision(3)} x`
    return [[name, amount(metric.value, metric.unit), amount(other.value, other.unit), times]]
  })
  return `A: ${a.title}\nB: ${b.title}\n\n${columns([['', 'A', 'B', 'B/A'], ...rows])}\n`
}

/** One line for each value of a sweep, a column for each figure asked for. */
export function sweepText(what: string, points: readonly SweepPoint[], names: readonly string[]): string {
  const head = [what, ...names]
  const rows = points.map(({value, metrics}) => [value, ...names.map(name => cell(metrics, name))])
  return `${columns([head, ...rows])}\n`
}

const cell = (metrics: Metrics, name: string) => (metrics[name] === undefined ? '-' : amount(metrics[name].value, metrics[name].unit))

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
  return rows
    .map(row =>
      row
        .map((text, i) => text.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
