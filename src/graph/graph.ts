// A graph to be drawn: nodes, edges, boxes around nodes. Says what there is and what it means, not how it looks; dot-text.ts knows how.

/** What a node or edge means to the reader; the colours follow from it. */
export type Tone = 'plain' | 'good' | 'attention' | 'bad' | 'faint'

export interface GraphNode {
  readonly id: string
  /** Lines of text, any language. */
  readonly lines: readonly string[]
  readonly tone?: Tone
  readonly shape?: 'box' | 'ellipse' | 'diamond' | 'note'
  /** The `id` of a group. */
  readonly group?: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly label?: string
  readonly tone?: Tone
  readonly dashed?: boolean
  /** Holds both ways: a line without an arrow. */
  readonly undirected?: boolean
}

export interface GraphGroup {
  readonly id: string
  /** Lines, parted by line ends: a box does not grow with its title. */
  readonly title: string
}

export interface Graph {
  readonly title: string
  /** `down`: causes above effects; `right`: steps in a row. */
  readonly direction: 'down' | 'right'
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly groups?: readonly GraphGroup[]
}
