// Which lines of a text are new against an older one: Myers' O(ND) difference by lines ("An O(ND) Difference Algorithm", 1986), so that no
// diff program of a checked repository has to run.

/** Edits after which the rest counts as new; keeps the work at edits × lines. */
const editsMax = 2000

/** Line numbers of `after`, from 1. White space at the end of lines (CRLF) does not count. */
export function changedLines(before: string, after: string): ReadonlySet<number> {
  const [a, b] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let [aEnd, bEnd] = [a.length, b.length]
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) [aEnd, bEnd] = [aEnd - 1, bEnd - 1]
  const kept = keptLines(a.slice(start, aEnd), b.slice(start, bEnd))
  const changed = new Set<number>()
  for (let i = start; i < bEnd; i++) if (!kept.has(i - start)) changed.add(i + 1)
  return changed
}

const linesOf = (text: string) => text.split('\n').map(line => line.trimEnd())

/** Indexes of `b` that stand in a longest common subsequence with `a`; empty when there are too many edits. */
function keptLines(a: readonly string[], b: readonly string[]): ReadonlySet<number> {
  const max = Math.min(editsMax, a.length + b.length)
  const offset = max + 1
  const reach = new Int32Array(2 * offset + 1)
  const trail: Int32Array[] = []
  for (let d = 0; d <= max; d++) {
    trail.push(reach.slice())
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reach[offset + k - 1]! < reach[offset + k + 1]!)
      let x = down ? reach[offset + k + 1]! : reach[offset + k - 1]! + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      reach[offset + k] = x
      if (x >= a.length && x - k >= b.length) return backtrack(trail, a.length, b.length, offset)
    }
  }
  return new Set()
}

function backtrack(trail: readonly Int32Array[], aLength: number, bLength: number, offset: number): ReadonlySet<number> {
  const kept = new Set<number>()
  let [x, y] = [aLength, bLength]
  for (let d = trail.length - 1; d >= 0; d--) {
    const reach = trail[d]!
    const k = x - y
    const down = k === -d || (k !== d && reach[offset + k - 1]! < reach[offset + k + 1]!)
    const fromX = down ? reach[offset + k + 1]! : reach[offset + k - 1]!
    const fromY = fromX - (down ? k + 1 : k - 1)
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x--
      y--
      kept.add(y)
    }
    ;[x, y] = [fromX, fromY]
  }
  return kept
}
