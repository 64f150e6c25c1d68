// The entry of the parser: bytes in, a tree and its errors out. It never throws on bad Go.
import {errors} from '../../base/errors.ts'
import type {File} from './ast.ts'

export interface ParseOptions {
  /** Skip function bodies by brace matching and keep their byte range (`FuncDecl.skippedBody`). */
  readonly declarationsOnly?: boolean
  /** Keep comments and attach them, as go/parser.ParseComments; default true. */
  readonly comments?: boolean
}

export interface SyntaxError {
  /** Byte offset from 0. */
  readonly pos: number
  readonly line: number
  readonly column: number
  readonly message: string
}

export interface ParsedFile {
  readonly file: File
  /** In source order; empty when go/parser would accept the file. */
  readonly errors: readonly SyntaxError[]
  /** Byte offset of the first byte of each line; `lines[0]` is 0. */
  readonly lines: Int32Array | readonly number[]
  /** How many ids were given out; the length of side tables. */
  readonly nodeCount: number
}

export function parseFile(_bytes: Uint8Array, _options: ParseOptions = {}): ParsedFile {
  throw errors.unsupported('the parser is not there yet', 'Wait for the syntax wing.')
}
