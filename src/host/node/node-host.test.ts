import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {isBelow, nodeHost} from './node-host.ts'

let base = ''
beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gotriage-host-')))
  for (const folder of ['root/sub', 'other', 'root-sibling']) mkdirSync(join(base, folder), {recursive: true})
  writeFileSync(join(base, 'root/a.txt'), 'inside')
  writeFileSync(join(base, 'other/secret.txt'), 'outside')
  writeFileSync(join(base, 'root-sibling/s.txt'), 'outside')
  symlinkSync('../a.txt', join(base, 'root/sub/in'))
  symlinkSync('../../other/secret.txt', join(base, 'root/sub/out'))
  symlinkSync('../other', join(base, 'root/elsewhere'))
  symlinkSync('loop', join(base, 'root/loop'))
  symlinkSync('/dev/zero', join(base, 'root/zero'))
  writeFileSync(join(base, 'root/big'), '')
  truncateSync(join(base, 'root/big'), 100 << 20)
  execFileSync('mkfifo', [join(base, 'root/pipe')])
})
afterAll(() => rmSync(base, {recursive: true, force: true}))

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('nodeHost', () => {
  it('reads regular files, whole and in parts, and lists directories in order', async () => {
    const host = nodeHost({cwd: base, env: {A: 'b'}})
    expect(text(await host.readFile('root/a.txt'))).toBe('inside')
    expect(text(await (await host.open('root/a.txt')).read(2, 3))).toBe('sid')
    expect(await host.list('root')).toEqual(['a.txt', 'big', 'elsewhere', 'loop', 'pipe', 'sub', 'zero'])
    expect((await host.entries?.('root'))?.map(entry => entry.kind)).toEqual(['file', 'file', 'link', 'link', 'other', 'directory', 'link'])
    expect(host.env('A')).toBe('b')
    expect(await host.stat('nothing')).toBeUndefined()
    await expect(host.readFile('nothing')).rejects.toMatchObject({code: 'not-found'})
  })

  it('never opens FIFOs, devices and directories', async () => {
    const host = nodeHost({cwd: base})
    for (const path of ['root/pipe', 'root/zero', 'root'])
      await expect(host.readFile(path), path).rejects.toMatchObject({code: 'unreadable'})
    await expect(host.open('root/pipe')).rejects.toMatchObject({code: 'unreadable'})
    expect((await host.stat('root/pipe'))?.kind).toBe('other')
  })

  it('refuses a file above the limit before reading it', async () => {
    await expect(nodeHost({cwd: base}).readFile('root/big', 1 << 20)).rejects.toMatchObject({code: 'limit'})
  })

  it('follows links inside its roots and nowhere else', async () => {
    const host = nodeHost({cwd: base}).within?.([join(base, 'root')])
    expect(host).toBeDefined()
    if (host === undefined) return
    expect(text(await host.readFile('root/sub/in'))).toBe('inside')
    for (const path of ['root/sub/out', 'root/elsewhere/secret.txt', 'other/secret.txt', 'root/../other/secret.txt', 'root-sibling/s.txt'])
      await expect(host.readFile(path), path).rejects.toMatchObject({code: 'outside-roots'})
    await expect(host.readFile('root/loop')).rejects.toMatchObject({code: 'unreadable'})
    expect(await host.stat('other/secret.txt')).toBeUndefined()
    expect(await host.realpath('root/elsewhere')).toBeUndefined()
    expect(await host.list('root/elsewhere')).toEqual([])
    expect(() => host.readFileSync?.('other/secret.txt')).toThrow(/outside/)
  })

  it('only ever narrows its roots', async () => {
    const narrow = nodeHost({cwd: base})
      .within?.([join(base, 'root')])
      ?.within?.([base])
    await expect(narrow?.readFile('other/secret.txt')).rejects.toMatchObject({code: 'outside-roots'})
    expect(text((await narrow?.readFile('root/a.txt')) ?? new Uint8Array())).toBe('inside')
    expect(isBelow('/a/bc', '/a/b')).toBe(false)
  })
})
