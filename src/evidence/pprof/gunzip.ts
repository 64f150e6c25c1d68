// Decompression with a limit on what comes out: a file of a few kilobytes can unpack to terabytes. A text is taken in chunks and never held as a whole.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors, TriageError} from '../../base/errors.ts'
import {checkpoint} from '../../base/progress.ts'
import type {Task} from '../../base/progress.ts'

/** Bytes of one profile after decompression. Profiles of real programs have been seen up to a few megabytes. */
export const profileBytesMax = 512 * 1024 * 1024
/** deflate cannot do better than this (RFC 1951: 258 bytes for two bits), so the size a file claims is believed up to here only. */
const deflateRatioMax = 1032

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** A profile that is being read, decompressed if it is gzip. */
export interface Unpacked {
  /** What it starts with. */
  readonly head: Uint8Array
  /** All of it, in chunks or as one buffer: one of the two, once. */
  chunks(): AsyncGenerator<Uint8Array>
  bytes(): Promise<Uint8Array>
}

/** Reads so much of a source that its first bytes are known. */
export async function unpack(source: ByteSource, task: Task, headBytes: number): Promise<Unpacked> {
  const start = await source.read(0, headBytes)
  if (start.length === 0) throw errors.empty(source.name)
  const {size} = source
  const compressed = isGzip(start)
  if (!compressed && size !== undefined) {
    if (size > profileBytesMax) throw errors.limit('size of a profile in bytes', profileBytesMax)
    checkpoint(task)
    return {head: start, chunks: () => bounded(source.stream(), task), bytes: () => source.read(0, size)}
  }
  const rest = bounded(compressed ? inflated(source) : source.stream(), task)
  const first: Uint8Array[] = []
  let length = 0
  while (length < headBytes) {
    const {done, value} = await rest.next()
    if (done === true) break
    first.push(value)
    length += value.length
  }
  if (length === 0) throw errors.empty(source.name)
  const head = new GrowingBuffer(length)
  for (const chunk of first) head.append(chunk)
  const chunks = async function* () {
    try {
      yield* first
      yield* rest
    } finally {
      await rest.return(undefined)
    }
  }
  return {head: head.bytes().subarray(0, headBytes), chunks, bytes: async () => joined(chunks(), await sizeHint(source, compressed))}
}

async function joined(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const buffer = new GrowingBuffer(size)
  for await (const chunk of chunks) buffer.append(chunk)
  return buffer.bytes()
}

/** Stops at the limit, and where the task was cancelled. */
async function* bounded(chunks: AsyncIterable<Uint8Array>, task: Task): AsyncGenerator<Uint8Array> {
  let length = 0
  checkpoint(task)
  for await (const chunk of chunks) {
    checkpoint(task)
    length += chunk.length
    if (length > profileBytesMax) throw errors.limit('decompressed size of a profile in bytes', profileBytesMax)
    task.progress?.('bytes', length)
    yield chunk
  }
}

async function* inflated(source: ByteSource): AsyncGenerator<Uint8Array> {
  let fed = 0
  const input = source.stream()[Symbol.asyncIterator]()
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const {done, value} = await input.next()
      if (done === true) return controller.close()
      fed += value.length
      controller.enqueue(
        value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? (value as Uint8Array<ArrayBuffer>) : value.slice(),
      )
    },
    async cancel() {
      await input.return?.()
    },
  })
  const reader = compressed.pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    for (;;) {
      const {done, value} = await reader.read()
      if (done) return
      yield value
    }
  } catch (error) {
    if (error instanceof TriageError) throw error
    throw errors.malformed('gzip', fed, `the compressed data is damaged or cut short (${messageOf(error)}), found`)
  } finally {
    await reader.cancel().catch(() => undefined)
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
  #length = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  append(chunk: Uint8Array): void {
    const need = this.#length + chunk.length
    if (need > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(profileBytesMax, Math.max(need, this.#bytes.length * 2)))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#length)
    this.#length = need
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
