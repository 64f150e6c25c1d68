// Lines that no reader could know are passed over: the artifacts must be those of every line offered to every reader.
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {ByteSource} from '../../base/byte-source.ts'
import {TriageError} from '../../base/errors.ts'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {lineBytesMax} from './text-reader.ts'
import {decodeText, looksLikeText} from './text-decoder.ts'

const fileBytesMax = 100_000

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap(name => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? filesBelow(path) : [path]
    })
}

/** Text files of a folder, small enough to be mixed. */
const textsBelow = (folder: string): Uint8Array[] =>
  filesBelow(folder)
    .filter(path => statSync(path).size < fileBytesMax)
    .map(path => readFileSync(path))
    .filter(bytes => looksLikeText(bytes.subarray(0, 4096)))

/** A source that gives its bytes in chunks of one size, or in place. */
function source(bytes: Uint8Array, chunk: number | undefined): ByteSource {
  return {
    name: 'mixed',
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    async *stream() {
      for (let at = 0; at < bytes.length; at += chunk ?? bytes.length) yield bytes.subarray(at, at + (chunk ?? bytes.length))
    },
    ...(chunk === undefined
      ? {
          readInto(offset: number, target: Uint8Array) {
            const part = bytes.subarray(offset, offset + target.length)
            target.set(part)
            return Promise.resolve(part.length)
          },
        }
      : {}),
  }
}

async function artifactsOf(bytes: Uint8Array, everyLine: boolean, chunk?: number): Promise<unknown[]> {
  const artifacts: unknown[] = []
  try {
    for await (const artifact of decodeText(source(bytes, chunk), {}, {everyLine})) artifacts.push(artifact)
  } catch (error) {
    if (!(error instanceof TriageError)) throw error
    artifacts.push({error: error.code, message: error.message})
  }
  return artifacts
}

async function expectSame(bytes: Uint8Array, chunk?: number): Promise<unknown[]> {
  const [slow, fast] = [await artifactsOf(bytes, true, chunk), await artifactsOf(bytes, false, chunk)]
  expect(fast).toEqual(slow)
  return slow
}

const encoder = new TextEncoder()
const joined = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

const fixtures = ['dumps', 'logs', 'metrics', 'system'].flatMap(wing =>
  textsBelow(fileURLToPath(new URL(`../${wing}/testdata`, import.meta.url))),
)

const dullLine = fc.oneof(
  fc.constantFrom(
    '2026-01-02T15:04:05Z INFO request handled',
    'http: TLS handshake error: EOF',
    'x.go:12:3: y',
    '',
    '\r',
    '  P',
    'gc ',
    'a = b',
  ),
  fc.string({unit: 'binary', maxLength: 60}).map(text => text.replaceAll('\n', ' ')),
)

/** Pieces of real files, cut at any byte, with dull lines between them. */
function mixtures(texts: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const piece = fc
    .tuple(fc.nat(texts.length - 1), fc.double({min: 0, max: 1, noNaN: true}), fc.double({min: 0, max: 1, noNaN: true}))
    .map(([n, from, part]) => {
      const text = texts[n] ?? new Uint8Array()
      const start = Math.floor(from * text.length)
      return text.subarray(start, start + Math.ceil(part * Math.min(text.length - start, 6000)))
    })
  const dull = fc.array(dullLine, {maxLength: 60}).map(lines => encoder.encode(`${lines.join('\n')}\n`))
  return fc.array(fc.oneof(piece, dull), {maxLength: 12}).map(joined)
}

describe('lines without an opening are passed over', () => {
  test('every text of the fixtures gives the artifacts of every line read', {timeout: 60_000}, async () => {
    for (const bytes of fixtures) await expectSame(bytes)
  })

  test('mixtures of fixtures and other lines give the artifacts of every line read', {timeout: 60_000}, async () => {
    await fc.assert(
      fc.asyncProperty(mixtures(fixtures), fc.option(fc.integer({min: 1, max: 5000}), {nil: undefined}), async (bytes, chunk) => {
        await expectSame(bytes, chunk)
      }),
      {numRuns: 80},
    )
  })

  test('texts of several buffers keep the numbers and offsets of their lines', {timeout: 60_000}, async () => {
    const dull = encoder.encode('2026-01-02T15:04:05Z INFO request handled path=/orders\n'.repeat(20_000))
    const [first, second] = [
      encoder.encode('gc 1 @0.1s 2%: 0.1+0.4+0.1 ms clock, 0.1+0/0.3/0.1+0.5 ms cpu, 2->2->2 MB, 3 MB goal, 8 P\n'),
      fixtures[0] ?? new Uint8Array(),
    ]
    const long = encoder.encode(`${'x'.repeat(lineBytesMax + 10)}\n`)
    const veryLong = encoder.encode(`gc 9 ${'x'.repeat(5 << 20)}\n`)
    const histogram = encoder.encode('pid = 7\n     usecs : count     distribution\n     0 -> 1 : 5 |*****|\n')
    for (const parts of [
      [dull, first, dull, second, dull, first],
      [dull, long, first, dull, dull, long],
      [veryLong, first, dull, veryLong],
      [dull, dull.subarray(0, dull.length - 100), histogram, dull, histogram],
    ]) {
      const bytes = joined(parts)
      expect((await expectSame(bytes)).length).toBeGreaterThan(0)
      await expectSame(bytes.subarray(1 << 20, bytes.length - 1), 700_001)
    }
  })

  test('a line before a table is its title wherever a buffer ends', {timeout: 60_000}, async () => {
    const table = encoder.encode('pid = 7\n     usecs : count     distribution\n     0 -> 1 : 5 |*****|\n')
    // Lines of 64 bytes fill all but the last of the first buffer of 2 MB.
    const dull = `${'x'.repeat(63)}\n`.repeat(32_767)
    for (const shift of [0, 1, 7, 8, 9, 40]) {
      const bytes = joined([encoder.encode(`${dull}${'y'.repeat(63 - shift)}\n`), table])
      expect(JSON.stringify(await expectSame(bytes))).toContain('pid = 7')
    }
  })
})

describeNeeding('corpus', 'lines without an opening are passed over', () => {
  test('every file of the corpus gives the artifacts of every line read', {timeout: 120_000}, async () => {
    for (const bytes of textsBelow(corpus)) await expectSame(bytes)
  })

  test('mixtures of corpus files give the artifacts of every line read', {timeout: 120_000}, async () => {
    const texts = textsBelow(corpus)
    await fc.assert(
      fc.asyncProperty(mixtures(texts), async bytes => {
        await expectSame(bytes)
      }),
      {numRuns: 80},
    )
  })
})
