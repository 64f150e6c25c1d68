// The bundled declarations against GOROOT: what go/types says that every public package exports, object by object, must be the same.
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {describeNeeding} from '../../src/base/testing/needs.ts'
import {openBundle} from '../../src/go/load/std/bundle.ts'
import {declarations, declarationsOf} from '../../src/go/load/std/declarations.ts'
import {bundledGoVersion} from '../../src/go/load/settings.ts'

const go = (...args: string[]) => execFileSync('go', args, {encoding: 'utf8', cwd: fileURLToPath(new URL('std-oracle', import.meta.url))})

it('the bundled declarations are of the version that loading names, and smaller than 3 MB', () => {
  expect(declarationsOf).toBe(bundledGoVersion)
  expect(declarations.length).toBeLessThan(3e6)
})

describeNeeding('go', 'the bundled declarations', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'gotriage-std-')))
  afterAll(() => rmSync(base, {recursive: true, force: true}))
  beforeAll(async () => {
    const bundle = await openBundle(bundledGoVersion)
    const write = (directory: string) => {
      for (const {name, kind} of bundle.list(directory) ?? []) {
        const path = `${directory}/${name}`
        if (kind === 'directory') write(path)
        else {
          const target = join(base, path.slice('std:'.length))
          mkdirSync(dirname(target), {recursive: true})
          writeFileSync(target, bundle.read(path) ?? '')
        }
      }
    }
    write('std:')
  })

  const version = () => go('env', 'GOVERSION').trim()
  for (const [goos, goarch] of [
    ['linux', 'amd64'],
    ['windows', '386'],
  ] as const)
    it(`show what the packages of GOROOT show on ${goos}/${goarch}`, context => {
      if (!version().startsWith(`${bundledGoVersion}.`)) context.skip(`the bundle is of ${bundledGoVersion}, installed is ${version()}`)
      expect(go('run', '.', go('env', 'GOROOT').trim(), base, goos, goarch).split('\n').slice(0, 20)).toEqual([''])
    })
})
