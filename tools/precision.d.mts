// Types of precision.mjs, which runs without a build.
export interface RuleFacts {
  readonly id: string
  readonly title: string
  readonly severity: string
  readonly preset: string
}
export interface Judgements {
  readonly n: number
  readonly rows: readonly {readonly fingerprint: string; readonly place: string; readonly verdict: string; readonly reason?: string}[]
  readonly page: boolean
}
export interface Figures {
  readonly n: number
  readonly judged: number
  readonly true: number
  readonly style: number
  readonly false: number
  /** Of the false ones, those the rule no longer reports. */
  readonly falseMended: number
  /** 0..1 */
  readonly bound: number
}
export function ruleFacts(root: string): RuleFacts[]
export function judgementsOf(root: string, id: string): Judgements
export function wilson(hits: number, of: number): number
export function figuresOf(judgements: Judgements): Figures
export function headOf(figures: Figures, preset: string): string
export function sureLine(figures: Figures, preset: string, id: string): string
export function tableRow(id: string, figures: Figures, preset: string): string
