// What a command is to the command line: a row of one table from which --help, completion and the manual are printed.
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {CheckAside} from '../operations/check-module.ts'

export interface Flag {
  /** Without dashes: `fail-on`. One or two dashes are accepted. */
  readonly name: string
  readonly short?: string
  /** Absent for switches; else the placeholder in the help text. */
  readonly value?: string
  /** May be given several times. */
  readonly many?: boolean
  readonly choices?: readonly string[]
  readonly help: string
}

export interface Parsed {
  /** What was parsed: all behind the command's name. */
  readonly words: readonly string[]
  readonly positionals: readonly string[]
  /** The flag's last value; `'true'` for switches; undefined when not given. */
  flag(name: string): string | undefined
  flags(name: string): readonly string[]
  has(name: string): boolean
}

export interface CommandContext {
  readonly host: Host
  readonly task: Task
  /** Writes to stdout, where the answer goes. */
  out(text: string | Uint8Array): void
  /** Writes a line to stderr, where notes and progress go. */
  note(line: string): void
  /** Writes a file the user named with -o; a TriageError when that cannot be done. */
  write(path: string, content: string | Uint8Array): Promise<void>
  readonly terminal: {readonly isTty: boolean; readonly columns: number; readonly color: boolean}
  stdin(): Promise<Uint8Array>
  /** From here on Ctrl-C ends the process at once: for work that comes back to nobody who could hear of it, and leaves nothing half written. */
  endAtOnce?(): void
  /** Checks source on another thread; absent where there is only one processor. */
  readonly checkAside?: CheckAside
  /** The same, as if started in another directory (`-C`); a TriageError when there is none. */
  inDirectory(path: string): Promise<CommandContext>
  /** Runs a whole command line again on a thread with a deeper stack, and gives its exit code; absent where there is no such thread. */
  deeper?(words: readonly string[], printed: Printed): Promise<number>
}

/** What a first attempt has printed before it ended, which is not printed again: the same input gives the same bytes. */
export interface Printed {
  readonly outBytes: number
  readonly notes: number
}

export interface Command {
  readonly name: string
  /** One line, lower case, no full stop. */
  readonly summary: string
  /** After the name: `[-C DIR] PATTERN…`. */
  readonly usage: string
  readonly flags: readonly Flag[]
  /** Printed by --help between flags and examples: what the flags alone do not say. */
  readonly details?: readonly string[]
  readonly examples: readonly string[]
  /** Flags this command cannot know (a wrapped command, pprof's own spelling) are passed through as positionals. */
  readonly passthrough?: boolean
  /** Exit code by DESIGN section 4. Imports what it needs when it is called, so that `--help` stays quick. */
  run(args: Parsed, context: CommandContext): Promise<number>
}
