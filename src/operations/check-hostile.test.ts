// A tree made to do harm, on a real file system and through the whole of `check`: what may not be opened is not, what cannot be read becomes a
// note, and the good file beside it is checked.
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterAll, beforeEach, describe, expect, test} from 'vitest'
import {defineRule} from '../analysis/engine/rule.ts'
import type {Host} from '../base/host.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {check} from './check.ts'

const base = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-hostile-`))
afterAll(() => rmSync(base, {recursive: true, force: true}))
let dir = ''
let count = 0
beforeEach(() => {
  dir = `${base}/${++count}/module`
  write('go.mod', 'module example.com/m\n\ngo 1.24\n')
  write('good.go', 'package m\n\nfunc good() { println(1) }\n')
})

function write(name: string, text: string): void {
  mkdirSync(`${dir}/${name}`.replace(/\/[^/]*$/, ''), {recursive: true})
  writeFileSync(`${dir}/${name}`, text)
}

const calls = defineRule({
  id: 'test-call',
  title: 'A call of println',
  severity: 'warning',
  confidence: 1,
  preset: 'default',
  since: '0.1',
  sources: [],
  messages: {call: {what: 'println is called', why: 'a test says so', next: 'Read on.'}},
  run(pass) {
    for (const call of pass.nodes('CallExpr')) if (pass.text(call) === 'println(1)') pass.report(call, 'call', {})
  },
})

/** Paths that were opened, and what `check` says. */
async function run(env: Readonly<Record<string, string | undefined>> = process.env) {
  const opened: string[] = []
  const watched = (host: Host): Host => ({
    ...host,
    async readFile(path, max) {
      const bytes = await host.readFile(path, max)
      opened.push(path)
      return bytes
    },
    ...(host.readFileSync && {
      readFileSync: (path: string, max?: number) => {
        const bytes = host.readFileSync!(path, max)
        opened.push(path)
        return bytes
      },
    }),
    ...(host.within && {within: (roots: readonly string[]) => watched(host.within!(roots))}),
  })
  const {envelope} = await check({patterns: ['./...']}, watched(nodeHost({cwd: dir, env})), {}, {registry: [calls]})
  const places = envelope.findings.flatMap(finding => (finding.kind === 'hazard' ? (finding.places[0]?.file ?? []) : []))
  return {opened, places, envelope, codes: envelope.notes.map(note => `${note.code} ${note.path ?? ''}`)}
}

describe('check of a hostile tree', () => {
  test('a FIFO and a device named x.go are never opened, and a directory of that name is none of its files', async () => {
    execFileSync('mkfifo', [`${dir}/pipe.go`])
    let device = true
    try {
      execFileSync('mknod', [`${dir}/zero.go`, 'c', '1', '5'], {stdio: 'ignore'})
    } catch {
      device = false // only root may make one
    }
    mkdirSync(`${dir}/folder.go`)
    const {opened, places, codes, envelope} = await run()
    expect(places).toEqual(['good.go'])
    expect(codes).toContain('file-unreadable pipe.go')
    if (device) expect(codes).toContain('file-unreadable zero.go')
    expect(envelope.complete).toBe(false)
    expect(opened.length).toBeGreaterThan(0)
  })

  test('loops of symbolic links end, and links out of the tree are not followed', async () => {
    writeFileSync(`${base}/${count}/secret.go`, 'package m\n\nfunc secret() { println(1) }\n')
    symlinkSync('loop.go', `${dir}/loop.go`)
    symlinkSync('..', `${dir}/ring`)
    symlinkSync('../secret.go', `${dir}/out.go`)
    symlinkSync('good.go', `${dir}/again.go`)
    const {places, codes} = await run()
    expect(places.toSorted()).toEqual(['again.go', 'good.go'])
    expect(codes).toContain('outside-roots out.go')
  })

  test('a replacement that climbs out of the tree is refused', async () => {
    write(
      'go.mod',
      'module example.com/m\n\ngo 1.24\n\nrequire example.com/x v1.0.0\n\nreplace example.com/x => ../../../../../../../etc\n',
    )
    write('uses.go', 'package m\n\nimport _ "example.com/x"\n')
    const {places, codes, opened} = await run()
    expect(places).toEqual(['good.go'])
    expect(codes.some(code => code.startsWith('outside-roots'))).toBe(true)
    expect(opened.filter(path => path.startsWith('/etc/'))).toEqual([])
  })

  test('a file of 100 MB is left out with a note', async () => {
    write('huge.go', 'package m\n')
    truncateSync(`${dir}/huge.go`, 100 * 1024 * 1024)
    const {places, codes, envelope} = await run()
    expect(places).toEqual(['good.go'])
    expect(codes).toContain('file-too-large huge.go')
    expect(envelope.complete).toBe(false)
  })

  test('what a line directive names is never opened', async () => {
    write('line.go', 'package m\n\n//line /etc/passwd:1\nfunc f() { println(1) }\n\n/*line ../secret.go:3:4*/ var x = 1\n')
    const {places, opened} = await run()
    expect(places.toSorted()).toEqual(['good.go', 'line.go'])
    expect(opened.some(path => /passwd|secret/.test(path))).toBe(false)
  })

  test('-toolexec, -overlay and a compiler in the environment are read and never run', async () => {
    const script = `${base}/${count}/run-me`
    const proof = `${base}/${count}/was-run`
    writeFileSync(script, `#!/bin/sh\ntouch ${proof}\n`, {mode: 0o755})
    const {places, codes} = await run({
      ...process.env,
      GOFLAGS: `-toolexec=${script} -overlay=${script} -vettool=${script}`,
      CC: script,
      GOCACHEPROG: script,
      CGO_ENABLED: '1',
    })
    expect(places).toEqual(['good.go'])
    expect(codes.filter(code => code.startsWith('setting-ignored'))).toHaveLength(2)
    expect(existsSync(proof)).toBe(false)
  })

  test('files that nest too deeply become one note each', async () => {
    const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels)
    write('parens/x.go', `package p\n\nvar x = ${deep('(', ')', 50_000).replace('()', '(1)')}\n\nfunc f() { println(1) }\n`)
    write('chain/x.go', `package p\n\nvar y T\nvar x = y${'.a'.repeat(99_000)}\n\nfunc f() { println(1) }\n`)
    write('beyond/x.go', `package p\n\nfunc f() { println(1) }\n\nvar x = ${deep('(', ')', 100_001).replace('()', '(1)')}\n`)
    write('structs/x.go', `package p\n\nfunc f() { println(1) }\n\nvar x ${deep('struct{a ', '}', 90_000).replace(' }', ' int}')}\n`)
    write('blocks/x.go', `package p\n\nfunc f() { println(1) }\n\nfunc g() {${deep('{', '}', 90_000)}}\n`)
    const {places, codes, envelope} = await run()
    expect(places.toSorted()).toEqual(['beyond/x.go', 'blocks/x.go', 'chain/x.go', 'good.go', 'parens/x.go', 'structs/x.go'])
    for (const name of ['beyond', 'structs', 'blocks'])
      expect(codes.filter(code => code.endsWith(` ${name}/x.go`))).toEqual([`syntax-error ${name}/x.go`])
    for (const name of ['parens', 'chain']) expect(codes.filter(code => code.endsWith(` ${name}/x.go`)).length).toBeLessThanOrEqual(1)
    expect(envelope.complete).toBe(false)
  })

  test('a file with a syntax error is checked as far as it goes, and that is said', async () => {
    write('broken.go', 'package m\n\nfunc f() { println(1) }\n\nfunc g( {\n}\n\nfunc h() { println(1) }\n')
    const {envelope, places} = await run()
    expect(places.toSorted()).toEqual(['broken.go', 'broken.go', 'good.go'])
    expect(envelope.notes).toContainEqual({
      code: 'syntax-error',
      path: 'broken.go',
      message: "line 5, column 9: expected ')', found '{'; what could not be read of the file is not checked",
    })
    expect(envelope.complete).toBe(false)
  })

  test('names that are properties of every JavaScript object are ordinary', async () => {
    write(
      'names.go',
      'package m\n\ntype __proto__ struct{ constructor, toString int }\n\nfunc (x __proto__) hasOwnProperty() int {\n\tvar valueOf = map[string]int{"__proto__": 1}\n\tprintln(1)\n\treturn x.constructor + valueOf["constructor"]\n}\n\nfunc constructor() { goto __proto__; __proto__: }\n',
    )
    write('constructor/x.go', 'package constructor\n\nimport "example.com/m/__proto__"\n\nvar X = __proto__.X\n')
    write('__proto__/x.go', 'package __proto__\n\nvar X int\n\nfunc f() { println(1) }\n')
    const {places, codes} = await run()
    expect(places.toSorted()).toEqual(['good.go', 'names.go']) // `./...` leaves out directories that begin with _
    expect(codes).toEqual([])
  })

  test('NUL, a byte order mark, CRLF and bytes that are no UTF-8 are taken as Go takes them', async () => {
    write('crlf.go', '\ufeffpackage m\r\n\r\nfunc crlf() { println(1) }\r\n')
    writeFileSync(`${dir}/nul.go`, 'package m\n\nfunc nul() { println(1) }\n\n// \0\n')
    writeFileSync(`${dir}/latin1.go`, Buffer.from('package m\n\nfunc latin1() { println(1) }\n\nvar s = "\xe9"\n', 'latin1'))
    const {places, codes} = await run()
    expect(places.toSorted()).toEqual(['crlf.go', 'good.go', 'latin1.go', 'nul.go'])
    expect(codes.toSorted()).toEqual(['syntax-error latin1.go', 'syntax-error nul.go'])
  })

  test('a dependency that is not there gives unknown types and one note, and rules go on', async () => {
    write('go.mod', 'module example.com/m\n\ngo 1.24\n\nrequire example.com/gone v1.0.0\n')
    write(
      'uses.go',
      'package m\n\nimport (\n\t"example.com/gone/a"\n\t"example.com/gone/b"\n)\n\nfunc f(x a.T) { b.F(x.G().H); println(1) }\n',
    )
    const {places, codes} = await run()
    expect(places.toSorted()).toEqual(['good.go', 'uses.go'])
    expect(codes.filter(code => code.includes('missing'))).toHaveLength(1)
  })
})
