// What the compiler says with -gcflags=-m and -m=2 about escapes and inlining.

export interface EscapeEntry {
  /** As printed: relative to the package directory or the working directory of the build. */
  readonly file: string
  readonly line: number
  readonly column: number
  readonly kind:
    | 'escapes'
    | 'moved-to-heap'
    | 'does-not-escape'
    | 'leaking-param'
    | 'leaking-param-content'
    | 'can-inline'
    | 'inlining-call'
    | 'other'
  /** What it is about: `&User{...}`, `x`. */
  readonly subject: string
  /** What follows the subject: `to result ~r0 level=1`, `with cost 5 as: func() {…}`; the function of an explanation. */
  readonly detail?: string
  /** `flow:` and `from` lines of -m=2, in order. */
  readonly path: readonly string[]
}

export interface EscapeReport {
  readonly kind: 'escape'
  /** Import path of the `# path` header the entries stood under; empty when there was none. */
  readonly packagePath: string
  readonly entries: readonly EscapeEntry[]
}
