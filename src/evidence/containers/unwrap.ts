// What stands around evidence is taken off before any decoder looks: gzip, tar, `go test -json`, one inside another.
import type {ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import {probeBytes} from '../model/decoder.ts'
import {goTestOutputs, isGoTestJson} from './go-test-json.ts'
import {gunzipped, isGzip} from './gzip.ts'
import {isTar, tarMembers} from './tar.ts'

const depthMax = 4

/** The sources inside; the source itself when it is no container, or when `claimed` says that a decoder reads it as it is (profiles are gzip). */
export async function* unwrapped(
  source: ByteSource,
  claimed: (head: Uint8Array, name: string) => boolean,
  task: Task,
  depth = 0,
): AsyncGenerator<ByteSource> {
  checkpoint(task)
  const head = await source.read(0, probeBytes)
  const inner =
    isGzip(head) && !claimed(head, source.name)
      ? one(gunzipped(source))
      : isTar(head)
        ? tarMembers(source)
        : isGoTestJson(head)
          ? goTestOutputs(source, task)
          : undefined
  if (!inner) {
    yield source
    return
  }
  if (depth >= depthMax) throw errors.limit('containers inside one another', depthMax)
  for await (const member of inner) yield* unwrapped(member, claimed, task, depth + 1)
}

async function* one(source: ByteSource): AsyncGenerator<ByteSource> {
  yield source
}
