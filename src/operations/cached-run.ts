// A module's run from the cache: whole when nothing it was computed from has changed, else package by package where only others did.
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {DeclarationCache} from '../base/declaration-cache.ts'
import type {ResultCache} from '../base/result-cache.ts'
import {type Fact, type Grounds, isGrounds, jsonObject, recordingHost, stillHolds} from '../analysis/cache/recording-host.ts'
import type {RunnableRule} from '../analysis/engine/run-rules.ts'
import {type ModuleCheckRequest, type ModuleRun, type PackageResult, runModule} from './check-module.ts'
import type {SeenDigests} from './package-digests.ts'

/** What is written: the facts behind a run, its packages by the digest of all they depend on, and the run without them. */
interface Entry extends Grounds {
  readonly packages: readonly (readonly [key: string, result: PackageResult])[]
  /** What can be seen of own files from outside, by the hash of the file. */
  readonly seen: readonly (readonly [file: string, digest: string])[]
  readonly run: Omit<ModuleRun, 'packages'>
}

export type Run = (request: ModuleCheckRequest & {readonly rules: readonly RunnableRule[]}, host: Host, task: Task) => Promise<ModuleRun>

/**
 * `now` in milliseconds since the epoch: only files older than the entry are believed by their time stamp. `based` hears what each run rests on,
 * undefined when that cannot be looked at again.
 */
export function cachedRun(
  cache: ResultCache,
  now: () => number,
  declarations?: DeclarationCache,
  based?: (grounds: Grounds | undefined) => void,
): Run {
  return async (request, host, task) => {
    const {rules, ...rest} = request
    const configuration = JSON.stringify([cache.identity, host.cwd, host.platform, rest, rules.map(rule => rule.id)])
    const entry = entryOf(await cache.read(configuration))
    if (entry !== undefined && (await stillHolds(host, entry, cache.hash))) {
      based?.({writtenMs: entry.writtenMs, views: entry.views, facts: entry.facts})
      return {...entry.run, packages: entry.packages.map(([, result]) => result)}
    }
    const known = new Map(entry?.packages)
    const writtenMs = now()
    const recording = recordingHost(host, cache.hash)
    const keys: string[] = []
    let seen: SeenDigests = new Map()
    const run = await runModule(request, recording.host, task, {
      reuse: {
        hash: cache.hash,
        get(key) {
          keys.push(key)
          return known.get(key)
        },
        seen: new Map(entry?.seen),
        keepSeen: made => (seen = made),
      },
      ...(declarations === undefined ? {} : {declarations: {cache: declarations, host, now}}),
    })
    const facts = await recording.facts()
    const grounds = facts && {writtenMs, views: recording.views(), facts: changeable(facts, run.gomodcache)}
    based?.(grounds)
    if (grounds !== undefined) {
      const {packages, ...others} = run
      const made: Entry = {
        ...grounds,
        packages: packages.map((result, i) => [keys[i] ?? '', result] as const),
        seen: [...seen],
        run: others,
      }
      await cache.write(configuration, JSON.stringify(made))
    }
    return run
  }
}

/**
 * Without the content of modules in the module cache whose hash is among the facts: as go does, what was unpacked there is taken for unchanged
 * (cmd/go/internal/modindex).
 */
function changeable(facts: readonly Fact[], gomodcache: string): Fact[] {
  const below = `${gomodcache.replace(/\/+$/, '')}/`
  const hashed = new Set<string>()
  for (const [question, , path, digest] of facts) {
    const [, module, version] = question === 'read' && !digest.startsWith('!') ? (/^(.*)\/@v\/([^/]*)\.ziphash$/.exec(path) ?? []) : []
    const download = `${below}cache/download/`
    if (module?.startsWith(download) === true) hashed.add(`${below}${module.slice(download.length)}@${version}`)
  }
  return facts.filter(([question, , path]) => {
    if ((question !== 'read' && question !== 'entries' && question !== 'list') || !path.startsWith(below)) return true
    const at = path.indexOf('@', below.length)
    const end = path.indexOf('/', at)
    return at < 0 || !hashed.has(end < 0 ? path : path.slice(0, end))
  })
}

/** The checksum says that it is what was written; the shape is still looked at before it is believed. */
function entryOf(text: string | undefined): Entry | undefined {
  const entry = text === undefined ? undefined : jsonObject<Entry>(text)
  if (entry === undefined || !isGrounds(entry)) return undefined
  const whole = [entry.packages, entry.seen].every(Array.isArray) && typeof entry.run === 'object' && entry.run !== null
  return whole ? (entry as Entry) : undefined // checked above
}
