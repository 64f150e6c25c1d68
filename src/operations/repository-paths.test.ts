import {expect, test} from 'vitest'
import {memoryHost, type MemoryEntry} from '../host/memory/memory-host.ts'
import {repositoryPaths} from './repository-paths.ts'

const of = async (files: Readonly<Record<string, MemoryEntry>>, file: string, env: Readonly<Record<string, string>> = {}) =>
  (await repositoryPaths(memoryHost({'/r/service/a.go': '', ...files}, {cwd: '/r/service', env})))(file)

test('paths start at the repository around the directory, also of files beside it', async () => {
  const files = {'/r/.git/HEAD': ''}
  expect(await of(files, 'a.go')).toBe('service/a.go')
  expect(await of(files, '/r/shared/b.go')).toBe('shared/b.go')
  expect(await of(files, '/go/pkg/mod/x.go')).toBe('/go/pkg/mod/x.go')
})

test('another work tree counts as a repository, and a submodule as a part of the one around it', async () => {
  expect(await of({'/r/.git': 'gitdir: /other/.git/worktrees/r\n'}, 'a.go')).toBe('service/a.go')
  expect(await of({'/r/.git/HEAD': '', '/r/service/.git': 'gitdir: ../.git/modules/service\n'}, 'a.go')).toBe('service/a.go')
  expect(await of({'/r/.git/HEAD': '', '/r/service/.git': 'not a repository'}, 'a.go')).toBe('service/a.go')
})

test('without a repository a GitHub workspace stands for it, and without that paths stay as they are', async () => {
  expect(await of({}, 'a.go', {GITHUB_WORKSPACE: '/r/'})).toBe('service/a.go')
  expect(await of({}, 'a.go', {GITHUB_WORKSPACE: '/elsewhere'})).toBe('a.go')
  expect(await of({}, '/r/service/a.go')).toBe('/r/service/a.go')
})
