// Order of versions: semantic ones of modules (golang.org/x/mod/semver) and those of the go line (cmd/go/internal/gover).

interface Semver {
  readonly numbers: readonly bigint[]
  readonly prerelease: readonly string[]
}

const semverPattern = /^v(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?)?)?$/

function parseSemver(version: string): Semver | undefined {
  const match = semverPattern.exec(version)
  if (match === null) return undefined
  return {
    numbers: [match[1], match[2], match[3]].map(part => BigInt(part ?? 0)),
    prerelease: match[4] === undefined ? [] : match[4].split('.'),
  }
}

const sign = (less: boolean, more: boolean): number => (less ? -1 : more ? 1 : 0)

/** Negative, zero or positive; an invalid version is less than every valid one, as in semver.Compare. */
export function compareSemver(a: string, b: string): number {
  if (a === b) return 0
  const [x, y] = [parseSemver(a), parseSemver(b)]
  if (x === undefined || y === undefined) return sign(x === undefined && y !== undefined, x !== undefined)
  for (let i = 0; i < 3; i++) {
    const [m, n] = [x.numbers[i] ?? 0n, y.numbers[i] ?? 0n]
    if (m !== n) return m < n ? -1 : 1
  }
  return comparePrerelease(x.prerelease, y.prerelease)
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return sign(a.length > 0 && b.length === 0, a.length === 0 && b.length > 0)
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]]
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1
    if (x === y) continue
    const [xNumber, yNumber] = [/^\d+$/.test(x), /^\d+$/.test(y)]
    if (xNumber !== yNumber) return xNumber ? -1 : 1
    if (xNumber && x.length !== y.length) return x.length - y.length
    return x < y ? -1 : 1
  }
  return 0
}

/** Versions of one module: `''` is a main module's and above all (modload.cmpVersion), `none` below all. */
export function compareModuleVersions(a: string, b: string): number {
  if (a === b) return 0
  if (a === '' || b === 'none') return 1
  if (b === '' || a === 'none') return -1
  return compareSemver(a, b)
}

interface GoVersion {
  readonly major: number
  /** -1 when there is none: the language version `1.21` is less than `1.21rc1`. */
  readonly minor: number
  readonly patch: number
  readonly kind: string
  readonly pre: number
}

function parseGoVersion(text: string): GoVersion | undefined {
  const match = /^(?:go)?(\d+)(?:\.(\d+)(?:\.(\d+))?([a-z]+)?(\d+)?)?/.exec(text)
  if (match === null) return undefined
  const minor = match[2] === undefined ? 0 : Number(match[2])
  // From go1.21 on a version without patch is the language version, before the release candidates; earlier it was the release.
  const patch = match[3] !== undefined ? Number(match[3]) : match[4] !== undefined ? -1 : minor < 21 && Number(match[1]) === 1 ? 0 : -1
  return {major: Number(match[1]), minor, patch, kind: match[4] ?? '', pre: Number(match[5] ?? 0)}
}

/** Compares `1.21`, `1.21rc2`, `1.21.3`, with or without `go`; unparsable is least. */
export function compareGoVersions(a: string, b: string): number {
  const [x, y] = [parseGoVersion(a), parseGoVersion(b)]
  if (x === undefined || y === undefined) return sign(x === undefined && y !== undefined, x !== undefined && y === undefined)
  return x.major - y.major || x.minor - y.minor || x.patch - y.patch || sign(x.kind < y.kind, x.kind > y.kind) || x.pre - y.pre
}

/** The language version of a go line: `1.21.3` → `go1.21`; what no go line means since go1.16 (gover.DefaultGoModVersion) otherwise. */
export function languageVersion(goLine: string | undefined): string {
  const match = /^(?:go)?(\d+\.\d+)/.exec(goLine ?? '')
  return `go${match?.[1] ?? '1.16'}`
}
