// The YAML of every kind: its schema knows the keys the reader knows, and what is wrong is told with its line, with nothing written.
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {fileURLToPath} from 'node:url'
import {Ajv2020} from 'ajv/dist/2020.js'
import {afterAll, beforeEach, describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {gotriage} from '../cli/testing/command-line.ts'
import {guardKindNames, guardKinds, type GuardKind, type GuardKindDefinition} from '../guards/kinds.ts'

let dir = ''
beforeEach(() => {
  if (dir !== '') rmSync(dir, {recursive: true, force: true})
  dir = mkdtempSync(`${tmpdir()}/gotriage-schema-`)
})
afterAll(() => rmSync(dir, {recursive: true, force: true}))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const checkout = new URL('../../', import.meta.url)
const schemaOf = (kind: GuardKind): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`docs/schema/guard-${kind}-1.schema.json`, checkout)), 'utf8'))
const validatorOf = (kind: GuardKind) => new Ajv2020({allowUnionTypes: true}).compile(schemaOf(kind) as object)

/** Keys of the map form. */
function keysOf(schema: unknown): string[] {
  if (!isRecord(schema)) return []
  if (isRecord(schema['properties'])) return Object.keys(schema['properties'])
  return Array.isArray(schema['oneOf']) ? schema['oneOf'].flatMap(keysOf) : []
}

/** Good YAML, and YAML that is wrong on the named line. */
const samples: Readonly<
  Record<GuardKind, {readonly good: readonly string[]; readonly bad: readonly (readonly [yaml: string, line: number])[]}>
> = {
  breaker: {
    good: ['preset: seed-s2\nopen: 30s\nerror-share: 15%\nafter-half-open: decide\n'],
    bad: [['open: 1s\nprobes: none\n', 2]],
  },
  ab: {good: ['share: 0.1\nwait: 300s\nmargin: 0.02\n'], bad: [['test: x\n\nshare: 3\n', 3]]},
  gogc: {good: ['gogc: {min: 50}\nfuse: {slope: 5MB/s}\n'], bad: [['fuse:\n  slope: quick\n', 2]]},
  cgo: {
    good: [
      '- {name: f, timeout_ms: 5, may_block: true, requires_lock: l}\n',
      readFileSync(fileURLToPath(new URL('src/guards/testing/cgo/sqlite.yaml', checkout)), 'utf8'),
      readFileSync(fileURLToPath(new URL('src/guards/testing/cgo/tls.yaml', checkout)), 'utf8'),
      readFileSync(fileURLToPath(new URL('src/guards/testing/cgo/confined.yaml', checkout)), 'utf8'),
    ],
    bad: [['functions:\n  - name: f\n    may_block: 7\n', 3]],
  },
  cgomonitor: {good: ['otel: true\n'], bad: [['otel: perhaps\n', 1]]},
  ci: {good: ['steps: [race, asan]\ngo: stable\n'], bad: [['base: main\nsteps: [rase]\n', 2]]},
  gin: {good: ['package: helpers\n'], bad: [['package: Helpers\n', 1]]},
  deadline: {good: ['http: 5s\nbody: late\n'], bad: [['http: 5s\nexit: soon\n', 2]]},
  safemap: {good: ['threshold: 500\n'], bad: [['threshold: 0\n', 1]]},
  struct: {good: ['fields: [{name: a, type: int8, count: 3}]\n'], bad: [['fields:\n  - {name: a, type: int9}\n', 2]]},
  numa: {good: ['node: 1\npolicy: preferred\ncpus: 0-3,8\n'], bad: [['cpus: some\n', 1]]},
  gomaxprocs: {good: ['every: 2s\n'], bad: [['every: often\n', 1]]},
}

describe.each(guardKindNames)('the YAML of guard %s', kind => {
  test('has the keys its schema names, and no others', () => {
    const definition: GuardKindDefinition = guardKinds[kind]
    let hint = ''
    try {
      definition.generate('c.yaml', 'xqzzzzzzzzzzzzzq: 1\n')
    } catch (error) {
      hint = isRecord(error) ? String(error['hint']) : ''
    }
    const schema = new Set(keysOf(schemaOf(kind)))
    const known = new Set(hint.replace(/^(?:Give one of|Known are): |\.$/g, '').split(', '))
    // A preset decides which of its keys there are; the schema has those of all presets.
    for (const key of known) expect(schema, key).toContain(key)
    const presets = kind === 'ab' ? ['window', 'threshold', 'in-a-row'] : []
    expect([...schema].filter(key => !known.has(key)).sort()).toEqual([...presets].sort())
  })

  test('is accepted by schema and reader alike', () => {
    const validate = validatorOf(kind)
    const definition: GuardKindDefinition = guardKinds[kind]
    for (const yaml of samples[kind].good) {
      expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true)
      expect(definition.generate('c.yaml', yaml).files.length).toBeGreaterThan(0)
    }
  })

  test('is refused with its line when a value or a key is wrong, and nothing is written', async () => {
    const validate = validatorOf(kind)
    const [key] = keysOf(schemaOf(kind)).filter(name => name.length > 4 && name !== 'guard')
    const misspelt = `${key!.slice(0, -1)}${key!.at(-1)}x`
    for (const [yaml, line, says] of [
      ...samples[kind].bad.map(([text, at]) => [text, at, /./] as const),
      [`# a comment\n${misspelt}: 1\n`, 2, new RegExp(`no key "${misspelt}" here\\. Did you mean "${key!}"\\?`)] as const,
    ]) {
      expect(validate(parse(yaml))).toBe(false)
      writeFileSync(`${dir}/c.yaml`, yaml)
      const {exit, stderr, files} = await gotriage(['guard', kind, '--config', 'c.yaml', '--out', 'out'], {cwd: dir})
      expect([exit, stderr[0]]).toEqual([2, expect.stringMatching(new RegExp(`c\\.yaml:${line}: `))])
      expect(stderr[0]).toMatch(says)
      expect([files.size, existsSync(`${dir}/out`), readdirSync(dir)]).toEqual([0, false, ['c.yaml']])
    }
  })
})
