import {readdirSync, readFileSync} from 'node:fs'
import {gunzipSync, gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import type {ByteSource} from '../../base/byte-source.ts'
import {TriageError} from '../../base/errors.ts'
import {checkout, corpus, describeNeeding} from '../../base/testing/needs.ts'
import type {Artifact} from '../model/artifact.ts'
import type {Decoder} from '../model/decoder.ts'
import type {Profile} from '../model/profile.ts'
import {decoders, readProfile} from './decoders.ts'
import {looksLikeProfile} from './probe.ts'

const fixture = (name: string): Uint8Array => readFileSync(`${checkout}fixtures/profiles/${name}`)

async function decodeAll(name: string, bytes: Uint8Array): Promise<Artifact[]> {
  return decodeWith(
    decoders.find(d => d.probe(bytes.subarray(0, 4096), name)),
    name,
    bytes,
  )
}

async function decodeWith(decoder: Decoder | undefined, name: string, bytes: Uint8Array): Promise<Artifact[]> {
  if (decoder === undefined) throw new Error(`no decoder says "mine" to ${name}`)
  const artifacts: Artifact[] = []
  for await (const artifact of decoder.decode(memorySource(name, bytes), {})) artifacts.push(artifact)
  return artifacts
}

async function profileOf(name: string): Promise<Profile> {
  const data = (await decodeAll(name, fixture(name)))[0]?.data
  if (data?.kind !== 'profile') throw new Error(`${name} is no profile`)
  return data
}

const sum = (profile: Profile, type: number) => {
  let total = 0
  for (let sample = 0; sample < profile.sampleCount; sample++) total += profile.value(sample, type)
  return total
}

describe('the decoder of profile.proto', () => {
  it.each([
    ['cpu.pb.gz', 'pprof/cpu'],
    ['heap.pb.gz', 'pprof/heap'],
    ['allocs.pb.gz', 'pprof/allocs'],
    ['goroutine.pb.gz', 'pprof/goroutine'],
    ['goroutineleak.pb.gz', 'pprof/goroutineleak'],
    ['block.pb.gz', 'pprof/block'],
    ['mutex.pb.gz', 'pprof/mutex'],
    ['threadcreate.pb.gz', 'pprof/threadcreate'],
  ])('calls %s %s, gzip or not', async (name, format) => {
    expect((await decodeAll(name, fixture(name))).map(a => a.format)).toEqual([format])
    expect((await decodeAll('evidence', gunzipSync(fixture(name)))).map(a => a.format)).toEqual([format])
  })

  it('gives frames leaf first with the inlined ones expanded', async () => {
    const profile = await profileOf('heap.pb.gz')
    const kept = Array.from({length: profile.sampleCount}, (_, s) => profile.frames(s)).find(f => f[0]?.function === 'main.keep')
    expect(kept?.map(f => f.function)).toEqual(['main.keep', 'main.main', 'runtime.main'])
    expect(kept?.[0]).toMatchObject({file: 'example.com/profiles/main.go', line: 33, startLine: 31, inlined: true})
  })

  it('gives string and numeric labels', async () => {
    const cpu = await profileOf('cpu.pb.gz')
    const routes = Array.from({length: cpu.sampleCount}, (_, s) => cpu.labels(s).get('route')?.[0])
    expect(routes).toContain('/cart')
    expect(routes).toContain('/pay')
    const heap = await profileOf('heap.pb.gz')
    const sizes = Array.from({length: heap.sampleCount}, (_, s) => heap.numberLabels(s).get('bytes')?.[0]?.value)
    expect(sizes).toContain(65536)
  })

  it('counts every leaked goroutine', async () => {
    expect(sum(await profileOf('goroutineleak.pb.gz'), 0)).toBe(20)
  })

  it('shows inuse_space first for heap and alloc_space for allocs, as pprof does', async () => {
    const [heap, allocs] = [await profileOf('heap.pb.gz'), await profileOf('allocs.pb.gz')]
    expect(heap.sampleTypes[heap.defaultSampleType]?.type).toBe('inuse_space')
    expect(allocs.sampleTypes[allocs.defaultSampleType]?.type).toBe('alloc_space')
  })

  it('ends every prefix with a result or a TriageError, never with nothing', async () => {
    const bytes = gunzipSync(fixture('heap.pb.gz'))
    for (let length = 1; length < bytes.length; length++) {
      const outcome = await decodeWith(decoders[0], 'heap.pb.gz', bytes.subarray(0, length)).catch((error: unknown) => error)
      if (outcome instanceof TriageError) expect(outcome.message).toMatch(/byte \d+|passed its limit/)
      else expect(outcome).toHaveLength(1)
    }
  })

  it('says where a cut gzip file ends', async () => {
    const bytes = fixture('heap.pb.gz')
    await expect(decodeAll('heap.pb.gz', bytes.subarray(0, bytes.length - 20))).rejects.toThrow(/gzip: .* at byte \d+/)
  })

  it('stops a decompression bomb at the named limit', async () => {
    const bomb = gzipSync(new Uint8Array(600 * 1024 * 1024), {level: 1})
    await expect(decodeAll('bomb.pb.gz', bomb)).rejects.toThrow('decompressed size of a profile in bytes')
  })
})

/** A pipe: its size is not known, and its pieces end anywhere. */
function pipe(bytes: Uint8Array, length: number): ByteSource {
  return {
    name: 'pipe',
    read: (offset, wanted) => Promise.resolve(bytes.slice(offset, offset + wanted)),
    async *stream() {
      for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length)
    },
  }
}

