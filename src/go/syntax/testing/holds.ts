// What must hold for the parse of any bytes: positions within the file, dense ids, errors in order, and work that is bounded by the size.
import {forEachChild, type Node} from '../ast.ts'
import {preorder} from '../digest.ts'
import {lineStartsOf} from '../lines.ts'
import {parseFile} from '../parse.ts'
import {printFile} from './print.ts'

/** A broken file may ask for a few nodes that nothing was read for, but never for more than this a byte. */
const nodesPerByteMax = 4
const nodesMin = 64
/** parser.ts keeps 100, and source-text.ts 100 more of the encoding. */
const errorsMax = 200

/** Why the result is wrong; undefined when everything holds. Throws what the parser throws, which is nothing. */
export function brokenPromise(bytes: Uint8Array, declarationsOnly = false): string | undefined {
  const {file, errors, lines, nodeCount} = parseFile(bytes, {declarationsOnly})
  if (lines[0] !== 0) return `the first line starts at ${lines[0]}`
  if (errors.length > errorsMax) return `${errors.length} errors`
  if (nodeCount > nodesMin + nodesPerByteMax * bytes.length) return `${nodeCount} nodes for ${bytes.length} bytes`
  if (declarationsOnly && lostWithoutLines(bytes)) return 'other errors where lines are not asked for'
  let last = 0
  for (const {pos, line} of errors) {
    if (pos < last || pos > bytes.length || line < 1 || line > lines.length) return `error at ${pos}, line ${line}`
    last = pos
  }
  let nodes = 0
  let wrong: string | undefined
  preorder(file, node => {
    nodes++
    if (node.id < 0 || node.id >= nodeCount) wrong ??= `${node.kind} has id ${node.id} of ${nodeCount}`
    if (node.pos < 0 || node.end < node.pos || node.pos > bytes.length) wrong ??= `${node.kind} spans ${node.pos}-${node.end}`
  })
  return wrong ?? (nodes > nodeCount ? `${nodes} nodes, ${nodeCount} ids` : undefined)
}

function lostWithoutLines(bytes: Uint8Array): boolean {
  const [first, second] = [true, false].map(lines => parseFile(bytes, {declarationsOnly: true, comments: false, lines}).errors)
  return JSON.stringify(first) !== JSON.stringify(second)
}

const ownText = (node: Node) =>
  node.kind === 'Ident' ? node.name : node.kind === 'BasicLit' ? node.value : 'op' in node ? node.op : 'tok' in node ? node.tok : ''

function shapeOf(root: Node): string[] {
  const parts: string[] = []
  preorder(root, node => parts.push(`${node.kind} ${ownText(node)}`))
  return parts
}

/** What both ways of parsing must agree on: bodies of functions and elements of literals as ranges, all else node for node, comments at their owners. */
function outlineOf(root: Node, comments: boolean): string[] {
  const parts: string[] = []
  const visit = (node: Node): void => {
    const group = (key: 'doc' | 'comment') => (comments && key in node ? ((node as {doc?: Node; comment?: Node})[key]?.pos ?? -1) : '') // asked for by `in`
    parts.push(`${node.kind} ${node.pos}-${node.end} ${ownText(node)} ${group('doc')} ${group('comment')}`)
    if (node.kind === 'FuncDecl') {
      const {recv, name, type, body, skippedBody} = node
      for (const part of [recv, name, type]) if (part !== undefined) visit(part)
      parts.push(`body ${body?.pos ?? skippedBody?.start}-${body?.end ?? skippedBody?.end}`)
    } else if (node.kind === 'CompositeLit' && !(node.type?.kind === 'ArrayType' && node.type.len?.kind === 'Ellipsis')) {
      if (node.type !== undefined) visit(node.type)
      parts.push(`elements ${node.lbrace}-${node.rbrace}`)
    } else forEachChild(node, child => void (child.kind !== 'CommentGroup' && visit(child)))
  }
  visit(root)
  return parts
}

/** What a parse without bodies says otherwise than the whole one, of a file that has no errors; undefined when nothing. */
export function lostWithoutBodies(bytes: Uint8Array): string | undefined {
  const whole = parseFile(bytes)
  if (whole.errors.length > 0) return undefined
  const starts = lineStartsOf(bytes)
  if (whole.lines.length !== starts.length || starts.some((start, i) => start !== whole.lines[i])) return 'lines are counted wrongly'
  for (const [comments, lines] of [
    [true, true],
    [false, true],
    [false, false],
  ] as const) {
    const brief = parseFile(bytes, {declarationsOnly: true, comments, lines})
    if (brief.errors[0] !== undefined) return `rejected: ${brief.errors[0].message}`
    if (lines && (brief.lines.length !== starts.length || starts.some((start, i) => start !== brief.lines[i])))
      return 'lines are counted wrongly'
    const [first, second] = [outlineOf(whole.file, comments), outlineOf(brief.file, comments)]
    const at = first.findIndex((part, i) => part !== second[i])
    if (at >= 0 || first.length !== second.length) return `${first[at]} became ${second[at]}`
  }
  return undefined
}

/** The first node that is another one after printing and parsing again; undefined when the tree is kept. */
export function lostInPrint(bytes: Uint8Array): string | undefined {
  const {file} = parseFile(bytes)
  const again = parseFile(new TextEncoder().encode(printFile(file)))
  const [first, second] = [shapeOf(file), shapeOf(again.file)]
  const at = first.findIndex((part, i) => part !== second[i])
  if (again.errors[0] !== undefined) return `printed, it is rejected: ${again.errors[0].message}`
  return at >= 0 || first.length !== second.length ? `node ${at}: ${first[at]} became ${second[at]}` : undefined
}
