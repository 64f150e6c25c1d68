// One function body on demand, out of a file that was parsed in declarations-only mode: the same tree the whole file would have given there.
import type {BlockStmt, CommentGroup} from './ast.ts'
import {tooDeepMessage} from './deep-stack.ts'
import {Bailout, Parser, type Problem} from './parser.ts'
import {sourceText} from './source-text.ts'
import {parseBlock} from './statements.ts'

export interface ParsedBody {
  /** Undefined where the body nests too deeply. */
  readonly body: BlockStmt | undefined
  readonly comments: readonly CommentGroup[]
  /** Byte offset from 0 in the file. */
  readonly errors: readonly Problem[]
  /** Ids of the body lie below it and not below `firstId`. */
  readonly nodeCount: number
}

/**
 * `bytes` are those of the whole file, `range` is a `FuncDecl.skippedBody` of it. With `firstId` as the file's `nodeCount` the ids of the
 * body go on where those of the file end, so that side tables can grow.
 */
export function parseBody(bytes: Uint8Array, range: {readonly start: number; readonly end: number}, firstId = 0): ParsedBody {
  const p = new Parser(sourceText(bytes.subarray(0, range.end)), {comments: true, declarationsOnly: false})
  p.startAt(range.start)
  p.ids = firstId
  let body: BlockStmt | undefined
  try {
    p.next()
    body = parseBlock(p)
  } catch (thrown) {
    if (!(thrown instanceof Bailout)) {
      if (!(thrown instanceof RangeError)) throw thrown
      p.problems.push({pos: p.pos, message: tooDeepMessage})
    }
  }
  const errors = p.problems.filter(({pos}) => pos >= range.start).sort((a, b) => a.pos - b.pos)
  return {body, comments: p.comments, errors, nodeCount: p.ids}
}
