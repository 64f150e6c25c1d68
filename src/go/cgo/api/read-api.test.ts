import fc from 'fast-check'
import {readdirSync, readFileSync} from 'node:fs'
import {Ajv2020} from 'ajv/dist/2020.js'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {TriageError} from '../../../base/errors.ts'
import {compareVersions, effectsIn} from './api-description.ts'
import {librariesJson} from './libraries.generated.ts'
import {readApiDescription} from './read-api.ts'

const read = (text: string) => readApiDescription('c.yaml', new TextEncoder().encode(text))
const pasted = '- name: SSL_read\ntimeout_ms: 5000\nmay_block: true\nrequires_lock: ssl_mutex\n'
const whole =
  'package: tlsgate\nblocked_max: 8\nlibraries: {openssl: 3.0.2}\nfunctions:\n  - {name: SSL_read, timeout_ms: 5000, may_block: true, requires_lock: ssl_mutex}\n' +
  '  - {name: SSL_new, borrows: [0], returns: owned, free_with: SSL_free}\n  - {name: old, until: 1.10, thread: process}\n  - {name: old, since: 1.10, no_effect: true}\n'

test('the four-field list is read as people paste it, and as gotriage guard cgo has it', () => {
  const read4 = {name: 'SSL_read', timeoutMs: 5000, mayBlock: true, requiresLock: 'ssl_mutex'}
  expect(read(pasted).functions).toEqual([read4])
  expect(read(whole)).toMatchObject({guard: {package: 'tlsgate', blockedMax: 8}, libraries: {openssl: '3.0.2'}})
  expect(read(whole).functions).toEqual([
    read4,
    {name: 'SSL_new', borrows: [0], returns: 'owned', freeWith: 'SSL_free'},
    {name: 'old', until: '1.10', thread: 'process'},
    {name: 'old', since: '1.10', noEffect: true},
  ])
})

test('functions with arguments for the wrappers of guard cgo say the same by names and types', () => {
  const text = `types: [{name: DB, c: db, destructor: db_free}]
functions:
  - {name: db_open, args: [{name: path, type: string}], returns: DB}
  - {name: db_attach, args: [{name: db, type: DB}, {name: text, type: string}, nil], stores: [text]}
  - {name: db_take, args: [{name: db, type: DB}, {name: text, type: string}], owns: [1]}
  - {name: db_name, args: [{name: db, type: DB}], returns: string}
  - {name: db_dump, args: [{name: db, type: DB}], returns: {type: string, free: db_free_text}}
  - {name: db_free, returns: {error: errno}, thread_affine: true}
`
  expect(read(text).functions).toEqual([
    {name: 'db_open', returns: 'owned', freeWith: 'db_free'},
    {name: 'db_attach', stores: [1]},
    {name: 'db_take', owns: [1]},
    {name: 'db_name', returns: 'borrowed'},
    {name: 'db_dump', returns: 'owned', freeWith: 'db_free_text'},
    {name: 'db_free'},
  ])
})

test.each([
  ['- name: f\n  timeout: 5\n', /^c\.yaml:2: there is no key "timeout" here/, /timeout_ms/],
  ['- name: C.f\n', /^c\.yaml:1: "C\.f" is no name of a C function/, /without "C\."/],
  ['- name: f\n- name: f\n', /^c\.yaml:2: f is listed twice/, /./],
  ['- name: f\n  timeout_ms: -1\n', /^c\.yaml:2: timeout_ms/, /./],
  ['- name: f\n  may_block: perhaps\n', /^c\.yaml:2: may_block/, /./],
  ['- name: f\n  owns: [1]\n  borrows: [1]\n', /^c\.yaml:1: an argument of f is both/, /./],
  ['- name: f\n  owns: 1\n', /^c\.yaml:2: "owns" must be a list/, /./],
  ['- name: f\n  since: new\n', /^c\.yaml:2: "new" is no version/, /./],
  ['package: func\nfunctions:\n  - name: f\n', /^c\.yaml:1: "func" is no name for an importable Go package/, /./],
  ['functions: 5\n', /^c\.yaml:1: there is no list/, /./],
  ['', /no list of functions/, /./],
])('%j is refused with its line', (text, message, hint) => {
  let caught: unknown
  try {
    read(text)
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(TriageError)
  expect((caught as TriageError).message).toMatch(message) // checked above
  expect((caught as TriageError).hint).toMatch(hint) // checked above
})

test('every prefix of a file, and any text, gives a description or a TriageError and nothing else', () => {
  const holds = (text: string) => {
    try {
      read(text)
    } catch (error) {
      expect(error).toBeInstanceOf(TriageError)
    }
  }
  for (let end = 0; end <= whole.length; end++) holds(whole.slice(0, end))
  fc.assert(fc.property(fc.string(), holds), {numRuns: 300})
})

test('with an unknown version only that holds which holds in all of them', () => {
  const entries = read(
    '- {name: f, until: 1.1.0, thread: process, borrows: [0]}\n- {name: f, since: 1.1.0, borrows: [0], no_effect: true}\n',
  ).functions
  expect(effectsIn(entries, undefined)).toEqual({name: 'f', borrows: [0]})
  expect(effectsIn(entries, '1.0.2k')).toMatchObject({thread: 'process'})
  expect(effectsIn(entries, '3.0')).toMatchObject({noEffect: true})
  expect([compareVersions('7.9', '7.84'), compareVersions('1.1', '1.1.0'), compareVersions('1.1.1w', '1.1.1')]).toEqual([-75, 0, 0])
})

const libraries = new URL('libraries/', import.meta.url)

test('the descriptions that ship are what the reader says of the files, nothing lost on the way', () => {
  const files = readdirSync(libraries).sort()
  expect(files.length).toBeGreaterThan(0)
  expect(JSON.parse(librariesJson)).toEqual(files.map(file => readApiDescription(file, readFileSync(new URL(file, libraries)))))
})

describe.each(readdirSync(libraries).map(file => file.slice(0, -'.yaml'.length)))('the description of %s', id => {
  const text = readFileSync(new URL(`${id}.yaml`, libraries), 'utf8')
  const description = readApiDescription(id, new TextEncoder().encode(text))

  test('is named after its library, and says versions and sources', () => {
    expect(description.library).toBe(id)
    expect(description.versions).toBeDefined()
    expect(description.headers).not.toEqual([])
    expect(description.sources).not.toEqual([])
  })

  test('cites a manual for every function, and what releases what it returns', () => {
    for (const one of description.functions) {
      expect(one.source, one.name).toMatch(/^https:\/\//)
      if (one.returns === 'owned') expect(one.freeWith, one.name).toBeDefined()
    }
  })

  test('is valid against the schema', () => {
    const schema: unknown = JSON.parse(readFileSync(new URL('../../../../docs/schema/gotriage-api-1.schema.json', import.meta.url), 'utf8'))
    const validate = new Ajv2020({allErrors: true, strict: true, allowUnionTypes: true}).compile(schema as object) // JSON.parse of our own file
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
    expect(validate(parse(whole)), JSON.stringify(validate.errors)).toBe(true)
    expect(validate([{name: 'f', timeout: 5}])).toBe(false)
  })
})
