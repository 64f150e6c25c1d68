// Where something is: in a source file, or as a symbol that may be joined to one.

/** A place in a source file. Lines and columns start at 1, columns count bytes, ends are exclusive. */
export interface Place {
  /** `primary` is what is wrong, `related` helps to see it, `step` is part of a path in order. */
  readonly role: 'primary' | 'related' | 'step'
  /** The physical file, `/`-separated, relative to the directory of `-C` when below it, else absolute. */
  readonly file: string
  readonly line: number
  readonly column?: number
  readonly endLine?: number
  readonly endColumn?: number
  /** Go symbol of the enclosing function, e.g. `example.com/shop.(*Cart).Add`. */
  readonly symbol?: string
  readonly label?: string
}

/** Primary first, then by file, line, column. */
export function comparePlaces(a: Place, b: Place): number {
  return (
    Number(b.role === 'primary') - Number(a.role === 'primary') ||
    (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
    a.line - b.line ||
    (a.column ?? 0) - (b.column ?? 0)
  )
}
