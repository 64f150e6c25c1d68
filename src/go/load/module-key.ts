// What identifies the content of a module of the module cache: path and version as the cache spells them, and the hash of the zip file it was
// unpacked from (cmd/go/internal/modfetch, download.go, .ziphash). As go does, what was unpacked is taken for unchanged.
import {TriageError} from '../../base/errors.ts'
import type {Host} from '../../base/host.ts'

/** Bytes of a .ziphash file: `h1:` and 44 characters. */
const hashBytesMax = 4096

export class ModuleKeys {
  readonly #host: Host
  readonly #below: string
  readonly #keys = new Map<string, Promise<string | undefined>>()

  constructor(host: Host, gomodcache: string) {
    this.#host = host
    this.#below = `${gomodcache.replace(/\/+$/, '')}/`
  }

  /** The module a directory belongs to; undefined outside of the cache and for modules without a hash. */
  of(dir: string): Promise<string | undefined> {
    const root = this.rootOf(dir)
    if (root === undefined) return Promise.resolve(undefined)
    let key = this.#keys.get(root)
    if (key === undefined) this.#keys.set(root, (key = this.#read(root)))
    return key
  }

  rootOf(dir: string): string | undefined {
    if (!dir.startsWith(this.#below)) return undefined
    const at = dir.indexOf('@', this.#below.length)
    if (at < 0) return undefined
    const end = dir.indexOf('/', at)
    return end < 0 ? dir : dir.slice(0, end)
  }

  async #read(root: string): Promise<string | undefined> {
    const at = root.lastIndexOf('@')
    const [path, version] = [root.slice(this.#below.length, at), root.slice(at + 1)]
    try {
      const hash = await this.#host.readFile(`${this.#below}cache/download/${path}/@v/${version}.ziphash`, hashBytesMax)
      return `${path}@${version} ${new TextDecoder().decode(hash).trim()}`
    } catch (error) {
      if (error instanceof TriageError) return undefined
      throw error
    }
  }
}
