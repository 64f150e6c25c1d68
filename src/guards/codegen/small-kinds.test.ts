import {execFileSync, spawnSync} from 'node:child_process'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {parse} from 'yaml'
import {describeNeeding} from '../../base/testing/needs.ts'
import {guardRoot} from '../config/fields.ts'
import {readCiGuard} from '../config/ci.ts'
import {goModule, type GoModule} from '../testing/go-module.ts'
import {ciFiles} from './ci.ts'
import {deadlineGo} from './deadline.ts'
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

const deadlineTest = `package deadline

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A handler that reads a body which does not come must end, or it is kept for as long as the client likes.
func TestSlowBody(t *testing.T) {
	ended := make(chan error, 1)
	server := httptest.NewServer(HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		ended <- err
	})))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 100\\r\\n\\r\\na"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Fatal("half a body was read without an error")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the handler still reads")
	}
}

func TestWait(t *testing.T) {
	ctx := context.Background()
	if err := Wait(ctx, time.Second, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	free := make(chan struct{})
	err := Wait(ctx, 10*time.Millisecond, func(context.Context) error { <-free; return nil })
	if !errors.Is(err, context.DeadlineExceeded) || Abandoned() != 1 {
		t.Fatal(err, Abandoned())
	}
	close(free)
	for i := 0; Abandoned() != 0 && i < 200; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if Abandoned() != 0 {
		t.Fatal("work that ended is still counted")
	}
	defer func() {
		if recover() != "x" {
			t.Fatal("the panic did not reach its caller")
		}
	}()
	_ = Wait(ctx, time.Second, func(context.Context) error { panic("x") })
}

func TestHTTP(t *testing.T) {
	r := httptest.NewRecorder()
	HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })).ServeHTTP(r, httptest.NewRequest("GET", "/", nil))
	if r.Code != 503 || r.Body.String() != "late" {
		t.Fatal(r.Code, r.Body.String())
	}
}

type fake struct{ opened, closed *atomic.Int64 }

func (f fake) Connect(context.Context) (driver.Conn, error) { f.opened.Add(1); return f, nil }
func (f fake) Driver() driver.Driver                        { return nil }
func (f fake) Prepare(string) (driver.Stmt, error)          { return nil, errors.New("no statements") }
func (f fake) Begin() (driver.Tx, error)                    { return nil, errors.New("no transactions") }
func (f fake) Close() error                                 { f.closed.Add(1); return nil }

func TestDatabaseKeepsGoodSessionsAndDiscardsOthers(t *testing.T) {
	f := fake{new(atomic.Int64), new(atomic.Int64)}
	db := sql.OpenDB(f)
	defer db.Close()
	good := func(context.Context, *sql.Conn) error { return nil }
	for i := 0; i < 3; i++ {
		if err := Database(context.Background(), db, good); err != nil {
			t.Fatal(err)
		}
	}
	if f.opened.Load() != 1 || f.closed.Load() != 0 {
		t.Fatal("a good session was not used again", f.opened.Load(), f.closed.Load())
	}
	err := Database(context.Background(), db, func(ctx context.Context, _ *sql.Conn) error { <-ctx.Done(); return ctx.Err() })
	if !errors.Is(err, context.DeadlineExceeded) || f.closed.Load() != 1 {
		t.Fatal(err, f.closed.Load())
	}
}

func TestBackgroundEndsAndSaysWhoDoesNot(t *testing.T) {
	b := NewBackground(context.Background())
	var ticks atomic.Int64
	b.Every("ticker", time.Millisecond, func(context.Context) { ticks.Add(1) })
	for i := 0; ticks.Load() < 3 && i < 500; i++ {
		time.Sleep(time.Millisecond)
	}
	if err := b.Close(); err != nil || ticks.Load() < 3 {
		t.Fatal(err, ticks.Load())
	}
	if b.Go("late", func(context.Context) {}) || b.Close() != nil {
		t.Fatal("a closed group starts nothing and closes again")
	}
	stuck := NewBackground(context.Background())
	free := make(chan struct{})
	defer close(free)
	stuck.Go("stubborn", func(context.Context) { <-free })
	if err := stuck.Close(); err == nil || !strings.Contains(err.Error(), "stubborn") {
		t.Fatal(err)
	}
}
`

describeNeeding('go', 'the generated helpers and the gate', () => {
  let module: GoModule
  beforeAll(() => {
    module = goModule(
      [
        ...ginHelpersGo('ginhelp', 'gin.yaml').map(file => ({...file, path: `ginhelp/${file.path}`})),
        ...deadlineGo({package: 'deadline', httpMs: 50, databaseMs: 50, exitMs: 100, body: 'late'}, 'd.yaml').map(file => ({
          ...file,
          path: `deadline/${file.path}`,
        })),
      ],
      '.',
      '1.21',
    )
    module.write('deadline/deadline_test.go', deadlineTest)
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

  test('deadlines answer, discard and end, under the race detector', () => {
    expect(module.unformatted().split('\n')).not.toContain('deadline/deadline.go')
    module.go(['vet', './deadline'])
    expect(module.go(['test', '-race', '-count=1', './deadline'])).toMatch(/^ok/)
  })

  test('the gate fails on a module without tests, passes one that is well, and fails on a data race', () => {
    const gate = goModule([], '.', '1.24')
    gate.write('go-gate.sh', ci('steps: [race]\n')[0]!.text)
    const run = () =>
      spawnSync('bash', ['go-gate.sh'], {cwd: gate.directory, encoding: 'utf8', env: {...process.env, GOFLAGS: '', GOWORK: 'off'}})
    gate.write('p.go', 'package p\n\nvar Count int\n\nfunc Add() { Count++ }\n')
    expect(run()).toMatchObject({status: 1, stderr: expect.stringContaining('no package has tests')})
    gate.write('p_test.go', 'package p\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) { Add() }\n')
    expect(run().status).toBe(0)
    gate.write(
      'p_test.go',
      'package p\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tdone := make(chan bool)\n\tgo func() { Add(); done <- true }()\n\tAdd()\n\t<-done\n}\n',
    )
    const bad = run()
    expect(bad.stdout).toContain('WARNING: DATA RACE')
    expect(bad).toMatchObject({status: 1, stderr: expect.stringContaining('failed: race')})
    gate.remove()
  })
})
