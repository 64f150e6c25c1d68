import {mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {gotriage} from '../testing/command-line.ts'

let dir = ''
beforeEach(() => {
  dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-check-command-`))
  vi.stubEnv('GOTRIAGE_CACHE', `${dir}/cache`)
  vi.stubEnv('GOWORK', 'off')
  mkdirSync(`${dir}/m`)
  write('go.mod', 'module example.com/m\n\ngo 1.24\n')
  write('a.go', late('wg'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, {recursive: true, force: true})
})
function write(name: string, text: string): void {
  writeFileSync(`${dir}/m/${name}`, text)
  utimesSync(`${dir}/m/${name}`, 1, 1)
}
const late = (name: string) =>
  `package m\n\nimport "sync"\n\nfunc F() {\n\tvar ${name} sync.WaitGroup\n\tgo func() {\n\t\t${name}.Add(1)\n\t\t${name}.Done()\n\t}()\n\t${name}.Wait()\n}\n`
const check = (...words: readonly string[]) => gotriage(['check', ...words], {cwd: `${dir}/m`})
const kept = () => readdirSync(`${dir}/cache/gotriage/check`).length

test('the second run says what the first one said, on both streams, with its exit code, and what has changed since', async () => {
  const first = await check()
  expect(first.exit).toBe(1)
  expect(first.stdout).toContain('wg.Add(1)')
  expect(kept(), 'the run and the answer').toBe(2)
  expect(await check()).toEqual(first)
  write('a.go', late('group'))
  const second = await check()
  expect(second.stdout).toContain('group.Add(1)')
  expect(await check()).toEqual(second)
})

test('another format, level or rule is another question', async () => {
  const text = await check()
  const json = await check('--format', 'json')
  expect(JSON.parse(json.stdout)).toMatchObject({schema: 'gotriage/1'})
  expect((await check('--fail-on', 'never')).exit).toBe(0)
  expect((await check('--rules', 'defer-in-loop')).stdout).toBe('')
  expect([await check(), await check('--format', 'json')]).toEqual([text, json])
})

test('an answer that goes to a file is written every time', async () => {
  for (let i = 0; i < 2; i++) expect((await check('-o', 'out.txt')).files.get('out.txt')).toContain('wg.Add(1)')
})

test('without a cache nothing is kept', async () => {
  await check('--no-cache')
  expect(() => kept()).toThrow()
})

test('formats for those who look at the repository name files from its root, and JSON from the directory of -C', async () => {
  mkdirSync(`${dir}/.git`)
  const inRepository = async (format: string) => (await gotriage(['check', '-C', `${dir}/m`, '--format', format])).stdout
  expect(await inRepository('sarif')).toContain('"uri": "m/a.go"')
  expect(await inRepository('github')).toContain('file=m/a.go,')
  expect(await inRepository('junit')).toContain(' file="m/a.go" ')
  expect(JSON.parse(await inRepository('json'))).toHaveProperty('findings.0.places.0.file', 'a.go')
})
