// A cgo contract as data: what `guard cgo` reads from its YAML and what the generated packages are made from. Two forms: functions with a name and
// bounds only (a gate around literals), and functions with arguments (typed wrappers).

/** Go types of scalars, with the C type that is called for when none is named (as cgo spells it). */
export const cgoScalars = {
  bool: '_Bool',
  int: 'int',
  uint: 'uint',
  int8: 'schar',
  int16: 'short',
  int32: 'int',
  int64: 'longlong',
  uint8: 'uchar',
  uint16: 'ushort',
  uint32: 'uint',
  uint64: 'ulonglong',
  uintptr: 'uintptr_t',
  float32: 'float',
  float64: 'double',
} as const
export type CgoScalar = keyof typeof cgoScalars
export const cgoScalarNames = Object.keys(cgoScalars) as CgoScalar[]

export type CgoArgument =
  | {readonly kind: 'scalar'; readonly name: string; readonly go: CgoScalar; readonly c: string}
  /** A copy in C memory, with a NUL behind it. */
  | {readonly kind: 'string'; readonly name: string; readonly c: string}
  /** Read by C. `c` is what it points to; `void` for `void *`. */
  | {readonly kind: 'bytes'; readonly name: string; readonly c: string}
  /** Written by C. */
  | {readonly kind: 'buffer'; readonly name: string; readonly c: string}
  /** The length of `of`. */
  | {readonly kind: 'length'; readonly of: string; readonly c: string}
  | {readonly kind: 'resource'; readonly name: string; readonly type: string}
  /** `nil` or a whole number. */
  | {readonly kind: 'constant'; readonly value: string}
  | {readonly kind: 'out'; readonly name: string; readonly go: CgoScalar; readonly c: string}
  | {readonly kind: 'outResource'; readonly name: string; readonly type: string}

export type CgoValue =
  | {readonly kind: 'void'}
  | {readonly kind: 'scalar'; readonly go: CgoScalar; readonly c: string}
  | {readonly kind: 'resource'; readonly type: string}
  /** Copied; `free` names the C function that releases the original. */
  | {readonly kind: 'string'; readonly free?: string}

export interface CgoSignature {
  /** Name in Go. */
  readonly go: string
  readonly args: readonly CgoArgument[]
  readonly returns: CgoValue
  /** Error table, or `errno`. */
  readonly error?: string
  /** Whether the value is given to the caller; false when it only says success. */
  readonly givesValue: boolean
  /** Arguments that C owns after a success. */
  readonly owns: readonly string[]
  /** Arguments that C keeps a pointer to, as long as the returned resource (or else the first one) lives. */
  readonly stores: readonly string[]
  /** A resource that came out of a failed call is destroyed. */
  readonly destroyOnError: boolean
}

export interface CgoFunction {
  readonly name: string
  /** How long a caller waits, for the lock and, when it may block, for the answer; 0 is without bound. Unit: ms. */
  readonly timeoutMs: number
  readonly mayBlock: boolean
  readonly lock?: string
  /** The one thread that may call it. */
  readonly thread?: string
  readonly signature?: CgoSignature
}

export interface CgoType {
  readonly name: string
  /** As cgo spells it: `sqlite3`, `struct_foo`. */
  readonly c: string
  readonly destructor: string
}

export const cgoStrategies = ['return', 'retry', 'poll_read', 'poll_write', 'close', 'alert', 'alert_close'] as const
export type CgoStrategy = (typeof cgoStrategies)[number]
export const cgoFailures = ['nonzero', 'negative', 'not_positive', 'zero'] as const
export type CgoFailure = (typeof cgoFailures)[number]

export interface CgoErrorTable {
  readonly name: string
  readonly failed: CgoFailure
  /** Values that are no failure although `failed` says so. */
  readonly ok: readonly number[]
  /** C function of the first resource and the returned value that gives the code; without one the returned value is the code. */
  readonly code?: {readonly function: string; readonly of: string}
  /** C functions called on the same thread: before the call, `const char *f(int code)`, `const char *f(void)`. */
  readonly clear?: string
  readonly message?: string
  readonly reason?: string
  /** `int f(resource)`: the file descriptor to wait for. */
  readonly fd?: string
  readonly rows: readonly {readonly code: number; readonly name: string; readonly strategy: CgoStrategy; readonly text?: string}[]
}

export interface CgoGuard {
  readonly package: string
  readonly functions: readonly CgoFunction[]
  /** Calls of one function that may sit in C after their waiters have gone. */
  readonly blockedMax: number
  /** Calls that may block and are in C at the same time. */
  readonly threadsMax: number
  /** Adds the table of OpenSSL's error codes. */
  readonly openssl: boolean
  readonly otel: boolean
  /** Import path of a monitor that several gates share. */
  readonly monitor?: string
  /** Of the typed form. */
  readonly typed?: {
    readonly preamble: string
    readonly types: readonly CgoType[]
    readonly tables: readonly CgoErrorTable[]
  }
}
