// Numbers, times and paths as Go prints them: package fmt with %.2f and %.2g, time.Duration.String, path/filepath.Clean. Checked against Go in the tests.

/** Digits asked of a double to see whether it lies exactly between two shorter ones; more than any value here has. */
const exactDigits = 40

/** `fmt.Sprintf("%.2f", value)`: halves go to the even digit, where JavaScript rounds them up. */
export function fixed2(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const magnitude = Math.abs(value)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (magnitude >= 1e21) return `${sign}${BigInt(magnitude)}.00`
  const text = magnitude.toFixed(2)
  // x.xx5 is exact only in eighths; .125 and .625 have an even digit below.
  const eighths = magnitude * 8
  const down = Number.isInteger(eighths) && (eighths % 8 === 1 || eighths % 8 === 5)
  return sign + (down ? `${text.slice(0, -1)}2` : text)
}

/** `fmt.Sprintf("%.2g", value)` for 0 ≤ value < 1. */
export function general2(value: number): string {
  if (value === 0) return '0'
  const exact = value.toExponential(exactDigits)
  const [digits = '', exponentText = '0'] = exact.split('e')
  let exponent = Number(exponentText)
  const shown = digits.replace('.', '')
  const rest = shown.slice(2)
  let head = Number(shown.slice(0, 2))
  const half = /^50*$/.test(rest)
  if (half ? head % 2 === 1 : rest.charCodeAt(0) >= 53) head++
  if (head === 100) {
    head = 10
    exponent++
  }
  const two = String(head).replace(/0$/, '')
  if (exponent < -4) {
    const power = Math.abs(exponent)
    return `${two[0]}${two.length > 1 ? `.${two[1]}` : ''}e-${power < 10 ? '0' : ''}${power}`
  }
  if (exponent >= 0) return two
  return `0.${'0'.repeat(-exponent - 1)}${two}`
}

const hourNs = 3_600_000_000_000n
const minuteNs = 60_000_000_000n
const secondNs = 1_000_000_000n

/** `time.Duration.String` (time/time.go, Duration.format). */
export function durationString(ns: bigint): string {
  const magnitude = ns < 0n ? -ns : ns
  const sign = ns < 0n ? '-' : ''
  if (magnitude === 0n) return '0s'
  if (magnitude < 1000n) return `${sign}${magnitude}ns`
  // The micro sign as UTF-8 bytes: what is printed is made of byte strings.
  if (magnitude < 1_000_000n) return `${sign}${withFraction(magnitude, 3)}\u00c2\u00b5s`
  if (magnitude < secondNs) return `${sign}${withFraction(magnitude, 6)}ms`
  const hours = magnitude / hourNs
  const minutes = (magnitude % hourNs) / minuteNs
  const seconds = `${withFraction(magnitude % minuteNs, 9)}s`
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : sign + seconds
}

function withFraction(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits)
  const fraction = (value % unit).toString().padStart(digits, '0').replace(/0+$/, '')
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`
}

const two = (value: number) => String(value).padStart(2, '0')

/** Date and time in UTC, `2006-01-02 15:04:05`. Never the zone of this machine: the same profile gives the same text everywhere. */
export function utcDateTime(unixNs: bigint): string {
  const seconds = unixNs >= 0n ? unixNs / secondNs : -((-unixNs + secondNs - 1n) / secondNs)
  const date = new Date(Number(seconds) * 1000)
  const day = `${String(date.getUTCFullYear()).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}

/** `time.Time.String` in UTC: with the fraction of the second and the zone. */
export function utcTimeString(unixNs: bigint): string {
  const fraction = (((unixNs % secondNs) + secondNs) % secondNs).toString().padStart(9, '0').replace(/0+$/, '')
  return `${utcDateTime(unixNs)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`
}

/** Length in characters of a byte string that holds UTF-8: what Go pads by. */
export function runeCount(raw: string): number {
  let count = 0
  for (let index = 0; index < raw.length; index++) if ((raw.charCodeAt(index) & 0xc0) !== 0x80) count++
  return count
}

export const padLeft = (raw: string, width: number): string => ' '.repeat(Math.max(0, width - runeCount(raw))) + raw
export const padRight = (raw: string, width: number): string => raw + ' '.repeat(Math.max(0, width - runeCount(raw)))

/** `path/filepath.Clean` on Unix. */
export function cleanPath(path: string): string {
  if (path === '') return '.'
  const rooted = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!rooted) kept.push('..')
  }
  const joined = kept.join('/')
  return rooted ? `/${joined}` : joined === '' ? '.' : joined
}

/** `path/filepath.Base` on Unix. */
export function basePath(path: string): string {
  if (path === '') return '.'
  const trimmed = path.replace(/\/+$/, '')
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}
