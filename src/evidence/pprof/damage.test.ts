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
    ['comments of a profile', [0x68, 0x00], 1_000_001],
    ['samples of a profile', [0x12, 0x00], 10_000_001],
    ['locations of a profile', [0x22, 0x00], 10_000_001],
  ])('of %s stops at their limit', async (what, bytes, count) => {
    await expect(read(Uint8Array.from(head), repeated(count, ...bytes))).rejects.toThrow(`${what} passed its limit of ${count - 1}`)
  })

  it('of sample types stops at their limit', async () => {
    await expect(read(repeated(65, 0x0a, 0x00))).rejects.toThrow('sample types of a profile passed its limit of 64')
  })
})
