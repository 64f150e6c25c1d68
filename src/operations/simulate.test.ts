import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import {profileFromMeasurements} from './simulate-calibrate.ts'
import {simulate} from './simulate.ts'

const dir = mkdtempSync(join(tmpdir(), 'gotriage-simulate-'))
afterAll(() => rmSync(dir, {recursive: true, force: true}))
const cwd = `${checkout}examples/scenarios`
const run = (...words: string[]) => gotriage(['simulate', ...words], {cwd})
const document = (text: string) =>
  JSON.parse(text) as {
    data: Record<string, never> & {
      metrics: Record<string, {value: number; lo95?: number}>
      sweep: string
      points: {value: string; metrics: Record<string, {value: number}>}[]
      vs: {metrics: object}
    }
  }

describe('gotriage simulate', () => {
  test('prints the figures and the claims beside them', async () => {
    const {stdout, exit} = await run('scheduler', 'yield-of-a-spinning-goroutine.yaml', '--seeds', '2')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/slice\.p50 +20\.\d ms \[/)
    expect(stdout).toMatch(/I-66 \(S3 5\): a spinning goroutine yields after about 20 ms\n {4}simulated: slice\.p50 = 20\.\d ms/)
  })

  test('the same seed answers byte for byte the same', async () => {
    const once = async (seed: string) =>
      (await run('scheduler', 'slow-wakeups-above-300us.yaml', '--seeds', '1', '--seed', seed, '--format', 'json')).stdout
    expect(await once('3')).toBe(await once('3'))
    expect(await once('3')).not.toBe(await once('4'))
  })

  test('--heat draws a row for each P', async () => {
    const {stdout} = await run('scheduler', 'smt-separate-cores.yaml', '--seeds', '1', '--set', 'duration=600ms', '--heat')
    expect(stdout.match(/^ {2}P\d \|.{100}\|$/gm)?.length).toBe(8)
  })

  test('--vs puts two scenarios side by side', async () => {
    const {stdout} = await run('scheduler', 'smt-separate-cores.yaml', '--vs', 'smt-and-separate-cores.yaml', '--seeds', '1')
    expect(stdout).toMatch(/^A: Eight cores without SMT\nB: Two threads a core\n/)
    expect(Number(/slice\.p50 .* ([\d.]+) x/.exec(stdout)?.[1])).toBeGreaterThan(1.3)
  })

  test('--sweep runs each value, of a range or a list', async () => {
    const {stdout} = await run(
      'scheduler',
      'yield-of-a-spinning-goroutine.yaml',
      '--seeds',
      '1',
      '--set',
      'duration=1s',
      '--set',
      'warmup=0s',
      '--sweep',
      'gomaxprocs=1..64',
      '--show',
      'p.go',
      '--format',
      'json',
    )
    const {points} = document(stdout).data
    expect(points.length).toBe(64)
    expect(points.map(p => p.metrics['p.go']!.value).every((v, i) => Math.abs(v - Math.min(1, 2 / (i + 1))) < 0.05)).toBe(true)
    const text = (await run('heap', 'three-days-then-oom.yaml', '--sweep', 'gogc=10,100,400')).stdout
    const times = [...text.matchAll(/^(10|100|400) .*$/gm)].map(m => m[0])
    expect(times.length).toBe(3)
  })

  test('under a quota of two CPUs the sweep has the order of the published table: most at 2 to 3 Ps, ever longer tails above', async () => {
    const {stdout} = await run(
      'scheduler',
      'quota-of-two-cpus.yaml',
      '--seeds',
      '1',
      '--set',
      'duration=1s',
      '--sweep',
      'gomaxprocs=1,2,3,4,8,24',
      '--format',
      'json',
    )
    const {points} = document(stdout).data
    const of = (name: string) => points.map(p => p.metrics[name]!.value)
    const served = of('responses')
    expect([2, 3]).toContain(served.indexOf(Math.max(...served)) + 1)
    expect(served.slice(2)).toEqual(served.slice(2).toSorted((a, b) => b - a))
    expect(of('response.p999').slice(2)).toEqual(
      of('response.p999')
        .slice(2)
        .toSorted((a, b) => a - b),
    )
  })

  test('--seeds gives intervals', async () => {
    const {data} = document(
      (await run('scheduler', 'smt-separate-cores.yaml', '--set', 'duration=600ms', '--seeds', '3', '--format', 'json')).stdout,
    )
    expect(data.metrics['slice.mean']!.lo95).toBeLessThan(data.metrics['slice.mean']!.value)
  })

  test('--check finds nothing wrong and changes nothing', async () => {
    const of = async (...more: string[]) =>
      (await run('scheduler', 'netpoll-starved-by-busy-ps.yaml', '--seeds', '1', '--set', 'duration=2s', ...more)).stdout
    expect(await of('--check')).toBe(await of())
  })

  test('answers a wrong model, a missing file and a limit with what to do', async () => {
    expect(await run('schedule', 'x.yaml')).toMatchObject({exit: 2})
    expect(await run('heap', 'nothing-here.yaml')).toMatchObject({exit: 2})
    const {exit, stderr} = await run('scheduler', 'unlocked-1000.yaml', '--events', '1000')
    expect(exit).toBe(2)
    expect(stderr.join('\n')).toMatch(/--events.*1000/)
  })

  test.each([
    ['no model', [], /needs a model\. Give one of: scheduler, heap/],
    ['a range of fractions', ['--sweep', 'machine.quota=0.5..2'], /"0\.5\.\.2" is no range of whole numbers\. Write the values/],
    [
      'a value set from outside',
      ['--set', 'gomaxprocs=x'],
      /unlocked-1000\.yaml with gomaxprocs=x: scenario\.gomaxprocs: a number is needed/,
    ],
    [
      'a figure that does not exist',
      ['--sweep', 'gomaxprocs=1,2', '--set', 'duration=1ms', '--set', 'warmup=0s', '--show', 'switchs'],
      /--show switchs: the runs have no such figure\. Did you mean "switches"\?/,
    ],
    ['a profile that is none', ['--profile', 'unlocked-1000.yaml'], /unlocked-1000\.yaml: no cost profile .*calibrate/],
  ])('answers %s with what was wrong and what to write', async (what, words, message) => {
    const {exit, stderr} = await run(...(what === 'no model' ? [] : ['scheduler', 'unlocked-1000.yaml', '--seeds', '1']), ...words)
    expect(stderr.join('\n')).toMatch(message)
    expect(exit).toBe(2)
  })

  test('takes a cost profile for the scheduler only', async () => {
    const {exit, stderr} = await run('heap', 'three-days-then-oom.yaml', '--profile', 'x.json')
    expect([exit, stderr.join(' ')]).toEqual([2, expect.stringMatching(/simulate heap reads no cost profile/)])
  })

  test('gives no interval below nothing and no share above all, however few seeds there are', async () => {
    const {data} = document(
      (
        await run(
          'scheduler',
          'smt-separate-cores.yaml',
          '--set',
          'duration=60ms',
          '--set',
          'warmup=0s',
          '--seeds',
          '2',
          '--format',
          'json',
        )
      ).stdout,
    )
    const metrics = Object.values(data.metrics as Record<string, {value: number; unit: string; lo95: number; hi95: number}>)
    for (const {lo95, hi95, unit} of metrics) expect([lo95 >= 0, unit !== 'share' || hi95 <= 1]).toEqual([true, true])
  })
})

