import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {corpus, describeNeeding} from '../../base/testing/needs.ts'
import {decoded, decodedFile, only} from '../logs/testing/decode-text.ts'
import {parseCpuList} from './cpu-list.ts'

const file = (name: string) => new URL(`testdata/${name}`, import.meta.url)
const lines = (name: string, pattern: RegExp) =>
  readFileSync(file(name), 'utf8')
    .split('\n')
    .filter(line => pattern.test(line)).length

test('perf sched latency gives a row a task', async () => {
  const {tasks, source} = only(await decodedFile(file('perf-sched-latency.txt')), 'perf-sched')
  expect(source).toBe('latency')
  expect(tasks.length).toBe(lines('perf-sched-latency.txt', /avg:/))
  expect(tasks.some(task => task.task.startsWith('server'))).toBe(true)
  expect(tasks.every(task => task.maxDelayMs >= task.averageDelayMs)).toBe(true)
})

test('perf sched timehist is summed by task', async () => {
  const {tasks, source} = only(await decodedFile(file('perf-sched-timehist.txt')), 'perf-sched')
  expect(source).toBe('timehist')
  expect(tasks.reduce((sum, task) => sum + task.switches, 0)).toBe(lines('perf-sched-timehist.txt', /^\s*[\d.]+ \[\d+\]/))
})

test('strace of a failing sched_setaffinity names the CPUs and the errno', async () => {
  const {affinity, failures} = only(await decodedFile(file('strace-affinity.txt')), 'strace')
  expect(affinity).toMatchObject([{target: '0', cpus: [7], result: '-1', errno: 'EINVAL'}])
  expect(failures.find(f => f.name === 'sched_setaffinity')).toEqual({
    name: 'sched_setaffinity',
    errno: 'EINVAL',
    meaning: 'Invalid argument',
    count: 1,
  })
})

test('strace -f joins calls that another thread interrupted', async () => {
  const text = readFileSync(file('strace-f.txt'), 'utf8')
  const {calls} = only(await decoded(text), 'strace')
  const count = (name: string) => calls.find(call => call.name === name)?.count ?? 0
  const ends = (name: string) =>
    text.split('\n').filter(line => (line.includes(` ${name}(`) && line.includes(' = ')) || line.includes(`<... ${name} resumed>`)).length
  expect(count('futex')).toBe(ends('futex'))
  expect(count('futex')).toBeGreaterThan(5)
})

test('strace -c is read as a table', async () => {
  const {calls} = only(await decodedFile(file('strace-c.txt')), 'strace')
  expect(calls.find(call => call.name === 'futex')).toMatchObject({count: 567, errors: 46})
})

