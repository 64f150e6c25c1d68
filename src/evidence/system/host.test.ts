// The captures in testdata are of Linux 6.18.44 (x86-64, cgroup v1, PSI on), Go 1.26.8.
import {readFileSync} from 'node:fs'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {TriageError} from '../../base/errors.ts'
import {decoded, decodedFile, only} from '../logs/testing/decode-text.ts'

const file = new URL('testdata/host.txt', import.meta.url)
const text = readFileSync(file, 'utf8')

test('a capture of collect: ticks of every CPU, load, pressure, CPU time of the process and the waits of each thread', async () => {
  const host = only(await decodedFile(file), 'host')
  const line = (pattern: RegExp) => pattern.exec(text)?.slice(1).map(Number) ?? []
  expect([...host.ticksByCpu.keys()]).toEqual([0, 1])
  const [user, nice, system, idle, iowait, irq, softirq, steal] = line(/^cpu1 (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/m)
  expect(host.ticksByCpu.get(1)).toEqual({user, nice, system, idle, iowait, irq, softirq, steal})
  expect([host.load?.one, host.load?.five, host.load?.fifteen]).toEqual(line(/^([\d.]+) ([\d.]+) ([\d.]+) \d+\/\d+ \d+$/m))
  expect([host.uptimeSeconds]).toEqual(line(/^# \/proc\/uptime\n([\d.]+)/m))
  expect([host.pressure.get('cpu')?.some?.totalUs]).toEqual(line(/pressure\/cpu\nsome .*total=(\d+)/))
  expect([host.pressure.get('memory')?.full?.totalUs]).toEqual(line(/pressure\/memory\n.*\nfull .*total=(\d+)/))
  expect(host.threads.size).toBe(text.match(/^# .*\/schedstat$/gm)?.length)
  const [tid, runNs, waitNs, timeslices, voluntarySwitches, nonvoluntarySwitches] = line(
    /^# \/proc\/\d+\/task\/(\d+)\/schedstat\n(\d+) (\d+) (\d+)\n# .*\nvoluntary_ctxt_switches:\t(\d+)\nnonvoluntary_ctxt_switches:\t(\d+)/m,
  )
  expect(host.threads.get(String(tid))).toEqual({runNs, waitNs, timeslices, voluntarySwitches, nonvoluntarySwitches})
  const fields = (/^\d+ \(.*\) (.*)$/m.exec(text)?.[1] ?? '').split(' ').map(Number)
  expect(host.process).toEqual({pid: /^# \/proc\/(\d+)\/stat$/m.exec(text)?.[1], userTicks: fields[11], systemTicks: fields[12]})
})

test('the full line of the CPU of a system, which the kernel does not define, is left out', async () => {
  const host = only(await decodedFile(file), 'host')
  expect(text).toMatch(/pressure\/cpu\nsome .*\nfull /)
  expect(host.pressure.get('cpu')).toEqual({some: host.pressure.get('cpu')?.some})
})

const psi = 'some avg10=1.50 avg60=0.75 avg300=0.25 total=1234567\nfull avg10=0.50 avg60=0.25 avg300=0.00 total=234567\n'
const some = {avg10: 1.5, avg60: 0.75, avg300: 0.25, totalUs: 1234567}

test('several files as head, tail and grep print them, and one alone, are read alike', async () => {
  const printed = `==> /proc/pressure/memory <==\n${psi}\n==> /proc/loadavg <==\n0.50 0.40 0.30 2/345 6789\n`
  const grep = `${psi.replaceAll(/^/gm, '/proc/pressure/memory:').replace(/\/proc\/pressure\/memory:$/, '')}/proc/loadavg:0.50 0.40 0.30 2/345 6789\n`
  for (const form of [printed, grep]) {
    const host = only(await decoded(form), 'host')
    expect(host.pressure.get('memory')).toMatchObject({some, full: {totalUs: 234567}})
    expect(host.load).toEqual({one: 0.5, five: 0.4, fifteen: 0.3, runnable: 2, tasks: 345})
  }
  expect(only(await decoded(psi), 'host').pressure).toEqual(
    new Map([['unnamed', {some, full: expect.objectContaining({totalUs: 234567}) as unknown}]]),
  )
  expect(
    only(await decoded('cpu  10 0 5 100 1 0 0 2 0 0\ncpu0 10 0 5 100 1 0 0 2 0 0\nintr 5 1 2\nprocs_running 3\n'), 'host'),
  ).toMatchObject({
    cpuTicks: {user: 10, idle: 100, steal: 2},
    running: 3,
  })
})

test('a file that comes again begins another capture', async () => {
  const loop = `${psi}${psi.replace('1234567', '2234567')}`
  const totals = (await decoded(loop)).map(({data}) => (data.kind === 'host' ? data.pressure.get('unnamed')?.some?.totalUs : undefined))
  expect(totals).toEqual([1234567, 2234567])
  expect((await decoded(text + text)).map(artifact => artifact.format)).toEqual(['system/host', 'system/host'])
})

test('the pressure of a cgroup stays with the cgroup, and every line that grep prints of a file is kept', async () => {
  const group = `# /sys/fs/cgroup/app/cpu.max\n200000 100000\n# /sys/fs/cgroup/app/cpu.pressure\n${psi}# /sys/fs/cgroup/app/cpu.stat\nnr_periods 7\nnr_throttled 3\n`
  const artifacts = await decoded(group)
  expect(artifacts.map(artifact => artifact.format)).toEqual(['system/cgroup'])
  const cgroup = only(artifacts, 'cgroup')
  expect(cgroup.values.get('cpu.pressure/some.total')).toBe(1234567)
  expect(cgroup.values.get('cpu.pressure/full.avg10')).toBe(0.5)
  const grep = 'nr_periods 7\nnr_throttled 3\nthrottled_usec 1500000\n'.replaceAll(/^(?=.)/gm, '/sys/fs/cgroup/app/cpu.stat:')
  expect(only(await decoded(grep), 'cgroup')).toMatchObject({periods: 7, throttledPeriods: 3, throttledSeconds: 1.5})
})

test('the host and a cgroup in one file come apart', async () => {
  const both = `# /proc/loadavg\n0.50 0.40 0.30 2/345 6789\n# /sys/fs/cgroup/cpu/cpu.stat\nnr_periods 7\nnr_throttled 3\nthrottled_time 5\n# /proc/pressure/io\n${psi}`
  const artifacts = await decoded(both)
  expect(artifacts.map(artifact => artifact.format).sort()).toEqual(['system/cgroup', 'system/host'])
  expect(only(artifacts, 'cgroup')).toMatchObject({periods: 7, throttledPeriods: 3})
  expect(only(artifacts, 'host').pressure.get('io')).toMatchObject({some})
})

test('damaged captures give artifacts or an error of the catalogue, and nothing else', async () => {
  const outcome = (bytes: string) =>
    decoded(bytes).then(
      () => 'read',
      (error: unknown) => (error instanceof TriageError ? 'refused' : String(error)),
    )
  for (let length = 0; length < text.length; length += 13) expect(['read', 'refused']).toContain(await outcome(text.slice(0, length)))
  const lines = text.split('\n')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(lines.length - 1), {maxLength: 40}), async picked => {
      expect(['read', 'refused']).toContain(await outcome(picked.map(i => lines[i] ?? '').join('\n')))
    }),
    {numRuns: 150},
  )
})
