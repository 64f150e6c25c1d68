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

// As perf 6.1 printed one recording of a Go program with the fields named; paths shortened.
const frames = `	           9e278 main.work
	           49275 runtime.main
	           7f1e1 runtime.goexit.abi0
`
const withBinaries = frames.replace(/^(.*)$/gm, line => (line === '' ? '' : `${line} (/srv/gop)`))
const goStack = 'main.work < runtime.main < runtime.goexit.abi0'

describe('perf script with other fields', () => {
  it.each([
    ['comm,pid,ip,sym', `gop 29369 \n${frames}\ngop 29401 \n${frames}\n`, ['gop', 'gop']],
    ['ip,sym', `\n${frames}\n\n${frames}\n`, [undefined, undefined]],
    ['comm,ip,sym', `gop \n${frames}\nkworker/0:1 \n${frames}\n`, ['gop', 'kworker/0:1']],
    [
      'comm,tid,time,ip,sym,dso',
      `gop 29369 23921.700998: \n${withBinaries}\nmy app 7 29401 23921.712588: \n${withBinaries}\n`,
      ['gop', 'my app 7'],
    ],
    ['time,ip,sym', `23921.700998: \n${frames}\n23921.712588: \n${frames}\n`, [undefined, undefined]],
    [
      'comm,pid,tid,event,ip,sym,dso',
      `gop 29369/29369 cpu-clock: \n${withBinaries}\ngop 29369/29401 cycles:u: \n${withBinaries}\n`,
      ['gop', 'gop'],
    ],
    ['pid,tid,ip,sym', `29369/29369 \n${frames}\n29369/29401 \n${frames}\n`, [undefined, undefined]],
    ['event,ip,sym', `cpu-clock: \n${frames}\ncpu-clock: \n${frames}\n`, [undefined, undefined]],
    ['srcline too', `gop \n${frames.replaceAll('\n', '\n  go.go:12\n')}\ngop \n${frames}\n`, ['gop', 'gop']],
  ])('is read: %s', async (_, text, commands) => {
    const profile = await read('perf.txt', new TextEncoder().encode(text))
    expect(stacksOf(profile).map(([stack]) => stack)).toEqual([goStack, goStack])
    expect([0, 1].map(s => profile.labels(s).get('comm')?.[0])).toEqual(commands)
  })

  it('counts samples where a period is missing, and does not take them for nanoseconds', async () => {
    const profile = await read('perf.txt', new TextEncoder().encode(`gop 29369 23921.700998: cpu-clock: \n${frames}\n`))
    expect(profile.sampleTypes).toEqual([{type: 'samples', unit: 'count'}])
  })

  it('puts inlined frames into the location they were inlined into', async () => {
    const text = `cprog 29549 23923.804047:   10309278 cpu-clock: 
	            1143 leaf+0xa (inlined)
	            1143 mid+0xa (/srv/cprog)
	            1167 main+0x17 (/srv/cprog)
	           27304 __libc_start_main_impl+0x84 (inlined)
	            1070 _start+0x20 (/srv/cprog)

`
    const profile = await read('perf.txt', new TextEncoder().encode(text))
    expect(profile.frames(0).map(f => [f.function, f.inlined, f.address])).toEqual([
      ['leaf', true, 0x1143n],
      ['mid', false, 0x1143n],
      ['main', false, 0x1167n],
      ['__libc_start_main_impl', false, 0x27304n],
      ['_start', false, 0x1070n],
    ])
    expect(profile.mappings.map(m => m.file)).toEqual(['/srv/cprog'])
  })

  it('keeps kernel frames, unknown ones, C++ names and addresses without a symbol', async () => {
    const text = `dd 22196 23866.660087:    5000000 cpu-clock: 
	ffffffff81d335f7 read_zero+0x77 ([kernel.kallsyms])
	            cc5c [unknown] (/usr/bin/gzip (deleted))
	          7dbd0b v8::internal::Invoke(bool, int) (/usr/bin/node)
	               0 [unknown] ([unknown])

`
    const profile = await read('perf.txt', new TextEncoder().encode(text))
    expect(profile.frames(0).map(f => f.function)).toEqual(['read_zero', '[unknown]', 'v8::internal::Invoke(bool, int)', '[unknown]'])
    expect(profile.frames(0)[0]?.address).toBe(0xffffffff81d335f7n)
    expect(profile.mappings.map(m => m.file)).toEqual(['[kernel.kallsyms]', '/usr/bin/gzip (deleted)', '/usr/bin/node'])
    const bare = await read('perf.txt', new TextEncoder().encode('\n\t            fd60 \n\t           9e318 \n\n'))
    expect(bare.frames(0).map(f => f.address)).toEqual([0xfd60n, 0x9e318n])
  })

  it('takes the frame behind the header where there is no call chain', async () => {
    const line = '             gop 29369 23921.700998:   10309278 cpu-clock:            40fd60 runtime.mapassign_faststr+0x0 (/srv/gop)\n'
    const profile = await read('perf.txt', new TextEncoder().encode(line + line))
    expect(stacksOf(profile)).toEqual([
      ['runtime.mapassign_faststr', 10_309_278],
      ['runtime.mapassign_faststr', 10_309_278],
    ])
  })

  it('says what to record where no sample has a stack', async () => {
    const line = '             gop 29369 23921.700998:   10309278 cpu-clock: \n'
    await expect(read('perf.txt', new TextEncoder().encode(line + line))).rejects.toThrow('record with perf record -g')
  })
})

describe('folded stacks', () => {
  /** What is looked at to recognise the format. */
  const regular = 'a;b 1\n'.repeat(5)
  const folded = async (text: string) => stacksOf(await read('folded.txt', new TextEncoder().encode(regular + text))).slice(5)

  it('are a frame for each name, leaf last, with a count that may have a fraction', async () => {
    const text = 'main;a b;c 1\r\n  main;c  2.6 \n\n# a comment;x 3\nmain;;c\t7\n;d 1\ne; 12345678901234567'
    expect(await folded(text)).toEqual([
      ['c < a b < main', 1],
      ['c < main', 3],
      ['c <  < main', 7],
      ['d < ', 1],
      [' < e', Number('12345678901234567')],
    ])
  })

  it('keep names whose last byte is a blank in another encoding', async () => {
    expect(await folded('main;voil\u00e0 1\n')).toEqual([['voil\u00e0 < main', 1]])
  })

  it.each(['a;b\n', '12\n', 'a;b 1.\n', 'a;b -1\n', 'a;b 1e5\n', `a;b ${'9'.repeat(400)}\n`])(
    'say in which line the count is missing: %j',
    async text => {
      await expect(folded(text)).rejects.toThrow('a line without a count, which starts at byte 30')
    },
  )
})

describe('many different labels', () => {
  it('are read in a time that grows with their number', async () => {
    const text = Array.from({length: 50_000}, (_, i) => `app${i} ${i} 1.000000: 1 cycles: \n\t            fd60 main.f\n`).join('\n')
    expect((await read('perf.txt', new TextEncoder().encode(text))).sampleCount).toBe(50_000)
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
    // The header lines have no period: samples are all that can be counted.
    expect(profile.sampleTypes).toEqual([{type: 'samples', unit: 'count'}])
  })
})
