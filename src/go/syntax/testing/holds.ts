// What must hold for the parse of any bytes: positions within the file, dense ids, errors in order, and work that is bounded by the size.
import type {Node} from '../ast.ts'
import {preorder} from '../digest.ts'
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

function shapeOf(root: Node): string[] {
  const parts: string[] = []
  preorder(root, node => {
    const own =
      node.kind === 'Ident' ? node.name : node.kind === 'BasicLit' ? node.value : 'op' in node ? node.op : 'tok' in node ? node.tok : ''
    parts.push(`${node.kind} ${own}`)
  })
  return parts
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
