// A place for results between runs. Node's answer is in src/host/node/finding-cache.ts; what it gives back may be anything, so readers check it.

export interface ResultCache {
  /** Of the running program, so that a new build never meets results of an old one. */
  readonly identity: string
  /** A strong hash, as hex. */
  hash(content: Uint8Array | string): string
  /** The text that was written under this name, whole and unchanged; undefined otherwise. */
  read(name: string): Promise<string | undefined>
  /** Never fails: a cache that cannot be written is no cache. */
  write(name: string, text: string): Promise<void>
}
