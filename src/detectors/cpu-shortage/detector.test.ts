// The captures were taken with fixtures/programs/beside/capture.sh (Linux 6.18.44, cgroup v1, 2 CPUs, Go 1.26.8).
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const captures = `${checkout}fixtures/programs/beside`
const around = ['cgroup-2.txt', 'cgroup-3.txt', 'host-2.txt', 'host-3.txt', 'status-1.txt']
const of = (name: string, files = around) => observed(detector, `${captures}/${name}`, files)
const value = (found: Awaited<ReturnType<typeof of>>[number] | undefined, name: RegExp) =>
  found?.measured.find(one => name.test(one.name))?.value ?? Number.NaN

test('a healthy service beside programs that compute: the host is full, and others have the CPUs', async () => {
  const [found] = await of('beside-others')
  expect(found?.message.id).toBe('host-full')
  expect(value(found, /^wait of the threads/)).toBeGreaterThan(0.7)
  expect(value(found, /others used/)).toBeGreaterThan(1)
  expect(value(found, /process used/)).toBeLessThan(0.5)
})

test('a quota that is used up is told as such, although the threads wait and others use the CPUs as well', async () => {
  const [found] = await of('quota')
  expect(found?.message.id).toBe('throttled')
  expect(value(found, /throttled/)).toBeGreaterThan(0.3)
  expect(value(found, /^wait of the threads/)).toBeGreaterThan(0.5)
})

test('threads that wait for each other: 64 Ps on two CPUs, and calls to C that compute beside the Ps', async () => {
  const [ps] = await of('many-ps')
  expect(ps?.message.id).toBe('oversubscribed')
  const [c] = await of('c')
  expect(c?.message.id).toBe('oversubscribed')
  const [traced] = await of('many-ps', [...around, 'trace.out'])
  expect(traced?.what).toMatch(/; GOMAXPROCS is 64$/)
})

test('a program that keeps its Ps busy on CPUs of its own, in Go or in assembly, is not reported, nor is one that is well', async () => {
  for (const name of ['alone', 'assembly', 'saturated']) expect(await of(name), name).toEqual([])
})

test('one capture alone, or a kernel that keeps no account of waits, says nothing', async () => {
  expect(await of('beside-others', ['host-2.txt', 'status-1.txt'])).toEqual([])
  const scratch = mkdtempSync(join(tmpdir(), 'gotriage-host-'))
  try {
    for (const n of [2, 3]) {
      const text = readFileSync(`${captures}/beside-others/host-${n}.txt`, 'utf8')
      writeFileSync(join(scratch, `host-${n}.txt`), text.replaceAll(/(schedstat\n)\d+ \d+ \d+$/gm, '$10 0 0'))
    }
    expect(await observed(detector, scratch, ['host-2.txt', 'host-3.txt'])).toEqual([])
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
})

silentOnCorpus(detector, ['cgroup'])
