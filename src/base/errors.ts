// The catalogue of expected failures, and the two ways to say "this is a bug of ours".

/** An expected failure: bad input, missing tool, limit reached. Bugs use `assert` instead. */
export class TriageError extends Error {
  readonly code: string
  /** What the reader can do next, as one imperative sentence. */
  readonly hint: string

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, {cause})
    this.name = 'TriageError'
    this.code = code
    this.hint = hint
  }
}

/** Every expected failure, in one place, so that wording and codes stay consistent. */
export const errors = {
  truncated: (atByte: number, need: number, have: number) =>
    new TriageError(
      'truncated',
      `input ends at byte ${atByte}: ${need} more bytes needed, ${have} left`,
      'Capture the file again; the download was probably cut short.',
    ),
  /** The bytes were recognised as `format` and then broke its rules. */
  malformed: (format: string, atByte: number, what: string) =>
    new TriageError(
      'malformed',
      `${format}: ${what} at byte ${atByte}`,
      'Capture the file again, or check it with the tool that wrote it.',
    ),
  /** Text in a language with a grammar, wrong at a place; line and column from 1. */
  syntaxAt: (file: string, line: number, column: number, what: string) =>
    new TriageError('syntax', `${file}:${line}:${column}: ${what}`, 'Mend the file at that place.'),
  /** Nothing knows how it starts; `why` is what the most likely reader says, with its byte. */
  noProfile: (why: string) =>
    new TriageError(
      'malformed',
      `no profile of a known format (${why})`,
      'Give profile.proto, a text of /debug/pprof (?debug=1), folded stacks or perf script; gotriage identify says what else a file is.',
    ),
  unrecognized: (name: string, known: readonly string[]) =>
    new TriageError('unrecognized', `no decoder knows "${name}"`, `Give one of: ${known.join(', ')}.`),
  /** The format is known and deliberately not read. */
  unsupported: (what: string, hint: string) => new TriageError('unsupported', what, hint),
  limit: (what: string, max: number) =>
    new TriageError('limit', `${what} passed its limit of ${max}`, `Raise "${what}" if this run is meant to be that large.`),
  empty: (name: string) => new TriageError('empty', `"${name}" is empty`, 'Capture the file again; nothing was written to it.'),
  notFound: (path: string) => new TriageError('not-found', `"${path}" does not exist`, 'Check the path.'),
  unreadable: (path: string, why: string) =>
    new TriageError('unreadable', `"${path}" cannot be read: ${why}`, 'Check the path and its permissions.'),
  noAnswer: (url: string) =>
    new TriageError(
      'unreadable',
      `"${url}" cannot be read: nothing answers`,
      'Check host and port, and that the program imports net/http/pprof; a process of this machine can be named with --pid N.',
    ),
  nothingCaptured: (from: string, why: string) =>
    new TriageError(
      'nothing-captured',
      `nothing could be captured from ${from}${why === '' ? '' : `: ${why}`}`,
      'Check that it runs, that it imports net/http/pprof, and that you may look at it.',
    ),
  /** It exists perhaps, but lies outside the directories that may be read. */
  outsideRoots: (path: string) =>
    new TriageError(
      'outside-roots',
      `"${path}" lies outside the directories that may be read`,
      'Name its directory as a further root if it is yours.',
    ),
  /** A flag, argument or configuration the user wrote wrongly. */
  usage: (what: string, hint: string) => new TriageError('usage', what, hint),
  missingTool: (tool: string, hint: string) => new TriageError('missing-tool', `"${tool}" is not installed`, hint),
  /** Only for tasks that can be run again on a deeper stack; elsewhere it is a note. */
  tooDeep: () => new TriageError('nested-too-deeply', 'the input nests too deeply for the stack of this thread', 'Nest less deeply.'),
  cancelled: () => new TriageError('cancelled', 'interrupted', 'Run the command again to start over.'),
} as const

/** Ends with a message that names the broken invariant; only for bugs, never for bad input. */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new Error(`Bug: ${invariant}`)
}

export function unreachable(value: never): never {
  throw new Error(`Bug: unhandled case ${JSON.stringify(value)}`)
}
