import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {readProfile} from './decoders.ts'
import {profileView} from './view.ts'

const read = async (name: string, bytes: Uint8Array) => profileView(await readProfile(memorySource(name, bytes), {}))
const stacksOf = (profile: Awaited<ReturnType<typeof read>>) =>
  Array.from({length: profile.sampleCount}, (_, s) => [
    profile
      .frames(s)
      .map(f => f.function)
      .join(' < '),
    profile.value(s, profile.defaultSampleType),
  ])

describe('perf script text', () => {
  const text = `app 100/101 12.345678:   10000000 cpu-clock:pppH:
\t          4a1b2c main.hash+0x1c (/srv/app)
\t          4a0000 main.main+0x10 (/srv/app)

my app   100 [003] 12.355678:   10000000 cpu-clock:pppH:
\t          4a1b2c main.hash+0x1c (/srv/app)

`
  it('is a profile with the period as weight, the command as label and addresses whole', async () => {
    const profile = await read('perf.txt', new TextEncoder().encode(text))
    expect(stacksOf(profile)).toEqual([
      ['main.hash < main.main', 10_000_000],
      ['main.hash', 10_000_000],
    ])
    expect(profile.sampleTypes[1]).toEqual({type: 'cpu', unit: 'nanoseconds'})
    expect([0, 1].map(s => profile.labels(s).get('comm'))).toEqual([['app'], ['my app']])
    expect(profile.frames(0)[0]?.address).toBe(0x4a1b2cn)
  })

  it('says in which line it stops making sense', async () => {
    const broken = text.replace('\t          4a0000 main.main', '?? main.main')
    await expect(read('perf.txt', new TextEncoder().encode(broken))).rejects.toThrow(/neither a sample nor a frame.* at byte \d+/)
  })
})

describeNeeding('corpus', 'stacks as text that nobody here made', () => {
  const file = (name: string) => readFileSync(corpus + name)

  it('are read from folded lines with their counts', async () => {
    expect(stacksOf(await read('folded.txt', file('collapsed/pprofutils__folded.out.txt')))).toEqual([
      ['foo < main', 5],
      ['foobar < main', 4],
      ['bar < foo < main', 3],
    ])
  })

  it('are read from perf script, packed too', async () => {
    const profile = await read('perf.txt.gz', file('perf/FlameGraph__example-perf-stacks.txt.gz'))
    expect(profile.sampleCount).toBe(1315)
    expect(profile.sampleTypes[1]).toEqual({type: 'cycles', unit: 'count'})
  })
})
