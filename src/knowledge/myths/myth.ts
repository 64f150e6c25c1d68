// What a myth is: a belief about Go, or about what surrounds it, that is often repeated and does not hold; with the truth and where it can be read.

export type Verdict = 'false' | 'outdated' | 'inconsistent' | 'partly true' | 'no basis'

export interface Myth {
  /** `E-14`; `myth-E-14` means the same. */
  readonly id: `E-${number}`
  /** The belief, said the way people say it. */
  readonly claim: string
  /** `no basis`: figures nobody can reproduce. `inconsistent`: the claim disagrees with itself. */
  readonly verdict: Verdict
  readonly truth: string
  /**
   * Where the truth can be read. `src/…: a, b` and `doc/…: a` name files and words in the Go 1.26 source tree and are checked against it;
   * `go1.23 src/…` names an older tree; the rest are addresses, or `computed: …` with the formula.
   */
  readonly sources: readonly [string, ...string[]]
  /** The Go versions for which the truth was checked. */
  readonly versions: string
  /** Wordings that repeat the belief, one sentence at a time. */
  readonly says: readonly [RegExp, ...RegExp[]]
  /** A sentence that matches one of these names the belief without repeating it. */
  readonly unless?: readonly RegExp[]
}

/** The versions the project knows; what holds for all of them says so with this. */
export const everyKnownVersion = 'Go 1.22 to 1.26'
/** For what is no matter of Go's version. */
export const anyVersion = 'any'
