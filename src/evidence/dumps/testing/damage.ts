// Damaged dumps, logs and tables: what comes of them must be artifacts, an error of the catalogue, or both; never neither, never anything else.
import {memorySource} from '../../../base/byte-source.ts'
import {decodeSource} from '../../decode.ts'
import {decoders} from '../../registry.generated.ts'
import {summaryOf} from '../../summary.ts'

export type Outcome = 'artifacts' | 'error' | 'both'

/** Throws what is not allowed. */
export async function outcomeOf(bytes: Uint8Array, name: string): Promise<Outcome> {
  const {artifacts, failure} = await decodeSource(memorySource(name, bytes), decoders, {})
  for (const {start, end, data} of artifacts) {
    if ((start ?? 0) > (end ?? bytes.length)) throw new Error(`a part that ends at ${end} before its start ${start}`)
    // Summaries are what is printed: a value that is missing shows here.
    if (JSON.stringify(summaryOf(data)).includes('undefined')) throw new Error('a summary with a value that is missing')
  }
  if (artifacts.length === 0 && failure === undefined) throw new Error('silently empty')
  return failure === undefined ? 'artifacts' : artifacts.length === 0 ? 'error' : 'both'
}
