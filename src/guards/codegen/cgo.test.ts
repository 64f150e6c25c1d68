import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {cgoWarnings, readCgoGuard} from '../config/cgo.ts'
import {goModule, type GoModule} from '../testing/go-module.ts'
import {bareCalls} from './bare-calls.ts'
import {opensslCodes} from './cgo-openssl.ts'
import {cgoGo} from './cgo.ts'
import {safeMapGo} from './safe-map.ts'

const fromTheText = '- name: SSL_read\ntimeout_ms: 5000\nmay_block: true\nrequires_lock: ssl_mutex\n'

test('the four-field list is read as it stands in the text, and with its indentation', () => {
  const guard = readCgoGuard('c.yaml', fromTheText)
  expect(guard.functions).toEqual([{name: 'SSL_read', timeoutMs: 5000, mayBlock: true, lock: 'ssl_mutex'}])
  expect(readCgoGuard('c.yaml', fromTheText.replace(/^(?=[tmr])/gm, '  '))).toEqual(guard)
  expect(readCgoGuard('c.yaml', '- name: f\n').functions).toEqual([{name: 'f', timeoutMs: 0, mayBlock: false}])
  expect(cgoWarnings(guard)[0]).toMatch(/keeps ssl_mutex until it returns from C/)
})

test.each([
  ['- name: f\n  timeout: 5\n', /^c\.yaml:2: there is no key "timeout" here/, /timeout_ms/],
  ['- name: f\n- name: f\n', /^c\.yaml:2: .*listed twice/, /./],
  ['- name: C.f\n', /^c\.yaml:1: .*no name of a C function/, /./],
  ['- name: f\n  timeout_ms: -1\n', /^c\.yaml:2: timeout_ms must be a whole number from 1/, /./],
  ['- name: f\n  may_block: maybe\n', /^c\.yaml:2: .*true or false/, /./],
  ['functions: []\n', /no functions/, /./],
])('what is wrong is told with its line: %j', (yaml, message, hint) => {
  let thrown: unknown
  try {
    readCgoGuard('c.yaml', yaml)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({code: 'usage', message: expect.stringMatching(message), hint: expect.stringMatching(hint)})
})

test('bare calls are found, gated ones are not, and another name is no excuse', () => {
  const source = `package p

import "C"
import "example.com/gate"

func f() {
	C.SSL_read(nil)
	gate.Call("SSL_read", func() error { C.SSL_read(nil); return nil })
	gate.CallContext(ctx, "SSL_read", func() error { go func() { C.SSL_read(nil) }(); return nil })
	gate.Call("SSL_write", func() error { _, err := C.SSL_read(nil); return err })
	C.other(C.int(3))
}
`
  const found = bareCalls(new TextEncoder().encode(source), new Set(['SSL_read', 'SSL_write']))
  expect(found.map(call => [call.name, call.line])).toEqual([
    ['SSL_read', 7],
    ['SSL_read', 10],
  ])
  expect(bareCalls(new TextEncoder().encode(source.replace('import "C"\n', '')), new Set(['SSL_read']))).toEqual([])
})

test('all thirteen codes of SSL_get_error have a strategy', () => {
  expect(opensslCodes.map(([code]) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
})

const clib = `package clib

/*
#include <errno.h>
#include <time.h>
static int slow(int ms) {
	struct timespec left = {ms / 1000, ms % 1000 * 1000000L};
	while (nanosleep(&left, &left) != 0 && errno == EINTR) {} // a signal of Go's runtime ends usleep early
	return ms;
}
static int fails(void) { errno = ENOENT; return -1; }
*/
import "C"

import "example.com/guarded/gate"

func Slow(ms int) error {
	return gate.Call("slow", func() error { C.slow(C.int(ms)); return nil })
}

func Fails() error {
	return gate.Call("fails", func() error { _, err := C.fails(); return err })
}
`

const behaviour = `package clib

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/guarded/gate"
)

func TestACallThatTakesTooLongSendsItsCallerAwayAndKeepsItsLock(t *testing.T) {
	if err := Slow(600); !errors.Is(err, gate.ErrTimeout) {
		t.Fatal(err)
	}
	if gate.Stuck("slow") != 1 {
		t.Fatalf("%d stuck", gate.Stuck("slow"))
	}
	if err := Slow(0); !errors.Is(err, gate.ErrLocked) {
		t.Fatal("the lock was given away while C still ran:", err)
	}
	for i := 0; gate.Stuck("slow") > 0 && i < 200; i++ {
		time.Sleep(20 * time.Millisecond)
	}
	if err := Slow(0); err != nil {
		t.Fatal(err)
	}
}

func TestErrnoIsThatOfTheCall(t *testing.T) {
	var seen []gate.Record
	gate.OnCall(func(r gate.Record) { seen = append(seen, r) })
	defer gate.OnCall(nil)
	if err := Fails(); !errors.Is(err, syscall.ENOENT) {
		t.Fatal(err)
	}
	if len(seen) != 1 || seen[0].Errno != syscall.ENOENT || seen[0].Name != "fails" {
		t.Fatalf("%+v", seen)
	}
	var text bytes.Buffer
	if err := gate.WriteMetrics(&text); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "cgo_errno_total{package=\\"gate\\",function=\\"fails\\",errno=\\"2\\"} 1\\n") {
		t.Fatal(text.String())
	}
}

func TestTooManyStuckCallsAreRefused(t *testing.T) {
	block := make(chan struct{})
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := gate.Call("free", func() error { <-block; return nil }); !errors.Is(err, gate.ErrTimeout) {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	if err := gate.Call("free", func() error { return nil }); !errors.Is(err, gate.ErrStuck) {
		t.Fatal(err)
	}
	close(block)
	for i := 0; gate.Stuck("free") > 0 && i < 200; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if err := gate.Call("free", func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := gate.Call("unlisted", nil); !errors.Is(err, gate.ErrNotListed) {
		t.Fatal(err)
	}
}

func TestAPanicReachesItsCallerAndFreesTheLock(t *testing.T) {
	for i := 0; i < 2; i++ {
		func() {
			defer func() {
				if p := recover(); p != "x" {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = gate.Call("slow", func() error { panic("x") })
		}()
	}
}

func TestManyCallsEndAtTheSameMomentAsTheirTime(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 64; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = gate.Call("edge", func() error { time.Sleep(time.Millisecond); return nil })
		}()
	}
	wg.Wait()
	time.Sleep(100 * time.Millisecond)
	if n := gate.Stuck("edge"); n != 0 {
		t.Fatalf("%d calls are counted as stuck for ever", n)
	}
}
`

const safeMapTest = `package safemap

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestValuesAreOwnedAndReleasedOnce(t *testing.T) {
	released := map[string]int{}
	m := New(Options[string, []int]{
		Clone:   func(v []int) []int { return append([]int(nil), v...) },
		Release: func(k string, v []int) { released[fmt.Sprint(k, v)]++ },
	})
	mine := []int{1}
	m.Set("a", mine)
	mine[0] = 99
	got, _ := m.Get("a")
	got[0] = 77
	if again, _ := m.Get("a"); again[0] != 1 {
		t.Fatal("a value is shared with the outside:", again)
	}
	m.Set("a", []int{2})
	m.Set("b", []int{3})
	if !m.Delete("b") || m.Delete("b") {
		t.Fatal("delete")
	}
	m.Close()
	m.Close()
	if fmt.Sprint(released) != "map[a[1]:1 a[2]:1 b[3]:1]" {
		t.Fatal(released)
	}
	if err := m.Set("c", nil); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

func TestGrowthIsReportedAtItsSite(t *testing.T) {
	var seen []Growth
	m := New(Options[int, int]{Name: "sessions", Threshold: 100, OnGrowth: func(g Growth) { seen = append(seen, g) }})
	for i := 0; i < 450; i++ {
		m.Set(i, i)
	}
	m.Update(7, func(v int, ok bool) int { return v + 1 })
	if len(seen) != 3 || seen[0].Size != 100 || seen[1].Size != 200 || seen[2].Size != 400 {
		t.Fatalf("%+v", seen)
	}
	if !strings.Contains(seen[0].Site, "safe_map_test.go:") || seen[0].Depth < 1 {
		t.Fatalf("%+v", seen[0])
	}
	var text strings.Builder
	m.WriteMetrics(&text)
	if text.String() != "safe_map_entries{map=\\"sessions\\"} 450\\nsafe_map_entries_peak{map=\\"sessions\\"} 450\\n" {
		t.Fatal(text.String())
	}
}

func TestManyGoroutines(t *testing.T) {
	m := New(Options[int, int]{})
	var wg sync.WaitGroup
	for g := 0; g < 8; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 1000; i++ {
				m.Update(i%10, func(v int, _ bool) int { return v + 1 })
				m.Range(func(k, v int) bool { m.Get(k); return k < 5 })
			}
		}()
	}
	wg.Wait()
	sum := 0
	m.Range(func(_, v int) bool { sum += v; return true })
	if sum != 8000 {
		t.Fatal(sum)
	}
}
`

describeNeeding('go', 'the generated gate and safe map', () => {
  let module: GoModule
  beforeAll(() => {
    const yaml = `package: gate
blocked_max: 2
errors: openssl
functions:
  - {name: slow, timeout_ms: 100, may_block: true, requires_lock: ssl_mutex}
  - {name: fails, requires_lock: ssl_mutex}
  - {name: free, timeout_ms: 50, may_block: true}
  - {name: edge, timeout_ms: 1, may_block: true}
`
    const text = cgoGo(readCgoGuard('c.yaml', fromTheText), 'c.yaml').map(file => ({...file, path: `cgogate/${file.path}`}))
    const gate = cgoGo(readCgoGuard('c.yaml', yaml), 'c.yaml').map(file => ({...file, path: `gate/${file.path}`}))
    const map = safeMapGo({package: 'safemap', threshold: 10_000}, 'm.yaml').map(file => ({...file, path: `safemap/${file.path}`}))
    module = goModule([...text, ...gate, ...map], '.', '1.21')
    module.write('safemap/safe_map_test.go', safeMapTest)
    module.write('clib/clib.go', clib)
    module.write('clib/clib_test.go', behaviour)
  })
  afterAll(() => module.remove())

  test('is gofmt-clean and go vet finds nothing, and other systems get the file without thread ids', () => {
    expect(
      module
        .unformatted()
        .split('\n')
        .filter(path => !path.startsWith('stubs/') && !path.endsWith('_test.go') && !path.startsWith('clib/') && path !== ''),
    ).toEqual([])
    module.go(['vet', './gate', './cgogate', './safemap'])
    // Elsewhere the file without thread ids is taken; building the standard library for it would take a minute.
    expect(module.go(['list', '-f', '{{.GoFiles}}', './gate'], {env: {GOOS: 'darwin'}})).toBe(
      '[gate.go monitor.go openssl.go thread_other.go]\n',
    )
  })

  test('the safe map owns, reports and releases, under the race detector', () => {
    expect(module.go(['test', '-race', '-count=1', './safemap'])).toMatch(/^ok/)
  })

  describeNeeding('cc', 'before real C', () => {
    test('the gate bounds, locks, counts and reads errno, under the race detector', () => {
      expect(module.go(['test', '-race', '-count=1', './clib'], {env: {CGO_ENABLED: '1'}})).toMatch(/^ok/)
    })
  })
})

describe('what a contract gives', () => {
  test('is the same for the same contract', () => {
    expect(cgoGo(readCgoGuard('c.yaml', fromTheText), 'c.yaml')).toEqual(cgoGo(readCgoGuard('c.yaml', fromTheText), 'c.yaml'))
  })
})
