// thread-growth: goroutines block in C or system calls, each with a thread of its own. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, measuredValue, observationsOf, placesOfAll, says, shows} from '../../diagnosis/join.ts'

const rules = [
  'cgo-blocking-call-no-deadline',
  'unbounded-goroutine-spawn',
  'lockosthread-unbalanced',
  'goroutine-spawned-on-locked-thread',
  'lockosthread-cross-function',
]

export default defineCause({
  id: 'thread-growth',
  title: 'Threads grow because goroutines block in C or system calls',
  since: '0.1',
  joins: ['threads-grow', 'pool-exhaustion-cascade', 'process-crash', ...rules],
  settledBy: 'threads',

  find(facts) {
    const seen = [...observationsOf(facts, 'threads-grow'), ...observationsOf(facts, 'pool-exhaustion-cascade', 'exhausted')]
    return seen.length === 0 ? [] : [causeOf(facts)]
  },
})

function causeOf(facts: CaseFile): FoundCause {
  const threads = observationsOf(facts, 'threads-grow')
  const pools = observationsOf(facts, 'pool-exhaustion-cascade', 'exhausted') // the other waits are of Go, and take no threads
  const all = [...threads, ...pools]
  const hazards = hazardsAt(facts, rules, all)
  const supports = new Set<SupportFactor>()
  if (threads.some(one => one.message.id === 'exhausted')) supports.add('the runtime stopped the process for it')
  if (threads.some(one => one.message.id === 'grows')) supports.add('threads in use grow')
  if (pools.length > 0 || threads.some(one => one.places.length > 0)) supports.add('goroutines block in C or system calls at one line')
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const place = [...pools, ...threads].flatMap(one => one.places).find(one => /hangs here|waits here in/.test(one.label ?? ''))
  const most = Math.max(0, ...threads.map(one => measuredValue(one, 'threads in use at the end') ?? 0))
  return {
    ...combine(supports, new Set()),
    title: titleOf(place === undefined ? undefined : `${place.file}:${place.line}`, pools.length > 0, most > 0),
    places: placesOfAll([...all, ...hazards]),
    chain: [
      ...all.map(shows),
      ...hazards.map(explains),
      says(
        `a goroutine that blocks in C or in a system call keeps its thread, and the runtime makes another for the rest${most > 0 ? `: ${most} here` : ''}; GOMAXPROCS does not bound these, and 10,000 is the end`,
      ),
    ],
    wrongIf: [
      'the calls come in a burst and return: threads are kept for reuse, so the level stays although nothing hangs',
      'the threads belong to a C library of its own',
    ],
    remedies: [
      {
        kind: 'guard',
        do: 'Put a semaphore around the call, so that no more than a fixed number of goroutines are inside at once; above it fail at once (a circuit breaker).',
      },
      {
        kind: 'setting',
        do: 'Let the kernel or the runtime stop the growth while it is being mended, with a dump: debug.SetMaxThreads below the default of 10,000, or pids.max of the cgroup.',
        command: 'debug.SetMaxThreads(1000)',
      },
      {
        kind: 'code',
        do: 'Give the call a time limit of its own: a deadline on the descriptor, a non-blocking call, or a process that can be killed. Go can stop waiting for C, it cannot end the call.',
      },
    ],
    verify: [
      {command: 'GODEBUG=schedtrace=1000 ./service', expect: 'threads stay within 4 × GOMAXPROCS + 20 under constant load'},
      {command: 'ls /proc/PID/task | wc -l', expect: 'a number that does not grow'},
    ],
    settle: supports.has('goroutines block in C or system calls at one line')
      ? [settleBy('threads', 'threads that become more under constant load hang; those of a burst stay at their level')]
      : [settleBy('goroutine-stacks', 'it shows where goroutines are in C or in system calls')],
  }
}

function titleOf(place: string | undefined, pools: boolean, counted: boolean): string {
  if (place !== undefined)
    return `goroutines hang in C or in system calls at ${place}${pools ? ' and hold what others wait for' : ', each with a thread of its own'}`
  return counted
    ? 'threads become more, as they do when goroutines block in C or in system calls'
    : 'the process could not make another thread'
}
