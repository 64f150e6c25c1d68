// Declaration files in the user's cache directory (cache-directory.ts), one a package, shared by all projects: named by their key, checksummed,
// written to a temporary name and renamed, so that two processes only ever see whole files; the ones not used for longest go when there are too many bytes.
import {createHash, randomBytes} from 'node:crypto'
import {closeSync, fstatSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {DeclarationCache} from '../../base/declaration-cache.ts'
import {hash, programIdentity, removeQuietly, trustedDirectory} from './cache-directory.ts'

/** Of all files together; everything kubernetes and its dependencies declare takes about a tenth of it. */
const totalBytesMax = 512 << 20
/** Larger declaration files are neither written nor read (bytes). */
const fileBytesMax = 64 << 20
/** The time of last use is written when it is older than this. */
const dayMs = 86_400_000
/** What a writer that was killed left behind is removed after this. */
const abandonedMs = 3_600_000
const checksumBytes = 32

export interface DeclarationCacheOptions {
  /** For tests; default 512 MiB. */
  readonly totalBytesMax?: number
}

/** Undefined when there is no directory that may be trusted. */
export function openDeclarationCache(checkedDirectory: string, options: DeclarationCacheOptions = {}): DeclarationCache | undefined {
  const directory = trustedDirectory(checkedDirectory, 'declarations')
  if (directory === undefined) return undefined
  const pathOf = (key: string) => join(directory, `${hash(key).slice(0, 40)}.decl`)
  let writable = true
  let pruneAt = 0
  return {
    identity: programIdentity(),
    hash,
    read(key) {
      const path = pathOf(key)
      try {
        const file = readWhole(path)
        const body = file?.bytes.subarray(checksumBytes)
        if (file === undefined || body === undefined || !checksum(key, body).equals(file.bytes.subarray(0, checksumBytes))) return undefined
        if (Date.now() - file.usedMs > dayMs) touch(path)
        return body
      } catch {
        return undefined
      }
    },
    write(key, bytes) {
      if (!writable || bytes.length > fileBytesMax) return
      const temporary = join(directory, `.${randomBytes(8).toString('hex')}.tmp`)
      try {
        writeFileSync(temporary, Buffer.concat([checksum(key, bytes), bytes]), {mode: 0o600, flag: 'wx'})
        renameSync(temporary, pathOf(key))
      } catch {
        writable = false
        removeQuietly(temporary)
        return
      }
      // Counting all files is worth it now and then only.
      pruneAt -= bytes.length
      if (pruneAt > 0) return
      const limit = options.totalBytesMax ?? totalBytesMax
      pruneAt = limit / 16
      try {
        prune(directory, limit)
      } catch {
        writable = false // someone took the directory away
      }
    },
  }
}

/** Of the key too: a file under another name is not believed. */
const checksum = (key: string, body: Uint8Array): Buffer => createHash('sha256').update(key).update('\0').update(body).digest()

function readWhole(path: string): {readonly bytes: Uint8Array; readonly usedMs: number} | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const {size, mtimeMs} = fstatSync(descriptor)
    if (size < checksumBytes || size > fileBytesMax + checksumBytes) return undefined
    const bytes = Buffer.allocUnsafeSlow(size)
    return readSync(descriptor, bytes, 0, size, 0) === size ? {bytes, usedMs: mtimeMs} : undefined
  } finally {
    closeSync(descriptor)
  }
}

function touch(path: string): void {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // A cache that is only readable stays as it is.
  }
}

/** Removes what was not used for longest until a quarter of the limit is free. */
function prune(directory: string, bytesMax: number): void {
  const now = Date.now()
  const files: {readonly path: string; readonly size: number; readonly usedMs: number}[] = []
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    const stats = statSync(path, {throwIfNoEntry: false})
    if (stats === undefined) continue
    if (name.endsWith('.tmp') && now - stats.mtimeMs > abandonedMs) rmSync(path, {force: true})
    else if (name.endsWith('.decl')) files.push({path, size: stats.size, usedMs: stats.mtimeMs})
  }
  let total = files.reduce((sum, file) => sum + file.size, 0)
  if (total <= bytesMax) return
  files.sort((a, b) => a.usedMs - b.usedMs)
  for (const {path, size} of files) {
    if (total <= bytesMax * 0.75) return
    rmSync(path, {force: true})
    total -= size
  }
}
