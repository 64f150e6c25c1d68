// Heads of source files (file-header.ts) that were read before: of the module cache, which does not change, and of GOROOT while sizes and times of
// its files stay the same. A load then lists such a directory and reads one small file instead of all of its sources.
import type {DeclarationCache} from '../../base/declaration-cache.ts'
import type {FileConstraint} from './constraint-lines.ts'
import type {FileHeader} from './file-header.ts'
import {ModuleKeys} from './module-key.ts'
import type {Tree} from './tree.ts'

/** Raised with every change of what is kept. */
const indexVersion = 1
/** A file that changed this short a time ago may change again within its time stamp (as in modindex.modTimeCutoff). */
const racyMs = 2000

export interface StoredHead {
  readonly constraint: FileConstraint
  /** Of Go files only. */
  readonly header?: FileHeader
}

/** Heads of one directory. */
export interface DirectoryHeads {
  get(name: string): StoredHead | undefined
  add(name: string, head: StoredHead): void
  /** Keeps what was added. */
  save(): void
}

export class HeaderIndex {
  readonly #cache: DeclarationCache
  readonly #tree: Tree
  readonly #modules: ModuleKeys
  readonly #std: string | undefined
  readonly #nowMs: number

  /** `std`: the src directory of GOROOT; `nowMs`: milliseconds since the epoch. */
  constructor(cache: DeclarationCache, tree: Tree, gomodcache: string, std: string | undefined, nowMs: number) {
    this.#cache = cache
    this.#tree = tree
    this.#modules = new ModuleKeys(tree.host, gomodcache)
    this.#std = std
    this.#nowMs = nowMs
  }

  /** Undefined for directories whose files may change at any time. */
  async open(dir: string, names: readonly string[]): Promise<DirectoryHeads | undefined> {
    const content = await this.#content(dir, names)
    if (content === undefined) return undefined
    const cache = this.#cache
    const key = cache.hash(JSON.stringify(['heads', indexVersion, cache.identity, content]))
    const heads = new Map(Object.entries(headsIn(cache.read(key))))
    let added = false
    return {
      get: name => heads.get(name),
      add(name, head) {
        heads.set(name, head)
        added = true
      },
      save() {
        if (added) cache.write(key, new TextEncoder().encode(JSON.stringify(Object.fromEntries(heads))))
      },
    }
  }

  async #content(dir: string, names: readonly string[]): Promise<readonly string[] | undefined> {
    const root = this.#modules.rootOf(dir)
    if (root !== undefined) {
      const key = await this.#modules.of(dir)
      return key === undefined ? undefined : [key, dir.slice(root.length)]
    }
    if (this.#std === undefined || !(dir === this.#std || dir.startsWith(`${this.#std}/`))) return undefined
    const parts = [dir]
    const {host} = this.#tree
    for (const name of names) {
      const stat = host.statSync === undefined ? await host.stat(`${dir}/${name}`) : host.statSync(`${dir}/${name}`)
      if (stat === undefined || stat.modifiedMs > this.#nowMs - racyMs) return undefined
      parts.push(`${name} ${stat.kind} ${stat.size} ${stat.modifiedMs}`)
    }
    return parts
  }
}

/** The checksum says that it is what was written; what is no object holds nothing. */
function headsIn(bytes: Uint8Array | undefined): Record<string, StoredHead> {
  if (bytes === undefined) return {}
  const heads = JSON.parse(new TextDecoder().decode(bytes)) as unknown
  return typeof heads === 'object' && heads !== null ? (heads as Record<string, StoredHead>) : {} // checked above, and by the checksum
}
