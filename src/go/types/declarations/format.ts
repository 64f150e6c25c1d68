// The form of a declaration file, our export data: what its parts are called by number. Numbers are those of bytes.ts; `n` things are a count
// and then the things.
//
//   file     = formatVersion, package name, n strings (lengths in UTF-16 units, then the UTF-8 text of all), n files (language version),
//              n imports (string), n packages (string: package path; what types refer to), n objects, n types (length of record),
//              records of objects, records of types
//   object   = kind, name, file + 1, offset + 1, length of record
//   record   = by kind: Const type value · Var type · Func type · type name: declaredAs …
//
// Types refer to types by number and to declared ones of this and other packages by name, so that each can be read alone.

/** Raised with every change of the form, and whenever the checker resolves a declaration in another way. */
export const formatVersion = 1

export const ObjectKind = {Const: 0, TypeName: 1, Var: 2, Func: 3} as const

/** How a type name is declared: as a type of its own, as an alias, or (in broken code) as something else. */
export const DeclaredAs = {named: 0, alias: 1, other: 2} as const

export const TypeTag = {
  basic: 0,
  byte: 1,
  rune: 2,
  pointer: 3,
  slice: 4,
  array: 5,
  map: 6,
  chan: 7,
  struct: 8,
  signature: 9,
  interface: 10,
  union: 11,
  typeParam: 12,
  /** A declared type or alias, by package and name. */
  declared: 13,
  /** A generic one with type arguments. */
  instance: 14,
  /** `error`, `any`, `comparable`. */
  universe: 15,
  /** The one interface behind `any`. */
  anyInterface: 16,
} as const

export const chanDirections = ['both', 'send', 'recv'] as const
export const varKinds = ['package', 'local', 'receiver', 'parameter', 'result', 'field'] as const

export const ValueTag = {unknown: 0, false: 1, true: 2, string: 3, int: 4, ratio: 5, big: 6, complex: 7} as const
