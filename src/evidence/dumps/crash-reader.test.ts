import {expect, test} from 'vitest'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {decoded, decodedFile, only} from '../logs/testing/decode-text.ts'
import type {CrashClass} from '../model/crash.ts'
import type {DumpFrame} from '../model/goroutines.ts'

const place = (frame: DumpFrame | undefined) => (frame ? `${frame.function} ${frame.file.split('/').at(-1)}:${frame.line}` : undefined)
const capture = async (name: string) => only(await decodedFile(new URL(`testdata/${name}.go1.26.txt`, import.meta.url)), 'crash')

// Captures of fixtures/programs/crash and cgocrash; the line is the one that fails in the program.
const known: readonly (readonly [string, CrashClass, string])[] = [
  ['crash-nil', 'nil-dereference', 'main.walk main.go:25'],
  ['crash-nil-system', 'nil-dereference', 'main.walk main.go:25'],
  ['crash-index', 'index-out-of-range', 'main.at main.go:27'],
  ['crash-custom', 'panic', 'main.main main.go:76'],
  ['crash-nilmap', 'nil-map-write', 'main.main main.go:83'],
  ['crash-closed', 'closed-channel', 'main.main main.go:87'],
  ['crash-type', 'type-assertion', 'main.main main.go:90'],
  ['crash-mapwrite', 'concurrent-map', 'main.writeMap main.go:33'],
  ['crash-mapiterate', 'concurrent-map', 'main.iterate main.go:39'],
  ['crash-deadlock', 'deadlock', 'main.main main.go:110'],
  ['crash-chandeadlock', 'deadlock', 'main.main main.go:115'],
  ['crash-unlock', 'unlock-of-unlocked', 'main.main main.go:121'],
  ['crash-overflow', 'stack-overflow', 'main.recurse main.go:29'],
  ['crash-oom', 'out-of-memory', 'main.main main.go:128'],
  ['crash-threads', 'thread-exhaustion', 'main.main.func3 main.go:134'],
  ['crash-fault', 'fault', 'main.main main.go:150'],
  ['crash-handler', 'http-handler-panic', 'main.walk main.go:25'],
  ['crash-ancestors', 'panic', 'main.main.func7.1 main.go:170'],
  ['cgo-pointer', 'cgo-pointer', 'main.main.func1 main.go:35'],
  ['cgo-segv', 'signal', 'main.main main.go:37'],
  ['cgo-abort', 'signal', 'main.main main.go:41'],
]

test.each(known)('%s is a %s at %s', async (name, klass, line) => {
  const crash = await capture(name)
  expect([crash.class, place(crash.site)]).toEqual([klass, line])
})

test('a chain of panics is kept oldest first, and a text of two lines stays one panic', async () => {
  const crash = await capture('crash-defer')
  expect(crash.panics.map(p => p.message)).toEqual(['first', 'second'])
  expect((await capture('crash-repanic')).panics).toEqual([{message: 'first', recovered: true, repanicked: true}])
})

test('a SIGSEGV in C names the signal, its address and that it came during cgo, with registers', async () => {
  const crash = await capture('cgo-segv')
  expect(crash.signal).toMatchObject({name: 'SIGSEGV', address: '0x0', code: '1', duringCgo: true})
  expect(crash.signal?.pc).toBe(crash.registers.get('rip'))
  expect(crash.goroutine?.frames[1]?.function).toBe('main._Cfunc_nested')
})

test('what the runtime said before the failure is kept', async () => {
  expect((await capture('crash-oom')).runtimeSays[0]).toMatch(/^runtime: out of memory: cannot allocate 2147483648-byte block/)
  expect((await capture('crash-overflow')).runtimeSays[0]).toBe('runtime: goroutine stack exceeds 1048576-byte limit')
})

test('SIGQUIT gives a dump, not a crash', async () => {
  const artifacts = await decodedFile(new URL('testdata/crash-quit.go1.26.txt', import.meta.url))
  expect(artifacts.map(a => a.format)).toEqual(['dumps/goroutine-sigquit'])
  expect(only(artifacts, 'goroutines')).toMatchObject({form: 'crash', total: 8})
})

test('gctrace, schedtrace-free panic and race report of one stderr are parts with byte ranges that do not overlap', async () => {
  const {readFileSync} = await import('node:fs')
  const read = (name: string) => readFileSync(new URL(`testdata/${name}.go1.26.txt`, import.meta.url), 'utf8')
  const gc = (n: number) => `gc ${n} @${n}.5s 0%: 0.01+0.2+0.03 ms clock, 0.02+0/0.1/0.1+0.06 ms cpu, 5->6->3 MB, 7 MB goal, 4 P\n`
  const artifacts = await decoded(`starting\n${gc(1)}${gc(2)}${read('race')}serving\n${read('crash-nil')}exit status 2\n`)
  expect(artifacts.map(a => a.format)).toEqual(['logs/gctrace', 'dumps/race', 'dumps/panic'])
  for (const [i, artifact] of artifacts.entries()) expect(artifact.start ?? 0).toBeGreaterThanOrEqual(artifacts[i - 1]?.end ?? 0)
})

test('a sentence about a panic is not a panic', async () => {
  await expect(decoded('INFO the worker had a panic: it was recovered\nlevel=error msg="fatal error: disk"\n')).rejects.toMatchObject({
    code: 'unrecognized',
  })
})

