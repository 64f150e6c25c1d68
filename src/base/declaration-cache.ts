// A place for declaration files, shared by all projects of a user. Node's answer is in src/host/node/declaration-cache.ts.

export interface DeclarationCache {
  /** Of the running program: another build may resolve declarations in another way. */
  readonly identity: string
  /** A strong hash, as hex. */
  hash(content: Uint8Array | string): string
  /** The bytes that were written under this key, whole and unchanged; undefined otherwise. */
  read(key: string): Uint8Array | undefined
  /** Never fails: a cache that cannot be written is no cache. */
  write(key: string, bytes: Uint8Array): void
}
