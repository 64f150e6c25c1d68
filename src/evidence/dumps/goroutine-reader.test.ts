import {expect, test} from 'vitest'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {decoded, decodedFile, only} from '../logs/testing/decode-text.ts'
import {parseGoroutineHeader} from './goroutine-header.ts'

test('a debug=2 dump of Go 1.26 is grouped by state, stack and creator', async () => {
  const dump = only(await decodedFile(new URL('testdata/goroutine-debug2.go1.26.txt', import.meta.url)), 'goroutines')
  expect(dump).toMatchObject({form: 'debug2', total: 22})
  expect(dump.groups[0]).toMatchObject({
    count: 12,
    state: 'chan receive',
    frames: [{function: 'main.waitForWork', file: 'example.com/fixtures/server/main.go', line: 45}],
    createdBy: {function: 'main.main', file: 'example.com/fixtures/server/main.go'},
  })
  expect(dump.groups[1]).toMatchObject({count: 4, state: 'sync.Mutex.Lock'})
  expect(dump.groups.reduce((sum, g) => sum + g.count, 0)).toBe(dump.total)
})

test('every header form from Go 1.0 to 1.27 is read', () => {
  expect(
    parseGoroutineHeader(
      'goroutine 142 gp=0xc000112540 m=3 mp=0xc000080008 [chan receive (nil chan) (scan), 12 minutes, locked to thread, synctest bubble 1, durably blocked]:',
    ),
  ).toEqual({
    id: '142',
    state: 'chan receive (nil chan)',
    waitMinutes: 12,
    lockedToThread: true,
    flags: ['scan', 'synctest bubble 1', 'durably blocked'],
    thread: '3',
    record: '0xc000112540',
  })
  expect(parseGoroutineHeader('goroutine 7 [select (no cases) (leaked)]:')).toMatchObject({state: 'select (no cases)', flags: ['leaked']})
  expect(parseGoroutineHeader('goroutine 7 gp=0x1 m=nil [sleep]:')).toMatchObject({state: 'sleep'})
  const labels = new Map([
    ['pattern', 'GET /x'],
    ['a "b"', 'c'],
  ])
  expect(parseGoroutineHeader('goroutine 7 [select, 3 minutes labels:{"pattern": "GET /x", "a \\"b\\"": "c"}]:')).toMatchObject({
    state: 'select',
    waitMinutes: 3,
    labels,
  })
  expect(parseGoroutineHeader('goroutine 7 [select, 3 minutes] {"pattern": "GET /x", "a \\"b\\"": "c"}:')).toMatchObject({
    state: 'select',
    waitMinutes: 3,
    labels,
  })
  expect(parseGoroutineHeader('[originating from goroutine 1]:')).toBeUndefined()
})

test('the goroutines that started the members are kept, smallest first, and those of ancestors are not', async () => {
  const one = (id: number, by: string) =>
    `goroutine ${id} [select]:\nmain.f()\n\t/a/b.go:3 +0x1\ncreated by main.g${by}\n\t/a/b.go:9 +0x1\n`
  const ancestor = '[originating from goroutine 4]:\nmain.g()\n\t/a/b.go:9 +0x1\ncreated by main.h in goroutine 2\n\t/a/b.go:12 +0x1\n'
  const group = async (text: string) => only(await decoded(text), 'goroutines').groups[0]
  expect((await group(`${one(20, ' in goroutine 12')}\n${one(21, ' in goroutine 7')}\n${one(22, ' in goroutine 12')}`))?.parents).toEqual([
    '7',
    '12',
  ])
  expect((await group(one(20, ' in goroutine 12') + ancestor))?.parents).toEqual(['12'])
  expect(await group(one(20, ''))).not.toHaveProperty('parents') // before Go 1.21
})

test('waiting times of a group span its members, and one without a time makes the least zero', async () => {
  const one = (id: number, state: string) => `goroutine ${id} [${state}]:\nmain.f(0x${id})\n\t/a/b.go:3 +0x1\n\n`
  const group = async (text: string) => only(await decoded(text), 'goroutines').groups[0]
  expect(await group(one(1, 'select, 5 minutes') + one(2, 'select, 9 minutes'))).toMatchObject({
    count: 2,
    waitMinutesMin: 5,
    waitMinutesMax: 9,
  })
  expect(await group(one(1, 'select, 5 minutes') + one(2, 'select'))).toMatchObject({count: 2, waitMinutesMin: 0, waitMinutesMax: 5})
  expect((await group(one(1, 'select')))?.waitMinutesMin).toBeUndefined()
})

test('a gctrace line in the middle of a dump is its own artifact and leaves the dump whole', async () => {
  const artifacts = await decoded(
    'goroutine 1 [running]:\nmain.f()\n\t/a/b.go:3 +0x1\ngc 1 @0.5s 0%: 0.01+0.2+0.03 ms clock, 0.02+0/0.1/0.1+0.06 ms cpu, 5->6->3 MB, 7 MB goal, 4 P\nmain.main()\n\t/a/b.go:9 +0x2\n',
  )
  expect(only(artifacts, 'goroutines').groups[0]?.frames.map(f => f.line)).toEqual([3, 9])
  expect(only(artifacts, 'gctrace').cycles).toHaveLength(1)
})

test('log lines behind a printed stack do not belong to it', async () => {
  const artifacts = await decoded('goroutine 9 [running]:\nmain.f()\n\t/a/b.go:3 +0x1\n2026/01/02 03:04:05 served request (ok)\n')
  expect(only(artifacts, 'goroutines').groups[0]?.frames).toHaveLength(1)
  expect(artifacts[0]?.end).toBe('goroutine 9 [running]:\nmain.f()\n\t/a/b.go:3 +0x1\n'.length)
})

describeNeeding('corpus', 'goroutine dumps of others', () => {
  test('the number of goroutines is the number of headers, ancestors left out', async () => {
    const {execFileSync} = await import('node:child_process')
    const {readdirSync} = await import('node:fs')
    for (const name of readdirSync(`${corpus}goroutine-dump`).filter(n => !n.includes('debug1') && n !== 'README.md')) {
      const artifacts = await decodedFile(`${corpus}goroutine-dump/${name}`)
      const total = artifacts.reduce((sum, a) => sum + (a.data.kind === 'goroutines' ? a.data.total : 0), 0)
      const headers = execFileSync('grep', ['-cE', 'goroutine [0-9]+ .*\\]:$', `${corpus}goroutine-dump/${name}`], {
        encoding: 'utf8',
      }).trim()
      expect(`${name} ${total}`).toBe(`${name} ${headers}`)
    }
  })
})
