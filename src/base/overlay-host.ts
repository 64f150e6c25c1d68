// A host with some files replaced: what a check of files would say before they are written.
import {memorySource} from './byte-source.ts'
import type {Host, Stat} from './host.ts'

/** `files` by absolute path with `/`. */
export function overlayHost(host: Host, files: ReadonlyMap<string, Uint8Array>): Host {
  const at = (path: string) => files.get(path.startsWith('/') ? path : `${host.cwd}/${path}`)
  const {readFileSync, statSync, within} = host
  const replaced = (path: string, stat: Stat | undefined): Stat | undefined => {
    const bytes = at(path)
    return stat === undefined || bytes === undefined ? stat : {...stat, size: bytes.length, modifiedMs: Infinity} // newer than anything: no cache believes it unread
  }
  return {
    ...host,
    stat: async path => replaced(path, await host.stat(path)),
    ...(statSync === undefined ? {} : {statSync: (path: string) => replaced(path, statSync(path))}),
    readFile: (path, bytesMax) => {
      const bytes = at(path)
      return bytes === undefined ? host.readFile(path, bytesMax) : Promise.resolve(bytes)
    },
    open(path) {
      const bytes = at(path)
      return bytes === undefined ? host.open(path) : Promise.resolve(memorySource(path, bytes))
    },
    ...(readFileSync === undefined ? {} : {readFileSync: (path: string, bytesMax?: number) => at(path) ?? readFileSync(path, bytesMax)}),
    ...(within === undefined ? {} : {within: (roots: readonly string[]) => overlayHost(within(roots), files)}),
  }
}
