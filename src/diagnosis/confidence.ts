// The committed table behind a cause's confidence: how much each kind of agreement moves it. Combined as independent evidence (noisy-or)
// for what supports, and as a factor for what contradicts; the values are judgement, scored on the labelled sets (docs/measurements.md).

/** Weight of support in 0..1: the chance that the cause holds if this were all that is known. */
export const supportWeights = {
  'a hazard in source alone': 0.3,
  'growth of one allocation site in four or more heap profiles': 0.75,
  'growth of one allocation site in fewer heap profiles': 0.5,
  'the growing allocation lies in the function that the hazard names': 0.6,
  'the live heap grows in gctrace': 0.35,
  'the live heap grows in runtime/metrics': 0.35,
} as const

/** Factor in 0..1 by which counter-evidence shrinks the confidence. */
export const counterFactors = {
  'the evidence covers the time and shows no growth': 0.15,
  'the cause explains less than half of the growth': 0.5,
} as const

export type SupportFactor = keyof typeof supportWeights
export type CounterFactor = keyof typeof counterFactors

/** Confidence of a cause and the basis that is printed with it, in the order of the table. */
export function combine(
  supports: ReadonlySet<SupportFactor>,
  counters: ReadonlySet<CounterFactor>,
): {confidence: number; basis: {factor: string; value: number}[]} {
  let doubt = 1
  const basis: {factor: string; value: number}[] = []
  for (const [factor, value] of Object.entries(supportWeights) as [SupportFactor, number][]) {
    if (!supports.has(factor)) continue
    doubt *= 1 - value
    basis.push({factor, value})
  }
  let confidence = 1 - doubt
  for (const [factor, value] of Object.entries(counterFactors) as [CounterFactor, number][]) {
    if (!counters.has(factor)) continue
    confidence *= value
    basis.push({factor, value})
  }
  return {confidence: Number(Math.min(0.99, confidence).toFixed(2)), basis}
}
