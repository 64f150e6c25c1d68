// Comments that silence findings: `//gotriage:ignore id,… reason`, and on request golangci-lint's `//nolint:…` and staticcheck's `//lint:ignore`.
import {forEachChild, type Comment, type Node} from '../../go/syntax/ast.ts'
import type {CheckedFile} from '../engine/checked-package.ts'

export type DirectiveForm = 'gotriage' | 'nolint' | 'lint'

/** Plain data: it outlives the package. */
export interface Directive {
  readonly form: DirectiveForm
  /** Rule ids as written; empty means all (`//nolint`). */
  readonly ids: readonly string[]
  readonly reason: string
  readonly file: string
  /** Of the comment, with the columns of its bytes. */
  readonly line: number
  readonly column: number
  readonly endColumn: number
  /** Lines it covers, inclusive; `to` below `from` when it stands before nothing. */
  readonly from: number
  readonly to: number
  /** The comment's line, for the fingerprint. */
  readonly sourceLine: string
}

/** Comments looked at in one file; a file with more is generated. */
const commentsMax = 100_000

const decoder = new TextDecoder()

/**
 * A comment behind code covers its own line; one on a line of its own covers the next line, and for `//nolint` (golangci-lint's
 * nolint_filter.go, rangeExpander) and `//lint:ignore` also what begins there in the same column.
 */
export function directivesIn(file: CheckedFile): Directive[] {
  const comments = file.state.tree.comments.flatMap(group => group.list).slice(0, commentsMax)
  const parsed = comments.flatMap(comment => {
    const found = parseDirective(comment.text)
    return found === undefined ? [] : [{comment, ...found}]
  })
  if (parsed.length === 0) return []
  const lines = decoder.decode(file.bytes).split('\n')
  const lineOf = lineFinder(file.state.lines)
  return parsed.map(({comment, form, ids, reason, wholeFile}) => {
    const line = lineOf(comment.pos)
    const lineStart = file.state.lines[line - 1] ?? 0
    const [from, to] = wholeFile
      ? [1, lines.length]
      : covered(file, lines, line, decoder.decode(file.bytes.subarray(lineStart, comment.pos)), form, comment, lineOf)
    const column = comment.pos - lineStart + 1
    const place = {file: file.path, line, column, endColumn: column + (comment.end - comment.pos)}
    return {form, ids, reason, ...place, from, to, sourceLine: (lines[line - 1] ?? '').replace(/\r$/, '')}
  })
}

interface Parsed {
  readonly form: DirectiveForm
  readonly ids: readonly string[]
  readonly reason: string
  readonly wholeFile: boolean
}

function parseDirective(text: string): Parsed | undefined {
  const own = /^\/\/ ?gotriage:ignore(?:[ \t]+(\S+)(?:[ \t]+([^]*))?)?[ \t\r]*$/.exec(text)
  if (own) return {form: 'gotriage', ids: list(own[1]), reason: reasonOf(own[2]), wholeFile: false}
  const nolint = /^\/\/ ?nolint(?::[ \t]*([\w,\- ]+?))?[ \t]*(?:\/\/([^]*))?$/.exec(text)
  if (nolint) return {form: 'nolint', ids: list(nolint[1]), reason: reasonOf(nolint[2]), wholeFile: false}
  const lint = /^\/\/lint:(file-)?ignore[ \t]+(\S+)(?:[ \t]+([^]*))?$/.exec(text)
  if (lint) return {form: 'lint', ids: list(lint[2]), reason: reasonOf(lint[3]), wholeFile: lint[1] !== undefined}
  return undefined
}

const list = (text: string | undefined) =>
  (text ?? '')
    .split(/[, ]+/)
    .map(id => id.trim())
    .filter(id => id !== '')
/** A comment in the comment (`// want …`) is no reason. */
const reasonOf = (text: string | undefined) => (text ?? '').replace(/(?:^|\s)\/\/[^]*$/, '').trim()

function covered(
  file: CheckedFile,
  lines: readonly string[],
  line: number,
  before: string,
  form: DirectiveForm,
  comment: Comment,
  lineOf: (offset: number) => number,
): [number, number] {
  if (before.trim() !== '') return [line, line]
  let next = line + 1
  while (/^\s*\/\//.test(lines[next - 1] ?? '')) next++
  if ((lines[next - 1] ?? '').trim() === '') return [next, next - 1]
  if (form === 'gotriage') return [next, next]
  const column = comment.pos - (file.state.lines[line - 1] ?? 0)
  return [next, endOfNodeAt(file.state.tree, (file.state.lines[next - 1] ?? 0) + column, lineOf) ?? next]
}

/** The last line of the outermost node that begins at an offset. */
function endOfNodeAt(root: Node, offset: number, lineOf: (offset: number) => number): number | undefined {
  let found: number | undefined
  const visit = (node: Node): void => {
    if (found !== undefined || node.end <= offset || node.pos > offset) return
    if (node.pos === offset && node.kind !== 'File' && node.kind !== 'Comment' && node.kind !== 'CommentGroup') found = lineOf(node.end - 1)
    else forEachChild(node, visit)
  }
  visit(root)
  return found
}

const lineFinder = (lines: ArrayLike<number>) => (offset: number) => {
  let [low, high] = [0, lines.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (lines[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low + 1
}
