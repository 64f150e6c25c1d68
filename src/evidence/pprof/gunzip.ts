// Decompression with a limit on what comes out: a file of a few kilobytes can unpack to terabytes.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors, TriageError} from '../../base/errors.ts'
import {checkpoint} from '../../base/progress.ts'
import type {Task} from '../../base/progress.ts'

/** Bytes of one profile after decompression. Profiles of real programs have been seen up to a few megabytes. */
export const profileBytesMax = 512 * 1024 * 1024
/** deflate cannot do better than this (RFC 1951: 258 bytes for two bits), so the size a file claims is believed up to here only. */
const deflateRatioMax = 1032

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** The whole source as one buffer, decompressed if it is gzip. */
export async function readProfileBytes(source: ByteSource, task: Task): Promise<Uint8Array> {
  const head = await source.read(0, 2)
  if (head.length === 0) throw errors.empty(source.name)
  const compressed = isGzip(head)
  if (!compressed && source.size !== undefined) {
    if (source.size > profileBytesMax) throw errors.limit('size of a profile in bytes', profileBytesMax)
    checkpoint(task)
    return source.read(0, source.size)
  }
  const buffer = new GrowingBuffer(await sizeHint(source, compressed))
  if (!compressed) {
    for await (const chunk of source.stream()) {
      checkpoint(task)
      buffer.append(chunk)
    }
    return buffer.bytes()
  }
  let fed = 0
  const input = source.stream()[Symbol.asyncIterator]()
  const compressedStream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const {done, value} = await input.next()
      if (done === true) return controller.close()
      fed += value.length
      controller.enqueue(
        value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? (value as Uint8Array<ArrayBuffer>) : value.slice(),
      )
    },
  })
  const reader = compressedStream.pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    for (;;) {
      checkpoint(task)
      const {done, value} = await reader.read()
      if (done) return buffer.bytes()
      buffer.append(value)
      task.progress?.('bytes', buffer.length)
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined)
    if (error instanceof TriageError) throw error
    throw errors.malformed('gzip', fed, `the compressed data is damaged or cut short (${messageOf(error)}), found`)
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

/** Size of the buffer to start with: gzip ends with the size of what it holds, modulo 2^32 (RFC 1952), which may be a lie. */
async function sizeHint(source: ByteSource, compressed: boolean): Promise<number> {
  if (source.size === undefined) return 1 << 16
  if (!compressed) return Math.min(source.size, profileBytesMax)
  const tail = await source.read(Math.max(0, source.size - 4), 4)
  const claimed = tail.length < 4 ? 0 : new DataView(tail.buffer, tail.byteOffset, 4).getUint32(0, true)
  return Math.min(claimed, source.size * deflateRatioMax, profileBytesMax)
}

class GrowingBuffer {
  #bytes: Uint8Array
  length = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  append(chunk: Uint8Array): void {
    const need = this.length + chunk.length
    if (need > profileBytesMax) throw errors.limit('decompressed size of a profile in bytes', profileBytesMax)
    if (need > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(profileBytesMax, Math.max(need, this.#bytes.length * 2)))
      larger.set(this.#bytes.subarray(0, this.length))
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.length)
    this.length = need
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }
}
