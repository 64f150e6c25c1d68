// Three-valued answers. What a rule asks of the world is yes, no or unknown; the choice for unknown is always written down.

/** Never use it as a boolean: ask `must` or `may`. */
export type Answer = 'yes' | 'no' | 'unknown'

export const answer = (known: boolean): Answer => (known ? 'yes' : 'no')
/** True only when it is certain. For what a finding needs. */
export const must = (a: Answer): boolean => a === 'yes'
/** True unless it is certainly not so. For what would silence a finding. */
export const may = (a: Answer): boolean => a !== 'no'
export const not = (a: Answer): Answer => (a === 'yes' ? 'no' : a === 'no' ? 'yes' : 'unknown')
export const both = (a: Answer, b: Answer): Answer => (a === 'no' || b === 'no' ? 'no' : a === 'yes' && b === 'yes' ? 'yes' : 'unknown')
export const either = (a: Answer, b: Answer): Answer => (a === 'yes' || b === 'yes' ? 'yes' : a === 'no' && b === 'no' ? 'no' : 'unknown')
