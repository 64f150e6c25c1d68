// Damaged profiles: prefixes and mutations of real ones, and the question whether what comes of them is allowed.
// Allowed are a result that says so when it holds no samples, and an error of the catalogue that names a byte or a limit.
import {memorySource} from '../../../base/byte-source.ts'
import {TriageError} from '../../../base/errors.ts'
import {artifactOf, readProfile} from '../decoders.ts'
import type {ProfileColumns} from '../columns.ts'

export type Outcome = 'result' | 'error'

/** Throws what is not allowed. `use` is asked to work with every result. */
export async function outcomeOf(bytes: Uint8Array, symbols: boolean, use: (columns: ProfileColumns) => void): Promise<Outcome> {
  let columns: ProfileColumns
  try {
    columns = await readProfile(memorySource('damaged', bytes), {}, {symbols})
  } catch (error) {
    if (!(error instanceof TriageError)) throw error
    if (!/ byte \d+|passed its limit of|is empty$/.test(error.message)) throw new Error(`no place in: ${error.message}`, {cause: error})
    return 'error'
  }
  const {notes, data} = artifactOf(memorySource('damaged', bytes), columns)
  if (data?.kind !== 'profile') throw new Error('the artifact is no profile')
  if (data.sampleCount === 0 && !notes.some(note => note.code === 'no-samples')) throw new Error('silently empty')
  for (let sample = 0; sample < data.sampleCount; sample++) {
    data.frames(sample)
    data.labels(sample)
    data.numberLabels(sample)
  }
  use(columns)
  return 'result'
}

/** A generator of numbers below a bound, the same for the same seed. */
function drawing(seed: number): (below: number) => number {
  let state = (seed + 1) >>> 0
  return below => {
    // xorshift32 (Marsaglia 2003): neighbouring seeds must part at once.
    state = Math.imul(state ^ 0x9e3779b9, 0x85ebca6b) >>> 0
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Bytes that mean much in the formats: ends of varints, digits, signs, line ends. */
const telling = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x20, 0x2d, 0x30, 0x39, 0x3a, 0x40, 0x5b, 0x12, 0x22, 0x2a, 0x32]

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** One to four changes: bytes set, bits turned, ranges removed, repeated or moved, numbers made huge. */
export function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const draw = drawing(seed)
  let now = Uint8Array.from(bytes)
  for (let changes = 1 + draw(4); changes > 0 && now.length > 0; changes--) {
    const at = draw(now.length)
    const end = Math.min(now.length, at + 1 + draw(draw(4) === 0 ? now.length : 16))
    const [head, part, tail] = [now.subarray(0, at), now.subarray(at, end), now.subarray(end)]
    switch (draw(7)) {
      case 0:
        now[at] = telling[draw(telling.length)]!
        break
      case 1:
        now[at] = now[at]! ^ (1 << draw(8))
        break
      case 2:
        now[at] = draw(256)
        break
      case 3:
        now = joined(head, tail)
        break
      case 4:
        now = joined(head, part, part, tail)
        break
      case 5:
        now = joined(head, tail, part)
        break
      default:
        now = joined(head, new Uint8Array(1 + draw(9)).fill(0xff), Uint8Array.of(draw(128)), tail)
    }
  }
  return now
}
