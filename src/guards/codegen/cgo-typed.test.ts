// Typed wrappers against SQLite, OpenSSL and a small library that only one thread may call, under the race detector and under ASan.
import {existsSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {cgoWarnings, readCgoGuard} from '../config/cgo.ts'
import {goModule, type GoModule} from '../testing/go-module.ts'
import {cgoGo} from './cgo.ts'
import {generatedHeader} from './go-file.ts'
import {cgoMonitorDoc, monitorFiles} from './cgo-monitor.ts'

const testdata = (name: string) => readFileSync(fileURLToPath(new URL(`../testing/cgo/${name}`, import.meta.url)), 'utf8')

const contract = (name: string) => readCgoGuard(`${name}.yaml`, testdata(`${name}.yaml`))

describe('a contract with arguments', () => {
  const small = 'functions:\n  - {name: f, args: [{name: n, type: int}], returns: int}\n'
  test('needs arguments for every function of it', () => {
    expect(() => readCgoGuard('c.yaml', `${small}  - {name: g}\n`)).toThrow(/^c\.yaml:3: .*g has no args/)
  })

  test.each([
    ['type: strin', /2: .*"strin" is not known/, /Did you mean "string"/],
    ['type: len, of: m', /2: .*"m" is no bytes, buffer or string/, /./],
    ['typ: int', /2: .*no key "typ" here/, /Did you mean "type"/],
    ['out: string', /2: .*"string" is not known/, /./],
    ['type: int, out: int', /2: .*a type, or an out/, /./],
  ])('an argument with %s is refused', (what, message, hint) => {
    let thrown: unknown
    try {
      readCgoGuard('c.yaml', `functions:\n  - {name: f, args: [{name: n, ${what}}]}\n`)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({code: 'usage', message: expect.stringMatching(message), hint: expect.stringMatching(hint)})
  })

  test.each([
    ['functions:\n  - {name: f, args: [{name: s, type: string}], stores: [s]}\n', /nothing here lives as long/],
    ['functions:\n  - {name: f, args: [], returns: {type: string, error: errno}}\n', /a string cannot say that it failed/],
    ['functions:\n  - {name: a_b, args: []}\n  - {name: aB, args: []}\n', /a_b/],
    [
      'types: [{name: DB, c: db, destructor: db_free}]\nfunctions:\n  - {name: f, go: Close, args: [{name: d, type: DB}]}\n',
      /DB\.Close is taken/,
    ],
    [
      'functions:\n  - {name: f, args: []}\nerror_tables: {t: {codes: [{code: 1, name: a}, {code: 1, name: b}]}}\n',
      /code 1 is there twice/,
    ],
    ['preamble: "*/"\nfunctions:\n  - {name: f, args: []}\n', /would end the comment/],
    ['types: [{name: DB, c: db, destructor: db_free}]\nfunctions:\n  - {name: f}\n', /only functions with "args" use it/],
    ['functions:\n  - {name: f, args: []}\nmonitor: "a b"\n', /no import path/],
  ])('what cannot be generated is refused: %j', (yaml, message) => {
    expect(() => readCgoGuard('c.yaml', yaml)).toThrow(message)
  })

  test('a type that nothing makes is told', () => {
    const guard = readCgoGuard('c.yaml', `types: [{name: DB, c: db, destructor: db_free}]\n${small}`)
    expect(cgoWarnings(guard)).toEqual(['no function makes a DB: its destructor db_free is never called'])
  })

  test('says how go generate makes it again', () => {
    const [gate] = cgoGo(contract('confined'), 'confined.yaml', 'gotriage guard cgo --config ../confined.yaml --out .')
    expect(gate?.text).toContain('\n//go:generate gotriage guard cgo --config ../confined.yaml --out .\n')
  })
})

const libraries = existsSync('/usr/include/sqlite3.h') && existsSync('/usr/include/openssl/ssl.h')

describeNeeding('cc', 'generated wrappers before real C', () => {
  let module: GoModule
  const packages = ['confined', ...(libraries ? ['sqlite', 'tls'] : [])]
  beforeAll(() => {
    const monitor = {package: 'cgomonitor', otel: false}
    const files = [
      ...packages.flatMap(name => cgoGo(contract(name), `${name}.yaml`).map(file => ({...file, path: `${name}/${file.path}`}))),
      ...monitorFiles(monitor, generatedHeader('cgomonitor', 'its defaults'), cgoMonitorDoc(monitor)).map(file => ({
        ...file,
        path: `cgomonitor/${file.path}`,
      })),
    ]
    module = goModule(files, '.', '1.24')
    for (const name of packages) module.write(`${name}/behaviour_test.go`, testdata(`${name}_test.go.txt`))
  })
  afterAll(() => module.remove())

  test('are gofmt-clean, and go vet finds nothing', () => {
    expect(
      module
        .unformatted()
        .trim()
        .split('\n')
        .filter(path => path !== ''),
    ).toEqual([])
    module.go(['vet', './...'], {env: {CGO_ENABLED: '1'}})
  })

  test('have no C type in what they export', () => {
    for (const name of packages) expect(module.go(['doc', '-all', `./${name}`], {env: {CGO_ENABLED: '1'}})).not.toMatch(/_Ctype|\bC\.\w/)
  })

  test.each(['race', 'asan'])(
    'hold their promises under -%s',
    tool => {
      const flags = tool === 'race' ? ['-race'] : ['-asan']
      const out = module.go(['test', ...flags, '-count=1', ...packages.map(name => `./${name}`)], {env: {CGO_ENABLED: '1'}})
      expect(out.match(/^ok/gm)).toHaveLength(packages.length)
    },
    600_000,
  )
})
