// The bundled declarations as a tree below `std:`. What came with a later version of Go than the program asks for is left out.
import type {DirectoryEntry} from '../../../base/host.ts'
import {assert} from '../../../base/errors.ts'
import {bundleRoot, type StdBundle} from '../tree.ts'

/** Between files, between the declarations of one file, and before the minor version that brought a declaration. */
export const [recordMark, fieldMark, gateMark] = ['\u001d', '\u001e', '\u001f']

/** The unpacked text, 2.4 MB, shared by all loads of a process. */
let unpacked: Promise<string> | undefined

async function unpack(): Promise<string> {
  const {declarations} = await import('./declarations.ts')
  const packed = Uint8Array.from(atob(declarations), c => c.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new TextDecoder().decode(await new Response(stream).arrayBuffer())
}

/** The declarations as they were in `goVersion` (`go1.24`). */
export async function openBundle(goVersion: string): Promise<StdBundle> {
  return bundleOf(await (unpacked ??= unpack()), goVersion)
}

/** A bundle from its plain text: files apart by recordMark; each is path, head and declarations, apart by fieldMark. */
export function bundleOf(text: string, goVersion: string): StdBundle {
  const minor = Number(/^go1\.(\d+)/.exec(goVersion)?.[1] ?? Infinity)
  const files = new Map<string, readonly string[]>()
  const directories = new Map<string, Map<string, DirectoryEntry>>()
  for (const record of text.split(recordMark)) {
    const [path, ...parts] = record.split(fieldMark)
    assert(path !== undefined && path.includes('/'), 'a bundled file has a path')
    files.set(`${bundleRoot}/${path}`, parts)
    let kind: DirectoryEntry['kind'] = 'file'
    for (let at = path; at !== ''; kind = 'directory') {
      const slash = at.lastIndexOf('/')
      const parent = slash < 0 ? bundleRoot : `${bundleRoot}/${at.slice(0, slash)}`
      const entries = directories.get(parent) ?? new Map<string, DirectoryEntry>()
      const name = at.slice(slash + 1)
      if (!entries.has(name)) entries.set(name, {name, kind})
      directories.set(parent, entries)
      at = slash < 0 ? '' : at.slice(0, slash)
    }
  }
  const encoder = new TextEncoder()
  const sorted = (entries: ReadonlyMap<string, DirectoryEntry>) => [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const present = (part: string): string => {
    if (!part.startsWith(gateMark)) return part
    const space = part.indexOf(' ')
    return Number(part.slice(1, space)) > minor ? '' : part.slice(space + 1)
  }
  return {
    list(directory) {
      const entries = directories.get(directory)
      return entries && sorted(entries)
    },
    read(path) {
      const parts = files.get(path)
      return (
        parts &&
        encoder.encode(
          `${parts
            .map(present)
            .filter(part => part !== '')
            .join('\n')}\n`,
        )
      )
    },
  }
}
