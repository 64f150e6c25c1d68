// Running programs as `collect` needs them: starting one, asking one over HTTP, reading what the kernel says about one, writing a capture.
// Node's answer is in src/host/node/processes.ts; tests give their own.

export interface Exit {
  /** Undefined when a signal ended it. */
  readonly code?: number
  readonly signal?: string
}

export interface RunningProgram {
  readonly pid: number
  readonly exited: Promise<Exit>
  stop(signal: 'SIGTERM' | 'SIGKILL' | 'SIGQUIT'): void
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string>>
  /** Files that receive the program's output. */
  readonly stdoutPath: string
  readonly stderrPath: string
}

export interface HttpAnswer {
  readonly status: number
  /** Bytes of the body, in `path` when one was given, else in `body`. */
  readonly bytes: number
  readonly body: Uint8Array
}

export interface Ran {
  /** Undefined when a signal or the time-out ended it. */
  readonly code?: number
  readonly stdout: string
  readonly stderr: string
}

export interface Processes {
  /** Runs a program to its end and gives what it printed, up to a limit; undefined when there is no such program. */
  run?(command: readonly string[], options: {readonly timeoutMs: number; readonly outputBytesMax: number}): Promise<Ran | undefined>
  /** Sends a signal to a process that was not started here; false when that is not possible. */
  signal?(pid: number, signal: 'SIGQUIT'): boolean
  /** Unix nanoseconds. */
  now(): bigint
  /** Ends early, without an error, when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  hostname(): string
  env(name: string): string | undefined
  /** Throws a TriageError when the program cannot be started. */
  start(command: readonly string[], options: StartOptions): Promise<RunningProgram>
  /** Undefined when nothing answers. Redirects are not followed; a body above `bytesMax` is a TriageError. */
  get(
    url: string,
    options: {readonly timeoutMs: number; readonly bytesMax: number; readonly path?: string; readonly signal?: AbortSignal},
  ): Promise<HttpAnswer | undefined>
  /** The first directory that had to be made, above or at the path; undefined when all were there. */
  makeDirectory(path: string): Promise<string | undefined>
  /** Removes directories from `path` up to `last`, as long as they are empty; never anything that holds something. */
  removeEmptyDirectories?(path: string, last: string): Promise<void>
  writeFile(path: string, bytes: Uint8Array): Promise<void>
  /** Removes a file that was written on the way; nothing happens when there is none. */
  removeFile?(path: string): Promise<void>
  /** A file of /proc or /sys, whose size is not known before; undefined when it cannot be read. */
  readKernelFile(path: string, bytesMax: number): Promise<Uint8Array | undefined>
  /** Names in a directory; empty when there is none. */
  list(path: string): Promise<readonly string[]>
  /** Where a symbolic link points; undefined when it is none. */
  link(path: string): Promise<string | undefined>
}
