// A first contract from a package's own C calls: what it writes is read back, and typed wrappers of it are no bare calls.
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {gotriage} from '../cli/testing/command-line.ts'
import {readCgoGuard} from '../guards/config/cgo.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {firstContract} from './guard-init.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(`${tmpdir()}/gotriage-init-`)
  mkdirSync(`${dir}/store`)
  writeFileSync(
    `${dir}/store/store.go`,
    `package store

/*
#cgo CFLAGS: -DDEEP=1
#cgo LDFLAGS: -lm
#include <stdlib.h>

typedef struct thing thing;
struct other { int n; };
thing *thing_new(const char *name, double weight);
void thing_free(thing *t);
int thing_read(thing *t, unsigned char *buf, size_t len);
int thing_open(const char *path, thing **out, int flags);
long thing_count(thing *t, void (*each)(int), void *context);
int thing_sum(struct other *o);
int thing_printf(const char *format, ...);
*/
import "C"

func f() {
	s := C.CString("x")
	defer C.free(nil)
	t := C.thing_new(s, C.double(3))
	C.thing_read(t, nil, 0)
	C.thing_open(s, &t, 0)
	C.thing_count(t, nil, nil)
	C.thing_sum(nil)
	C.thing_free(t)
	C.nowhere()
}
`,
  )
})
afterAll(() => rmSync(dir, {recursive: true, force: true}))

test('names types, constructors, destructors, buffers and what may block, and says what it cannot express', async () => {
  const {yaml, notes} = await firstContract('store', nodeHost({cwd: dir}))
  const guard = readCgoGuard('c.yaml', yaml)
  expect(guard.typed?.types).toEqual([{name: 'Thing', c: 'thing', destructor: 'thing_free'}])
  expect(guard.typed?.preamble).toContain('#cgo LDFLAGS: -lm')
  expect(guard.functions.map(fn => [fn.name, fn.mayBlock, fn.signature?.returns.kind])).toEqual([
    ['thing_count', false, 'scalar'],
    ['thing_new', false, 'resource'],
    ['thing_open', false, 'scalar'],
    ['thing_read', true, 'scalar'],
    ['thing_free', false, undefined],
  ])
  expect(guard.functions[3]?.signature?.args.map(arg => arg.kind)).toEqual(['resource', 'buffer', 'length'])
  expect(guard.functions[0]?.signature?.args.map(arg => arg.kind)).toEqual(['resource', 'constant', 'constant'])
  expect(notes.join('\n')).toMatch(/nowhere: its declaration was not found/)
  expect(yaml).toContain('# - name: thing_sum # its object has no destructor here')
})

test('in JSON it is one document of the schema, with the contract as it would be printed', async () => {
  const {yaml, notes} = await firstContract('store', nodeHost({cwd: dir}))
  const {exit, stdout} = await gotriage(['guard', 'cgo', '--init', 'store', '--format', 'json'], {cwd: dir})
  expect(exit).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({schema: 'gotriage/1', tool: {command: 'guard'}, data: {kind: 'cgo', contract: yaml, notes}})
})

test('wrappers of it are no bare calls, the calls it was made from are', async () => {
  const {yaml} = await firstContract('store', nodeHost({cwd: dir}))
  writeFileSync(`${dir}/c.yaml`, yaml)
  const written = await gotriage(['guard', 'cgo', '--config', 'c.yaml', '--out', 'wrap'], {cwd: dir})
  expect(written.exit).toBe(0)
  mkdirSync(`${dir}/wrap`, {recursive: true})
  for (const [path, text] of written.files) writeFileSync(path, text)
  const {exit, stdout} = await gotriage(['guard', 'cgo', '--config', 'c.yaml', '--out', 'wrap', '--check'], {cwd: dir})
  expect(exit).toBe(1)
  expect(stdout).toContain('store/store.go:23:7: C.thing_new is called outside its gate\n')
  expect(stdout).not.toContain('wrap/')
  expect([...written.files.values()].join('\n')).toContain('//go:generate gotriage guard cgo --config ../c.yaml --out .\n')
})

test('a directory without C calls is told', async () => {
  await expect(firstContract('.', nodeHost({cwd: dir}))).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/no C calls/),
  })
})
