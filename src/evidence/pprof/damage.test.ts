import {readdirSync, readFileSync} from 'node:fs'
import {gunzipSync, gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {checkout} from '../../base/testing/needs.ts'
import {readProfile} from './decoders.ts'
import {mutated, outcomeOf} from './testing/damage.ts'

const folder = `${checkout}fixtures/profiles/`
const files = readdirSync(folder).map(name => {
  const stored = readFileSync(folder + name)
  return {name, bytes: name.endsWith('.gz') ? gunzipSync(stored) : stored}
})
const none = () => undefined

describe('a damaged profile', () => {
  it('is a result or an error with a place, whichever prefix is left of it', async () => {
    for (const {bytes} of files.filter(file => file.bytes.length < 1200)) {
      for (let length = 0; length < bytes.length; length++) await outcomeOf(bytes.subarray(0, length), length % 2 === 0, none)
    }
  })

  it('is a result or an error with a place, whatever is changed in it', async () => {
    const outcomes = new Set<string>()
    for (const {bytes} of files)
      for (let seed = 0; seed < 100; seed++) outcomes.add(await outcomeOf(mutated(bytes, seed), seed % 2 === 0, none))
    expect(outcomes).toEqual(new Set(['result', 'error']))
  })
})

describe('a bomb', () => {
  const head = [0x0a, 0x00, 0x2a, 0x02, 0x08, 0x01]
  const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)])
  const field = (tag: number, payload: Uint8Array) => [Uint8Array.of(tag, ...varint(payload.length)), payload]
  const repeated = (count: number, ...bytes: number[]) => new Uint8Array(count * bytes.length).map((_, at) => bytes[at % bytes.length]!)
  const read = (...parts: readonly Uint8Array[]) => readProfile(memorySource('bomb', gzipSync(Buffer.concat(parts), {level: 1})), {})

  it('of stacks of locations with many lines stops before a report walks it', async () => {
    const location = Buffer.concat([Uint8Array.of(0x08, 0x01), repeated(20_000, 0x22, 0x02, 0x08, 0x01)])
    const sample = Buffer.concat([...field(0x0a, repeated(20_000, 0x01)), Uint8Array.of(0x12, 0x01, 0x01)])
    await expect(read(Uint8Array.from(head), ...field(0x22, location), ...field(0x12, sample))).rejects.toThrow(
      'frames of the stacks of a profile passed its limit',
    )
  })

  it.each([
    ['comments of a profile', [0x68, 0x00], 100_001],
    ['samples of a profile', [0x12, 0x00], 10_000_001],
    ['locations of a profile', [0x22, 0x00], 4_000_001],
    ['strings of a profile', [0x32, 0x00], 4_000_001],
    ['mappings of a profile', [0x1a, 0x00], 250_001],
  ])('of %s stops at their limit', async (what, bytes, count) => {
    await expect(read(Uint8Array.from(head), repeated(count, ...bytes))).rejects.toThrow(`${what} passed its limit of ${count - 1}`)
  })

  it('of one thing stops at the limit of its bytes, its depth or its number', async () => {
    const [start, one] = [Uint8Array.from(head), Uint8Array.of(0x12, 0x01, 0x01)]
    // Field 20, which profile.proto does not have, with a payload of 1 MiB.
    const unknown = Buffer.concat([Uint8Array.of(0xa2, 0x01, ...varint(1 << 20)), new Uint8Array(1 << 20)])
    await expect(read(start, ...Array.from({length: 64}, () => unknown))).rejects.toThrow(
      'bytes of the unknown fields of a profile passed its limit',
    )
    const string = Buffer.concat([Uint8Array.of(0x32, 0x00), ...field(0x32, new Uint8Array(129 << 20))])
    await expect(read(start, string)).rejects.toThrow('bytes of the strings of a profile passed its limit')
    const deep = Buffer.concat([...field(0x0a, repeated(1_000_001, 0x01)), one])
    const location = field(0x22, Uint8Array.of(0x08, 0x01))
    await expect(read(start, ...location, ...field(0x12, deep))).rejects.toThrow('locations of one sample passed its limit of 1000000')
    // Locations that are not packed, a tag before each.
    const scattered = Buffer.concat([repeated(9 << 20, 0x08, 0x01), one])
    await expect(read(start, ...location, ...field(0x12, scattered))).rejects.toThrow('scattered bytes of a sample passed its limit')
    const label = Buffer.concat([one, repeated(100_001, 0x1a, 0x04, 0x08, 0x01, 0x18, 0x01)])
    const strings = [...field(0x32, new Uint8Array(0)), ...field(0x32, Uint8Array.of(0x61))]
    await expect(read(start, ...strings, ...field(0x12, label))).rejects.toThrow('labels of one sample passed its limit')
  }, 60_000)

  const text = (...parts: readonly string[]) => read(Buffer.from(parts.join('')))

  // What takes longer is asked by `npm run conformance -- pprof-bombs`.
  it('in a text stops at a limit', async () => {
    const heap = 'heap profile: 1: 1 [1: 1] @ heap/1\n'
    const map = `${heap}MAPPED_LIBRARIES:\n`
    await expect(text(map, 'a=b\n'.repeat(129))).rejects.toThrow('attributes of the memory map of a profile passed its limit')
    await expect(text(map, `b=${'c'.repeat(100)}\nx=${'$b'.repeat(10_000)}\n`)).rejects.toThrow('length of a line of a memory map in bytes')
    await expect(text('a 1 1.0: cycles: \n', '\t               1 f (b)\n'.repeat(100_001))).rejects.toThrow(
      'frames of one sample of perf script',
    )
    const long = (n: number) => `${String(n % 10).repeat(60_000)}${n} 1\n`
    await expect(text('a;b 1\n', ...Array.from({length: 1200}, (_, n) => long(n)))).rejects.toThrow('bytes of the names')
  }, 60_000)

  it('that is a text without end stops at a limit, for it is never held as a whole', async () => {
    let given = 0
    const endless = {
      name: 'endless',
      read: () => Promise.resolve(Buffer.from('heap profile: 1: 1 [1: 1] @ heap/1\n')),
      async *stream() {
        yield Buffer.from('heap profile: 1: 1 [1: 1] @ heap/1\nMAPPED_LIBRARIES:\n')
        for (; ; given += 4000) yield Buffer.from('a=b\n'.repeat(1000))
      },
    }
    await expect(readProfile(endless, {})).rejects.toThrow('attributes of the memory map of a profile passed its limit')
    expect(given).toBeLessThan(100_000)
  })

  it('of sample types stops at their limit', async () => {
    await expect(read(repeated(65, 0x0a, 0x00))).rejects.toThrow('sample types of a profile passed its limit of 64')
  })
})