describe('--fit', () => {
  test('makes a scheduler scenario from an execution trace, which runs and is near what was traced', async () => {
    const fitted = await gotriage(['simulate', 'scheduler', '--fit', 'hog.trace', '-o', 'hog.yaml'], {cwd: `${checkout}fixtures/traces`})
    const yaml = fitted.files.get('hog.yaml')!
    expect(yaml).toMatch(/gomaxprocs: 2\n/)
    const {claims} = simulate({kind: 'scheduler', name: 'hog.yaml', yaml, seed: 1, check: true})
    const ratio = (metric: string) => claims.find(c => c.metric === metric)!.ratio!
    expect(ratio('p.go')).toBeGreaterThan(0.85)
    expect(ratio('p.go')).toBeLessThan(1.15)
    expect(ratio('switches')).toBeGreaterThan(0.6)
    expect(ratio('switches')).toBeLessThan(1.7)
  })

  test.each(['afterfunc', 'cgo', 'gc', 'idle', 'leak', 'locked', 'stw', 'syscalls', 'tasks'])('takes the trace %s', async name => {
    const {files, exit} = await gotriage(['simulate', 'scheduler', '--fit', `${name}.trace`, '-o', 'x.yaml'], {
      cwd: `${checkout}fixtures/traces`,
    })
    expect(exit).toBe(0)
    const {metrics} = simulate({kind: 'scheduler', name, yaml: files.get('x.yaml')!, seed: 1, seeds: 1, check: true})
    expect(metrics['events']!.value).toBeGreaterThan(10)
  })

  test.each(['hog', 'locked', 'profile', 'tasks'])(
    'in the trace %s a group that is woken through a channel has one that wakes it',
    async name => {
      const {files} = await gotriage(['simulate', 'scheduler', '--fit', `${name}.trace`, '-o', 't.yaml'], {
        cwd: `${checkout}fixtures/traces`,
      })
      const yaml = files.get('t.yaml')!
      const named = (verb: string) => new Set([...yaml.matchAll(new RegExp(`\\{${verb}: (\\w+)\\}`, 'g'))].map(m => m[1]))
      expect(named('receive')).toEqual(named('send'))
      if (name === 'locked') expect([...named('send')]).toEqual(['wakes0to1'])
    },
  )

  test('leaves out the collections of a start, when the heap was small', async () => {
    const line = (at: number, live: number) =>
      `gc 1 @${at.toFixed(3)}s 2%: 0.1+50+0.1 ms clock, 0.4+0/100/0+0.4 ms cpu, ${2 * live - 5}->${2 * live}->${live} MB, ${2 * live} MB goal, 0 MB stacks, 0 MB globals, 4 P`
    const start = [4, 8, 16, 32].map((live, i) => line(0.02 * (i + 1), live))
    const steady = Array.from({length: 10}, (_, i) => line(2 * (i + 1), 100))
    writeFileSync(join(dir, 'start.log'), `${[...start, ...steady].join('\n')}\n`)
    const {files} = await gotriage(['simulate', 'heap', '--fit', 'start.log', '-o', 's.yaml'], {cwd: dir})
    expect(files.get('s.yaml')).toMatch(/metric: cycles, value: 9,/)
    expect(files.get('s.yaml')).toMatch(/metric: period\.p50, value: 2,/)
  })

  test('makes a heap scenario from gctrace lines', async () => {
    // A steady program: 100 MB live, 50 MB marked black, GOGC=100 and a collection a second.
    const lines = Array.from(
      {length: 30},
      (_, i) =>
        `gc ${i + 1} @${i + 1}.000s 2%: 0.1+50+0.1 ms clock, 0.4+0/100/0+0.4 ms cpu, 195->200->105 MB, 205 MB goal, 0 MB stacks, 0 MB globals, 4 P`,
    )
    writeFileSync(join(dir, 'gc.log'), `${lines.join('\n')}\n`)
    const {files} = await gotriage(['simulate', 'heap', '--fit', 'gc.log', '-o', 'gc.yaml'], {cwd: dir})
    const yaml = files.get('gc.yaml')!
    expect(yaml).toMatch(/^procs: 4\ngogc: 100$/m)
    const {claims} = simulate({kind: 'heap', name: 'gc.yaml', yaml, seed: 1})
    for (const claim of claims.filter(c => c.metric !== 'gc.cpu'))
      expect(Math.abs(claim.ratio! - 1), `${claim.metric}: ${claim.ratio}`).toBeLessThan(0.15)
  })

  test('makes a heap scenario from metrics over time', async () => {
    for (const [i, name] of ['a.prom', 'b.prom', 'c.prom'].entries())
      writeFileSync(
        join(dir, name),
        `# TYPE go_gc_heap_live_bytes gauge\ngo_gc_heap_live_bytes 1e+08 ${1_700_000_000_000 + i * 60_000}\n# TYPE go_memstats_alloc_bytes_total counter\ngo_memstats_alloc_bytes_total ${6e9 * i} ${1_700_000_000_000 + i * 60_000}\n# TYPE go_gc_duration_seconds_count counter\ngo_gc_duration_seconds_count ${60 * i} ${1_700_000_000_000 + i * 60_000}\ngo_goroutines 10 ${1_700_000_000_000 + i * 60_000}\ngo_info{version="go1.26.0"} 1 ${1_700_000_000_000 + i * 60_000}\n`,
      )
    const {files, stderr, exit} = await gotriage(
      ['simulate', 'heap', '--fit', 'a.prom', '--fit', 'b.prom', '--fit', 'c.prom', '-o', 'm.yaml'],
      {cwd: dir},
    )
    expect([exit, ...stderr]).toEqual([0])
    const {claims} = simulate({kind: 'heap', name: 'm.yaml', yaml: files.get('m.yaml')!, seed: 1})
    expect(Math.abs(claims.find(c => c.metric === 'cycles')!.ratio! - 1)).toBeLessThan(0.1)
  })

  test('says what it found where it cannot be fitted', async () => {
    const {exit, stderr} = await gotriage(['simulate', 'heap', '--fit', 'hog.trace'], {cwd: `${checkout}fixtures/traces`})
    expect(exit).toBe(2)
    expect(stderr.join('\n')).toMatch(/found trace\/go1\.26/)
    const yaml = await gotriage(['simulate', 'heap', '--fit', 'session-load.yaml'], {cwd})
    expect([yaml.exit, yaml.stderr.join(' ').includes('..')]).toEqual([2, false])
  })
})

