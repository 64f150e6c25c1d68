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
  'a hazard in source names the function that the evidence shows': 0.5,
  'the runtime proved that goroutines are leaked': 0.97,
  'goroutines at one line become more from dump to dump': 0.75,
  'the runtime says that they wait on a nil channel': 0.96,
  'goroutines at one line become more, and the oldest of them stay': 0.6,
  'goroutines at one line have waited for minutes, their number unchanged': 0.3,
  'one dump shows very many goroutines at one line': 0.3,
  'the number of goroutines grows': 0.3,
  'the runtime reported a deadlock': 0.97,
  'goroutines at one line become more in three dumps and more': 0.4,
  'the log shows requests that failed by it': 0.9,
  'calls without an answer become more or wait for minutes': 0.6,
  'a test ran into its time limit while goroutines were blocked': 0.75,
  'a leak check found blocked goroutines after a test': 0.65,
  'locks have been waited for over five minutes': 0.7,
  'sends have been waited for over five minutes': 0.4,
  'no goroutine of the dump can run': 0.45,
  'many goroutines have waited for one lock for a minute': 0.5,
  'a method that waits probably holds the lock': 0.5,
  'the same goroutines wait for one lock in every dump, and nobody holds it who could go on': 0.8,
  'one dump shows many goroutines waiting for one lock': 0.4,
  'in every dump goroutines wait for a lock while one of its methods waits for something else': 0.7,
  'the goroutine of finalizers has waited at one line for a minute': 0.9,
  'the goroutine of finalizers waits at one line in every dump': 0.75,
  'one dump shows the goroutine of finalizers waiting': 0.4,
  'goroutines wait for a signal in two methods, and nobody is there to give it': 0.55,
  'the same goroutines wait for a signal or for room in every dump, and nobody is there to give it': 0.7,
  'one dump shows goroutines waiting for a signal or for room that nobody gives': 0.4,
  'the same requests wait for their body in every dump or for minutes': 0.7,
  'one dump shows many requests waiting for their body': 0.35,
  'one line makes for a fifth of the CPU time what can be made once': 0.8,
  'the heap is large and no collection has run': 0.75,
  'a heap profile shows that nothing was ever freed': 0.55,
  'a hazard in source turns it off': 0.6,
  'goroutines that hold a connection wait for a second one': 0.9,
  'goroutines wait for connections that no goroutine uses': 0.7,
  'calls that hang hold the connections others wait for': 0.75,
  'connections whose answer nobody reads or closes become more': 0.8,
  'what one site allocates is the growth of the live heap': 0.4,
  'the race detector reported it': 0.98,
  'the runtime stopped the process for it': 0.97,
  'both accesses of a race report go into map code': 0.9,
  'collections aim at a goal close to the live heap': 0.65,
  'the collector takes a tenth of the used CPU and more': 0.5,
  'mark assists take CPU time or running time': 0.4,
  'one line allocates most of what is allocated, and allocating takes a quarter of the CPU': 0.75,
  'the process grows and what Go has from the system does not': 0.75,
  'a leak checker of C reported it': 0.9,
  'a mutex profile names the critical section': 0.75,
  'a block profile shows goroutines waiting for locks': 0.5,
  'a function spends its CPU time asking a channel without waiting': 0.7,
  'waits to run are long in an execution trace': 0.75,
  'waits to run are long in runtime/metrics': 0.5,
  'stops of the world take a large share of the time': 0.6,
  'stops of the world wait for code without safe points': 0.7,
  'the cgroup throttles the process': 0.8,
  'work waits beside idle Ps': 0.5,
  'the threads had CPUs when they could run, so the delays are of the program': 0.3,
  'its own threads wait for each other for a CPU': 0.75,
  'threads wait for a CPU while other programs have it': 0.8,
  'the hypervisor takes CPU time from the machine': 0.7,
  'the CPU pressure of the host says the same': 0.3,
  'threads in use grow': 0.7,
  'goroutines block in C or system calls at one line': 0.4,
  'the process died in C code': 0.3,
  'C code of the package keeps a pointer to Go memory': 0.7,
  'C died on Go memory that the call did not give it': 0.85,
  'goroutines are in functions of one C library at the same time': 0.6,
} as const

/** Factor in 0..1 by which counter-evidence shrinks the confidence. */
export const counterFactors = {
  'the evidence covers the time and shows no growth': 0.15,
  'the cause explains less than half of the growth': 0.5,
  'the collector takes less than a tenth of the used CPU': 0.5,
  'gctrace shows the collector using less than a tenth of one CPU': 0.5,
  'another finding says what keeps the Ps busy': 0.5,
  'the Ps were in use for less than half of the time': 0.5,
  'the capture is too short to judge': 0.6,
  'the host had no CPU for its threads': 0.4,
  'nothing shows whether the host had a CPU for its threads, and the trace is short': 0.5,
  'nothing shows whether the host had a CPU for its threads': 0.85,
} as const

/** What evidence does to a hazard of source: the first joins as support does, the second multiplies. */
export const weighFactors = {
  'the evidence shows it at the same function': 0.7,
  'the evidence covers the time and shows nothing': 0.5,
} as const

export type SupportFactor = keyof typeof supportWeights
export type CounterFactor = keyof typeof counterFactors

/** Confidence of a cause and the basis that is printed with it, in the order of the table. */
export function combine(
  supports: ReadonlySet<SupportFactor>,
  counters: ReadonlySet<CounterFactor>,
): {confidence: number; basis: {factor: string; value: number; counter?: boolean}[]} {
  let doubt = 1
  const basis: {factor: string; value: number; counter?: boolean}[] = []
  for (const [factor, value] of Object.entries(supportWeights) as [SupportFactor, number][]) {
    if (!supports.has(factor)) continue
    doubt *= 1 - value
    basis.push({factor, value})
  }
  let confidence = 1 - doubt
  for (const [factor, value] of Object.entries(counterFactors) as [CounterFactor, number][]) {
    if (!counters.has(factor)) continue
    confidence *= value
    basis.push({factor, value, counter: true})
  }
  return {confidence: Number(Math.min(0.99, confidence).toFixed(2)), basis}
}
