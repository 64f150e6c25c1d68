// What the checker knows of one source file: its tree, language version, scope, and the side tables its results go into (go/types Info, by file).
import type {File} from '../syntax/ast.ts'
import type {SyntaxError} from '../syntax/parse.ts'
import type {GoObject, PkgName} from './objects.ts'
import type {Scope} from './scope.ts'
import type {Selection} from './selection.ts'
import type {Type} from './types.ts'
import type {Value} from './constant/constant.ts'

/**
 * How an expression was used; `variable` is addressable, `mapindex`, `commaok` and `commaerr` may be assigned with a second value, `commaerr` (the call
 * of a C function, which is `cgofunc`) with an error (go/types operandMode).
 */
export const Mode = {
  invalid: 0,
  novalue: 1,
  builtin: 2,
  typexpr: 3,
  constant: 4,
  variable: 5,
  mapindex: 6,
  value: 7,
  commaok: 8,
  commaerr: 9,
  cgofunc: 10,
} as const
export type Mode = (typeof Mode)[keyof typeof Mode]

export interface InstanceInfo {
  readonly targs: readonly Type[]
  readonly type: Type
}

/** Results by node id. Arrays are as long as the file has nodes; absent means nothing was recorded. */
export interface Tables {
  readonly modes: Uint8Array
  readonly types: (Type | undefined)[]
  readonly values: Map<number, Value>
  /** What declaring identifiers declare. `undefined` beside an entry in `defined` means the identifier declares no object. */
  readonly defs: (GoObject | undefined)[]
  readonly uses: (GoObject | undefined)[]
  readonly selections: Map<number, Selection>
  readonly implicits: Map<number, GoObject>
  readonly instances: Map<number, InstanceInfo>
  readonly scopes: Map<number, Scope>
}

export interface FileState {
  readonly path: string
  /** Position within the package's list of files. */
  readonly index: number
  readonly tree: File
  readonly lines: Int32Array | readonly number[]
  /** What go/parser would refuse the file for: `tree` then holds what could be read. */
  readonly syntaxErrors: readonly SyntaxError[]
  /** Minor language version that holds for the file, 0 when none is known: 21 for go1.21. */
  readonly version: number
  scope: Scope | undefined
  /** A package that could not be found is imported with a dot: names that are not declared are unknown. */
  dotUnknown: boolean
  /** A package that could not be found is imported without a name: what it is called is a guess. */
  nameGuessed: boolean
  dotImports: Map<string, PkgName> | undefined
  /** Undefined for dependencies: nothing is recorded for them. */
  readonly tables: Tables | undefined
}

/** Several times quicker than Array.from. */
const empty = <T>(length: number): (T | undefined)[] => new Array<T | undefined>(length).fill(undefined)

export function newTables(nodeCount: number): Tables {
  return {
    modes: new Uint8Array(nodeCount),
    types: empty<Type>(nodeCount),
    values: new Map(),
    defs: empty<GoObject>(nodeCount),
    uses: empty<GoObject>(nodeCount),
    selections: new Map(),
    implicits: new Map(),
    instances: new Map(),
    scopes: new Map(),
  }
}