test('gdb: a stack for each thread, Go frames with file and line', async () => {
  const stacks = only(await decodedFile(file('gdb.txt')), 'native-stacks')
  expect(stacks.total).toBe(lines('gdb.txt', /^Thread \d+ \(/))
  expect(stacks.groups.flatMap(g => g.frames).find(f => f.function === 'runtime.futexsleep')).toMatchObject({
    file: 'runtime/os_linux.go',
    line: 73,
  })
})

test('perf script: samples with their frames, leaf first', async () => {
  const stacks = only(await decodedFile(file('perf-script.txt')), 'native-stacks')
  expect(stacks.total).toBe(lines('perf-script.txt', /cpu-clock:/))
  expect(stacks.groups[0]?.event).toBe('cpu-clock')
})

test('/proc/PID/status, smaps and the cgroup of a capture', async () => {
  const status = only(await decodedFile(file('proc-status.txt')), 'proc-status')
  expect(status).toMatchObject({name: 'server', threads: 5, cpusAllowed: [0, 1]})
  const map = only(await decodedFile(file('smaps.txt')), 'memory-map')
  expect(map.source).toBe('smaps')
  expect(map.mappings.some(m => m.name.endsWith('/server') && m.permissions === 'r-xp')).toBe(true)
  const rss = map.mappings.reduce((sum, m) => sum + (m.rssBytes ?? 0), 0)
  expect(Math.abs(rss - (status.values.get('VmRSS') ?? 0)) / rss).toBeLessThan(0.5) // taken one after the other
  const cgroup = only(await decodedFile(file('cgroup-v1.txt')), 'cgroup')
  expect(cgroup.cpuLimit).toBe(Infinity)
  expect(cgroup.memoryLimitBytes).toBe(Infinity)
  expect(cgroup.cpus).toEqual([0, 1])
})

test('cgroup version 2: quota, throttling and memory', async () => {
  const cgroup = only(
    await decoded(
      '# /sys/fs/cgroup/app/cpu.max\n200000 100000\n# /sys/fs/cgroup/app/cpu.stat\nusage_usec 5000000\nnr_periods 100\nnr_throttled 40\nthrottled_usec 2500000\n# /sys/fs/cgroup/app/memory.max\n1073741824\n# /sys/fs/cgroup/app/memory.current\n52428800\n# /sys/fs/cgroup/app/cpuset.cpus.effective\n0-3,8\n# /sys/fs/cgroup/cpuset.cpus.effective\n0-63\n',
    ),
    'cgroup',
  )
  expect(cgroup).toMatchObject({
    cpuLimit: 2,
    periods: 100,
    throttledPeriods: 40,
    throttledSeconds: 2.5,
    memoryLimitBytes: 2 ** 30,
    memoryUsedBytes: 52428800,
    cpus: [0, 1, 2, 3, 8],
  })
})

test('numactl --hardware gives nodes and distances', async () => {
  const topology = only(
    await decoded(
      'available: 2 nodes (0-1)\nnode 0 cpus: 0 1 4 5\nnode 0 size: 32768 MB\nnode 0 free: 1024 MB\nnode 1 cpus: 2 3 6 7\nnode 1 size: 32768 MB\nnode 1 free: 2048 MB\nnode distances:\nnode   0   1 \n  0:  10  21 \n  1:  21  10 \n',
    ),
    'cpu-topology',
  )
  expect(topology).toMatchObject({
    cpus: 8,
    distances: [
      [10, 21],
      [21, 10],
    ],
    nodes: [{id: 0, cpus: [0, 1, 4, 5], sizeMb: 32768, freeMb: 1024}, {id: 1}],
  })
})

test('lscpu, ss and curl -w of this project', async () => {
  expect(only(await decodedFile(file('lscpu.txt')), 'cpu-topology')).toMatchObject({
    cpus: 2,
    hypervisor: 'KVM',
    nodes: [{id: 0, cpus: [0, 1]}],
  })
  expect(only(await decodedFile(file('ss.txt')), 'sockets').listening).toEqual([{local: '0.0.0.0:2024', waiting: 0, backlog: 128}])
  const [request] = only(await decodedFile(file('curl.txt')), 'curl-timing').requests
  expect(request?.get('time_total')).toBe(0.002185)
})

test('bpftrace histograms keep K and M, and the open ends', async () => {
  const h = only(
    await decoded(
      '@usecs[server]: \n[1]                   12 |@@@      |\n[2, 4)                3 |@        |\n[1K, 2K)              5 |@        |\n[1M, ...)             1 |         |\n\n',
    ),
    'latency-histogram',
  )
  expect(h.unit).toBe('usecs')
  expect(h.buckets).toEqual([
    {from: 1, to: 2, count: 12},
    {from: 2, to: 4, count: 3},
    {from: 1024, to: 2048, count: 5},
    {from: 2 ** 20, to: Infinity, count: 1},
  ])
})

test('a Prometheus scrape keeps the Go collector and leaves other metrics out', async () => {
  const text = `# HELP go_goroutines Number of goroutines that currently exist.
# TYPE go_goroutines gauge
go_goroutines 42
http_requests_total{code="200"} 7
go_gc_duration_seconds{quantile="0.5"} 2.5e-05
go_sched_latencies_seconds_bucket{le="1e-06"} 3
go_sched_latencies_seconds_bucket{le="+Inf"} 5
process_resident_memory_bytes 1.2e+07
`
  const {points} = only(await decoded(text + text.replace('42', '43')), 'metrics')
  expect(points.map(p => p.values.get('go_goroutines'))).toEqual([42, 43])
  expect(points[0]?.values.get('go_gc_duration_seconds{quantile="0.5"}')).toBe(2.5e-5)
  expect(points[0]?.histograms.get('go_sched_latencies_seconds')).toEqual({counts: [3, 2], buckets: [-Infinity, 1e-6, Infinity]})
  expect([...(points[0]?.values.keys() ?? [])].some(name => name.startsWith('http'))).toBe(false)
})

test('CPU lists', () => {
  expect(parseCpuList('0-3,8')).toEqual([0, 1, 2, 3, 8])
  expect(parseCpuList('3-1')).toBeUndefined()
  expect(parseCpuList('0-999999999')).toBeUndefined()
})

describeNeeding('corpus', 'system captures of others', () => {
  test('lscpu of four machines: CPUs and the CPUs of their nodes agree', async () => {
    const totals: Record<string, unknown> = {}
    for (const name of ['lscpu-ppc64-POWER7', 'lscpu-vbox-win', 'lscpu-x86_64-dell_e4310', 'lscpu-x86_64-epyc_7451']) {
      const {cpus, nodes} = only(await decodedFile(`${corpus}topology/${name}`), 'cpu-topology')
      totals[name] = [cpus, nodes.length, nodes.reduce((sum, node) => sum + node.cpus.length, 0)]
    }
    expect(totals).toEqual({
      'lscpu-ppc64-POWER7': [16, 1, 16],
      'lscpu-vbox-win': [2, 1, 2],
      'lscpu-x86_64-dell_e4310': [4, 1, 4],
      'lscpu-x86_64-epyc_7451': [96, 8, 96],
    })
  })

  test('perf script of others: every sample head that has frames is a sample', async () => {
    const {gunzipSync} = await import('node:zlib')
    const text = gunzipSync(readFileSync(`${corpus}perf/FlameGraph__example-perf-stacks.txt.gz`)).toString()
    const stacks = only(await decoded(text), 'native-stacks')
    expect(stacks.total).toBe(text.split('\n\n').filter(block => /^\s+[0-9a-f]+ /m.test(block)).length)
  })

  test('cpu.max of automaxprocs', async () => {
    expect(only(await decodedFile(`${corpus}cgroup/automaxprocs__cgroups_v2_set`), 'cgroup').cpuLimit).toBe(2.5)
    expect(only(await decodedFile(`${corpus}cgroup/automaxprocs__cgroups_v2_unset`), 'cgroup').cpuLimit).toBe(Infinity)
  })
})

test('bpftrace prints logarithmic and linear histograms and those of a key, each a table with its name', async () => {
  const artifacts = await decodedFile(new URL('testdata/bpftrace.txt', import.meta.url))
  const tables = artifacts.map(({data}) =>
    data.kind === 'latency-histogram' ? [data.title, data.unit, data.buckets.filter(b => b.count > 0)] : [],
  )
  expect(tables).toEqual([
    ['@l', '', [{from: 0, to: 10, count: 1}]],
    [
      '@usecs',
      'usecs',
      [
        {from: 4, to: 8, count: 1},
        {from: 8, to: 16, count: 1},
        {from: 512, to: 1024, count: 1},
      ],
    ],
    ['@x[a, 1]', '', [{from: 32768, to: 65536, count: 1}]],
  ])
})

test('numactl --hardware of a machine with one node', async () => {
  const data = only(await decodedFile(new URL('testdata/numactl.txt', import.meta.url)), 'cpu-topology')
  expect(data).toMatchObject({cpus: 2, nodes: [{id: 0, cpus: [0, 1], sizeMb: 24105}], distances: [[10]]})
})

test('curl -w "%{json}" gives the same phases as named variables', async () => {
  const {requests} = only(await decodedFile(new URL('testdata/curl-json.txt', import.meta.url)), 'curl-timing')
  expect(requests).toHaveLength(1)
  for (const phase of ['namelookup', 'connect', 'starttransfer', 'total']) expect(requests[0]?.get(`time_${phase}`)).toBeGreaterThan(0)
})
