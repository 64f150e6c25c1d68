import {appendFileSync, cpSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {checkModule} from '../operations/check-module.ts'
import {diagnose} from '../operations/diagnose.ts'
import {checkAside} from './check-aside.ts'

const shop = `${checkout}examples/incidents/map-growth-oom`
const folder = mkdtempSync(join(tmpdir(), 'gotriage-aside-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const host = nodeHost({cwd: shop})
const request = {dir: '.', patterns: ['./...'], shownFrom: shop, tests: false, preset: 'evidence'} as const

test('a module checked on a thread of its own is what the main thread makes of it, and its lines can be read', async () => {
  const {sourceLine, ...aside} = await checkAside(request, host, {})
  const {sourceLine: _, ...here} = await checkModule(request, host, {})
  expect(aside).toEqual(here)
  expect(aside.hazards.length).toBeGreaterThan(0)
  expect(sourceLine('session/store.go', 41)).toContain('s.byToken[token] = ')
})

test('with much evidence source and evidence are read beside each other, and the answer is the same, byte for byte', async () => {
  cpSync(shop, folder, {recursive: true})
  const line = 'the service has something to say that no decoder knows, and says it again and again\n'
  appendFileSync(join(folder, 'evidence/stderr.log'), line.repeat(60_000))
  const there = nodeHost({cwd: folder})
  const said: string[] = []
  const used: string[] = []
  const beside = await diagnose(
    {paths: ['.']},
    there,
    {progress: what => void said.push(what)},
    {
      checkAside: (...given) => {
        used.push(given[0].dir)
        return checkAside(...given)
      },
    },
  )
  const after = await diagnose({paths: ['.']}, there, {})
  expect(used).toEqual(['.'])
  expect(JSON.stringify(beside.envelope)).toBe(JSON.stringify(after.envelope))
  expect(said.some(what => what.startsWith('reading evidence'))).toBe(true)
})

test('cancelled, the thread ends and says so', async () => {
  const abort = new AbortController()
  const checked = checkAside(request, host, {signal: abort.signal})
  abort.abort()
  await expect(checked).rejects.toMatchObject({code: 'cancelled'})
})

test('when the source fails, its own words come back and the evidence is left', async () => {
  const failing = diagnose(
    {paths: [folder]},
    host,
    {},
    {checkAside: () => Promise.reject(Object.assign(new Error('no such module'), {code: 'unreadable'}))},
  )
  await expect(failing).rejects.toThrow('no such module')
})
