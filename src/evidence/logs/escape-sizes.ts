// How much the sites of an escape report put on the heap, as far as the report itself says. Sizes are those of 64-bit platforms (go/types
// StdSizes, amd64 and arm64) and as asked for: the runtime rounds them up to a size class. How often a site runs stands in no such report.
import type {EscapeEntry, EscapeReport} from '../model/escape.ts'

const sizes: Readonly<Record<string, number>> = {
  ...{bool: 1, byte: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, rune: 4, float32: 4},
  ...{int: 8, uint: 8, int64: 8, uint64: 8, uintptr: 8, float64: 8, complex64: 8, complex128: 16},
  ...{string: 16, error: 16, any: 16},
}
const arrayDepthMax = 8

/** Bytes of a type written out; undefined for names that only the package knows. */
function sizeOf(type: string, depth = 0): number | undefined {
  if (depth > arrayDepthMax) return undefined
  if (type.startsWith('*') || type.startsWith('map[') || type.startsWith('chan ') || type.startsWith('func(')) return 8
  if (type.startsWith('[]')) return 24
  if (/^interface ?\{/.test(type)) return 16
  const array = /^\[(\d{1,15})\](.*)$/.exec(type)
  if (array) {
    const element = sizeOf(array[2] ?? '', depth + 1)
    const bytes = element === undefined ? NaN : element * Number(array[1])
    return Number.isSafeInteger(bytes) ? bytes : undefined
  }
  return Object.hasOwn(sizes, type) ? sizes[type] : undefined
}

/** Bytes that one run of the site allocates, where its own text says so: `make([]int, 100)`, `new([4]byte)`, `&[8]int{...}`. */
export function escapeBytes({kind, subject}: EscapeEntry): number | undefined {
  if (kind !== 'escapes') return undefined
  const made = /^make\(\[\]([^,]+), (\d{1,15})(?:, (\d{1,15}))?\)$/.exec(subject)
  if (made) {
    const element = sizeOf(made[1] ?? '')
    const bytes = element === undefined ? NaN : element * Math.max(Number(made[2]), Number(made[3] ?? 0))
    return Number.isSafeInteger(bytes) ? bytes : undefined
  }
  const other = /^new\((.+)\)$/.exec(subject)?.[1] ?? /^&(\[\d+\].+)\{(?:\.\.\.)?\}$/.exec(subject)?.[1]
  return other === undefined ? undefined : sizeOf(other)
}

export interface EscapeSizes {
  /** Places that allocate on the heap when they run; a place inlined elsewhere counts there too. */
  readonly sites: number
  /** Of these, how many say their size, and what one run of each comes to. */
  readonly sized: number
  readonly bytes: number
  /** The largest that say it, largest first. */
  readonly largest: readonly {readonly entry: EscapeEntry; readonly bytes: number}[]
}

/** Values that only leave through a result (`~r0`, `*(~r0)`) are conversions of an inlined call's result, not allocations of their own size. */
export function escapeSizes(report: EscapeReport, largestMax = 3): EscapeSizes {
  const sites = report.entries.filter(({kind}) => kind === 'escapes' || kind === 'moved-to-heap')
  const sized = sites.flatMap(entry => {
    const bytes = escapeBytes(entry)
    return bytes === undefined ? [] : [{entry, bytes}]
  })
  return {
    sites: sites.length,
    sized: sized.length,
    bytes: sized.reduce((sum, {bytes}) => sum + bytes, 0),
    largest: sized.toSorted((a, b) => b.bytes - a.bytes).slice(0, largestMax),
  }
}
