// What one load has seen of the file system: directory listings and answers are asked once. Paths that begin with `std:` are those of the
// bundled declarations, which are no files.
import {TriageError} from '../../base/errors.ts'
import type {DirectoryEntry, Host} from '../../base/host.ts'

/** The declarations that ship with gotriage, as a tree below `std:`. */
export interface StdBundle {
  list(directory: string): readonly DirectoryEntry[] | undefined
  read(path: string): Uint8Array | undefined
}

export const bundleRoot = 'std:'

/** Names in one directory; the largest in public module zips hold about 20,000. */
const entriesMax = 200_000

export class Tree {
  readonly host: Host
  #bundle: StdBundle | undefined
  readonly #entries = new Map<string, Promise<readonly DirectoryEntry[]>>()
  readonly #kinds = new Map<string, Promise<'file' | 'directory' | 'other' | undefined>>()
  readonly #goDirectories = new Map<string, Promise<boolean>>()

  constructor(host: Host) {
    this.host = host
  }

  /** From now on there is something below `std:`. */
  attach(bundle: StdBundle): void {
    this.#bundle = bundle
  }

  /** Sorted by name; empty when there is no such directory. Links are told as what they lead to; those that lead nowhere as `link`. */
  entries(directory: string): Promise<readonly DirectoryEntry[]> {
    let found = this.#entries.get(directory)
    if (found === undefined) {
      found = this.#list(directory)
      this.#entries.set(directory, found)
    }
    return found
  }

  async #list(directory: string): Promise<readonly DirectoryEntry[]> {
    if (directory.startsWith(bundleRoot)) return this.#bundle?.list(directory) ?? []
    const entries = this.host.entries
      ? await this.host.entries(directory)
      : (await this.host.list(directory)).map((name): DirectoryEntry => ({name, kind: 'link'}))
    return Promise.all(
      entries.slice(0, entriesMax).map(async (entry): Promise<DirectoryEntry> => {
        if (entry.kind !== 'link') return entry
        // A linked directory stays a link: trees are never walked through links.
        const kind = await this.kind(`${directory}/${entry.name}`)
        return kind === undefined || (kind === 'directory' && this.host.entries) ? entry : {name: entry.name, kind}
      }),
    )
  }

  /** What is there, links followed; undefined for nothing, and for what lies outside the roots. */
  kind(path: string): Promise<'file' | 'directory' | 'other' | undefined> {
    let found = this.#kinds.get(path)
    if (found === undefined) {
      found = path.startsWith(bundleRoot)
        ? Promise.resolve(this.#bundle?.list(path) ? 'directory' : this.#bundle?.read(path) ? 'file' : undefined)
        : this.host.stat(path).then(stat => stat?.kind)
      this.#kinds.set(path, found)
    }
    return found
  }

  /** Whether a directory has a file that ends in `.go`, whatever its constraints (fsys.IsGoDir). */
  hasGoFiles(directory: string): Promise<boolean> {
    let found = this.#goDirectories.get(directory)
    if (found === undefined) {
      found = this.entries(directory).then(entries => entries.some(entry => entry.kind === 'file' && entry.name.endsWith('.go')))
      this.#goDirectories.set(directory, found)
    }
    return found
  }

  read(path: string, bytesMax: number): Promise<Uint8Array> {
    const bundled = path.startsWith(bundleRoot) ? this.#bundle?.read(path) : undefined
    return bundled === undefined ? this.host.readFile(path, bytesMax) : Promise.resolve(bundled)
  }

  /** A small text file; undefined when it is not there or cannot be read. */
  async text(path: string, bytesMax: number): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await this.read(path, bytesMax))
    } catch (error) {
      if (error instanceof TriageError) return undefined
      throw error
    }
  }

  /** Bytes now, where that is possible. */
  readNow(path: string, bytesMax: number): Uint8Array | undefined {
    return path.startsWith(bundleRoot) ? this.#bundle?.read(path) : this.host.readFileSync?.(path, bytesMax)
  }
}

/** Runs `work` on every item, a bounded number at a time, and keeps the order of the answers. */
export async function inParallel<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = Array.from({length: items.length})
  let next = 0
  const lane = async () => {
    for (let i = next++; i < items.length; i = next++) {
      const item = items[i]
      if (item !== undefined) results[i] = await work(item)
    }
  }
  await Promise.all(Array.from({length: Math.min(atOnce, items.length)}, lane))
  return results
}
