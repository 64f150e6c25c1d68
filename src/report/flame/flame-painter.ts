// Draws the visible part of a frame tree and finds the frame at a point. Goes into the page as text and refers to nothing outside itself.
// What is narrower than a pixel is never visited: siblings lie widest first, so the first narrow one ends them, and one bar stands for the rest.
import type {FrameTree} from './frame-tree.ts'

/** One tree in its part of the canvas. */
export interface Pane {
  readonly tree: FrameTree
  /** Root at the bottom. */
  readonly up: boolean
  /** Part of the tree's width that is shown. */
  left: number
  span: number
  /** Pixels of depth that are scrolled away. */
  scroll: number
  top: number
  bottom: number
}

export interface Ink {
  readonly text: string
  readonly rest: string
  fill(tree: FrameTree, row: number): string
  /** At most so many letters. */
  label(tree: FrameTree, row: number, letters: number): string
}

export interface Painter {
  /** Frames drawn. */
  draw(context: CanvasRenderingContext2D, pane: Pane, width: number, selected: number, ink: Ink): number
  /** Row under a point; −1 for none. */
  rowAt(pane: Pane, width: number, x: number, y: number): number
  readonly rowHeight: number
}

export function flamePainter(): Painter {
  const rowHeight = 18
  const labelWidthMin = 30
  /** Mean width of a glyph at 12 px. */
  const glyphWidth = 6.2

  const top = (pane: Pane, depth: number) =>
    pane.up ? pane.bottom - (depth + 1) * rowHeight + pane.scroll : pane.top + depth * rowHeight - pane.scroll

  /** First child that ends behind `left`. */
  const firstChild = (tree: FrameTree, row: number, left: number): number => {
    let [low, high] = [tree.first[row]!, tree.first[row + 1]!]
    while (low < high) {
      const middle = (low + high) >> 1
      const child = tree.children[middle]!
      if (tree.start[child]! + tree.width[child]! <= left) low = middle + 1
      else high = middle
    }
    return low
  }

  function draw(context: CanvasRenderingContext2D, pane: Pane, width: number, selected: number, ink: Ink): number {
    const {tree} = pane
    if (pane.span <= 0) return 0
    const scale = width / pane.span
    const right = pane.left + pane.span
    const walk = [0]
    let drawn = 0
    context.save()
    context.beginPath()
    context.rect(0, pane.top, width, pane.bottom - pane.top)
    context.clip()
    for (let row = walk.pop(); row !== undefined; row = walk.pop()) {
      const y = top(pane, tree.depth[row]!)
      const from = Math.max(0, (tree.start[row]! - pane.left) * scale)
      const to = Math.min(width, (tree.start[row]! + tree.width[row]! - pane.left) * scale)
      const visible = y + rowHeight > pane.top && y < pane.bottom
      if (visible) {
        context.fillStyle = ink.fill(tree, row)
        context.fillRect(from, y, Math.max(to - from - 0.5, 0.5), rowHeight - 1)
        drawn++
        if (to - from > labelWidthMin) {
          const fits = Math.floor((to - from - 6) / glyphWidth)
          context.fillStyle = ink.text
          context.fillText(ink.label(tree, row, fits), from + 3, y + rowHeight / 2)
        }
        if (row === selected) {
          context.strokeStyle = ink.text
          context.lineWidth = 2
          context.strokeRect(from + 1, y + 1, Math.max(to - from - 3, 1), rowHeight - 3)
        }
      }
      const below = top(pane, tree.depth[row]! + 1)
      if (pane.up ? below + rowHeight <= pane.top : below >= pane.bottom) continue
      for (let at = firstChild(tree, row, pane.left); at < tree.first[row + 1]!; at++) {
        const child = tree.children[at]!
        if (tree.start[child]! >= right) break
        if (tree.width[child]! * scale >= 1) {
          walk.push(child)
          continue
        }
        const rest = Math.max(0, (tree.start[child]! - pane.left) * scale)
        const last = tree.children[tree.first[row + 1]! - 1]!
        const end = Math.min(width, (tree.start[last]! + tree.width[last]! - pane.left) * scale)
        if (end - rest >= 0.5 && below + rowHeight > pane.top && below < pane.bottom) {
          context.fillStyle = ink.rest
          context.fillRect(rest, below, end - rest, rowHeight - 1)
        }
        break
      }
    }
    context.restore()
    return drawn
  }

  function rowAt(pane: Pane, width: number, x: number, y: number): number {
    const {tree} = pane
    if (y < pane.top || y >= pane.bottom || pane.span <= 0) return -1
    const depth = Math.floor(pane.up ? (pane.bottom + pane.scroll - y) / rowHeight : (y - pane.top + pane.scroll) / rowHeight)
    const at = pane.left + (x / width) * pane.span
    let row = 0
    while (tree.depth[row]! < depth) {
      const child = tree.children[firstChild(tree, row, at)]
      if (child === undefined || tree.parent[child] !== row || tree.start[child]! > at) return -1
      row = child
    }
    return (tree.width[row]! * width) / pane.span >= 1 ? row : -1
  }

  return {draw, rowAt, rowHeight}
}
