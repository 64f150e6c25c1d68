// deadlock: goroutines wait for each other and cannot go on. See cause.md.
import {blockingWords, type BlockingClass} from '../../diagnosis/blocking-class.ts'
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = [
  'mutex-missing-unlock',
  'semaphore-kept',
  'lock-pair-mismatch',
  'waitgroup-add-in-goroutine',
  'chan-close-misuse',
  'goroutine-chan-send-leak',
]

const factors: Readonly<Record<string, SupportFactor>> = {
  fatal: 'the runtime reported a deadlock',
  'time-out': 'a test ran into its time limit while goroutines were blocked',
  'left-over': 'a leak check found blocked goroutines after a test',
  excerpt: 'no goroutine of the dump can run',
}

const remedyOf: Readonly<Record<BlockingClass, string>> = {
  resource:
    'Take locks in one order everywhere, never take a lock (or a read lock) that the goroutine already holds, and unlock on every path with defer.',
  communication: 'Give every send and receive a partner on every path, including errors: select on a context or a closed channel too.',
  mixed: 'Do not wait for a channel or a WaitGroup while a lock is held that the other side needs.',
}

export default defineCause({
  id: 'deadlock',
  title: 'Goroutines wait for each other and cannot go on',
  since: '0.1',
  joins: ['all-goroutines-wait', 'lock-convoy', 'never-woken', 'process-crash', ...rules],
  settledBy: 'goroutine-stacks',

  find(facts) {
    const waits = observationsOf(facts, 'all-goroutines-wait')
    const convoys = observationsOf(facts, 'lock-convoy', 'held', 'stuck', 'unknown') // a slow holder is contention
    const unwoken = observationsOf(facts, 'never-woken')
    const [first] = [...waits, ...convoys, ...unwoken]
    return first === undefined ? [] : [causeOf(first, {waits, convoys, unwoken}, facts)]
  },
})

/** Titles by the message of never-woken. */
const unwokenWords: Readonly<Record<string, string>> = {
  signal: 'goroutines wait for a signal that nobody gives',
  room: 'goroutines wait to send on a channel from which nobody takes',
}

/** Two dumps have shown it already. */
const inEveryDump: readonly SupportFactor[] = [
  'the same goroutines wait for one lock in every dump, and nobody holds it who could go on',
  'the same goroutines wait for a signal or for room in every dump, and nobody is there to give it',
]

interface Shown {
  readonly waits: readonly Observation[]
  readonly convoys: readonly Observation[]
  readonly unwoken: readonly Observation[]
}

function causeOf(first: Observation, {waits, convoys, unwoken}: Shown, facts: CaseFile): FoundCause {
  const kind = classOf(first)
  const crash = observationsOf(facts, 'process-crash', 'deadlock', 'test-timeout')
  const all = [...waits, ...convoys, ...unwoken]
  const hazards = hazardsAt(facts, rules, all)
  const supports = new Set<SupportFactor>()
  for (const wait of waits) {
    const factor = factors[wait.message.id]
    if (factor !== undefined) supports.add(factor)
    else
      supports.add(wait.confidence >= 0.5 ? 'locks have been waited for over five minutes' : 'sends have been waited for over five minutes')
  }
  for (const convoy of convoys)
    if (convoy.message.id === 'stuck')
      supports.add('the same goroutines wait for one lock in every dump, and nobody holds it who could go on')
    else if (convoy.confidence >= 0.5) {
      supports.add('many goroutines have waited for one lock for a minute')
      if (convoy.message.id === 'held') supports.add('a method that waits probably holds the lock')
    } else supports.add('one dump shows many goroutines waiting for one lock')
  for (const one of unwoken) {
    if (one.message.id === 'signal' && one.message.data['methods'] !== '1')
      supports.add('goroutines wait for a signal in two methods, and nobody is there to give it')
    if (one.message.data['dumps'] !== '1')
      supports.add('the same goroutines wait for a signal or for room in every dump, and nobody is there to give it')
    else supports.add('one dump shows goroutines waiting for a signal or for room that nobody gives')
  }
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const again = inEveryDump.some(factor => supports.has(factor))
  return {
    ...combine(supports, new Set()),
    title: unwokenWords[first.message.id] ?? blockingWords[kind],
    places: placesOfAll([...all, ...hazards]),
    chain: [
      ...crash.map(shows),
      ...all.map(shows),
      ...hazards.map(explains),
      says(`the class is "${kind}": read from what the goroutines wait for, since a dump does not show which lock or channel it is`),
    ],
    wrongIf: [
      'the dump is an excerpt, and the goroutine that would go on was left out',
      again
        ? 'a later dump shows other goroutines at these lines: then it is slow, not stuck'
        : 'a second dump a minute later shows other goroutines at these lines: then it is slow, not stuck',
    ],
    remedies: [
      {kind: 'code', do: `${first.id === 'never-woken' ? first.next : remedyOf[kind]} Begin at ${shownPlace(first)}.`},
      {
        kind: 'setting',
        do: 'Give every test a time limit, so that a hang ends with all stacks instead of a killed job.',
        command: 'go test -timeout=60s ./...',
      },
      {
        kind: 'guard',
        do:
          first.message.id === 'signal'
            ? 'A Cond knows no time limit: where a wait must be able to end, use a channel and select on the context too. Restart on a health check that goes the same way.'
            : 'Wait with a limit where one waits for others (select on a context), and restart on a health check that takes the same lock.',
      },
    ],
    verify: [
      {command: 'go test -race -count=100 -timeout=60s ./PACKAGE', expect: 'ends within its time limit 100 times of 100'},
      {command: 'gotriage diagnose goroutine-1.txt goroutine-2.txt', expect: 'no all-goroutines-wait, lock-convoy or never-woken'},
    ],
    settle: supports.has('the runtime reported a deadlock')
      ? []
      : [
          settleBy(
            'goroutine-stacks',
            again
              ? 'a later dump with the same goroutines at the same lines leaves no doubt'
              : 'what stands at the same line in both is stuck',
          ),
        ],
  }
}

function classOf(observation: Observation): BlockingClass {
  if (observation.id === 'never-woken') return 'communication'
  const said = observation.message.data['blocking']
  return said === 'communication' || said === 'mixed' ? said : 'resource'
}
