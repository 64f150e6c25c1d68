// `-` is standard input wherever evidence is named.
import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {gotriage} from './testing/command-line.ts'

const incident = `${checkout}examples/incidents/map-growth-oom`
const heap = readFileSync(`${incident}/evidence/heap-5.pb.gz`)

test('diagnose reads evidence from standard input as it reads the file', async () => {
  const named = await gotriage(['diagnose', 'evidence/heap-5.pb.gz'], {cwd: incident})
  const piped = await gotriage(['diagnose', '-'], {cwd: incident, stdin: heap})
  expect(piped.exit).toBe(named.exit)
  expect(piped.stdout).toBe(named.stdout.replaceAll('evidence/heap-5.pb.gz', '-'))
})

test('diagnose reads standard input beside files and source', async () => {
  const {stdout} = await gotriage(['diagnose', '-', 'evidence/heap-1.pb.gz', '--source', '.', '--format', 'json'], {
    cwd: incident,
    stdin: heap,
  })
  expect(JSON.parse(stdout)).toMatchObject({artifacts: [{path: '-'}, {path: 'evidence/heap-1.pb.gz'}]})
})

test('identify reads standard input', async () => {
  const {exit, stdout} = await gotriage(['identify', '-'], {stdin: heap})
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^- .*pprof\/heap/)
})

test('nothing on standard input is bad input', async () => {
  for (const command of ['diagnose', 'identify']) {
    const {exit, stderr} = await gotriage([command, '-'])
    expect([command, exit]).toEqual([command, 2])
    expect(stderr.join()).toContain('empty')
  }
})
