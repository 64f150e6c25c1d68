// Is this a profile? Answered from the first bytes: fields of profile.proto with their wire types, and inside the first ones again.

/** Wire types that each top-level field of profile.proto may have; repeated integers may be packed. */
const topLevel: readonly (readonly number[])[] = [
  [], [2], [2], [2], [2], [2], [2], [0], [0], [0], [0], [2], [0], [0, 2], [0], [0],
] // prettier-ignore
/** The same for the fields of ValueType, Sample, Mapping, Location and Function, by the top-level field that holds them. */
const nested: Readonly<Record<number, readonly (readonly number[])[]>> = {
  1: [[], [0], [0]],
  2: [[], [0, 2], [0, 2], [2]],
  3: [[], [0], [0], [0], [0], [0], [0], [0], [0], [0], [0]],
  4: [[], [0], [0], [0], [2], [0]],
  5: [[], [0], [0], [0], [0], [0]],
  11: [[], [0], [0]],
}
/** Fields of these numbers are ours however unknown; text has larger ones by chance. */
const unknownFieldMax = 31

export function looksLikeProfile(head: Uint8Array): boolean {
  return fieldsSeen(head, 0, head.length, true, topLevel) > 0
}

/** Messages that were looked into; −1 when something does not fit. What is cut off by the end of `head` fits. */
function fieldsSeen(bytes: Uint8Array, start: number, end: number, cut: boolean, shape: readonly (readonly number[])[]): number {
  let seen = 0
  for (let at = start; at < end;) {
    const tag = bytes[at++]!
    const [field, wireType] = [tag >> 3, tag & 7]
    if (tag >= 0x80 || field === 0 || field > unknownFieldMax) return -1
    const allowed = shape[field]
    if (allowed !== undefined && !allowed.includes(wireType)) return -1
    if (wireType !== 0 && wireType !== 2) return -1
    const [value, next] = smallVarint(bytes, at, end)
    if (next < 0) return cut && next === -1 ? seen : -1
    at = next
    if (wireType === 0) continue
    const inner = shape === topLevel ? nested[field] : undefined
    if (!cut && at + value > end) return -1
    if (shape === topLevel && field === 6 && seen === 0 && value !== 0) return -1
    if (inner !== undefined) {
      if (fieldsSeen(bytes, at, Math.min(end, at + value), at + value > end, inner) < 0) return -1
      // Counted only when all of it was seen: the head of a text has cut messages by chance.
      if (at + value <= end) seen++
    }
    at += value
  }
  return seen
}

/** Value and where it ends; −1 when it runs over the end, −2 when it is longer than ten bytes. */
function smallVarint(bytes: Uint8Array, start: number, end: number): readonly [number, number] {
  let value = 0
  for (let at = start; at < start + 10; at++) {
    if (at >= end) return [0, -1]
    const byte = bytes[at]!
    value += (byte & 0x7f) * 2 ** (7 * (at - start))
    if (byte < 0x80) return [value, at + 1]
  }
  return [0, -2]
}
