import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {nodeHost} from '../host/node/node-host.ts'
import {check} from './check.ts'
import {why} from './why.ts'

const dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-why-`))
afterAll(() => rmSync(dir, {recursive: true, force: true}))
const files = {
  'go.mod': 'module example.com/m\n\ngo 1.22\n',
  'main.go': `package main

import "runtime"

func main() {
	cold()
	hot()
}

func cold() {
	runtime.GC()
}

func hot() {
	runtime.GC()
	runtime.GC() //gotriage:ignore explicit-gc-call measured here
	println("nothing")
}
`,
  'loop.go': `package main

func loop(use func(func())) {
	for i := 0; i < 3; i++ {
		use(func() { println(i) })
	}
}
`,
  'other_windows.go': 'package main\n\nfunc windows() {}\n',
  'hot.folded': 'runtime.main;main.main;main.cold 10\nruntime.main;main.main;main.hot;runtime.GC 70\nruntime.bgsweep 20\n',
}
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(`${dir}/${name}`), {recursive: true})
  writeFileSync(`${dir}/${name}`, text)
}
const ask = async (ruleId: string, at: string) => (await why({ruleId, at}, nodeHost({cwd: dir}), {})).why

describe('why', () => {
  test('tells the finding with the questions that led to it', async () => {
    const answer = await ask('explicit-gc-call', './main.go:11')
    expect(answer).toMatchObject({file: 'main.go', line: 11, verdict: 'fires'})
    expect(answer.asked).toContainEqual({text: 'runtime.GC()', question: 'callsFunction', answer: 'runtime.GC: yes', unknown: false})
  })

  test('tells which comment hides a finding', async () => {
    const answer = await ask('explicit-gc-call', `${dir}/main.go:16`)
    expect(answer.verdict).toBe('suppressed')
    expect(answer.reasons.join()).toContain('suppressed by comment: measured here')
  })

  test('tells where in the file the rule fires, when it does not on the line', async () => {
    const {reasons} = await ask('explicit-gc-call', './main.go:17')
    expect(reasons.join()).toContain('in this file it fires on line 11, 15, 16')
  })

  test('tells that the questions were answered with no', async () => {
    const answer = await ask('explicit-gc-call', 'main.go:17:2')
    expect(answer).toMatchObject({
      verdict: 'silent',
      reasons: expect.arrayContaining([expect.stringContaining('do not make what it reports')]),
    })
  })

  test('tells that the rule holds for other versions of Go only', async () => {
    const answer = await ask('loop-var-capture', 'loop.go:5')
    expect(answer.verdict).toBe('silent')
    expect(answer.reasons.join()).toMatch(/below Go 1\.22, and the language version of the file is 1\.22/)
  })

  test('tells that the file is not built here, and that the preset leaves the rule out', async () => {
    expect((await ask('explicit-gc-call', 'other_windows.go:3')).reasons.join()).toContain('takes no part in the build')
    expect((await ask('defer-in-loop', 'main.go:3')).reasons.join()).toContain('use --preset strict or --rules defer-in-loop')
    expect((await ask('map-unbounded-growth', 'main.go:3')).reasons.join()).toContain('no preset runs it')
  })

  test('refuses unknown rules, files and places with the way out', async () => {
    await expect(ask('explicit-gc-cal', 'main.go:1')).rejects.toThrow('there is no rule "explicit-gc-cal"')
    await expect(ask('explicit-gc-call', 'main.go')).rejects.toThrow('is no place')
    await expect(ask('explicit-gc-call', 'main.go:999')).rejects.toThrow('main.go ends at line ')
    await expect(ask('explicit-gc-call', 'gone.go:1')).rejects.toThrow('does not exist')
  })
})

describe('check --hot', () => {
  const run = (hot: string) => check({patterns: [], ruleIds: ['explicit-gc-call'], hot}, nodeHost({cwd: dir}), {})

  test('puts first what most of the profile flows through, and says how much', async () => {
    const {envelope, hot} = await run('hot.folded')
    const shares = envelope.findings.map(one => [one.places[0]?.line, one.kind === 'hazard' ? hot?.shares.get(one) : undefined])
    expect(shares).toEqual([
      [15, 0.7],
      [16, 0.7],
      [11, 0.1],
    ])
  })

  test('takes default.pgo beside the main package only when asked for it, and says when there is none', async () => {
    await expect(run('auto')).rejects.toThrow('there is no default.pgo')
    writeFileSync(`${dir}/default.pgo`, files['hot.folded'])
    expect((await run('auto')).hot?.file).toBe(`${dir}/default.pgo`)
  })

  test('refuses a file that is no profile', async () => {
    await expect(run('go.mod')).rejects.toThrow('holds no profile')
  })
})
