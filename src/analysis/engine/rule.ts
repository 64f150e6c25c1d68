// A rule is a value: data first, then one function. Rules see the world through a Pass only.
import type {Pass, ModulePass} from './pass.ts'
import type {GodebugSetting} from './program-version.ts'
import type {Severity} from '../../findings/finding.ts'

export interface RuleMessage {
  /** A clause, not a sentence; `{name}` is replaced from the report's data. */
  readonly what: string
  readonly why: string
  /** One imperative sentence. */
  readonly next: string
}

/** `evidence`: a guess on its own, which no preset of `check` runs; `diagnose` weighs it with captures, and `--rules` names it. */
export type Preset = 'default' | 'strict' | 'all' | 'evidence'

/** A preset runs its own rules and those of the smaller ones. */
export const presetRank: Readonly<Record<Preset, number>> = {default: 0, strict: 1, all: 2, evidence: 3}

/** What a rule is, apart from its functions. */
export interface RuleData<M extends string> {
  /** Kebab-case; the ids of the hazard catalogue exactly. */
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** How sure a finding is when the rule fires, 0..1. */
  readonly confidence: number
  /** The smallest preset that runs it. */
  readonly preset: Preset
  /** Version of gotriage that brought it. */
  readonly since: string
  /**
   * Go versions it holds for; `min` inclusive, `max` exclusive. By the language version of the file, or, where a GODEBUG setting keeps the
   * older behaviour, by the version whose behaviour the program has.
   */
  readonly go?: {readonly min?: string; readonly max?: string; readonly by?: GodebugSetting}
  readonly sources: readonly string[]
  readonly messages: Readonly<Record<M, RuleMessage>>
}

/** A rule that looks at one package at a time. */
export interface Rule<M extends string = string> extends RuleData<M> {
  readonly run: (pass: Pass<M>) => void
}

/** A rule that needs the whole module: `collect` per package gives serialisable facts, `conclude` reports from all of them. */
export interface ModuleRule<M extends string = string, F = unknown> extends RuleData<M> {
  readonly collect: (pass: Pass<never>) => F | undefined
  readonly conclude: (pass: ModulePass<M>, facts: readonly {readonly packagePath: string; readonly fact: F}[]) => void
}

/** A folder of near neighbours may define several rules. */
// oxlint-disable-next-line typescript/no-explicit-any -- the registry forgets the message and fact types on purpose; each rule keeps its own
export type AnyRule = Rule<any> | ModuleRule<any, any> | readonly (Rule<any> | ModuleRule<any, any>)[]

export const defineRule = <M extends string>(rule: Rule<M>): Rule<M> => rule
export const defineModuleRule = <M extends string, F>(rule: ModuleRule<M, F>): ModuleRule<M, F> => rule
