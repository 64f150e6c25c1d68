// A host over the file system for tests and tools of this folder; the program itself uses src/host/node.
import {readFileSync, readdirSync, realpathSync, statSync} from 'node:fs'
import {memorySource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import type {Host} from '../../base/host.ts'

function orUndefined<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

export function fileHost(cwd: string): Host {
  const read = (path: string) => {
    const bytes = orUndefined(() => readFileSync(path))
    if (bytes === undefined) throw errors.notFound(path)
    return bytes
  }
  return {
    cwd,
    env: () => undefined,
    stat: path => {
      const stat = orUndefined(() => statSync(path))
      if (stat === undefined) return Promise.resolve(undefined)
      return Promise.resolve({
        kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other',
        size: stat.size,
        modifiedMs: stat.mtimeMs,
      })
    },
    realpath: path => Promise.resolve(orUndefined(() => realpathSync(path))),
    list: path => Promise.resolve(orUndefined(() => readdirSync(path).sort()) ?? []),
    readFile: path => Promise.resolve(read(path)),
    open: path => Promise.resolve(memorySource(path, read(path))),
  }
}