test('an ASan report keeps its three stacks', async () => {
  const report = only(await decodedFile(new URL('testdata/cgo-asan.go1.26.txt', import.meta.url)), 'sanitizer')
  expect(report).toMatchObject({tool: 'AddressSanitizer', error: 'heap-use-after-free'})
  expect(report.stacks.map(s => s.title)).toEqual([
    'READ of size 4 at 0x602000000030 thread T0',
    'freed by thread T0 here',
    'previously allocated by thread T0 here',
  ])
  expect(report.stacks[0]?.frames[0]).toMatchObject({function: 'use_after_free', line: 16})
})

test('a race report of Go 1.26 has two accesses and a key that does not depend on their order', async () => {
  const report = only(await decodedFile(new URL('testdata/race.go1.26.txt', import.meta.url)), 'race')
  expect(report.accesses.map(a => [a.operation, a.goroutine, place(a.frames[0])])).toEqual([
    ['read', '9', 'main.main.func6 main.go:163'],
    ['write', 'main', 'main.main main.go:164'],
  ])
  expect(report.key).toBe('main.main.func6:163 | main.main:164')
})

test('goleak names goroutines by state and stack', async () => {
  const dump = only(
    await decoded(
      `    leaks.go:78: found unexpected goroutines:
        [Goroutine 21 in state chan receive, with example.com/a.leak.func1 on top of the stack:
        example.com/a.leak.func1()
        	/src/a/a.go:12 +0x2c
        created by example.com/a.leak in goroutine 20
        	/src/a/a.go:11 +0x5a
        ]
`.replace(/^ {8}/gm, ''),
    ),
    'goroutines',
  )
  expect(dump.groups).toMatchObject([
    {count: 1, state: 'chan receive', frames: [{line: 12}], createdBy: {function: 'example.com/a.leak', line: 11}},
  ])
})

describeNeeding('corpus', 'crashes of others', () => {
  test('five threads that throw at once are one crash, and no goroutine is counted twice', async () => {
    const crash = only(await decodedFile(`${corpus}crash/liteLRU__checkptr.out`), 'crash')
    expect(crash).toMatchObject({class: 'checkptr', throws: 5})
    expect(place(crash.site)).toBe('github.com/xDarkicex/memory.(*HashMap).getInner hashmap_ops.go:394')
    const {execFileSync} = await import('node:child_process')
    const ids = execFileSync('sh', ['-c', `grep -oE '^goroutine [0-9]+' '${corpus}crash/liteLRU__checkptr.out' | sort -u | wc -l`], {
      encoding: 'utf8',
    })
    expect(crash.goroutines.total).toBe(Number(ids))
  })

  test('every crash file gives at least one crash, and each has its class', async () => {
    const {readdirSync} = await import('node:fs')
    const classes: Record<string, string> = {}
    for (const name of readdirSync(`${corpus}crash`).filter(n => n !== 'README.md'))
      classes[name] = (await decodedFile(`${corpus}crash/${name}`)).flatMap(a => (a.data.kind === 'crash' ? [a.data.class] : [])).join(' ')
    expect(classes).toEqual({
      'go-junit-report__014-panic.txt': 'panic panic',
      'gotestsum__missing-test-fail-event': 'index-out-of-range',
      'gotestsum__panic-race-1': 'test-timeout',
      'liteLRU__checkptr.out': 'checkptr',
      'syzkaller-gvisor__0.txt': 'nil-dereference nil-dereference',
      'syzkaller-gvisor__1.txt': 'panic panic',
      'syzkaller-gvisor__12.txt': 'signal',
      'syzkaller-gvisor__16.txt': 'panic',
      'syzkaller-gvisor__17.txt': 'panic',
      'syzkaller-gvisor__2.txt': 'panic panic',
      'syzkaller-gvisor__21.txt': 'thread-exhaustion',
      'syzkaller-gvisor__22.txt': 'panic',
      'syzkaller-gvisor__25.txt': 'panic',
      'syzkaller-gvisor__29.txt': 'out-of-memory',
      'syzkaller-gvisor__3.txt': 'panic panic',
      'unexpected_return_pc__panic.log': 'unexpected-signal',
    })
  })

  test('every race report of the corpus has both accesses', async () => {
    const {readdirSync} = await import('node:fs')
    for (const name of readdirSync(`${corpus}race`).filter(n => n !== 'README.md'))
      for (const artifact of await decodedFile(`${corpus}race/${name}`))
        if (artifact.data.kind === 'race') expect([name, artifact.data.accesses.length]).toEqual([name, 2])
  })
})

test('a test that timed out is whole although "FAIL" follows, and its test is the site', async () => {
  const [artifact] = await decodedFile(new URL('testdata/test-timeout.go1.26.txt', import.meta.url))
  expect(artifact).toMatchObject({complete: true, data: {class: 'test-timeout', runningTests: ['TestSlow (1s)']}})
  expect(artifact?.data.kind === 'crash' ? place(artifact.data.site) : undefined).toBe('command-line-arguments.TestSlow t_test.go:5')
})

test('goleak inside the log of a test, which is indented, keeps its stack and where the goroutine was started', async () => {
  const {groups} = only(await decodedFile(new URL('testdata/goleak-in-test.go1.26.txt', import.meta.url)), 'goroutines')
  expect(groups.map(group => [group.state, place(group.frames[0]), place(group.createdBy)])).toEqual([
    ['chan receive', 'example.com/leak.wait leak_test.go:9', 'example.com/leak.TestLeak leak_test.go:13'],
  ])
})

test('an MSan report of a cgo program names the C line', async () => {
  const report = only(await decodedFile(new URL('testdata/cgo-msan.go1.26.txt', import.meta.url)), 'sanitizer')
  expect([report.tool, report.error, report.stacks[0]?.frames[0]]).toMatchObject([
    'MemorySanitizer',
    'use-of-uninitialized-value',
    {function: 'use', file: '/src/msan/main.go', line: 6},
  ])
})
