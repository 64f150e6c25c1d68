import {execFileSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {TriageError} from '../../base/errors.ts'
import {openGitRevision} from './git-revision.ts'

let dir = ''
let witness = ''

/** git for building the fixture only: identity given, the machine's configuration left out. */
function git(...args: string[]): void {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  }
  execFileSync('git', args, {cwd: dir, env, stdio: 'pipe'})
}

beforeAll(() => {
  dir = realpathSync(mkdtempSync(`${tmpdir()}/gotriage-git-`))
  witness = `${dir}/ran`
  git('init', '-q', '-b', 'main')
  mkdirSync(`${dir}/p`)
  writeFileSync(`${dir}/p/a.go`, 'package p\n')
  git('add', '.')
  git('commit', '-qm', 'one')
  // Everything a repository can make git run, pointed at a script that leaves a trace.
  const script = `${dir}/.git/evil.sh`
  writeFileSync(script, `#!/bin/sh\necho "$0 $@" >> "${witness}"\ncat\n`)
  chmodSync(script, 0o755)
  for (const hook of ['fsmonitor-watchman', 'post-index-change', 'reference-transaction', 'post-checkout', 'pre-auto-gc']) {
    writeFileSync(`${dir}/.git/hooks/${hook}`, `#!/bin/sh\necho ${hook} >> "${witness}"\n`)
    chmodSync(`${dir}/.git/hooks/${hook}`, 0o755)
  }
  const settings: Record<string, string> = {
    'core.fsmonitor': script,
    'core.hooksPath': `${dir}/.git/hooks`,
    'core.pager': script,
    'core.sshCommand': script,
    'core.askPass': script,
    'core.editor': script,
    'core.alternateRefsCommand': script,
    'credential.helper': script,
    'diff.external': script,
    'diff.evil.command': script,
    'diff.evil.textconv': script,
    'filter.evil.clean': script,
    'filter.evil.smudge': script,
    'filter.evil.process': script,
    'alias.cat-file': `!${script}`,
    'alias.rev-parse': `!${script}`,
    'remote.origin.url': `ext::${script}`,
    'remote.origin.promisor': 'true',
    'remote.origin.partialclonefilter': 'blob:none',
    'remote.origin.uploadpack': script,
    'extensions.partialClone': 'origin',
    'core.repositoryformatversion': '1',
    'protocol.allow': 'always',
    'core.worktree': '/',
  }
  for (const [name, value] of Object.entries(settings)) execFileSync('git', ['config', '--file', `${dir}/.git/config`, name, value])
  writeFileSync(`${dir}/.gitattributes`, '*.go filter=evil diff=evil\n')
})
afterAll(() => rmSync(dir, {recursive: true, force: true}))

describe('a repository that wants to run things', () => {
  test('the fixture is armed: an ordinary git diff runs its commands', () => {
    try {
      execFileSync('git', ['--work-tree', dir, 'diff', 'HEAD'], {cwd: dir, stdio: 'pipe'})
    } catch {
      // what matters is the trace it leaves
    }
    expect(existsSync(witness)).toBe(true)
    rmSync(witness)
  })

  test('reading files of a revision runs none of them', async () => {
    const revision = await openGitRevision(`${dir}/p`, 'HEAD')
    expect(revision.root).toBe(dir)
    const [there, gone] = await Promise.all([revision.read('p/a.go'), revision.read('p/gone.go')])
    expect(new TextDecoder().decode(there)).toBe('package p\n')
    expect(gone).toBeUndefined()
    expect(await revision.read('p'), 'a directory is no file').toBeUndefined()
    revision.close()
    expect(existsSync(witness)).toBe(false)
  })

  test('an object that is missing is not fetched', async () => {
    rmSync(`${dir}/.git/objects`, {recursive: true})
    mkdirSync(`${dir}/.git/objects/pack`, {recursive: true})
    await expect(openGitRevision(dir, 'HEAD')).rejects.toThrow(TriageError)
    expect(existsSync(witness)).toBe(false)
  })
})

test('a directory outside any repository is a usage error', async () => {
  const outside = mkdtempSync(`${tmpdir()}/gotriage-nogit-`)
  await expect(openGitRevision(outside, 'HEAD')).rejects.toThrow(/no git repository/)
  rmSync(outside, {recursive: true})
})

test('in a shallow clone the hint says how to get what is missing', async () => {
  writeFileSync(`${dir}/.git/shallow`, '')
  await expect(openGitRevision(dir, 'origin/main')).rejects.toMatchObject({hint: expect.stringContaining('git fetch --depth=1') as unknown})
  rmSync(`${dir}/.git/shallow`)
  await expect(openGitRevision(dir, 'origin/main')).rejects.toMatchObject({hint: 'Name a commit, branch or tag that exists.'})
})

test('a revision that begins with a dash is no option', async () => {
  await expect(openGitRevision(dir, '--all')).rejects.toThrow(/knows no revision/)
})
