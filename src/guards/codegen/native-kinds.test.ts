// Records shared with C, the NUMA launcher and GOMAXPROCS from quotas, built and run with the compilers of this machine.
import {spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {readStructGuard} from '../config/struct.ts'
import {guardRoot} from '../config/fields.ts'
import {goModule, type GoModule} from '../testing/go-module.ts'
import {gomaxprocsGo} from './gomaxprocs.ts'
import {numaGo} from './numa.ts'
import {placed, structGo} from './struct.ts'

const fields = `fields:
  - {name: kind, type: uint8}
  - {name: id, type: uint64}
  - {name: ok, type: bool}
  - {name: values, type: float64, count: 3}
  - {name: small, type: int16}
  - {name: host, type: char, count: 12}
`
const aligned = readStructGuard(guardRoot('r.yaml', `package: record\nname: Sample\nmsgpack: true\n${fields}`))
const packed = readStructGuard(guardRoot('t.yaml', `package: tight\nname: Tight\npacked: true\nmsgpack: true\n${fields}`))

test('every gap is spelled out, and a packed record has none', () => {
  expect(placed(aligned)).toMatchObject({size: 64, paddingAfter: 2})
  expect(placed(aligned).fields.map(field => field.offset)).toEqual([0, 8, 16, 24, 48, 50])
  expect(placed(packed)).toMatchObject({size: 48, paddingAfter: 0})
  expect(placed(packed).fields.map(field => field.offset)).toEqual([0, 1, 9, 10, 34, 36])
})

test.each([
  ['fields: [{name: a, type: uint65}]\n', /r\.yaml:1: .*"uint65" is not known/, /Did you mean "uint64"/],
  ['fields: [{name: a, typ: int8}]\n', /no key "typ" here/, /Did you mean "type"/],
  ['fields: [{name: int, type: int8}]\n', /no name for a field in both languages/, /./],
  ['fields: [{name: a, type: int8}, {name: a, type: int8}]\n', /a is there twice/, /./],
  ['fields: []\n', /a record without fields/, /./],
  ['name: lower\n', /no name for an exported Go type/, /./],
])('a record that cannot be is refused: %j', (yaml, message, hint) => {
  let thrown: unknown
  try {
    readStructGuard(guardRoot('r.yaml', yaml))
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({code: 'usage', message: expect.stringMatching(message), hint: expect.stringMatching(hint)})
})

const recordC = `package PACKAGE

/*
#include "STEM.h"
#include <string.h>

static void fill(STEM *s) {
	memset(s, 0, sizeof *s);
	s->kind = 9; s->id = 0x1122334455667788ull; s->ok = 1; s->values[0] = 1.5; s->values[2] = -2.25; s->small = -7;
	strcpy(s->host, "example");
}
*/
import "C"

import "unsafe"

func fill(s *NAME) { C.fill((*C.STEM)(unsafe.Pointer(s))) }
`

const recordTest = (get: (field: string) => string) => `package PACKAGE

import (
	"encoding/hex"
	"strings"
	"testing"
	"unsafe"
)

func TestCAndGoSeeTheSameRecord(t *testing.T) {
	var s NAME
	fill(&s)
	if s.Kind != 9 || ${get('Id')} != 0x1122334455667788 || !s.Ok || ${get('Values2')} != -2.25 || ${get('Small')} != -7 || s.HostText() != "example" {
		t.Fatalf("%+v", s)
	}
	if s.SetHostText("exactly twelve") || !s.SetHostText("fits") || s.HostText() != "fits" {
		t.Fatal(s.HostText())
	}
}

func TestMsgpackIsInCMemoryWithOneOwner(t *testing.T) {
	var s NAME
	fill(&s)
	got := hex.EncodeToString(s.AppendMsgpack(nil))
	want := "86" + "a4" + hex.EncodeToString([]byte("kind")) + "cc09" + "a26964" + "cf1122334455667788" + "a26f6b" + "c3" +
		"a6" + hex.EncodeToString([]byte("values")) + "dc0003" + "cb3ff8000000000000" + "cb0000000000000000" + "cbc002000000000000" +
		"a5" + hex.EncodeToString([]byte("small")) + "d1fff9" + "a4" + hex.EncodeToString([]byte("host")) + "da0007" + hex.EncodeToString([]byte("example"))
	if got != want {
		t.Fatalf("%s\\n%s", got, want)
	}
	e, err := NewExport([]NAME{s, s})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Use(func(data unsafe.Pointer, n int) {
		if text := hex.EncodeToString(unsafe.Slice((*byte)(data), n)); text != "dd00000002"+strings.Repeat(want, 2) {
			t.Error(text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	data, n, err := e.Give()
	if err != nil || n != 5+len(want) {
		t.Fatal(n, err)
	}
	given := &Export{data: data, n: n}
	for range 2 {
		if err := given.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := e.Give(); err != ErrExported {
		t.Fatal(err)
	}
	if err := given.Use(nil); err != ErrExported {
		t.Fatal(err)
	}
}
`

const quotaTest = `package maxprocs

import (
	"testing"
	"testing/fstest"
)

func files(all map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range all {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func TestTheLeastQuotaOfAllLevelsCounts(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  float64
	}{
		{"nothing", nil, 0},
		{"v2", map[string]string{"proc/self/cgroup": "0::/a/b\\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\\n"}, 1.5},
		{"v2 root", map[string]string{"proc/self/cgroup": "0::/\\n", "sys/fs/cgroup/cpu.max": "250000 100000\\n"}, 2.5},
		{"v1", map[string]string{"proc/self/cgroup": "3:cpu,cpuacct:/x\\n2:memory:/x\\n", "sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": "300000", "sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000"}, 3},
		{"v1 without", map[string]string{"proc/self/cgroup": "3:cpu:/x\\n", "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000"}, 0},
		{"broken", map[string]string{"proc/self/cgroup": "0::/a\\n", "sys/fs/cgroup/a/cpu.max": "x"}, 0},
	} {
		if got := quota(files(c.files)); got != c.want {
			t.Errorf("%s: %g, want %g", c.name, got, c.want)
		}
	}
}

func TestTheLimitIsThatOfTheRuntime(t *testing.T) {
	for _, c := range []struct {
		cpus  int
		quota float64
		want  int
	}{{8, 0, 8}, {8, 0.5, 2}, {8, 2.5, 3}, {8, 3, 3}, {8, 20, 8}, {1, 0.5, 1}, {2, 1, 2}} {
		if got := limit(c.cpus, c.quota); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
	if n := allowedCPUs(); n < 1 {
		t.Fatal(n)
	}
}
`

const changeTest = `package maxprocs

import (
	"context"
	"runtime"
	"testing"
	"time"
)

func TestGomaxprocsIsSetAndFollowed(t *testing.T) {
	t.Setenv("GOMAXPROCS", "")
	old := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(old)
	runtime.GOMAXPROCS(old + 5)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	changed := make(chan int, 9)
	Start(ctx, func(_, to int) { changed <- to })
	first := <-changed
	runtime.GOMAXPROCS(first + 3) // somebody else
	select {
	case to := <-changed:
		if to != first {
			t.Fatal(to, first)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("not looked at again")
	}
}
`

describeNeeding('cc', 'records, launcher and GOMAXPROCS', () => {
  let module: GoModule
  beforeAll(() => {
    const at = (folder: string) => (file: {readonly path: string; readonly text: string}) => ({...file, path: `${folder}/${file.path}`})
    module = goModule(
      [
        ...structGo(aligned, 'r.yaml').map(at('record')),
        ...structGo(packed, 't.yaml').map(at('tight')),
        ...numaGo({node: 0, policy: 'bind', cpus: ''}, 'n.yaml').map(at('numa')),
        ...gomaxprocsGo({package: 'maxprocs', everyMs: 1000}, 'g.yaml').map(at('maxprocs')),
      ],
      '.',
      '1.24',
    )
    for (const [folder, stem, name, get] of [
      ['record', 'sample', 'Sample', (field: string) => (field === 'Values2' ? 's.Values[2]' : `s.${field}`)],
      ['tight', 'tight', 'Tight', (field: string) => (field === 'Values2' ? 's.Values(2)' : `s.${field}()`)],
    ] as const) {
      const fill = (text: string) => text.replaceAll('PACKAGE', folder).replaceAll('STEM', stem).replaceAll('NAME', name)
      module.write(`${folder}/fill.go`, fill(recordC))
      module.write(`${folder}/record_test.go`, fill(recordTest(get)))
    }
    module.write('maxprocs/quota_test.go', quotaTest)
  })
  afterAll(() => module.remove())

  test('are gofmt-clean, and go vet finds nothing but the pointers of packed records', () => {
    expect(module.unformatted().trim()).toBe('')
    module.go(['vet', './...'], {env: {CGO_ENABLED: '1'}})
  })

  test('C and Go agree on every byte, and msgpack has one owner, under the race detector', () => {
    expect(module.go(['test', '-race', '-count=1', './record', './tight'], {env: {CGO_ENABLED: '1'}}).match(/^ok/gm)).toHaveLength(2)
  })

  test('an offset that is wrong does not compile, in Go or in C', () => {
    const go = join(module.directory, 'record/sample.go')
    const text = readFileSync(go, 'utf8')
    writeFileSync(go, text.replace('\t_      [7]byte\n', '\t_      [15]byte\n'))
    expect(() => module.go(['vet', './record'], {env: {CGO_ENABLED: '1'}})).toThrow(
      /invalid argument: index|out of bounds|overflows|must not be negative/,
    )
    writeFileSync(go, text)
    const header = join(module.directory, 'record/sample.h')
    const c = readFileSync(header, 'utf8')
    expect(spawnSync('cc', ['-std=c11', '-fsyntax-only', '-x', 'c', '-'], {input: c}).status).toBe(0)
    const moved = c.replace('uint8_t padding0[7];', 'uint64_t padding0[7];')
    expect(spawnSync('cc', ['-std=c11', '-fsyntax-only', '-x', 'c', '-'], {input: moved, encoding: 'utf8'}).stderr).toContain('sample: id')
  })

  test('quotas are read as the runtime reads them, and before Go 1.25 they are followed', () => {
    module.go(['test', '-count=1', './maxprocs'])
    const old = readFileSync(join(module.directory, 'maxprocs/start_old.go'), 'utf8')
    module.write('maxprocs/start_old.go', old.replace('//go:build !go1.25\n', ''))
    module.write('maxprocs/start_new.go', 'package maxprocs\n')
    module.write('maxprocs/change_test.go', changeTest)
    module.go(['test', '-race', '-count=1', './maxprocs'], {env: {CGO_ENABLED: '1'}})
  })

  test('the launcher confines the program it becomes', () => {
    module.go(['build', '-o', 'numa-run', './numa'])
    const run = (...args: readonly string[]) => spawnSync(join(module.directory, 'numa-run'), args, {encoding: 'utf8'})
    const status = run('-policy', 'none', '-cpus', '0', '--', 'grep', 'Cpus_allowed_list', '/proc/self/status')
    expect(status).toMatchObject({status: 0, stdout: 'Cpus_allowed_list:\t0\n'})
    expect(run('-cpus', '0-x', '--', 'true')).toMatchObject({status: 127, stderr: expect.stringContaining('no list of numbers')})
    expect(run('-cpus', '0', '-policy', 'bnd', '--', 'true')).toMatchObject({
      status: 127,
      stderr: expect.stringContaining('no policy "bnd"'),
    })
    const bound = run('-cpus', '0', '-policy', 'bind', '--', 'cat', '/proc/self/numa_maps')
    if (bound.status === 0) expect(bound.stdout).toContain(' bind:0 ')
    else expect(bound.stderr).toMatch(/set_mempolicy|numa_maps/) // a kernel without NUMA, or one that forbids it
  })
})
