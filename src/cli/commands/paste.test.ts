import {readdirSync, readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {gotriage} from '../testing/command-line.ts'

const folder = new URL('../../evidence/dumps/testdata/', import.meta.url)
const pasted = (name: string) => gotriage(['paste'], {stdin: readFileSync(new URL(name, folder))})

test('every crash, dump and report is answered in ten lines at most', async () => {
  for (const name of readdirSync(folder)) {
    const {exit, stdout} = await pasted(name)
    expect([name, exit]).toEqual([name, 0])
    const lines = stdout.trimEnd().split('\n')
    expect([name, lines.length <= 10 && lines.length >= 2]).toEqual([name, true])
  }
})

test('the guilty line comes second, behind what the runtime said', async () => {
  const {stdout} = await pasted('cgo-segv.go1.26.txt')
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'signal: SIGSEGV: segmentation violation',
    'at: example.com/fixtures/cgocrash/main.go:37 main.main',
    'in its call of: main._Cfunc_nested',
  ])
  expect(stdout).toMatch(/^C frames without a name: gotriage symbolize BINARY 0x[0-9a-f]+$/m)
})

test('a race is answered with both accesses and both starts', async () => {
  const {stdout} = await pasted('race.go1.26.txt')
  expect(stdout).toMatch(/^data race: /)
  expect(stdout.match(/^(?:read|write) by goroutine \S+ at: \S+\.go:\d+ /gm)).toHaveLength(2)
})

test('text that holds no evidence is refused, and so is nothing at all', async () => {
  expect((await gotriage(['paste'], {stdin: new TextEncoder().encode('hello\n')})).exit).toBe(2)
  expect((await gotriage(['paste'])).exit).toBe(2)
})

test('a timed request is answered with its longest phase and the time-out of net/http that bounds it', async () => {
  const times = {namelookup: 0.002, connect: 0.01, appconnect: 0.03, pretransfer: 0.031, starttransfer: 42.1, total: 42.15}
  const text = Object.entries(times).map(([name, seconds]) => `time_${name}: ${seconds}\n`)
  const {exit, stdout} = await gotriage(['paste'], {stdin: new TextEncoder().encode(text.join(''))})
  expect(exit).toBe(0)
  expect(stdout).toMatch(/longest: waiting for the first byte, 100 %[^]*ResponseHeaderTimeout \(none by default\)/)
})

test('goroutines of the standard library are named by what they run, not by the gopark they wait in', async () => {
  const dump = readFileSync(new URL('../../evidence/dumps/testdata/crash-quit.go1.26.txt', import.meta.url))
  const {stdout} = await gotriage(['paste'], {stdin: dump})
  expect(stdout).toMatch(/goroutine dump: \d+ goroutines/)
  expect(stdout).not.toMatch(/runtime\.gopark|internal\/poll/)
})
