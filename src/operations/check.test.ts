import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {afterAll, beforeEach, describe, expect, test} from 'vitest'
import {defineRule} from '../analysis/engine/rule.ts'
import {exactString} from '../go/types/api.ts'
import {openGitRevision} from '../host/node/git-revision.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {check, type CheckRequest, summaryLine} from './check.ts'
import {fix} from './check-fix.ts'

const root = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-check-`))
let dir = ''
let count = 0
beforeEach(() => {
  dir = `${root}/m${++count}`
  write('go.mod', 'module example.com/m\n\ngo 1.24\n')
})
afterAll(() => rmSync(root, {recursive: true, force: true}))

function write(name: string, text: string): void {
  mkdirSync(dirname(`${dir}/${name}`), {recursive: true})
  writeFileSync(`${dir}/${name}`, text)
}

/** Reports calls of println, and the size of an int; its safe fix takes a call of printlnfix away, another one breaks the file. */
const calls = defineRule({
  id: 'test-call',
  title: 'A call of println',
  severity: 'warning',
  confidence: 1,
  preset: 'default',
  since: '0.1',
  sources: [],
  messages: {call: {what: '{text} is called', why: 'a test says so', next: 'Read on.'}},
  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const text = pass.text(call)
      const {path: file} = pass.fileOf(call)
      const fixes = (replacement: string) => [
        {kind: 'safe' as const, title: 'replace it', edits: [{file, start: call.pos, end: call.end, text: replacement}]},
      ]
      if (text === 'println(1)') pass.report(call, 'call', {data: {text}, fixes: fixes('print(1)')})
      else if (text === 'println(2)') pass.report(call, 'call', {data: {text}, fixes: fixes('print(undefined)')})
      else if (text === 'println(4)') pass.report(call, 'call', {data: {text}, fixes: fixes('print(4)\n\tprint(5)')})
      else if (text === 'println(3)') pass.report(call, 'call', {data: {text}, fixes: fixes('println((3)')})
      else if (text.startsWith('println')) pass.report(call, 'call', {data: {text}})
    }
    for (const constant of pass.nodes('BinaryExpr')) {
      const value = pass.constantOf(constant)
      if (value !== undefined && exactString(value) === '4294967295') pass.report(constant, 'call', {data: {text: 'a 32-bit mask'}})
    }
  },
})
const other = defineRule({...calls, id: 'test-other', run() {}})
const registry = [calls, other]

const run = (request: Partial<CheckRequest> = {}) =>
  check({patterns: [], ...request}, nodeHost({cwd: dir}), {}, {registry, openRevision: openGitRevision})
const shown = async (request: Partial<CheckRequest> = {}) =>
  (await run(request)).envelope.findings.map(
    finding =>
      `${finding.places[0]?.file}:${finding.places[0]?.line} ${finding.id}: ${finding.what}${finding.kind === 'hazard' && finding.suppressed ? ` [${finding.suppressed.by}: ${finding.suppressed.reason}]` : ''}`,
  )

describe('comments that silence', () => {
  test('a comment behind the line and one above it silence, with their reason', async () => {
    write(
      'a.go',
      `package m

func f() {
	println("a") //gotriage:ignore test-call the log is read by people
	//gotriage:ignore test-call,test-other so is this
	println("b")
	println("c")
}
`,
    )
    expect(await shown()).toEqual([
      'a.go:4 test-call: println("a") is called [comment: the log is read by people]',
      'a.go:5 suppression-unused: this comment silences no finding of test-other on line 6',
      'a.go:6 test-call: println("b") is called [comment: so is this]',
      'a.go:7 test-call: println("c") is called',
    ])
  })

  test('unused, unknown, empty and reasonless comments are reported', async () => {
    write(
      'a.go',
      `package m

//gotriage:ignore test-call nothing is here
func f() {
	println("a") //gotriage:ignore test-call
	println("b") //gotriage:ignore test-cal a name with a letter missing
	//gotriage:ignore
}
`,
    )
    expect(await shown()).toEqual([
      'a.go:3 suppression-unused: this comment silences no finding of test-call on line 4',
      'a.go:5 test-call: println("a") is called [comment: ]',
      'a.go:5 suppression-without-reason: this comment gives no reason',
      'a.go:6 test-call: println("b") is called',
      'a.go:6 suppression-unused: there is no rule "test-cal"; did you mean "test-call"',
      'a.go:7 suppression-unused: this comment names no rule',
    ])
  })

  test('a comment for a rule that did not run, or in a file whose imports are missing, is not called unused', async () => {
    write('a.go', 'package m\n\nvar x = 1 //gotriage:ignore test-other later\n')
    write('b/b.go', 'package b\n\nimport _ "example.com/gone"\n\nvar x = 1 //gotriage:ignore test-call later\n')
    expect(await shown({ruleIds: ['test-call', 'suppression-unused']})).toEqual([])
  })

  test('nolint and lint:ignore count only on request; alone on a line nolint covers the whole node', async () => {
    write(
      'a.go',
      `package m

