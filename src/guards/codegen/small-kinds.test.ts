import {execFileSync, spawnSync} from 'node:child_process'
import {chmodSync} from 'node:fs'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {parse} from 'yaml'
import {describeNeeding} from '../../base/testing/needs.ts'
import {guardRoot} from '../config/fields.ts'
import {readCiGuard} from '../config/ci.ts'
import {goModule, type GoModule} from '../testing/go-module.ts'
import {ciFiles} from './ci.ts'
import {ginHelpersGo} from './gin.ts'

const ci = (yaml: string) => ciFiles(readCiGuard(guardRoot('ci.yaml', yaml)), 'ci.yaml')

test('the script of the gate is bash, and says nothing that does not exist', () => {
  const [script, workflow] = ci('{}')
  execFileSync('bash', ['-n'], {input: script!.text})
  expect(script!.text).not.toMatch(/^[^#]*(CGO_CHECK|cgocheck=2)/m)
  expect((parse(workflow!.text) as {jobs: {gate: {steps: unknown[]}}}).jobs.gate.steps).toHaveLength(4)
})

test.each([
  ['steps: []\n', /never fails/],
  ['steps: [rase]\n', /ci\.yaml:1: .*"rase" is not known/],
  ['base: "x; rm -rf ."\n', /no revision/],
  ['go: latest\n', /no Go version/],
])('%j is refused', (yaml, says) => {
  expect(() => ci(yaml)).toThrow(says)
})

describeNeeding('go', 'the generated helpers and the gate', () => {
  let module: GoModule
  beforeAll(() => {
    module = goModule(
      ginHelpersGo('ginhelp', 'gin.yaml').map(file => ({...file, path: `ginhelp/${file.path}`})),
      '.',
      '1.21',
    )
    module.write(
      'ginhelp/gin_test.go',
      `package ginhelp

import (
	"testing"

	"github.com/gin-gonic/gin"
)

func TestIfAndGo(t *testing.T) {
	ran := 0
	m := If(func(c *gin.Context) bool { return c.Keys != nil }, func(*gin.Context) { ran++ })
	m(&gin.Context{})
	m(&gin.Context{Keys: map[string]any{}})
	if ran != 1 {
		t.Fatal(ran)
	}
	c := &gin.Context{}
	got := make(chan any, 2)
	Go(c, func(copied *gin.Context) {
		got <- copied != c
		panic("x")
	}, func(p any) { got <- p })
	if <-got != true || <-got != "x" {
		t.Fatal("no copy, or no panic")
	}
	defer func() {
		if recover() == nil {
			t.Fatal("the same key twice")
		}
	}()
	NewKey[int]("user")
	NewKey[string]("user")
}
`,
    )
  })
  afterAll(() => module.remove())

  test('gin helpers are gofmt-clean, vetted and do what they say under the race detector', () => {
    expect(module.unformatted().split('\n')).not.toContain('ginhelp/gin.go')
    module.go(['vet', './ginhelp'])
    expect(module.go(['test', '-race', '-count=1', './ginhelp'])).toMatch(/^ok/)
  })

  test('the gate fails on a module without tests, passes one that is well, and fails on pointer arithmetic that leaves its object', () => {
    const gate = goModule([], '.', '1.24')
    gate.write('go-gate.sh', ci('steps: [checkptr]\n')[0]!.text)
    chmodSync(`${gate.directory}/go-gate.sh`, 0o755)
    const run = () =>
      spawnSync('./go-gate.sh', [], {cwd: gate.directory, encoding: 'utf8', env: {...process.env, GOFLAGS: '', GOWORK: 'off'}})
    gate.write('p.go', 'package p\n\nimport "unsafe"\n\nfunc Beyond(x *[4]byte) *[16]byte { return (*[16]byte)(unsafe.Pointer(x)) }\n')
    expect(run()).toMatchObject({status: 1, stderr: expect.stringContaining('no package has tests')})
    gate.write('p_test.go', 'package p\n\nimport "testing"\n\nfunc TestNothing(t *testing.T) {}\n')
    expect(run().status).toBe(0)
    gate.write(
      'p_test.go',
      'package p\n\nimport "testing"\n\nvar sink *[16]byte\n\nfunc TestBeyond(t *testing.T) {\n\tfor i := 0; i < 10; i++ {\n\t\tsink = Beyond(new([4]byte))\n\t}\n}\n',
    )
    const bad = run()
    expect(bad.stdout).toContain('checkptr: converted pointer straddles multiple allocations')
    expect(bad).toMatchObject({status: 1, stderr: expect.stringContaining('failed: checkptr')})
    gate.remove()
  })
})