test('a profile from measurements holds the quantiles of each row and the shipped ones of the rest', () => {
  const samples = Array.from({length: 100}, (_, i) => 100 + i)
  const lines = `${JSON.stringify({variant: 'futexWakeNs', samples, go: 'go1.26.8'})}\n${JSON.stringify({variant: 'markBytesPerNs', samples: [0.5, 0.6, 0.7], go: 'go1.26.8'})}\n`
  const profile = profileFromMeasurements(lines, 'here', 'mine')
  expect(profile.rows.futexWakeNs).toMatchObject({kind: 'quantiles', value: expect.arrayContaining([149]) as unknown})
  expect(profile.rows.markBytesPerNs).toBe(0.6)
  expect(profile.rows.cgoOpNs).toBe(30.6)
  const fact = profileFromMeasurements(JSON.stringify({variant: 'atomicLoadNs', samples: [1, 1.2, 1.4], go: 'go1.26.8'}), 'here', 'mine')
  expect(fact.also?.['atomicLoadNs']).toMatchObject({kind: 'quantiles'})
  expect(Object.keys(fact.rows)).not.toContain('atomicLoadNs')
  expect(profile.source).toContain('futexWakeNs')
  expect(() => profileFromMeasurements('nonsense', 'here', 'mine')).toThrow()
})
