// Reads files of a revision with git's plumbing, and only from its object store: no index (so no core.fsmonitor), no work tree (so no clean
// filters), no diff (so no external diff or textconv), no hooks, no pager, and no transport, so that a missing object of a partial clone is
// missing and not fetched with a command of the repository's own configuration.
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process'
import {accessSync, constants, existsSync, realpathSync} from 'node:fs'
import {delimiter, dirname, isAbsolute, join} from 'node:path'
import {errors} from '../../base/errors.ts'
import type {OpenRevision} from '../../base/revision.ts'

/** Larger blobs are not source (bytes). */
const blobBytesMax = 64 << 20
/** Output of `git rev-parse` that is looked at (bytes). */
const answerBytesMax = 1 << 16

/** A setting on the command line wins over the repository's. `protocol.allow` and GIT_ALLOW_PROTOCOL close every transport. */
const safe = [
  '--no-pager',
  '--no-replace-objects',
  '--literal-pathspecs',
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.attributesFile=/dev/null', 'core.alternateRefsCommand=', 'diff.external='],
  ...['protocol.allow=never', 'core.sshCommand=false', 'core.askPass=', 'credential.helper=', 'core.pager=cat', 'core.editor=false'],
].flatMap(word => (word.startsWith('--') ? [word] : ['-c', word]))

function environment(): Record<string, string | undefined> {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  return {
    ...kept,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    LC_ALL: 'C',
  }
}

export const openGitRevision: OpenRevision = async (directory, revision) => {
  const root = rootOf(directory)
  if (root === undefined)
    throw errors.usage(`${directory} is in no git repository`, 'Leave --new-from out, or name a directory of one with -C.')
  const git = gitOnPath()
  if (git === undefined) throw errors.missingTool('git', 'Install git, or use --baseline instead of --new-from.')
  const commit = await resolve(git, root, revision)
  const batch = spawn(git, [...safe, 'cat-file', '--batch'], {cwd: root, env: environment(), stdio: ['pipe', 'pipe', 'pipe']})
  const next = blobReader(batch)
  let queue: Promise<unknown> = Promise.resolve()
  return {
    root,
    read(path) {
      if (path.includes('\n')) return Promise.resolve(undefined)
      const answer = queue.then(() => {
        batch.stdin.write(`${commit}:${path}\n`)
        return next(path)
      })
      queue = answer.catch(() => undefined)
      return answer
    },
    close() {
      batch.stdin.end()
      batch.kill()
    },
  }
}

/** The nearest directory with a `.git`; git itself is not asked, since core.worktree could name another. */
function rootOf(directory: string): string | undefined {
  let at: string
  try {
    at = realpathSync(directory)
  } catch {
    return undefined
  }
  for (;;) {
    if (existsSync(join(at, '.git'))) return at.replaceAll('\\', '/')
    const parent = dirname(at)
    if (parent === at) return undefined
    at = parent
  }
}

/** Absolute entries of PATH only: a relative one could be the repository. */
function gitOnPath(): string | undefined {
  const names = process.platform === 'win32' ? ['git.exe'] : ['git']
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        continue
      }
    }
  }
  return undefined
}

function resolve(git: string, root: string, revision: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(git, [...safe, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], {
      cwd: root,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => void (out = (out + chunk.toString()).slice(0, answerBytesMax)))
    child.stderr.on('data', (chunk: Buffer) => void (err = (err + chunk.toString()).slice(0, answerBytesMax)))
    child.once('error', error => fail(errors.usage(`git cannot be started: ${error.message}`, 'Check the git on PATH.')))
    child.once('close', code => {
      const commit = out.trim().split('\n').at(-1) ?? ''
      if (code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return done(commit)
      const why = err.trim().split('\n')[0] ?? ''
      fail(
        errors.usage(
          `git knows no revision "${revision}" here${why === '' ? '' : ` (${why})`}`,
          existsSync(join(root, '.git', 'shallow'))
            ? 'This clone is shallow: fetch that revision too, as in "git fetch --depth=1 origin main:refs/remotes/origin/main".'
            : 'Name a commit, branch or tag that exists.',
        ),
      )
    })
  })
}

/** `<oid> blob <size>\n<bytes>\n`, or `<name> missing\n` (git-cat-file(1), BATCH OUTPUT). */
function blobReader(batch: ChildProcessWithoutNullStreams): (path: string) => Promise<Uint8Array | undefined> {
  let pending: Buffer = Buffer.alloc(0)
  let ended = false
  let wake: (() => void) | undefined
  batch.stdout.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    wake?.()
  })
  const end = () => {
    ended = true
    wake?.()
  }
  batch.on('error', end)
  batch.on('close', end)
  batch.stdin.on('error', end)
  batch.stderr.resume()
  const more = () => new Promise<void>(done => void (wake = done))
  return async path => {
    for (;;) {
      const line = pending.indexOf(10)
      if (line >= 0) {
        const head = pending.subarray(0, line).toString()
        const blob = /^[0-9a-f]+ (\w+) (\d+)$/.exec(head)
        if (blob === null) {
          pending = pending.subarray(line + 1)
          return undefined
        }
        const size = Number(blob[2])
        if (size > blobBytesMax) throw errors.limit(`size of ${path} in the revision, in bytes`, blobBytesMax)
        if (pending.length >= line + 1 + size + 1) {
          const bytes = pending.subarray(line + 1, line + 1 + size)
          pending = pending.subarray(line + 1 + size + 1)
          return blob[1] === 'blob' ? Uint8Array.from(bytes) : undefined
        }
      }
      if (ended) throw errors.unreadable(path, 'git ended before it answered')
      await more()
    }
  }
}
