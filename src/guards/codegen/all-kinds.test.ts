// What every generated package holds to: gofmt writes it the same, go vet finds nothing, and staticcheck nothing where it is installed.
import {spawnSync} from 'node:child_process'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {guardKindNames, guardKinds, type GuardKindDefinition} from '../kinds.ts'
import {goModule, type GoModule} from '../testing/go-module.ts'

const staticcheck = process.env['GOTRIAGE_STATICCHECK'] ?? 'staticcheck'
const hasStaticcheck = spawnSync(staticcheck, ['-version']).status === 0

/** More than the defaults: every file a kind can write. */
const configs: Readonly<Record<string, readonly (readonly [folder: string, kind: string, yaml: string])[]>> = {
  breaker: [
    ['breakerall', 'breaker', 'package: breakerall\nmiddleware: [http, gin, grpc]\n'],
    ['breakerseed', 'breaker', 'package: breakerseed\npreset: seed-s2\nmiddleware: []\n'],
  ],
  ab: [
    ['aball', 'ab', 'package: aball\nmiddleware: [http, gin]\n'],
    ['abseed', 'ab', 'package: abseed\npreset: seed-s5\n'],
  ],
  gogc: [['gogcseed', 'gogc', 'package: gogcseed\npreset: seed-s4\n']],
  cgo: [
    [
      'gateall',
      'cgo',
      'package: gateall\nerrors: openssl\notel: true\nfunctions: [{name: f, may_block: true, timeout_ms: 5, requires_lock: l}, {name: g, thread_affine: true}]\n',
    ],
    ['gateplain', 'cgo', 'package: gateplain\nfunctions: [{name: f}]\n'],
    [
      'typedplain',
      'cgo',
      'package: typedplain\npreamble: "static int f(int n) { return n; }"\nfunctions: [{name: f, args: [{name: n, type: int}], returns: int}]\n',
    ],
    [
      'typedlock',
      'cgo',
      'package: typedlock\npreamble: "static int f(double n) { return n > 0; }"\nfunctions: [{name: f, args: [{name: n, type: float64}], returns: {error: errno}, requires_lock: l, timeout_ms: 5}]\n',
    ],
  ],
  cgomonitor: [['monitorotel', 'cgomonitor', 'package: monitorotel\notel: true\n']],
  struct: [['recordmsgpack', 'struct', 'package: recordmsgpack\nmsgpack: true\npacked: true\n']],
}

describeNeeding('cc', 'every generated package', () => {
  let module: GoModule
  beforeAll(() => {
    const files = guardKindNames.flatMap(kind => {
      const definition: GuardKindDefinition = guardKinds[kind]
      const plain = kind === 'cgo' || kind === 'ci' ? [] : [[kind, kind, '{}\n'] as const]
      return [...plain, ...(configs[kind] ?? [])].flatMap(([folder, , yaml]) =>
        definition.generate('c.yaml', yaml).files.map(file => ({...file, path: `${folder}/${file.path}`})),
      )
    })
    module = goModule(files, '.', '1.24')
  })
  afterAll(() => module.remove())

  test('is gofmt-clean and vetted', () => {
    expect(
      module
        .unformatted()
        .trim()
        .split('\n')
        .filter(path => !path.startsWith('stubs/') && path !== ''),
    ).toEqual([])
    module.go(['vet', './...'], {env: {CGO_ENABLED: '1'}})
  })

  test.skipIf(!hasStaticcheck)(
    'passes staticcheck [needs staticcheck]',
    () => {
      const ran = spawnSync(staticcheck, ['./...'], {
        cwd: module.directory,
        encoding: 'utf8',
        env: {...process.env, CGO_ENABLED: '1', GOFLAGS: '-mod=mod', GOPROXY: 'off'},
      })
      expect(ran.stdout + ran.stderr).toBe('')
    },
    600_000,
  )
})
