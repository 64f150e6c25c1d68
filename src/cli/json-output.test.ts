// What the README promises of every command with --format json: one document of gotriage/1, and nothing else on stdout.
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest'
import {Ajv2020} from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import {checkout} from '../base/testing/needs.ts'
import {commands} from './registry.generated.ts'
import {gotriage} from './testing/command-line.ts'

const ajv = new Ajv2020({strict: false})
formats.default(ajv)
const validate = ajv.compile(JSON.parse(readFileSync(`${checkout}docs/schema/gotriage-1.schema.json`, 'utf8')))
const incident = `${checkout}examples/incidents/map-growth-oom`
let dir = ''
beforeAll(() => {
  dir = mkdtempSync(`${tmpdir()}/gotriage-json-`)
  vi.stubEnv('GOTRIAGE_CACHE', `${dir}/cache`)
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(dir, {recursive: true, force: true})
})

/** One line or more a command; `symbolize` has its own test, as it needs a program. */
const lines: Readonly<Record<string, readonly (readonly string[])[]>> = {
  check: [['-C', incident, './...']],
  diagnose: [[`${incident}/evidence/heap-5.pb.gz`], ['-C', incident, '.']],
  doctor: [[]],
  explain: [['E-14'], ['gc-thrash'], []],
  guard: [
    ['breaker', '--out', 'breaker', '--check'],
    ['trial', 'ab', '--hours', '0.05'],
  ],
  identify: [[`${incident}/evidence`]],
  simulate: [
    ['finalizers', `${checkout}examples/scenarios/finalizer-chain.yaml`],
    ['heap', `${checkout}examples/scenarios/gogc-10-sessions.yaml`, '--sweep', 'gogc=50,100'],
  ],
  trace: ['summary', 'latency', 'gc'].map(view => [view, `${checkout}fixtures/traces/gc.trace`]),
  why: [['map-unbounded-growth', 'main.go:1', '-C', incident]],
}

describe.each(Object.entries(lines))('%s --format json', (name, given) => {
  test.each(given.map(words => [words.at(0) ?? '', words] as const))('%s', async (_, words) => {
    const {exit, stdout} = await gotriage([name, ...words, '--format', 'json'], {cwd: dir})
    expect(exit).toBeLessThanOrEqual(1)
    const document: unknown = JSON.parse(stdout)
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
    expect(document).toMatchObject({tool: {command: expect.stringMatching(new RegExp(`^${name}(?: |$)`))}})
    expect(stdout.endsWith('\n')).toBe(true)
  })
})

test('no command that says it prints JSON is missing here', () => {
  const says = commands.filter(({flags}) =>
    flags.some(({name, choices}) => name === 'format' && choices?.includes('json') && choices.length > 1),
  )
  expect(says.map(({name}) => name).filter(name => name !== 'symbolize')).toEqual(Object.keys(lines).sort())
})

test('a format that a command does not have is refused, and not passed over', async () => {
  for (const words of [['completion', 'bash'], ['paste'], ['collect', '-o', 'x', ':1'], ['render', 'a.dot']]) {
    const {exit, stderr} = await gotriage([...words, '--format', 'json'], {cwd: dir})
    expect([words[0], exit]).toEqual([words[0], 2])
    expect(stderr.join()).toContain('has no flag "--format"')
  }
})
