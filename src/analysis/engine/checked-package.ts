// A package as the rules get it: syntax, types, bytes, and what it was built for.
import type {ApiDescription} from '../../go/cgo/api/api-description.ts'
import type {FunctionSummary} from '../../go/flow/summary.ts'
import type {ProgramDefaults} from '../../go/load/api.ts'
import type {FileState} from '../../go/types/file-state.ts'
import type {Package} from '../../go/types/objects.ts'
import type {Sizes} from '../../go/types/sizes.ts'

export interface CheckedFile {
  /** As findings print it: relative to the directory of `-C`, or absolute. */
  readonly path: string
  readonly bytes: Uint8Array
  /** Tree, lines, side tables. */
  readonly state: FileState
  /** `// Code generated … DO NOT EDIT.` before the package clause. */
  readonly generated: boolean
}

/** A file of the package that is not Go; its text is read when a rule asks for it. */
export interface OtherFile {
  readonly path: string
  bytes(): Uint8Array
}

/** What gotriage.yaml says of calls into C. */
export interface CgoPolicy {
  /** The only files that may call C. */
  readonly wrappers?: {readonly text: string; covers(file: string): boolean}
  /** The C functions that may be called. */
  readonly contract?: {readonly text: string; readonly functions: ReadonlySet<string>}
}

export interface CheckedPackage {
  readonly types: Package
  readonly files: readonly CheckedFile[]
  /** The `.s` files that take part, in go list's order. */
  readonly assembly: readonly OtherFile[]
  /** The C, C++ and Objective-C files that take part, and the headers beside them. */
  readonly cFiles: readonly OtherFile[]
  readonly sizes: Sizes
  /** By what the runtime's defaults are chosen in a program of the main module; undefined when that is not known. */
  readonly program?: ProgramDefaults | undefined
  readonly goos: string
  readonly goarch: string
  readonly cgoPolicy?: CgoPolicy
  /** What the project says of the C functions it calls: gotriage.api.yaml. */
  readonly cApi?: ApiDescription
  /** What a function of another package of the build does, by its linker name; undefined is unknown. Without it only the standard library is known. */
  readonly summaryOf?: (name: string) => FunctionSummary | undefined
}
