// What rules and facts leave behind for one package: plain data, so that a cache can keep it and platforms can be merged.
import type {Fix, Severity} from '../../findings/finding.ts'
import type {Note} from '../../findings/envelope.ts'
import type {ProgramDefaults} from '../../go/load/api.ts'
import type {FactPlace} from './pass.ts'

/** One call of `report`, before its message is filled in. */
export interface Report {
  readonly ruleId: string
  readonly message: string
  readonly place: FactPlace
  readonly related: readonly {readonly place: FactPlace; readonly label: string}[]
  readonly data: Readonly<Record<string, string>>
  readonly fixes: readonly Fix[]
  /** Override the rule's. */
  readonly confidence?: number
  readonly severity?: Severity
}

/** Calls of a package, conversions and builtins left out. */
export interface CallCounts {
  readonly total: number
  /** Neither the callee nor the type of what is called is known. Calls into C are not among them. */
  readonly unknown: number
  readonly intoC: number
}

export interface PackageFindings {
  readonly packagePath: string
  readonly reports: readonly Report[]
  /** By rule id. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly notes: readonly Note[]
  readonly calls: CallCounts
  /** Ids of rules that asked about a callee here and got no answer. */
  readonly unsure: readonly string[]
  /** Minor language version by file; 0 when none is known. */
  readonly versions: Readonly<Record<string, number>>
  /** By what the runtime's defaults are chosen; undefined when that is not known. */
  readonly program?: ProgramDefaults
}
