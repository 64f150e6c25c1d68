// The control-flow graph of a function body: blocks of what is evaluated in order, with edges for short circuits, select, switch and goto.
// Finer than golang.org/x/tools/go/cfg, which it is judged against: conditions are split at && and ||, and panics end in an exit of their own.
import type {BlockStmt, Expr, Node} from '../syntax/ast.ts'
import type {Answer} from '../../base/answer.ts'

export type BlockKind =
  | 'body'
  | 'unreachable'
  | 'return'
  | 'unwind'
  | 'if-then'
  | 'if-else'
  | 'if-done'
  | 'for-loop'
  | 'for-body'
  | 'for-post'
  | 'for-done'
  | 'range-loop'
  | 'range-body'
  | 'range-done'
  | 'switch-body'
  | 'switch-next'
  | 'switch-done'
  | 'select-body'
  | 'select-done'
  | 'label'
  | 'operand'

/**
 * How control leaves a block. `return`: the function returns; `unwind`: a panic or runtime.Goexit runs the deferred calls; `never`: the process
 * ends or nothing follows (os.Exit, select without clauses).
 */
export type BlockEnd = 'jump' | 'branch' | 'return' | 'unwind' | 'never'

export interface Block {
  readonly index: number
  readonly kind: BlockKind
  /** The statement or operand that gave rise to it. */
  readonly origin: Node
  /** Statements, expressions and ValueSpecs in the order they are evaluated; control statements never, but their conditions. */
  readonly nodes: readonly Node[]
  /** With a condition: when it holds, when not. */
  readonly succs: readonly Block[]
  readonly preds: readonly Block[]
  /** Last node of a block that branches on it; in a switch with a tag, the case expression that is compared. */
  readonly condition: Expr | undefined
  readonly end: BlockEnd
  /** Reachable from the entry. */
  readonly live: boolean
}

export interface Cfg {
  readonly body: BlockStmt
  /** `blocks[0]` is the entry. */
  readonly blocks: readonly Block[]
  /** Without nodes; every returning block leads here. */
  readonly returned: Block
  /** Without nodes; every panicking block leads here, and from here to `returned` when a deferred call may recover. */
  readonly unwound: Block
  /** Operands of && and || that stand in a block of their own: whoever walks a statement must not count them again. */
  readonly placedOperands: ReadonlySet<Node>
  /** Some live block returns, or defers a call that may recover (go/cfg's rule: any defer). */
  readonly mayReturn: boolean
  /** Whether a deferred call recovers. */
  readonly recovers: Answer
}

/** Where a node is evaluated. */
export interface Position {
  readonly block: Block
  /** Index in `block.nodes` of the node or of the one it is part of. */
  readonly at: number
}

interface Placed {
  readonly node: Node
  readonly position: Position
}

const placedNodes = new WeakMap<Cfg, ReadonlyMap<Node, Placed>>()

function placedOf(cfg: Cfg): ReadonlyMap<Node, Placed> {
  let placed = placedNodes.get(cfg)
  if (placed === undefined) {
    placed = new Map(cfg.blocks.flatMap(block => block.nodes.map((node, at) => [node, {node, position: {block, at}}] as const)))
    placedNodes.set(cfg, placed)
  }
  return placed
}

/** The innermost evaluated node that is or contains `node`; undefined for control statements and what lies outside the body. */
export function positionOf(cfg: Cfg, node: Node): Position | undefined {
  const placed = placedOf(cfg)
  const exact = placed.get(node)
  if (exact !== undefined) return exact.position
  let best: Placed | undefined
  for (const candidate of placed.values()) {
    if (candidate.node.pos > node.pos || candidate.node.end < node.end) continue
    if (best === undefined || candidate.node.end - candidate.node.pos <= best.node.end - best.node.pos) best = candidate
  }
  return best?.position
}

/** Whether control can reach the node. A condition is reached when its first operand is. */
export function isLive(cfg: Cfg, node: Node): Answer {
  let first = node
  const placed = placedOf(cfg)
  while (!placed.has(first)) {
    if (first.kind === 'ParenExpr' || first.kind === 'UnaryExpr') first = first.x
    else if (first.kind === 'BinaryExpr' && (first.op === '&&' || first.op === '||')) first = first.x
    else break
  }
  const position = positionOf(cfg, first)
  return position === undefined ? 'unknown' : position.block.live ? 'yes' : 'no'
}
