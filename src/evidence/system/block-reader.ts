// What most tools print: a head line that names the table, then lines of it. A reader made from those two questions.
import type {ArtifactData} from '../model/artifact.ts'
import type {Emit, Line, TextReader} from '../logs/text-reader.ts'

export interface Block {
  /** Takes a line below the head; false when it is not part of the table. */
  take(line: Line): boolean
  /** The decoded table; undefined when the head was all there was. */
  data(): ArtifactData | undefined
}

/** Lines that are not part of the table and do not end it. */
const foreignLinesMax = 2

export function blockReader(emit: Emit, format: string, begin: (line: Line) => Block | undefined): TextReader {
  let block: Block | undefined
  let start = 0
  let end = 0
  let foreign = 0
  const close = () => {
    const data = block?.data()
    block = undefined
    if (data) emit({format, start, end, data})
  }
  return {
    get open() {
      return block !== undefined
    },
    offer(line) {
      if (block) {
        if (block.take(line)) {
          if (line.text !== '') end = line.end
          foreign = 0
          return true
        }
        if (++foreign <= foreignLinesMax) {
          // The same head again is another table.
          const next = begin(line)
          if (!next) return false
          close()
          block = next
          start = line.start
          end = line.end
          return true
        }
        close()
      }
      block = begin(line)
      if (!block) return false
      start = line.start
      end = line.end
      foreign = 0
      return true
    },
    finish: close,
  }
}
