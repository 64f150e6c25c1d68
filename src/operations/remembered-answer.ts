// The answer of a whole command from the cache, while nothing has changed that it was made from: neither what the command asked itself (its
// configuration, a baseline, lines of source to print) nor what its runs over packages rest on. Then no rule, parser or type checker is loaded.
import type {Host} from '../base/host.ts'
import type {ResultCache} from '../base/result-cache.ts'
import {type Grounds, isGrounds, jsonObject, recordingHost, stillHolds} from '../analysis/cache/recording-host.ts'

export interface Answer {
  readonly exitCode: number
  /** What goes to stdout and to stderr, as it was said. */
  readonly said: readonly (readonly [to: 'out' | 'note', text: string])[]
}

/** What an answer rests on besides what it asks of the host it is given; undefined: something that cannot be looked at again. */
export type Based = (grounds: Grounds | undefined) => void

export interface Remembering {
  readonly cache: ResultCache
  readonly host: Host
  /** Milliseconds since the epoch. */
  now(): number
  /** Everything the answer depends on that is not asked of the host. */
  readonly question: readonly unknown[]
}

interface Entry extends Answer {
  readonly grounds: readonly Grounds[]
}

/** The answer as it was, or undefined when there is none or something has changed. */
export async function recall({cache, host, question}: Remembering): Promise<Answer | undefined> {
  const entry = entryOf(await cache.read(nameOf(cache, host, question)))
  if (entry === undefined) return undefined
  for (const grounds of entry.grounds) if (!(await stillHolds(host, grounds, cache.hash))) return undefined
  return entry
}

/** Makes the answer and keeps it. `make` is given the host to ask, and says what else the answer rests on. */
export async function remember(
  {cache, host, now, question}: Remembering,
  make: (host: Host, based: Based) => Promise<Answer>,
): Promise<Answer> {
  const writtenMs = now()
  const recording = recordingHost(host, cache.hash)
  const grounds: Grounds[] = []
  let repeatable = true
  const answer = await make(recording.host, one => {
    if (one === undefined) repeatable = false
    else grounds.push(one)
  })
  const facts = await recording.facts()
  if (!repeatable || facts === undefined) return answer
  const entry: Entry = {...answer, grounds: [...grounds, {writtenMs, views: recording.views(), facts}]}
  await cache.write(nameOf(cache, host, question), JSON.stringify(entry))
  return answer
}

const nameOf = ({identity}: ResultCache, {cwd, platform}: Host, question: readonly unknown[]): string =>
  JSON.stringify(['answer', identity, cwd, platform, question])

/** The checksum says that it is what was written; the shape is still looked at before it is believed. */
function entryOf(text: string | undefined): Entry | undefined {
  const entry = text === undefined ? undefined : jsonObject<Entry>(text)
  if (typeof entry?.exitCode !== 'number' || !Array.isArray(entry.said) || !Array.isArray(entry.grounds)) return undefined
  const whole = entry.grounds.every(one => typeof one === 'object' && one !== null && isGrounds(one))
  return whole ? (entry as Entry) : undefined // checked above
}
