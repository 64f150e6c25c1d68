// The life of one rendering worker as a table. Nothing is shared between two workers; a worker in doubt is retired, never repaired.
import {assert} from '../../base/errors.ts'

/** `created`: starting; `returned`: waiting for work; `leased`: at work for one request; `retired`: stopped or stopping for good. */
export const nextLife = {
  created: ['returned', 'retired'],
  returned: ['leased', 'retired'],
  leased: ['returned', 'retired'],
  retired: [],
} as const satisfies Record<string, readonly string[]>

export type Life = keyof typeof nextLife

/** Why a worker was retired. */
export type Retirement = 'renders' | 'memory' | 'deadline' | 'poisoned' | 'died' | 'closed' | 'cancelled' | 'boot'

export function live(from: Life, to: Life): Life {
  assert((nextLife[from] as readonly Life[]).includes(to), `a worker's life went ${from} -> ${to}`)
  return to
}
