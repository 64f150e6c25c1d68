// The syntax tree as lines `kind start end`, preorder, and their SHA-256: what the parser is compared with go/parser by. Comments are left out,
// as two trees may attach the same comments differently and mean the same program.
import {Sha256} from '../../base/sha256.ts'
import {forEachChild, type Node} from './ast.ts'

/** Calls `visit` for every node in preorder, comments left out. Needs no stack, however deep the tree is. */
export function preorder(root: Node, visit: (node: Node) => void): void {
  const stack: Node[] = [root]
  const children: Node[] = []
  const collect = (child: Node) => {
    if (child.kind !== 'CommentGroup' && child.kind !== 'Comment') children.push(child)
  }
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    visit(node)
    children.length = 0
    forEachChild(node, collect)
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!)
  }
}

/** How many nodes stand above the deepest one, itself included. Needs no stack. */
export function depthOf(root: Node): number {
  let depth = 0
  let level: Node[] = [root]
  for (; level.length > 0; depth++) {
    const below: Node[] = []
    const push = (child: Node) => void below.push(child)
    for (const node of level) forEachChild(node, push)
    level = below
  }
  return depth
}

const flushBytes = 1 << 16
/** No line is longer: a kind of up to 14 letters and two numbers. */
const lineBytesMax = 64

export interface TreeDigest {
  readonly nodes: number
  readonly sha256: string
}

export function digestOf(root: Node): TreeDigest {
  const hash = new Sha256()
  const buffer = new Uint8Array(flushBytes + lineBytesMax)
  let used = 0
  let nodes = 0
  const text = (value: string) => {
    for (let i = 0; i < value.length; i++) buffer[used++] = value.charCodeAt(i)
  }
  preorder(root, node => {
    nodes++
    text(node.kind)
    buffer[used++] = 32
    text(String(node.pos))
    buffer[used++] = 32
    text(String(node.end))
    buffer[used++] = 10
    if (used >= flushBytes) {
      hash.update(buffer.subarray(0, used))
      used = 0
    }
  })
  return {nodes, sha256: hash.update(buffer.subarray(0, used)).hex()}
}
