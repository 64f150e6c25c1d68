import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {openFindingCache} from './finding-cache.ts'

let dir = ''
beforeEach(() => {
  dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-cache-`))
  mkdirSync(`${dir}/repo/.git`, {recursive: true})
  mkdirSync(`${dir}/repo/service`)
  vi.stubEnv('GOTRIAGE_CACHE', `${dir}/cache`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, {recursive: true, force: true})
})
const stored = () => readdirSync(`${dir}/cache/gotriage/check`)

test('gives back what was written under the same name, and nothing else', async () => {
  const cache = openFindingCache(`${dir}/repo`)!
  await cache.write('one', 'text\nof two lines')
  expect(await cache.read('one')).toBe('text\nof two lines')
  expect(await cache.read('two')).toBeUndefined()
  expect(stored(), 'no temporary file is left').toHaveLength(1)
})

test('a changed, cut or foreign entry is not believed', async () => {
  const cache = openFindingCache(`${dir}/repo`)!
  await cache.write('one', 'true')
  const path = `${dir}/cache/gotriage/check/${stored()[0]}`
  const whole = readFileSync(path, 'utf8')
  for (const text of [whole.replace('true', 'false'), whole.slice(0, -1), '', whole.replace(/^./, 'g')]) {
    writeFileSync(path, text)
    expect(await cache.read('one')).toBeUndefined()
  }
})

test.each([
  ['inside the checked repository', () => `${dir}/repo/.cache`],
  ['inside it, while a directory below is checked', () => `${dir}/repo/elsewhere/cache`],
  ['a relative path', () => 'cache'],
  ['a link into the repository', () => (symlinkSync(`${dir}/repo`, `${dir}/link`), `${dir}/link/cache`)],
  ['switched off', () => 'off'],
])('is not used: %s', (_, place) => {
  vi.stubEnv('GOTRIAGE_CACHE', place())
  expect(openFindingCache(`${dir}/repo/service`)).toBeUndefined()
  expect(readdirSync(`${dir}/repo`), 'and makes nothing there').toEqual(['.git', 'service'])
})

test('is not used when others may write there', () => {
  mkdirSync(`${dir}/cache/gotriage/check`, {recursive: true})
  chmodSync(`${dir}/cache/gotriage/check`, 0o777)
  expect(openFindingCache(`${dir}/repo`)).toBeUndefined()
})
