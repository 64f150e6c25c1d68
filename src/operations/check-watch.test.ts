import {mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {expect, test} from 'vitest'
import {errors} from '../base/errors.ts'
import {changesBelow} from '../host/node/changes-below.ts'
import {checkAgain, matters} from './check-watch.ts'

test('sources, module files and configuration matter; objects of git and text files do not', () => {
  const paths = ['a.go', 'x/b_amd64.s', 'go.mod', 'x/gotriage.yaml', 'default.pgo', '.git/index.go', 'README.md', 'out.json']
  expect(paths.filter(matters)).toEqual(['a.go', 'x/b_amd64.s', 'go.mod', 'x/gotriage.yaml', 'default.pgo'])
})

test('every change is a round, a bad one is told and the next one counts', async () => {
  const rounds = [() => 0, () => 1, () => Promise.reject(errors.usage('go.mod:1: broken', 'Mend it.')), () => 3]
  const notes: string[] = []
  let n = 0
  async function* three() {
    for (let i = 0; i < 3; i++) yield
  }
  const code = await checkAgain(
    async () => rounds[n++]!(),
    three,
    line => void notes.push(line),
  )
  expect([code, n]).toEqual([3, 4])
  expect(notes.join()).toContain('go.mod:1: broken. Mend it.')
})

/** Steps that are each a change, and what is heard of them. */
async function heardOf(steps: readonly ((dir: string) => void)[]): Promise<number> {
  const dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-watch-`))
  mkdirSync(`${dir}/inner`)
  writeFileSync(`${dir}/inner/a.go`, 'package inner\n')
  const abort = new AbortController()
  let seen = 0
  // The watch begins with the first question; a moment later it stands.
  setTimeout(() => steps[0]?.(dir), 200)
  const patience = setTimeout(() => abort.abort(), 20_000)
  for await (const _ of changesBelow(dir, matters, abort.signal)) {
    if (++seen === steps.length) abort.abort()
    else setTimeout(() => steps[seen]?.(dir), 50)
  }
  clearTimeout(patience)
  for (const path of [dir, `${dir}-moved`]) rmSync(path, {recursive: true, force: true})
  return seen
}

const inPlace = (dir: string) => {
  writeFileSync(`${dir}/inner/.a.tmp`, `package inner // ${Math.random()}\n`)
  renameSync(`${dir}/inner/.a.tmp`, `${dir}/inner/a.go`)
}
const written = (dir: string) => writeFileSync(`${dir}/inner/a.go`, `package inner // ${Math.random()}\n`)

test('a file is followed through writing in place and being replaced by renaming, as often as it happens', async () => {
  expect(await heardOf([written, inPlace, inPlace, written])).toBe(4)
}, 30_000)

test('a new package is heard of, with what is changed and deleted in it', async () => {
  const make = (dir: string) => {
    mkdirSync(`${dir}/new/deep`, {recursive: true})
    writeFileSync(`${dir}/new/deep/b.go`, 'package deep\n')
  }
  const change = (dir: string) => writeFileSync(`${dir}/new/deep/b.go`, 'package deep // changed\n')
  const remove = (dir: string) => rmSync(`${dir}/new/deep/b.go`)
  const rebuild = (dir: string) => {
    rmSync(`${dir}/new`, {recursive: true})
    make(dir)
  }
  const away = (dir: string) => renameSync(`${dir}/new`, `${dir}-moved`)
  expect(await heardOf([make, change, remove, rebuild, change, away])).toBe(6)
}, 30_000)

test('a file written below the directory is one change, others are none, and the signal ends it', async () => {
  const dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-watch-`))
  mkdirSync(`${dir}/inner`)
  const abort = new AbortController()
  let seen = 0
  const writing = setInterval(() => {
    writeFileSync(`${dir}/notes.txt`, `${Math.random()}`)
    writeFileSync(`${dir}/inner/a.go`, `package inner // ${Math.random()}\n`)
  }, 50)
  for await (const _ of changesBelow(dir, path => path === 'inner/a.go', abort.signal)) {
    seen++
    clearInterval(writing)
    abort.abort()
  }
  expect(seen).toBe(1)
  rmSync(dir, {recursive: true, force: true})
})
