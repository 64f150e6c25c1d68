import {spawn} from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {openDeclarationCache} from './declaration-cache.ts'

let dir = ''
beforeEach(() => {
  dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-declarations-`))
  mkdirSync(`${dir}/repo/.git`, {recursive: true})
  vi.stubEnv('GOTRIAGE_CACHE', `${dir}/cache`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, {recursive: true, force: true})
})
const kept = () => `${dir}/cache/gotriage/declarations`
const stored = () => readdirSync(kept())
const some = new Uint8Array([1, 2, 3, 250])

test('gives back what was written under the same key, to any project, and nothing else', () => {
  openDeclarationCache(`${dir}/repo`)!.write('a', some)
  mkdirSync(`${dir}/other`)
  const other = openDeclarationCache(`${dir}/other`)!
  expect(other.read('a')).toEqual(Buffer.from(some))
  expect(other.read('b')).toBeUndefined()
  expect(stored(), 'no temporary file is left').toHaveLength(1)
  expect(statSync(`${kept()}/${stored()[0]}`).mode & 0o077, 'nobody else may read it').toBe(0)
})

test('a file with any byte changed, cut short anywhere, made longer or put under another name is not believed', () => {
  const cache = openDeclarationCache(`${dir}/repo`)!
  cache.write('a', some)
  const path = `${kept()}/${stored()[0]}`
  const whole = readFileSync(path)
  const unread = (bytes: Uint8Array, what: string) => {
    writeFileSync(path, bytes)
    expect(cache.read('a'), what).toBeUndefined()
  }
  for (let at = 0; at < whole.length; at++) {
    const changed = Uint8Array.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 0x41
    unread(changed, `byte ${at}`)
    unread(whole.subarray(0, at), `${at} bytes`)
  }
  unread(Buffer.concat([whole, some]), 'longer')
  writeFileSync(path, whole)
  expect(cache.read('a')).toBeDefined()
  cache.write('b', some)
  for (const name of stored()) writeFileSync(`${kept()}/${name}`, whole)
  expect(cache.read('b'), 'a file of another key').toBeUndefined()
})

test('two processes that write and read the same keys see whole files only', async () => {
  const script = `
    import {openDeclarationCache} from '${checkout}src/host/node/declaration-cache.ts'
    const cache = openDeclarationCache(process.argv[2])
    const bytesOf = key => new Uint8Array(50_000).fill(key)
    let found = 0
    for (let round = 0; round < 60; round++)
      for (let key = 0; key < 5; key++) {
        cache.write('key ' + key, bytesOf(key))
        const read = cache.read('key ' + key)
        if (read === undefined || read.length !== 50_000 || read.some(byte => byte !== key)) throw new Error('not whole')
        found++
      }
    console.log(found)`
  writeFileSync(`${dir}/process.mts`, script)
  const one = () =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(process.execPath, ['--import', 'tsx', `${dir}/process.mts`, `${dir}/repo`], {cwd: checkout})
      let text = ''
      child.stdout.on('data', chunk => (text += String(chunk)))
      child.stderr.on('data', chunk => (text += String(chunk)))
      child.on('error', reject)
      child.on('close', () => resolve(text.trim()))
    })
  expect(await Promise.all([one(), one()])).toEqual(['300', '300'])
  expect(stored()).toHaveLength(5)
}, 60_000)

test('what was not used for longest goes when there are too many bytes', () => {
  const cache = openDeclarationCache(`${dir}/repo`, {totalBytesMax: 40_000})!
  const bytes = new Uint8Array(9_000)
  for (let i = 0; i < 4; i++) {
    cache.write(`old ${i}`, bytes)
    for (const name of stored()) {
      const {mtime} = statSync(`${kept()}/${name}`)
      if (Date.now() - mtime.getTime() < 60_000)
        utimesSync(`${kept()}/${name}`, new Date(), new Date(Date.now() - 3_600_000 * (24 * 9 - i)))
    }
  }
  expect(cache.read('old 0'), 'reading it counts as use').toBeDefined()
  for (let i = 0; i < 2; i++) cache.write(`new ${i}`, bytes)
  const total = stored().reduce((sum, name) => sum + statSync(`${kept()}/${name}`).size, 0)
  expect(total).toBeLessThanOrEqual(40_000)
  expect(cache.read('old 1')).toBeUndefined()
  expect(cache.read('old 0')).toBeDefined()
  expect(cache.read('new 1')).toBeDefined()
})

test.each([
  ['inside the checked repository', () => `${dir}/repo/.cache`],
  ['a relative path', () => 'cache'],
  ['a link into the repository', () => (symlinkSync(`${dir}/repo`, `${dir}/link`), `${dir}/link/cache`)],
  ['switched off', () => 'off'],
])('is not used: %s', (_, place) => {
  vi.stubEnv('GOTRIAGE_CACHE', place())
  expect(openDeclarationCache(`${dir}/repo`)).toBeUndefined()
  expect(readdirSync(`${dir}/repo`), 'and makes nothing there').toEqual(['.git'])
})

test('is not used when others may write there', () => {
  mkdirSync(kept(), {recursive: true})
  chmodSync(kept(), 0o777)
  expect(openDeclarationCache(`${dir}/repo`)).toBeUndefined()
})

test('one that cannot be written is read, and says nothing', () => {
  const cache = openDeclarationCache(`${dir}/repo`)!
  cache.write('a', some)
  // Permissions do not stop a superuser: a directory in the way stops everyone.
  rmSync(kept(), {recursive: true})
  writeFileSync(kept(), '')
  expect(() => cache.write('b', some)).not.toThrow()
  expect(cache.read('b')).toBeUndefined()
  rmSync(kept())
  mkdirSync(kept(), {mode: 0o700})
  openDeclarationCache(`${dir}/repo`)!.write('a', some)
  chmodSync(kept(), 0o500)
  const again = openDeclarationCache(`${dir}/repo`)!
  expect(again.read('a')).toEqual(Buffer.from(some))
  expect(() => again.write('c', some)).not.toThrow()
  chmodSync(kept(), 0o700)
})
