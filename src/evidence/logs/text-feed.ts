// A source as buffers filled one after the other: read into place where the source can, otherwise copied from its stream.
import type {ByteSource} from '../../base/byte-source.ts'

export interface TextFeed {
  /** Fills the buffer from its start; 0 at the end of the source. */
  read(target: Uint8Array): Promise<number>
  close(): Promise<void>
}

export function textFeed(source: ByteSource): TextFeed {
  return source.readInto ? placedFeed(source, source.readInto) : streamFeed(source)
}

function placedFeed(source: ByteSource, readInto: NonNullable<ByteSource['readInto']>): TextFeed {
  let at = 0
  return {
    async read(target) {
      const count = await readInto.call(source, at, target)
      at += count
      return count
    },
    close: () => Promise.resolve(),
  }
}

function streamFeed(source: ByteSource): TextFeed {
  let chunks: AsyncIterator<Uint8Array> | undefined
  let rest: Uint8Array = new Uint8Array()
  let failure: unknown
  return {
    async read(target) {
      chunks ??= source.stream()[Symbol.asyncIterator]()
      let filled = 0
      while (filled < target.length) {
        if (rest.length === 0) {
          if (failure !== undefined) break
          try {
            const next = await chunks.next()
            if (next.done === true) break
            rest = next.value
          } catch (error) {
            // What came before the failure is given first.
            failure = error
            break
          }
        }
        const count = Math.min(rest.length, target.length - filled)
        target.set(rest.subarray(0, count), filled)
        rest = rest.subarray(count)
        filled += count
      }
      if (filled === 0 && failure !== undefined) throw failure
      return filled
    },
    async close() {
      await chunks?.return?.(undefined)
    },
  }
}
