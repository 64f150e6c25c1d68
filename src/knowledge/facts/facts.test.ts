import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import * as scheduler from '../scheduler.ts'
import {factOf, facts, factsOfRelease, releasesWithFacts} from './facts.ts'

test('every fact has an id of its own, a title without a full stop, a text with one, and versions', () => {
  expect(new Set(facts.map(fact => fact.id)).size).toBe(facts.length)
  for (const fact of facts) {
    expect(fact.id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
    expect(fact.title, fact.id).toMatch(/[^.]$/)
    expect(fact.text, fact.id).toMatch(/\.$/)
    expect(fact.versions.length, fact.id).toBeGreaterThan(0)
  }
})

test('what a release brought says so in its versions', () => {
  for (const fact of facts) if (fact.since !== undefined) expect(fact.versions, fact.id).toContain(`1.${fact.since}`)
})

test('a release is asked for with or without "go"', () => {
  expect(factsOfRelease('go1.24').map(fact => fact.id)).toContain('swiss-maps')
  expect(factsOfRelease('1.24')).toEqual(factsOfRelease('go1.24'))
  expect(factsOfRelease('go1.15')).toEqual([])
  expect(factsOfRelease('swiss-maps')).toEqual([])
  expect(releasesWithFacts[0]).toBe('go1.14')
})

test('constants are those the simulator runs on, in the unit that is printed', () => {
  expect(factOf('time-slice')?.value).toEqual({number: 10, unit: 'ms'})
  expect(factOf('forced-collection')?.value).toEqual({number: 120, unit: 's'})
  expect(factOf('stop-the-world-retry')?.value).toEqual({number: 100, unit: 'µs'})
  expect(factOf('threads-limit')?.value?.number).toBe(scheduler.threadsMax)
})

const litmus = facts.flatMap(fact => (fact.litmus === undefined ? [] : [[fact.id, fact.litmus] as const]))

describeNeeding('go', 'what orders memory accesses', () => {
  describeNeeding('cc', 'for the race detector', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gotriage-litmus-'))
    afterAll(() => {
      rmSync(folder, {recursive: true})
    })
    let built = false
    const program = () => {
      const binary = join(folder, 'litmus')
      if (built) return binary
      const cases = litmus.map(([id, {go}]) => `case ${JSON.stringify(id)}:\n${go}`).join('')
      const imports = ['fmt', 'os', 'runtime', 'sync', 'sync/atomic', 'time'].map(path => `import ${JSON.stringify(path)}\n`).join('')
      writeFileSync(join(folder, 'main.go'), `package main\n\n${imports}\nfunc main() {\nswitch os.Args[1] {\n${cases}}\n}\n`)
      writeFileSync(join(folder, 'go.mod'), 'module litmus\n\ngo 1.22\n')
      execFileSync('go', ['build', '-race', '-o', binary, '.'], {cwd: folder, encoding: 'utf8', env: {...process.env, CGO_ENABLED: '1'}})
      built = true
      return binary
    }

    describe('the race detector agrees', () => {
      test.each(litmus)(
        '%s',
        (id, {ordered, go}) => {
          const {stdout, stderr, status} = spawnSync(program(), [id], {encoding: 'utf8'})
          expect(stderr.includes('WARNING: DATA RACE'), stderr).toBe(!ordered)
          expect(status).toBe(ordered ? 0 : 66)
          const printed = /\/\/ (\d|\[.*\])(?:, twice)?$/m.exec(go)?.[1]
          expect(ordered).toBe(printed !== undefined)
          for (const line of stdout.trim().split('\n')) if (printed !== undefined) expect(line).toBe(printed)
        },
        240_000,
      )
    })
  })
})
