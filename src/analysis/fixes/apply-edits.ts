// Edits of fixes put into a file. Fixes are taken whole or not at all; one that overlaps another that was taken waits for the next run.
import type {Edit, Fix, Hazard} from '../../findings/finding.ts'

export interface ChosenFix {
  readonly hazard: Hazard
  readonly fix: Fix
}

/** The first safe fix of every hazard that is not suppressed, as far as they do not touch each other; in the order of the hazards. */
export function chooseFixes(hazards: readonly Hazard[]): {readonly chosen: readonly ChosenFix[]; readonly waiting: number} {
  const chosen: ChosenFix[] = []
  const taken: Edit[] = []
  let waiting = 0
  for (const hazard of hazards) {
    if (hazard.suppressed !== undefined) continue
    const fix = hazard.fixes.find(one => one.kind === 'safe' && one.edits.length > 0)
    if (fix === undefined) continue
    if (fix.edits.some((edit, i) => [...taken, ...fix.edits.slice(0, i)].some(other => touch(edit, other)))) {
      waiting++
      continue
    }
    taken.push(...fix.edits)
    chosen.push({hazard, fix})
  }
  return {chosen, waiting}
}

/** Two insertions at one place have no order that either fix asked for, so they touch too. */
const touch = (a: Edit, b: Edit) => a.file === b.file && (a.start === b.start || (a.start < b.end && b.start < a.end))

/** A file with its edits; undefined when they overlap or lie outside it, which is a bug of the rule. */
export function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array | undefined {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
  const parts: Uint8Array[] = []
  let at = 0
  for (const edit of sorted) {
    if (edit.start < at || edit.end < edit.start || edit.end > bytes.length) return undefined
    parts.push(bytes.subarray(at, edit.start), new TextEncoder().encode(edit.text))
    at = edit.end
  }
  parts.push(bytes.subarray(at))
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let to = 0
  for (const part of parts) {
    out.set(part, to)
    to += part.length
  }
  return out
}