describe('a profile', () => {
  it.each(readdirSync(`${checkout}fixtures/profiles`))('is the same from a file and from a pipe, whatever its pieces: %s', async name => {
    const bytes = fixture(name)
    const whole = await readProfile(memorySource(name, bytes), {}, {symbols: true})
    for (const length of [1, 7, 100, 4096, 5000]) {
      expect(await readProfile(pipe(bytes, length), {}, {symbols: true})).toEqual(whole)
    }
  })

  it('is read as something else where a text only starts like an old format', async () => {
    const text = 'heap profile: 1: 2 [3: 4] @ unheard_of;main.f 12\nmain.g;main.f 3\n'
    for (const source of [memorySource('a', Buffer.from(text)), pipe(Buffer.from(text), 5)]) {
      const profile = await readProfile(source, {})
      expect([profile.sampleCount, [...profile.values]]).toEqual([2, [12, 3]])
    }
  })
})

describe('a text of contention', () => {
  const values = async (attributes: string) => {
    const text = `--- mutex:\n${attributes}\n100 3 @ 0x10 0x20\n`
    const {values: read, header} = await readProfile(memorySource('mutex.txt', Buffer.from(text)), {})
    return [...read, Number(header.durationNanos)]
  }

  it('has attributes written as Go writes numbers', async () => {
    expect(await values('cycles/second=1000000000\nsampling period=0x2')).toEqual([6, 200, 0])
    expect(await values('cycles/second=0b1\nsampling period=-0x10\nms since reset=017')).toEqual([3, 100, 15_000_000])
  })

  it.each(['09', '1.5', '0x', '', '1e3'])('is refused where an attribute is no number: %j', async value => {
    await expect(values(`sampling period=${value}`)).rejects.toThrow('sampling period is no number, in the line that starts at byte 11')
  })
})

describe('the probe', () => {
  it('leaves text alone', () => {
    for (const text of [
      'goroutine 1 [running]:\n',
      '2026-01-01 hello\n',
      '{"a": 1}',
      '\n\n\n',
      'gc 1 @0.1s',
      'heap profile: 1',
      'Hello',
      '"x"',
    ])
      expect(looksLikeProfile(new TextEncoder().encode(text)), text).toBe(false)
  })
})

describeNeeding('corpus', 'the decoder on profiles that nobody here made', () => {
  it('says "mine" to every protobuf profile and to no other file', () => {
    const wrong: string[] = []
    for (const folder of readdirSync(corpus, {withFileTypes: true}).filter(e => e.isDirectory())) {
      for (const name of readdirSync(`${corpus}${folder.name}`)) {
        const file = readFileSync(`${corpus}${folder.name}/${name}`)
        const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file
        const isProfile =
          (folder.name.startsWith('pprof-') && !/README|fuzz|\.contention$|concurrency-slower|crc32|go(?:bench|doc)|cppbench/.test(name)) ||
          name.endsWith('__cpu.pprof')
        if (looksLikeProfile(bytes.subarray(0, 4096)) !== isProfile) wrong.push(`${folder.name}/${name}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('finds 77.8 % of the samples of the map iteration profile in map iteration', async () => {
    const bytes = readFileSync(`${corpus}pprof-cpu/pprof__internal_report_testdata_sample.cpu`)
    const data = (await decodeAll('sample.pprof', gunzipSync(bytes)))[0]?.data
    if (data?.kind !== 'profile') throw new Error('no profile')
    let iterating = 0
    for (let s = 0; s < data.sampleCount; s++) {
      if (data.frames(s).some(f => /^runtime\.mapiter(?:init|next)$/.test(f.function))) iterating += data.value(s, 1)
    }
    expect(iterating / sum(data, 1)).toBeCloseTo(0.778, 3)
  })
})
