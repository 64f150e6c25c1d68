// The end of a slot of the heat map; always later than `at`, whatever rounding does.

export function nextBelow(slot: number, slotNs: number, at: number): number {
  const end = (slot + 1) * slotNs
  return end > at ? end : at + slotNs
}
