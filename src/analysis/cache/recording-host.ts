// A host that remembers every question it was asked and a digest of the answer, also of what was not there. When all answers are still the
// same, so is everything that was computed from them.
import {TriageError} from '../../base/errors.ts'
import type {Host, Stat} from '../../base/host.ts'

/** `[question, view, path, digest]`; files also size and times of change, so that an unchanged one need not be read. */
export type Fact = readonly [
  question: 'stat' | 'realpath' | 'list' | 'entries' | 'read' | 'env',
  view: number,
  path: string,
  digest: string,
  size?: number,
  modifiedMs?: number,
  changedMs?: number,
]

/** Roots of a view made by `within`, and the view it was made from; view 0 is the host itself. */
export interface View {
  readonly parent: number
  readonly roots: readonly string[]
}

/** What something was computed from. */
export interface Grounds {
  /** Milliseconds since the epoch; only files older than this are believed by their time stamp. */
  readonly writtenMs: number
  readonly views: readonly View[]
  readonly facts: readonly Fact[]
}

export interface Recording {
  readonly host: Host
  views(): readonly View[]
  /** Undefined when something was asked that cannot be asked again cheaply. What changed last comes first: it is the likeliest to change again. */
  facts(): Promise<readonly Fact[] | undefined>
}

type Hash = (content: Uint8Array | string) => string

/** A file that changed this short a time before it was looked at may change again within its time stamp (racy git). */
const racyMs = 2000

export function recordingHost(base: Host, hash: Hash): Recording {
  const facts = new Map<string, Fact>()
  const views: View[] = [{parent: 0, roots: []}]
  const hosts: Host[] = [base]
  let repeatable = true
  const remember = (...fact: Fact) => void facts.set(`${fact[0]} ${fact[1]} ${fact[2]}`, fact)

  const recorded = (host: Host, view: number): Host => {
    const read = (path: string, get: () => Uint8Array): Uint8Array => {
      try {
        const bytes = get()
        remember('read', view, path, hash(bytes))
        return bytes
      } catch (error) {
        if (error instanceof TriageError) remember('read', view, path, `!${error.code}`)
        throw error
      }
    }
    const {entries, readFileSync, statSync, within} = host
    return {
      ...host,
      env(name) {
        const value = host.env(name)
        remember('env', view, name, digestOfEnv(value, hash))
        return value
      },
      async stat(path) {
        const stat = await host.stat(path)
        remember('stat', view, path, digestOfStat(stat))
        return stat
      },
      ...(statSync === undefined
        ? {}
        : {
            statSync(path: string) {
              const stat = statSync(path)
              remember('stat', view, path, digestOfStat(stat))
              return stat
            },
          }),
      async realpath(path) {
        const real = await host.realpath(path)
        remember('realpath', view, path, real ?? '')
        return real
      },
      async list(path) {
        const names = await host.list(path)
        remember('list', view, path, hash(JSON.stringify(names)))
        return names
      },
      async readFile(path, bytesMax) {
        let bytes: Uint8Array | undefined
        let failure: unknown
        try {
          bytes = await host.readFile(path, bytesMax)
        } catch (error) {
          failure = error
        }
        return read(path, () => {
          if (bytes === undefined) throw failure
          return bytes
        })
      },
      open(path) {
        repeatable = false
        return host.open(path)
      },
      ...(entries === undefined
        ? {}
        : {
            async entries(path: string) {
              const found = await entries(path)
              remember('entries', view, path, hash(JSON.stringify(found)))
              return found
            },
          }),
      ...(readFileSync === undefined
        ? {}
        : {readFileSync: (path: string, bytesMax?: number) => read(path, () => readFileSync(path, bytesMax))}),
      ...(within === undefined
        ? {}
        : {
            within(roots: readonly string[]) {
              const inner = within(roots)
              views.push({parent: view, roots})
              hosts.push(inner)
              return recorded(inner, views.length - 1)
            },
          }),
    }
  }

  return {
    host: recorded(base, 0),
    views: () => views,
    async facts() {
      if (!repeatable) return undefined
      const all: Fact[] = []
      for (const fact of facts.values()) {
        const [question, view, path, digest] = fact
        const host = question === 'read' && !digest.startsWith('!') ? hosts[view] : undefined
        const stat = host === undefined ? undefined : await statOf(host, path)
        all.push(stat === undefined ? fact : [question, view, path, digest, stat.size, stat.modifiedMs, stat.changedMs ?? 0])
      }
      return all.sort((a, b) => (b[5] ?? 0) - (a[5] ?? 0))
    },
  }
}

/** Whether what a cache gave back has the shape of grounds. */
export function isGrounds(read: Partial<Grounds>): boolean {
  return typeof read.writtenMs === 'number' && Array.isArray(read.views) && Array.isArray(read.facts)
}

/** An object that a cache gave back as JSON text, of which nothing is known yet. */
export function jsonObject<T>(text: string): Partial<T> | undefined {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null ? (read as Partial<T>) : undefined // every field is still looked at
  } catch {
    return undefined
  }
}

const statOf = (host: Host, path: string): Stat | undefined | Promise<Stat | undefined> =>
  host.statSync === undefined ? host.stat(path) : host.statSync(path)

/** Whether a host still answers as it did when the facts were written. */
export async function stillHolds(base: Host, {views, facts, writtenMs}: Grounds, hash: Hash): Promise<boolean> {
  const hosts: Host[] = [base]
  for (const {parent, roots} of views.slice(1)) {
    const from = hosts[parent]
    if (from?.within === undefined) return false
    hosts.push(from.within(roots))
  }
  const read = async (host: Host, path: string): Promise<string> => {
    try {
      return hash(await host.readFile(path))
    } catch (error) {
      return error instanceof TriageError ? `!${error.code}` : '?'
    }
  }
  for (const [question, view, path, digest, size, modifiedMs, changedMs] of facts) {
    const host = hosts[view]
    if (host === undefined) return false
    let now: string
    switch (question) {
      case 'env':
        now = digestOfEnv(host.env(path), hash)
        break
      case 'stat': {
        const stat = statOf(host, path)
        now = digestOfStat(stat instanceof Promise ? await stat : stat)
        break
      }
      case 'realpath':
        now = (await host.realpath(path)) ?? ''
        break
      case 'list':
        now = hash(JSON.stringify(await host.list(path)))
        break
      case 'entries':
        now = hash(JSON.stringify(await host.entries?.(path)))
        break
      case 'read': {
        const asked = statOf(host, path)
        const stat = asked instanceof Promise ? await asked : asked
        const asBefore = stat?.size === size && stat?.modifiedMs === modifiedMs && (stat?.changedMs ?? 0) === changedMs
        now = asBefore && modifiedMs !== undefined && modifiedMs < writtenMs - racyMs ? digest : await read(host, path)
      }
    }
    if (now !== digest) return false
  }
  return true
}

/** Values of the environment may be secrets: only their hash is kept. */
const digestOfEnv = (value: string | undefined, hash: Hash) => (value === undefined ? '' : hash(value))
/** Of files the time too: who asked for it may have believed it instead of reading. */
const digestOfStat = (stat: Stat | undefined) =>
  stat === undefined ? '' : `${stat.kind} ${stat.size}${stat.kind === 'file' ? ` ${stat.modifiedMs}` : ''}`
