// A host that remembers every question it was asked and a digest of the answer, also of what was not there. When all answers are still the
// same, so is everything that was computed from them.
import {TriageError} from '../../base/errors.ts'
import type {Host, Stat} from '../../base/host.ts'

/** `[question, view, path, digest]`; files also size and time of change, so that an unchanged one need not be read. */
export type Fact = readonly [
  question: 'stat' | 'realpath' | 'list' | 'entries' | 'read' | 'env',
  view: number,
  path: string,
  digest: string,
  size?: number,
  modifiedMs?: number,
]

export interface Recording {
  readonly host: Host
  /** Roots of the views made by `within`, each with the view it was made from; view 0 is the host itself. */
  views(): readonly {readonly parent: number; readonly roots: readonly string[]}[]
  /** Undefined when something was asked that cannot be asked again cheaply. */
  facts(): Promise<readonly Fact[] | undefined>
}

type Hash = (content: Uint8Array | string) => string

/** A file that changed this short a time before it was looked at may change again within its time stamp (racy git). */
const racyMs = 2000

export function recordingHost(base: Host, hash: Hash): Recording {
  const facts = new Map<string, Fact>()
  const views: {parent: number; roots: readonly string[]}[] = [{parent: 0, roots: []}]
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
    const {entries, readFileSync, within} = host
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
        const stat = question === 'read' && !digest.startsWith('!') ? await hosts[view]?.stat(path) : undefined
        all.push(stat === undefined ? fact : [question, view, path, digest, stat.size, stat.modifiedMs])
      }
      return all
    },
  }
}

/** Whether a host still answers as it did when the facts were written. */
export async function stillHolds(
  base: Host,
  views: Recording extends {views(): infer V} ? V : never,
  facts: readonly Fact[],
  writtenMs: number,
  hash: Hash,
): Promise<boolean> {
  const hosts: Host[] = [base]
  for (const {parent, roots} of views.slice(1)) {
    const from = hosts[parent]
    if (from?.within === undefined) return false
    hosts.push(from.within(roots))
  }
  for (const [question, view, path, digest, size, modifiedMs] of facts) {
    const host = hosts[view]
    if (host === undefined || (await answerNow(host)) !== digest) return false
    async function answerNow(from: Host): Promise<string> {
      switch (question) {
        case 'env':
          return digestOfEnv(from.env(path), hash)
        case 'stat':
          return digestOfStat(await from.stat(path))
        case 'realpath':
          return (await from.realpath(path)) ?? ''
        case 'list':
          return hash(JSON.stringify(await from.list(path)))
        case 'entries':
          return hash(JSON.stringify(await from.entries?.(path)))
        case 'read': {
          const stat = await from.stat(path)
          if (stat?.size === size && stat?.modifiedMs === modifiedMs && modifiedMs !== undefined && modifiedMs < writtenMs - racyMs)
            return digest
          try {
            return hash(await from.readFile(path))
          } catch (error) {
            return error instanceof TriageError ? `!${error.code}` : '?'
          }
        }
      }
    }
  }
  return true
}

/** Values of the environment may be secrets: only their hash is kept. */
const digestOfEnv = (value: string | undefined, hash: Hash) => (value === undefined ? '' : hash(value))
/** Of files the time too: who asked for it may have believed it instead of reading. */
const digestOfStat = (stat: Stat | undefined) =>
  stat === undefined ? '' : `${stat.kind} ${stat.size}${stat.kind === 'file' ? ` ${stat.modifiedMs}` : ''}`
