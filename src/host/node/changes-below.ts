// Changes of files below a directory, through Node's recursive watcher: one answer for what happens within a moment, as editors and git write.
import {watch} from 'node:fs'
import {errors} from '../../base/errors.ts'

/** What follows within this time belongs to the same change. */
const settleMs = 150

/** Ends when the signal says so. Paths are relative to the directory, with `/`. */
export async function* changesBelow(dir: string, relevant: (path: string) => boolean, signal?: AbortSignal): AsyncIterable<void> {
  let changed = false
  let failure: unknown
  let wake: (() => void) | undefined
  const watcher = watch(dir, {recursive: true}, (_, name) => {
    if (name === null || !relevant(name.replaceAll('\\', '/'))) return
    changed = true
    wake?.()
  })
  watcher.on('error', error => {
    failure = error
    wake?.()
  })
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
    watcher.close()
  }
  if (failure !== undefined)
    throw errors.unreadable(dir, `it cannot be watched any more (${failure instanceof Error ? failure.message : 'unknown'})`)
}
