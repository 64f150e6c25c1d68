// Changes of files below a directory: one answer for what happens within a moment, as editors and git write. Where the system watches whole trees
// (macOS, Windows) it is asked to; elsewhere every directory is watched, and not its files, as Node's own recursive watcher does: that one loses
// a file for good when an editor puts another in its place by renaming.
import {type Dirent, type FSWatcher, readdirSync, statSync, watch} from 'node:fs'
import {errors} from '../../base/errors.ts'

/** What follows within this time belongs to the same change. */
const settleMs = 150
/** Directories of one tree; Linux gives a user 8,192 to 1,048,576 watches (inotify(7), max_user_watches). */
const directoriesMax = 100_000
/** Never looked into. */
const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules'])

interface Watched {
  close(): void
}

/** Ends when the signal says so. Paths are relative to the directory, with `/`. */
export async function* changesBelow(dir: string, relevant: (path: string) => boolean, signal?: AbortSignal): AsyncIterable<void> {
  let changed = false
  let failure: unknown
  let wake: (() => void) | undefined
  /** A directory that is gone counts whatever its name is: who knows what was in it. */
  const heard = (path: string, isGone = false) => {
    if (!isGone && !relevant(path)) return
    changed = true
    wake?.()
  }
  const failed = (error: unknown) => {
    failure = error
    wake?.()
  }
  const watched = process.platform === 'darwin' || process.platform === 'win32' ? wholeTree(dir, heard, failed) : tree(dir, heard, failed)
  const abort = () => wake?.()
  signal?.addEventListener('abort', abort)
  const ended = () => signal?.aborted === true || failure !== undefined
  try {
    while (!ended()) {
      if (!changed) await new Promise<void>(resolve => (wake = resolve))
      if (ended()) break
      await new Promise(resolve => setTimeout(resolve, settleMs))
      changed = false
      yield
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    watched.close()
  }
  if (failure !== undefined)
    throw errors.unreadable(dir, `it cannot be watched any more (${failure instanceof Error ? failure.message : 'unknown'})`)
}

function wholeTree(dir: string, heard: (path: string) => void, failed: (error: unknown) => void): Watched {
  const watcher = watch(dir, {recursive: true}, (_, name) => {
    if (name !== null) heard(name.replaceAll('\\', '/'))
  })
  watcher.on('error', failed)
  return watcher
}

function tree(root: string, heard: (path: string, isGone?: boolean) => void, failed: (error: unknown) => void): Watched {
  const watchers = new Map<string, FSWatcher>()
  const at = (path: string) => (path === '' ? root : `${root}/${path}`)

  /** `tells`: what lies in a directory that was not there before is new too. */
  const add = (top: string, tells: boolean): void => {
    const waiting = [top]
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (watchers.size >= directoriesMax) return failed(errors.limit('directories to watch', directoriesMax))
      const own = path
      try {
        const watcher = watch(at(own), (_, name) => {
          if (name !== null) changedIn(own, name)
        })
        watchers.set(own, watcher)
        // A directory that goes away is told by the one around it.
        watcher.on('error', error => (own === '' ? failed(error) : remove(own)))
      } catch (error) {
        if (!isMissing(error)) return failed(error)
        continue
      }
      for (const entry of entriesOf(at(own))) {
        const below = own === '' ? entry.name : `${own}/${entry.name}`
        if (entry.isDirectory()) {
          if (!skipped.has(entry.name)) waiting.push(below)
        } else if (tells) heard(below)
      }
    }
  }

  const remove = (path: string): void => {
    for (const [known, watcher] of watchers)
      if (known === path || known.startsWith(`${path}/`)) {
        watcher.close()
        watchers.delete(known)
      }
  }

  const changedIn = (dir: string, name: string): void => {
    const path = dir === '' ? name : `${dir}/${name}`
    heard(path)
    const isDirectory = statSync(at(path), {throwIfNoEntry: false})?.isDirectory() === true
    if (watchers.has(path)) {
      remove(path)
      heard(path, true)
    }
    if (isDirectory && !skipped.has(name)) add(path, true)
  }

  add('', false)
  return {
    close() {
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    },
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

function entriesOf(dir: string): readonly Dirent[] {
  try {
    return readdirSync(dir, {withFileTypes: true})
  } catch {
    return [] // gone meanwhile, or not to be read: there is nothing to check in it
  }
}
