// `go test -json` as the text the tests printed, a source for each package: in one stream packages interleave and would tear reports.
// Format: go doc test2json; `build-output` lines (ImportPath) since Go 1.24.
import type {ByteSource} from '../../base/byte-source.ts'
import {memorySource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import type {Task} from '../../base/progress.ts'
import {splitLines} from '../logs/line-splitter.ts'

/** Output of all packages together. */
const outputBytesMax = 512 << 20
const packagesMax = 100_000

export function isGoTestJson(head: Uint8Array): boolean {
  const first = new TextDecoder('latin1').decode(head.subarray(0, 2048)).trimStart()
  return (
    first.startsWith('{"') &&
    /^\{(?:"Time":"[^"]*",|"ImportPath":"[^"]*",)?"Action":"(?:start|run|output|pass|fail|skip|bench|pause|cont|build-output|build-fail)"/.test(
      first,
    )
  )
}

export async function* goTestOutputs(source: ByteSource, task: Task): AsyncGenerator<ByteSource> {
  const outputs = new Map<string, string[]>()
  let bytes = 0
  await splitLines(
    source,
    ({text}) => {
      if (!text.startsWith('{')) return
      let event: unknown
      try {
        event = JSON.parse(text)
      } catch {
        return
      }
      if (typeof event !== 'object' || event === null || !('Output' in event) || typeof event.Output !== 'string') return
      const owner =
        'Package' in event && typeof event.Package === 'string'
          ? event.Package
          : 'ImportPath' in event && typeof event.ImportPath === 'string'
            ? event.ImportPath
            : ''
      bytes += event.Output.length
      if (bytes > outputBytesMax) throw errors.limit('output of a go test -json stream in bytes', outputBytesMax)
      const list = outputs.get(owner)
      if (list) list.push(event.Output)
      else {
        if (outputs.size >= packagesMax) throw errors.limit('packages of a go test -json stream', packagesMax)
        outputs.set(owner, [event.Output])
      }
    },
    task,
  )
  for (const [owner, parts] of outputs)
    yield memorySource(owner === '' ? source.name : `${source.name}!${owner}`, new TextEncoder().encode(parts.join('')))
}
