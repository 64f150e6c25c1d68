// What the outside world can be asked for. Node's answers are in src/host/node, a memory one for tests and the page in src/host/memory.
import type {ByteSource} from './byte-source.ts'

export interface Stat {
  readonly kind: 'file' | 'directory' | 'other'
  /** Bytes; 0 for directories. */
  readonly size: number
  /** Milliseconds since the epoch; only for cache keys, never printed. */
  readonly modifiedMs: number
  /** The same for its content, name or time stamps: POSIX ctime, which nobody can set. Absent where there is none. */
  readonly changedMs?: number
}

/** Paths are absolute or relative to `cwd`, with `/`. Nothing is opened that the caller did not name or that lies outside a root. */
/** A name in a directory; `link` is a symbolic link that was not followed. */
export interface DirectoryEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
}

export interface Host {
  readonly cwd: string
  /** Of this machine, in Go's names; absent where there is none to speak of. */
  readonly platform?: {readonly goos: string; readonly goarch: string}
  /** The environment variable, undefined when unset. */
  env(name: string): string | undefined
  /** Follows symbolic links; undefined when there is nothing. */
  stat(path: string): Promise<Stat | undefined>
  /** The path with every symbolic link resolved; undefined when it cannot be. */
  realpath(path: string): Promise<string | undefined>
  /** Names in a directory, sorted by code unit; empty when it is none. */
  list(path: string): Promise<readonly string[]>
  /** Whole regular file; a TriageError for anything else (FIFOs and devices are never opened) or above `bytesMax`. */
  readFile(path: string, bytesMax?: number): Promise<Uint8Array>
  open(path: string): Promise<ByteSource>
  /** `list` with kinds, for hosts that know them at no extra cost. */
  entries?(path: string): Promise<readonly DirectoryEntry[]>
  /** `readFile` for a synchronous core; absent where nothing can be read synchronously. */
  readFileSync?(path: string, bytesMax?: number): Uint8Array
  /** `stat` for those who ask for thousands; absent where nothing can be asked synchronously. */
  statSync?(path: string): Stat | undefined
  /** A view of this host that opens nothing outside these directories, whatever links lead to. */
  within?(roots: readonly string[]): Host
}
