// What C functions do that Go has to know of, as a description says it: the project's own gotriage.api.yaml, or one that ships with gotriage.
// What is not said is not known, and no rule may claim anything from it. Arguments are numbered from 0.

/** `process`: works on state of the whole process, so that two calls at once are a race; `own`: on the calling thread's (an error queue, errno). */
export type CThread = 'process' | 'own'

export interface CFunctionEffects {
  readonly name: string
  /** How long callers wait for it; a C call that has begun cannot be stopped (runtime/cgocall.go). */
  readonly timeoutMs?: number
  readonly mayBlock?: boolean
  /** Name of the lock to hold around it. */
  readonly requiresLock?: string
  /** Arguments it frees or takes over: the caller must not release them afterwards. */
  readonly owns?: readonly number[]
  /** Arguments it keeps a pointer to after it returned, without owning them. */
  readonly stores?: readonly number[]
  /** Arguments it only reads or fills during the call. */
  readonly borrows?: readonly number[]
  /** `owned`: the caller has to release the result; `borrowed`: it must not. */
  readonly returns?: 'owned' | 'borrowed'
  /** What releases an owned result. */
  readonly freeWith?: string
  readonly thread?: CThread
  /** Does nothing in these versions: kept for old callers only. */
  readonly noEffect?: boolean
  /** Versions of the library: from `since`, below `until`. */
  readonly since?: string
  readonly until?: string
  /** One clause that a finding may add. */
  readonly note?: string
  /** Where the library's manual says so. */
  readonly source?: string
}

export interface ApiDescription {
  /** For messages: the file, or the library. */
  readonly path: string
  /** Id of the library that is described; a project's own file has none. */
  readonly library?: string
  readonly title?: string
  /** Versions of the library that were read about. */
  readonly versions?: string
  /** A package that includes one of these uses the library; `*` stands for any file name. */
  readonly headers: readonly string[]
  readonly sources: readonly string[]
  /** Versions of libraries that a project builds with, by id. */
  readonly libraries: Readonly<Record<string, string>>
  readonly functions: readonly CFunctionEffects[]
  /** What `gotriage guard cgo` asks for besides. */
  readonly guard: {readonly package?: string; readonly blockedMax?: number; readonly errors?: 'openssl' | 'none'}
}

/** Compares versions by their numbers: 7.9 is before 7.84; letters behind a number are left out. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const numbers = (version: string) => version.split('.').map(part => Number(/^\d+/.exec(part)?.[0] ?? 0))

const inRange = ({since, until}: CFunctionEffects, version: string) =>
  (since === undefined || compareVersions(version, since) >= 0) && (until === undefined || compareVersions(version, until) < 0)

/** What holds of a function in a version of its library; with an unknown version, what all entries of the description agree in. */
export function effectsIn(entries: readonly CFunctionEffects[], version: string | undefined): CFunctionEffects | undefined {
  if (version !== undefined) return entries.find(entry => inRange(entry, version))
  const [first, ...others] = entries
  if (first === undefined || others.length === 0) return first
  const {name} = first
  const common = Object.entries(first).filter(
    ([key, value]) =>
      key !== 'since' &&
      key !== 'until' &&
      others.every(other => JSON.stringify((other as unknown as Record<string, unknown>)[key]) === JSON.stringify(value)),
  )
  return {...Object.fromEntries(common), name}
}
