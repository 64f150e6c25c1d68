import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
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
