// Bytes that may not fit in memory: a file, a part of one, a buffer. Decoders probe a ByteSource and never open files.
import {errors} from './errors.ts'

/** Something with bytes. `read` may return fewer bytes only at the end. */
export interface ByteSource {
  /** For messages and the artifact's `path`; never opened again. */
  readonly name: string
  /** Size in bytes; undefined for pipes. */
  readonly size?: number
  /** Up to `length` bytes from `offset`; shorter only where the source ends. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Fills `target` with the bytes from `offset`; fewer only at the end, 0 behind it. Absent where bytes cannot be put in place at no extra cost. */
  readInto?(offset: number, target: Uint8Array): Promise<number>
  /** All bytes in order, in chunks of the source's choosing. May be called more than once. */
  stream(): AsyncIterable<Uint8Array>
}

export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, Math.min(bytes.length, offset + length))),
    async *stream() {
      yield bytes
    },
  }
}

/** A byte range of another source, as its own source; it cannot be read past its end. */
export function sliceSource(whole: ByteSource, start: number, end: number): ByteSource {
  return {
    name: whole.name,
    size: end - start,
    read: (offset, length) => whole.read(start + offset, Math.max(0, Math.min(length, end - start - offset))),
    async *stream() {
      const chunk = 1 << 20
      for (let at = start; at < end;) {
        const bytes = await whole.read(at, Math.min(chunk, end - at))
        if (bytes.length === 0) return
        yield bytes
        at += bytes.length
      }
    },
  }
}

/** The whole source as one buffer; an error, never a truncation, when it is larger than `bytesMax`. */
export async function readAll(source: ByteSource, bytesMax: number): Promise<Uint8Array> {
  if (source.size !== undefined) {
    if (source.size > bytesMax) throw errors.limit(`size of ${source.name} in bytes`, bytesMax)
    return source.read(0, source.size)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of source.stream()) {
    length += chunk.length
    if (length > bytesMax) throw errors.limit(`size of ${source.name} in bytes`, bytesMax)
    chunks.push(chunk)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
