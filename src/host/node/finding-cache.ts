// Results of whole runs, and answers of whole commands, in the user's cache directory (cache-directory.ts): checksummed, written to a temporary
// name and renamed, readable by the user only.
import {randomBytes} from 'node:crypto'
import {readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ResultCache} from '../../base/result-cache.ts'
import {hash, programIdentity, removeQuietly, trustedDirectory} from './cache-directory.ts'

/** Entries kept; the ones not used for longest go first. */
const entriesMax = 128
/** Larger entries are neither written nor read (bytes). */
const entryBytesMax = 256 << 20

/** Undefined when there is no directory that may be trusted. */
export function openFindingCache(checkedDirectory: string): ResultCache | undefined {
  const directory = trustedDirectory(checkedDirectory, 'check')
  if (directory === undefined) return undefined
  const pathOf = (name: string) => join(directory, `${hash(name).slice(0, 32)}.json`)
  return {
    identity: programIdentity(),
    hash,
    read(name) {
      try {
        const path = pathOf(name)
        if (statSync(path).size > entryBytesMax) return Promise.resolve(undefined)
        const bytes = readFileSync(path)
        const end = bytes.indexOf(0x0a)
        const body = bytes.subarray(end + 1)
        const whole = bytes.toString('latin1', 0, Math.max(0, end)) === `${hash(name)} ${hash(body)}`
        return Promise.resolve(whole ? body.toString('utf8') : undefined)
      } catch {
        return Promise.resolve(undefined)
      }
    },
    write(name, body) {
      const temporary = join(directory, `.${randomBytes(8).toString('hex')}.tmp`)
      try {
        if (body.length > entryBytesMax / 2) return Promise.resolve()
        writeFileSync(temporary, `${hash(name)} ${hash(body)}\n${body}`, {mode: 0o600, flag: 'wx'})
        renameSync(temporary, pathOf(name))
        prune(directory)
      } catch {
        removeQuietly(temporary)
      }
      return Promise.resolve()
    },
  }
}

function prune(directory: string): void {
  const entries = readdirSync(directory)
    .filter(name => name.endsWith('.json'))
    .map(name => ({path: join(directory, name), usedMs: statSync(join(directory, name)).mtimeMs}))
    .sort((a, b) => b.usedMs - a.usedMs)
  for (const {path} of entries.slice(entriesMax)) rmSync(path, {force: true})
}
