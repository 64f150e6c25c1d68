// What functions of other packages than the one in hand do, for rules that follow values there: of the module's own packages and of its dependencies,
// from their bodies when a rule asks. What was worked out for a version of a module is kept for the next run, under the key of its declaration
// file, in which everything is that it depends on. The standard library's ship with gotriage and are not asked for here.
import type {Loaded, LoadedPackage} from '../go/load/api.ts'
import type {KeptDeclarations, PackageChecker} from '../go/load/check-packages.ts'
import {summariesOnDemand, type OnDemand, type OverBudget} from '../go/flow/on-demand.ts'
import {shippedSummary} from '../go/flow/short-summary.ts'
import type {Note} from '../findings/envelope.ts'
import {readSummaries, writeSummaries, type FunctionSummary} from '../go/flow/summary.ts'

export interface Asking {
  /** By linker name; undefined is unknown. */
  of(name: string): FunctionSummary | undefined
  /** The packages whose bodies the answers so far stand on, in the order they were come to. */
  packages(): readonly LoadedPackage[]
}

export interface ModuleSummaries {
  /** For one package; another keeps its own account. */
  askedBy(): Asking
  /** Functions left unknown because a limit was reached, in the order of their names. */
  readonly overBudget: readonly (OverBudget & {readonly importPath: string})[]
  /** For the next run. */
  keep(): void
}

interface Entry {
  readonly pkg: LoadedPackage
  readonly summaries: OnDemand
  /** What is known by now, and how much of it was when it was read. */
  readonly memo: Map<string, FunctionSummary>
  readonly read: number
  /** Packages that its functions' summaries asked for. */
  readonly asked: Set<Entry>
}

export function moduleSummaries(loaded: Loaded, checker: PackageChecker, kept?: KeptDeclarations): ModuleSummaries {
  const entries = new Map<string, Entry>()

  function entryOf(name: string): Entry | undefined {
    const pkg = packageOf(name, loaded)
    if (pkg === undefined || pkg.standard) return undefined
    let entry = entries.get(pkg.id)
    if (entry === undefined) {
      const asked = new Set<Entry>()
      const key = keyOf(pkg, kept)
      const bytes = key === undefined ? undefined : kept?.cache.read(key)
      const memo = readSummaries(bytes === undefined ? '' : new TextDecoder().decode(bytes))
      const read = memo.size
      const summaries = summariesOnDemand(checker.source(pkg), other => shippedSummary(other) ?? ask(other, asked), memo)
      entry = {pkg, summaries, memo, read, asked}
      entries.set(pkg.id, entry)
    }
    return entry
  }
  function ask(name: string, asking: Set<Entry>): FunctionSummary | undefined {
    const entry = entryOf(name)
    if (entry === undefined) return undefined
    asking.add(entry)
    return entry.summaries.of(name)
  }

  return {
    askedBy() {
      const asked = new Set<Entry>()
      return {
        of: name => ask(name, asked),
        packages() {
          const all = new Set(asked)
          for (const entry of all) for (const further of entry.asked) all.add(further)
          return [...all].map(({pkg}) => pkg)
        },
      }
    },
    get overBudget() {
      return [...entries.values()]
        .flatMap(({pkg, summaries}) => summaries.overBudget.map(one => ({...one, importPath: pkg.importPath})))
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    },
    keep() {
      for (const {pkg, memo, read} of entries.values()) {
        const key = memo.size > read ? keyOf(pkg, kept) : undefined
        if (key !== undefined) kept?.cache.write(key, new TextEncoder().encode(writeSummaries(memo)))
      }
    },
  }
}

/** Functions that the note on the budget names. */
const namedMax = 3

/** Which functions of other packages were left unknown because too much hangs on them; by import path, so that it reads the same on every machine. */
export function budgetNote(overBudget: ModuleSummaries['overBudget']): Note[] {
  if (overBudget.length === 0) return []
  const [noun, them] = overBudget.length === 1 ? ['function of another package is', 'it'] : ['functions of other packages are', 'them']
  const named = overBudget.slice(0, namedMax).map(({name, importPath, file, line, functions, bytes}) => {
    const place = `${importPath}/${file.slice(file.lastIndexOf('/') + 1)}:${line}`
    const size = `${functions} function${functions === 1 ? '' : 's'} and ${Math.ceil(bytes / 1000)} kB or more`
    return `${name.slice(importPath.length + 1)} at ${place}, ${size} with what it calls`
  })
  const more = overBudget.length - named.length
  const list = `${named.join('; ')}${more > 0 ? `; ${more} more` : ''}`
  const message = `${overBudget.length} ${noun} too large to be looked into (${list}): rules claim nothing of what is handed to ${them}`
  return [{code: 'summary-budget', message}]
}

function keyOf(pkg: LoadedPackage, kept: KeptDeclarations | undefined): string | undefined {
  const key = kept?.keys.get(pkg)
  return key === undefined ? undefined : `summaries ${key}`
}

/** Of `a/b.v2.F`, `a/b.v2.(*T).M` and `a/b.v2.T.M` the package `a/b.v2`: its last element may hold dots, so the longest that is known counts. */
function packageOf(name: string, loaded: Loaded): LoadedPackage | undefined {
  const receiver = name.indexOf('.(')
  if (receiver >= 0) return loaded.package(name.slice(0, receiver))
  for (let end = name.lastIndexOf('.'); end > name.lastIndexOf('/'); end = name.lastIndexOf('.', end - 1)) {
    const pkg = loaded.package(name.slice(0, end))
    if (pkg !== undefined) return pkg
  }
  return undefined
}
