// A package as the rules get it: syntax, types, bytes, and what it was built for.
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

export interface CheckedPackage {
  readonly types: Package
  readonly files: readonly CheckedFile[]
  readonly sizes: Sizes
  readonly goos: string
  readonly goarch: string
}
