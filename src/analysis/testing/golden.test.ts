// The golden test itself: stub packages of other modules, cgo files, assembly beside Go files.
import {expect, test} from 'vitest'
import {defineRule} from '../engine/rule.ts'
import {goldenTest, hazardsIn} from './golden.ts'

const handlers = defineRule({
  id: 'test-rule',
  title: 'Every call of a gin method, and every assembly file',
  severity: 'info',
  confidence: 1,
  preset: 'all',
  since: '0.1',
  sources: [],
  messages: {call: {what: '{name} is called', why: 'a test says so', next: 'Read on.'}},
  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const name = pass.calleeName(call)
      if (name?.includes('gin-gonic') === true) pass.report(call, 'call', {data: {name}})
    }
  },
})

test('a fixture may import the stubs of gin and errgroup, and their types are known', async () => {
  const {hazards, errors} = await hazardsIn(
    [handlers],
    'a.go',
    `package a

import (
	"github.com/gin-gonic/gin"
	"golang.org/x/sync/errgroup"
)

func handle(c *gin.Context) {
	var group errgroup.Group
	group.Go(func() error { return c.Err() })
	c.JSON(200, gin.H{"ok": true})
}

func main() { gin.Default().GET("/", handle) }
`,
  )
  expect(errors).toEqual([])
  expect(hazards.map(hazard => hazard.what)).toEqual([
    '(*github.com/gin-gonic/gin.Context).Err is called',
    '(*github.com/gin-gonic/gin.Context).JSON is called',
    'github.com/gin-gonic/gin.Default is called',
    '(*github.com/gin-gonic/gin.RouterGroup).GET is called',
  ])
})

test('a module without a stub is an error, so that a fixture cannot lose its types unseen', async () => {
  const {errors} = await hazardsIn([handlers], 'a.go', 'package a\n\nimport "example.com/nowhere"\n\nvar X = nowhere.Y\n')
  expect(errors.join()).toContain('could not import example.com/nowhere')
})

test('a file with import "C" type-checks with unknown members, and runtime/cgo is there', async () => {
  const {errors} = await hazardsIn(
    [handlers],
    'a.go',
    `package a

/*
#include <stdlib.h>
typedef struct { int a; } thing;
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

type T struct {
	p *C.thing
	n C.int
}

//export goCallback
func goCallback(h C.uintptr_t) C.int {
	cgo.Handle(h).Value().(func())()
	return 0
}

func f(s string, t *T) error {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	n, err := C.strlen(cs)
	var x C.struct_foo
	x.a = C.int(3)
	for i := 0; i < int(n); i++ {
		t.n += C.int(i)
	}
	C.register((*[0]byte)(C.goCallback))
	switch C.foo() {
	case C.A, C.B:
	}
	var all [C.N]int
	_ = all[C.sizeof_thing*2]
	_ = unsafe.Slice((*byte)(unsafe.Pointer(cs)), n)
	return err
}
`,
  )
  expect(errors).toEqual([])
})

const stubbed = defineRule({
  ...handlers,
  messages: {call: {what: '{name} is seen', why: 'a test says so', next: 'Read on.'}},
  run(pass) {
    for (const call of pass.nodes('CallExpr'))
      if (pass.callsFunction(call, 'example.com/other.Do') === 'yes') pass.report(call, 'call', {data: {name: 'Do'}})
    for (const file of pass.package.assembly) {
      const text = new TextDecoder().decode(file.bytes())
      const at = text.indexOf('JMP')
      const line = text.slice(0, at).split('\n').length
      const place = {file: file.path, start: at, end: at + 3, line, column: 2, endLine: line, endColumn: 5, symbol: pass.packagePath}
      pass.reportAt({...place, sourceLine: 'JMP'}, 'call', {data: {name: 'JMP'}})
    }
  },
})

goldenTest(stubbed, new URL('testdata/rule/rule.test.ts', import.meta.url).href)
