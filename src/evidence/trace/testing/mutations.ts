// Damaged traces for tests: mutation number N of some bytes is the same in every run.

/** What every message about damage ends with: where it is. A file that breaks off between generations or in a batch's head has no batch to name. */
export const generationText =
  /(?:\(generation (?:\d+|\?), batch -?\d+, M -?\d+\)|before the first generation|Go 1\.26|generation number 0) at byte \d+$/

/** Up to four edits: a byte changed, bytes moved over others, or bytes cut out. */
export function mutate(original: Uint8Array, seed: number): Uint8Array {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ original.length) | 1
  const random = (below: number) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  for (let i = 0; i < 4; i++) random(2) // neighbouring seeds begin alike
  let bytes = Uint8Array.from(original)
  for (let edit = random(4); edit >= 0 && bytes.length > 0; edit--) {
    const at = random(bytes.length)
    if (random(4) > 0) bytes[at] = random(256)
    else if (random(2) === 0) bytes.copyWithin(at, random(bytes.length), random(bytes.length))
    else bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + random(8))])
  }
  return bytes
}