//nolint:gotriage // generated by hand
func f() {
	println("a")
}

func g() {
	println("b") //nolint:errcheck
	//lint:ignore test-call reason
	println("c")
	println("d") //nolint
}
`,
    )
    expect((await shown()).filter(line => line.includes('['))).toEqual([])
    expect(await shown({honour: ['nolint', 'lint']})).toEqual([
      'a.go:5 test-call: println("a") is called [comment: generated by hand]',
      'a.go:9 test-call: println("b") is called',
      'a.go:11 test-call: println("c") is called [comment: reason]',
      'a.go:12 test-call: println("d") is called [comment: ]',
    ])
  })
})

test('source in a message is on one line and no longer than a sentence bears', async () => {
  write('a.go', `package m\n\nfunc f() {\n\tprintln(\n\t\t"a",\n\t\t"${'x'.repeat(1000)}",\n\t)\n}\n`)
  const [finding] = (await run()).envelope.findings
  expect(finding?.what).toMatch(/^println\( "a", "x{150,200}… is called$/)
})

describe('a baseline', () => {
  test('holds what was there in a file of another name', async () => {
    write('a.go', 'package m\n\nfunc f() {\n\tprintln("a")\n}\n')
    write('base.json', (await run()).baseline())
    rmSync(`${dir}/a.go`)
    write('inner.go', 'package m\n\nvar moved = 1\n\nfunc f() {\n\tprintln("a")\n}\n')
    expect(await shown({baseline: 'base.json'})).toEqual(['inner.go:6 test-call: println("a") is called [baseline: known in base.json]'])
    write('inner.go', 'package m\n')
    expect((await run({baseline: 'base.json'})).envelope.notes.map(note => note.message)).toEqual([
      '1 finding of the baseline no longer occurs: write it again',
    ])
  })

  test('holds what was there through moved and re-indented lines, and lets through what is new', async () => {
    write('a.go', 'package m\n\nfunc f() {\n\tprintln("a")\n\tprintln("b")\n}\n')
    write('base.json', (await run()).baseline())
    write('a.go', 'package m\n\nvar moved = 1\n\nfunc f() {\n\tprintln("new")\n\tif true {\n\t\tprintln("b")\n\t}\n\tprintln("b")\n}\n')
    const {envelope} = await run({baseline: 'base.json'})
    expect(envelope.findings.flatMap(f => (f.kind === 'hazard' && f.suppressed === undefined ? [f.what] : []))).toEqual([
      'println("new") is called',
      'println("b") is called',
    ])
    expect(envelope.notes.map(note => note.code)).toContain('baseline-stale')
  })

  test('is not called stale for what a run of other files or rules could not find', async () => {
    write('a.go', 'package m\n\nfunc f() { println("a") }\n')
    write('sub/b.go', 'package sub\n\nfunc f() { println("b") }\n')
    write('base.json', (await run()).baseline())
    const codes = async (request: Partial<CheckRequest>) =>
      (await run({baseline: 'base.json', ...request})).envelope.notes.map(note => note.code)
    expect(await codes({patterns: ['./sub']})).not.toContain('baseline-stale')
    write('sub/b.go', 'package sub\n')
    expect(await codes({patterns: ['./sub']})).toContain('baseline-stale')
    expect(await codes({patterns: ['.']})).not.toContain('baseline-stale')
  })

  test('that is not there yet is asked to be written', async () => {
    write('a.go', 'package m\n')
    await expect(run({baseline: 'none.json'})).rejects.toMatchObject({hint: 'Write it once with --write-baseline.'})
  })

  test.each([
    ['not JSON', '{', /not JSON/],
    ['another document', '{"schema": "x"}', /schema/],
    ['an entry without fingerprint', '{"schema": "gotriage-baseline/1", "findings": [{"id": "x"}]}', /entry 1/],
  ])('%s is a usage error', async (_, text, says) => {
    write('a.go', 'package m\n')
    write('base.json', text)
    await expect(run({baseline: 'base.json'})).rejects.toThrow(says)
  })
})

test('--new-from shows findings of new lines only, in new files all, and counts the rest', async () => {
  const git = (...args: string[]) => {
    const identity = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
      GIT_CONFIG_GLOBAL: '/dev/null',
    }
    execFileSync('git', args, {cwd: dir, env: {...process.env, ...identity}, stdio: 'pipe'})
  }
  write('sub/a.go', 'package sub\n\nfunc f() {\n\tprintln("old")\n}\n')
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'one')
  write('sub/a.go', 'package sub\r\n\r\nfunc f() {\r\n\tprintln("before")\r\n\tprintln("old")\r\n}\r\n')
  write('sub/b.go', 'package sub\n\nfunc g() { println("untracked") }\n')
  expect(await shown({newFrom: 'HEAD'})).toEqual([
    'sub/a.go:4 test-call: println("before") is called',
    'sub/b.go:3 test-call: println("untracked") is called',
  ])
  expect((await run({newFrom: 'HEAD'})).summary.unchanged).toBe(1)
  await expect(run({newFrom: 'gone'})).rejects.toThrow(/no revision "gone"/)
})

describe('several platforms in one run', () => {
  test('findings of some platforms are labelled, those of all are not', async () => {
    write('a.go', 'package m\n\nfunc f() { println("all") }\n')
    write('a_windows.go', 'package m\n\nfunc g() { println("windows") }\n')
    write('b.go', 'package m\n\nimport "unsafe"\n\nconst mask = (1 << (8 * unsafe.Sizeof(uintptr(0)))) - 1\n')
    const {envelope, summary} = await run({platforms: ['linux/amd64', 'windows/386', 'linux/386']})
    expect(envelope.findings.map(f => [f.what, f.kind === 'hazard' ? f.platforms : []])).toEqual([
      ['println("all") is called', []],
      ['println("windows") is called', ['windows/386']],
      ['a 32-bit mask is called', ['linux/386', 'windows/386']],
    ])
    expect(summary.platforms).toEqual(['linux/amd64', 'windows/386', 'linux/386'])
  })

  test('something that is no platform is a usage error', async () => {
    write('a.go', 'package m\n')
    await expect(run({platforms: ['linux']})).rejects.toThrow(/no platform/)
    await expect(run({platforms: ['linux/amd46']})).rejects.toThrow(/no GOARCH "amd46"/)
    await expect(run({platforms: ['widows/amd64']})).rejects.toThrow(/no GOOS "widows"/)
  })
})

describe('gotriage.yaml', () => {
  test('switches rules, changes severities, excludes files with a reason, and is found above the directory', async () => {
    write(
      'gotriage.yaml',
      'rules:\n  test-call: error\n  test-other: off\nexclude:\n  - paths: [gen/**]\n    reason: generated\nplatforms: [linux/amd64]\n',
    )
    write('gen/deep/a.go', 'package deep\n\nfunc f() { println("gen") }\n')
    write('own/a.go', 'package own\n\nfunc f() { println("own") }\n')
    expect(await shown()).toEqual([
      'gen/deep/a.go:3 test-call: println("gen") is called [config: generated]',
      'own/a.go:3 test-call: println("own") is called',
    ])
    expect((await run()).envelope.findings.map(f => f.severity)).toEqual(['error', 'error'])
    expect((await run({config: 'none'})).envelope.findings.map(f => f.severity)).toEqual(['warning', 'warning'])
  })

  test('is found from a directory inside the module, and not above go.mod', async () => {
    write('gotriage.yaml', 'preset: nonsense\n')
    write('in/a.go', 'package in\n')
    write('nested/go.mod', 'module example.com/nested\n')
    write('nested/a.go', 'package nested\n')
    await expect(check({patterns: ['.']}, nodeHost({cwd: `${dir}/in`}), {})).rejects.toThrow(
      /gotriage.yaml:1: "preset" cannot be "nonsense"/,
    )
    await expect(check({patterns: ['.']}, nodeHost({cwd: `${dir}/nested`}), {})).resolves.toBeDefined()
  })
})

describe('fixes', () => {
  const fixed = async () => {
    const host = nodeHost({cwd: dir})
    const services = {registry}
    return fix({patterns: []}, await check({patterns: []}, host, {}, services), host, {}, services)
  }

  test('a safe fix is applied, checked again and shown as a diff that git applies', async () => {
    write('a.go', 'package m\n\nfunc f() {\n\tprintln(1)\n\tprintln("stays")\n}\n')
    const {files, checked} = await fixed()
    expect(files.map(file => new TextDecoder().decode(file.after))).toEqual([
      'package m\n\nfunc f() {\n\tprint(1)\n\tprintln("stays")\n}\n',
    ])
    expect(checked.envelope.findings.map(f => f.what)).toEqual(['println("stays") is called'])
    write('fix.diff', files[0]!.diff)
    execFileSync('git', ['apply', 'fix.diff'], {cwd: dir, env: {...process.env, GIT_CEILING_DIRECTORIES: root}})
    expect(readFileSync(`${dir}/a.go`, 'utf8')).toBe(new TextDecoder().decode(files[0]!.after))
  })

  test('line ends and a byte order mark stay as they are, and the diff still applies', async () => {
    const [before, after] = ['\tprintln(1)\r\n\tprintln(4)\r\n', '\tprint(1)\r\n\tprint(4)\r\n\tprint(5)\r\n']
    const file = (body: string) => `\ufeffpackage m\r\n\r\nfunc f() {\r\n${body}}\r\n`
    write('a.go', file(before))
    const {files} = await fixed()
    expect(new TextDecoder('utf-8', {ignoreBOM: true}).decode(files[0]!.after)).toBe(file(after))
    write('fix.diff', files[0]!.diff)
    execFileSync('git', ['apply', 'fix.diff'], {cwd: dir, env: {...process.env, GIT_CEILING_DIRECTORIES: root}})
    expect(readFileSync(`${dir}/a.go`, 'utf8')).toBe(file(after))
  })

  test('a mark and line ends at the first line are part of the diff', async () => {
    write('a.go', '\ufeffpackage m; func f() { println(1) }\r\n')
    const {files} = await fixed()
    expect(files[0]!.diff).toContain('-\ufeffpackage m; func f() { println(1) }\r\n+\ufeffpackage m; func f() { print(1) }\r\n')
  })

  test('in a generated file no fix is safe', async () => {
    write('a.go', '// Code generated by hand. DO NOT EDIT.\n\npackage m\n\nfunc f() { println(1) }\n')
    write('b.go', 'package m\n\nfunc g() { println(1) }\n')
    const {files, checked} = await fixed()
    expect(files.map(file => file.file)).toEqual(['b.go'])
    expect(checked.envelope.findings.map(one => one.kind === 'hazard' && one.fixes.map(fix => fix.kind))).toEqual([['suggestion']])
  })

  test('a fix that makes a type error or a syntax error is left out, and the others are kept', async () => {
    write('a.go', 'package m\n\nfunc f() { println(1) }\n')
    write('b.go', 'package m\n\nfunc g() { println(2) }\n')
    write('c/c.go', 'package c\n\nfunc g() { println(3) }\n')
    write('d/d.go', 'package d\n\nfunc g() { println(1) }\n')
    const {files, notes} = await fixed()
    expect(files.map(file => file.file)).toEqual(['d/d.go'])
    expect(notes.map(note => note.path)).toEqual(['c/c.go', 'a.go', 'b.go'])
    expect(readFileSync(`${dir}/d/d.go`, 'utf8'), 'nothing is written here').toContain('println(1)')
  })
})

describe('the last line', () => {
  test('says what was checked, which imports are missing and how many calls have an unknown callee', async () => {
    write('a.go', 'package m\n\nimport "example.com/gone"\n\nfunc f() {\n\tgone.Do()\n\tprintln("a")\n\tf()\n}\n')
    const {summary, envelope} = await run()
    expect(summary.calls).toEqual({total: 2, unknown: 1, intoC: 0})
    expect(
      summaryLine(
        summary,
        envelope.findings.map(finding => finding.severity),
      ),
    ).toBe('1 package checked, 1 finding (1 warning); unknown callee in 50.0 % of 2 calls; imports missing: example.com/gone')
  })

  test('counts calls into C apart', async () => {
    write('a.go', 'package m\n\n// int f(void);\nimport "C"\n\nfunc f() { C.f() }\n')
    expect((await run()).summary.calls).toEqual({total: 1, unknown: 0, intoC: 1})
  })
})

describe('the policy for calls into C', () => {
  test('gotriage.yaml names the wrapper and the contract; both are held against the code, and a change of the contract counts', async () => {
    write('gotriage.yaml', 'cgo:\n  wrappers: [wrap]\n  contract: gotriage.api.yaml\n')
    write('gotriage.api.yaml', '- name: f\n')
    const calls = (name: string, c: string) => `package ${name}\n\n// void f(void); void g(void);\nimport "C"\n\nfunc F() { C.${c}() }\n`
    write('wrap/wrap.go', calls('wrap', 'g'))
    write('other/other.go', calls('other', 'f'))
    const found = async () =>
      (await check({patterns: []}, nodeHost({cwd: dir}), {})).envelope.findings
        .filter(one => one.id === 'cgo-call-outside-wrapper')
        .map(one => `${one.places[0]?.file}: ${one.what}`)
    expect(await found()).toEqual(['other/other.go: C.f is called outside of wrap', 'wrap/wrap.go: C.g is not listed in gotriage.api.yaml'])
    write('gotriage.api.yaml', '- name: f\n- name: g\n')
    expect(await found()).toEqual(['other/other.go: C.f is called outside of wrap'])
    write('gotriage.api.yaml', '- nam: f\n')
    await expect(found()).rejects.toThrow('gotriage.api.yaml:1: there is no key "nam" here')
  })
})
