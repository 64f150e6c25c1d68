// A gzip file as the source it holds: streamed, never written anywhere, with a cap on what it may unfold to.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors, TriageError} from '../../base/errors.ts'

/** Bytes a gzip file may unfold to when it is streamed, and when it must be held in memory. */
export const unfoldedBytesMax = 64 * 1024 ** 3
const heldBytesMax = 1 << 30
const headBytes = 1 << 16
const drainMs = 5

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8

export function gunzipped(source: ByteSource): ByteSource {
  let head: Uint8Array | undefined
  let held: Uint8Array | undefined
  const hold = async (bytesMax: number): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = []
    let length = 0
    try {
      for await (const chunk of unfolded(source)) {
        chunks.push(chunk)
        length += chunk.length
        if (length < bytesMax) continue
        if (bytesMax === headBytes) break
        throw errors.limit(`unfolded size of ${source.name} in bytes`, bytesMax)
      }
    } catch (error) {
      // A probe is content with what there is; whoever reads on meets the failure.
      if (bytesMax !== headBytes || length === 0) throw error
    }
    const all = new Uint8Array(length)
    let at = 0
    for (const chunk of chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return all
  }
  return {
    name: source.name,
    async read(offset, length) {
      if (held === undefined && offset + length <= headBytes) {
        head ??= await hold(headBytes)
        if (offset + length <= head.length || head.length < headBytes) return head.subarray(offset, offset + length)
      }
      held ??= await hold(heldBytesMax)
      return held.subarray(offset, offset + length)
    },
    stream: () => unfolded(source),
  }
}

async function* unfolded(source: ByteSource): AsyncGenerator<Uint8Array> {
  let taken = 0
  const chunks = source.stream()[Symbol.asyncIterator]()
  const input = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await chunks.next()
      if (next.done) {
        // A stream that fails forgets what it has unfolded and nobody has read: let that be read before the end can fail.
        await new Promise(resolve => setTimeout(resolve, drainMs))
        controller.close()
      } else {
        taken += next.value.length
        controller.enqueue(new Uint8Array(next.value))
      }
    },
    async cancel() {
      await chunks.return?.()
    },
  })
  const reader = input.pipeThrough(new DecompressionStream('gzip')).getReader()
  let given = 0
  try {
    for (;;) {
      const {done, value} = await reader.read()
      if (done) return
      given += value.length
      if (given > unfoldedBytesMax) throw errors.limit(`unfolded size of ${source.name} in bytes`, unfoldedBytesMax)
      yield value
    }
  } catch (error) {
    if (error instanceof TriageError) throw error
    throw errors.malformed('gzip', taken, error instanceof Error ? error.message : 'not readable')
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
