// Columns back to profile.proto, in the order of fields and strings in which github.com/google/pprof/profile/encode.go writes them.
import {labelSet} from './report/labels.ts'
import {compareStrings} from './report/node-table.ts'
import {alive, typeCount} from './report/working-profile.ts'
import type {WorkingProfile} from './report/working-profile.ts'

/** Bytes of a message that is being written. */
class WireWriter {
  #bytes = new Uint8Array(1024)
  length = 0

  #room(count: number): void {
    if (this.length + count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.length + count, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.length))
    this.#bytes = larger
  }

  varint(value: number | bigint): void {
    this.#room(10)
    if (typeof value === 'number' && value >= 0 && value < 0x80000000) {
      let rest = value
      for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.length++] = (rest & 0x7f) | 0x80
      this.#bytes[this.length++] = rest
      return
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.length++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.length++] = Number(rest)
  }

  integer(field: number, value: number | bigint): void {
    this.varint(field << 3)
    this.varint(value)
  }

  /** Left out when it is zero. */
  optional(field: number, value: number | bigint): void {
    if (value !== 0 && value !== 0n) this.integer(field, value)
  }

  bytes(field: number, payload: Uint8Array): void {
    this.varint((field << 3) | 2)
    this.varint(payload.length)
    this.raw(payload)
  }

  raw(payload: Uint8Array): void {
    this.#room(payload.length)
    this.#bytes.set(payload, this.length)
    this.length += payload.length
  }

  string(field: number, raw: string): void {
    this.varint((field << 3) | 2)
    this.varint(raw.length)
    this.#room(raw.length)
    for (let index = 0; index < raw.length; index++) this.#bytes[this.length++] = raw.charCodeAt(index)
  }

  /** Integers in one field: packed when there are more than two, as encode.go does. */
  integers(field: number, values: readonly (number | bigint)[]): void {
    if (values.length <= 2) {
      for (const value of values) this.integer(field, value)
      return
    }
    const packed = new WireWriter()
    for (const value of values) packed.varint(value)
    this.bytes(field, packed.finish())
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }
}

const message = (write: (into: WireWriter) => void): Uint8Array => {
  const writer = new WireWriter()
  write(writer)
  return writer.finish()
}

/** The profile as uncompressed profile.proto; values times `ratio`. */
export function encodeProfile(profile: WorkingProfile, ratio = 1): Uint8Array {
  const strings = new Map<string, number>([['', 0]])
  const string = (raw: string): number => {
    const known = strings.get(raw)
    if (known !== undefined) return known
    strings.set(raw, strings.size)
    return strings.size - 1
  }
  const {header} = profile
  const out = new WireWriter()
  for (const {type, unit} of header.sampleTypes)
    out.bytes(
      1,
      message(m => (m.optional(1, string(type)), m.optional(2, string(unit)))),
    )
  writeSamples(profile, out, string, ratio)
  for (const m of profile.mappings) {
    const [file, buildId] = [string(m.file), string(m.buildId)]
    const numbers = [m.id, m.start, m.limit, m.offset, file, buildId]
    const flags = [m.hasFunctions, m.hasFilenames, m.hasLineNumbers, m.hasInlineFrames]
    out.bytes(
      3,
      message(into => {
        for (const [index, value] of numbers.entries()) into.optional(index + 1, value)
        for (const [index, flag] of flags.entries()) into.optional(index + 7, flag ? 1 : 0)
      }),
    )
  }
  writeLocations(profile, out)
  for (let index = 0; index < profile.functionCount; index++) {
    const names = [profile.functionName[index]!, profile.functionSystemName[index]!, profile.functionFile[index]!].map(string)
    out.bytes(
      5,
      message(into => {
        into.optional(1, profile.functionId[index]!)
        for (const [at, name] of names.entries()) into.optional(at + 2, name)
        into.optional(5, profile.functionStartLine[index]!)
      }),
    )
  }
  const [drop, keep] = [string(header.dropFrames), string(header.keepFrames)]
  const period = [string(header.periodType.type), string(header.periodType.unit)] as const
  const comments = header.comments.map(string)
  const [defaultType, docUrl] = [string(header.defaultSampleType), string(header.docUrl)]
  for (const text of strings.keys()) out.string(6, text)
  out.optional(7, drop)
  out.optional(8, keep)
  out.optional(9, header.timeNanos)
  out.optional(10, header.durationNanos)
  if (period[0] !== 0 || period[1] !== 0)
    out.bytes(
      11,
      message(m => (m.optional(1, period[0]), m.optional(2, period[1]))),
    )
  out.optional(12, header.period)
  out.integers(13, comments)
  out.integer(14, defaultType)
  out.optional(15, docUrl)
  out.raw(profile.unknownFields)
  return out.finish()
}

function writeSamples(profile: WorkingProfile, out: WireWriter, string: (raw: string) => number, ratio: number): void {
  const types = typeCount(profile)
  const scaled = ratio > 0 && ratio !== 1
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    if (!alive(profile, sample)) continue
    const stack = profile.stackOf[sample]!
    const ids: bigint[] = []
    for (let at = profile.stackStart[stack]!; at < profile.stackStart[stack + 1]!; at++) {
      ids.push(profile.locationId[profile.stackLocation[at]!]!)
    }
    const values = Array.from({length: types}, (_, type) => {
      const at = sample * types + type
      if (scaled) return BigInt(Math.trunc(profile.values[at]! * ratio))
      return profile.wholeValues.get(at) ?? BigInt(profile.values[at]!)
    })
    const labels = labelSet(profile.labels, profile.strings, profile.labelsOf[sample]!)
    const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]) => compareStrings(a[0], b[0])
    out.bytes(
      2,
      message(into => {
        into.integers(1, ids)
        into.integers(2, values)
        for (const [key, texts] of [...labels.strings].sort(byKey)) {
          for (const text of texts)
            into.bytes(
              3,
              message(m => (m.optional(1, string(key)), m.optional(2, string(text)))),
            )
        }
        for (const [key, {values: numbers, units}] of [...labels.numbers].sort(byKey)) {
          for (const [index, number] of numbers.entries()) {
            const [keyAt, unitAt] = [string(key), string(units?.[index] ?? '')]
            into.bytes(
              3,
              message(m => (m.optional(1, keyAt), m.optional(3, number), m.optional(4, unitAt))),
            )
          }
        }
      }),
    )
  }
}

function writeLocations(profile: WorkingProfile, out: WireWriter): void {
  const {lines} = profile
  for (let location = 0; location < profile.locationCount; location++) {
    out.bytes(
      4,
      message(into => {
        into.optional(1, profile.locationId[location]!)
        into.optional(2, profile.mappings[profile.locationMapping[location]!]?.id ?? 0)
        into.optional(3, profile.address[location]!)
        for (let line = lines.start[location]!; line < lines.start[location + 1]!; line++) {
          into.bytes(
            4,
            message(m => {
              m.optional(1, profile.functionId[lines.functionOf[line]!]!)
              m.optional(2, lines.number[line]!)
              m.optional(3, lines.column[line]!)
            }),
          )
        }
        into.optional(5, profile.folded[location]!)
      }),
    )
  }
}

/** gzip, through the platform's own compressor. */
export async function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
