// What a fact is: one thing about Go that the project relies on and tells users, with where it can be read.

export interface Fact {
  /** Words with hyphens, or `go1.24` for what a release changed. */
  readonly id: string
  readonly title: string
  readonly text: string
  /** Same forms as a myth's sources. */
  readonly sources: readonly [string, ...string[]]
  readonly versions: string
  /** First minor version of Go 1 with it; undefined for what has held in all known ones. */
  readonly since?: number
  /** A constant's value, with its unit in words. */
  readonly value?: {readonly number: number; readonly unit: string}
  /** A few lines of Go that show it, and whether the race detector is silent on them. */
  readonly litmus?: {readonly go: string; readonly ordered: boolean}
}
