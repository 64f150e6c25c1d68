// gc-cpu: the collector takes CPU time because GOGC is low or the memory limit is close. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type CounterFactor, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, measuredValue, observationsOf, placesOfAll, says, shows} from '../../diagnosis/join.ts'

export default defineCause({
  id: 'gc-cpu',
  title: 'The collector runs so often that it takes the CPU',
  since: '0.1',
  joins: ['gc-thrash', 'gc-assist-stall', 'gc-percent-extreme', 'memory-limit-in-code', 'explicit-gc-call', 'live-heap-grows'],
  settledBy: 'cpu',

  find(facts) {
    const thrash = observationsOf(facts, 'gc-thrash')
    return thrash.length === 0 ? [] : [causeOf(facts)]
  },
})

function causeOf(facts: CaseFile): FoundCause {
  const thrash = observationsOf(facts, 'gc-thrash')
  const assists = observationsOf(facts, 'gc-assist-stall')
  const growing = observationsOf(facts, 'live-heap-grows')
  const limited = thrash.some(one => one.message.id === 'memory-limit')
  const rules = limited ? ['memory-limit-in-code', 'explicit-gc-call'] : ['gc-percent-extreme', 'explicit-gc-call']
  const hazards = facts.hazards.filter(one => rules.includes(one.id) && one.suppressed === undefined)
  const share = Math.max(0, ...thrash.map(one => measuredValue(one, 'GC share of used CPU') ?? 0))
  const known = thrash.some(one => measuredValue(one, 'GC share of used CPU') !== undefined)
  const supports = new Set<SupportFactor>(['collections aim at a goal close to the live heap'])
  const counters = new Set<CounterFactor>()
  if (share >= 0.1) supports.add('the collector takes a tenth of the used CPU and more')
  else if (known) counters.add('the collector takes less than a tenth of the used CPU')
  if (!known && cpuOfCollector(facts) < 0.1) counters.add('gctrace shows the collector using less than a tenth of one CPU')
  if (assists.length > 0) supports.add('mark assists take CPU time or running time')
  if (hazards.length > 0) supports.add('a hazard in source alone')
  return {
    ...combine(supports, counters),
    title: titleOf(limited, known && share < 0.1),
    places: placesOfAll([...hazards, ...assists]),
    chain: [
      ...thrash.map(shows),
      ...assists.map(shows),
      ...hazards.map(explains),
      ...(growing.length === 0
        ? []
        : [
            says(
              'the live heap grows as well; that is another matter, which GOGC neither causes nor cures: what survives a collection does not depend on it',
              'contradicts',
              growing.map(one => one.fingerprint),
            ),
          ]),
    ],
    wrongIf: [
      'the CPU has nothing else to do: mark workers take idle time first, and that costs nobody anything',
      limited
        ? 'GOGC is 2 or less: then it, and not a limit, holds the goal at the live heap'
        : 'GOGC is low on purpose, because memory is dearer than CPU here',
    ],
    remedies: [
      ...((limited
        ? [
            {
              kind: 'setting',
              do: 'Raise GOMEMLIMIT, or give the container more memory.',
              command: 'GOMEMLIMIT=<90 % of the container limit> ./service',
            },
            {kind: 'code', do: 'Find what fills the heap: four heap profiles over half an hour.'},
          ]
        : [
            {
              kind: 'setting',
              do: 'Put GOGC back to 100. If memory is what it was set for, set GOMEMLIMIT below the container limit and leave GOGC alone.',
              command: 'GOGC=100 GOMEMLIMIT=<90 % of the container limit> ./service',
            },
          ]) satisfies FoundCause['remedies']),
      {
        kind: 'code',
        do: 'Allocate less where most is allocated: a collection costs what is live, and how often it comes depends on how much is allocated.',
        command: 'go tool pprof -sample_index=alloc_space -top http://HOST:PORT/debug/pprof/allocs',
      },
      {
        kind: 'guard',
        do: 'Raise an alarm when (/cpu/classes/gc/total − /cpu/classes/gc/mark/idle) / (total − idle) is above 0.25 for five minutes.',
      },
    ],
    verify: [
      {
        command: 'GODEBUG=gctrace=1 ./service 2> gctrace.log',
        expect: limited ? 'a goal of 1.5 times the live heap or more' : 'a goal of about twice the live heap, and fewer collections',
      },
      {
        command: 'go tool pprof -top -cum http://HOST:PORT/debug/pprof/profile',
        expect: 'runtime.gcBgMarkWorker and runtime.gcAssistAlloc together below 25 %',
      },
    ],
    settle: known
      ? []
      : [
          settleBy(
            'cpu',
            'the percentage in gctrace is of all P time, idle time included; the profile shows the share of what the program uses',
          ),
        ],
  }
}

/** CPUs that the collector kept busy over the capture, by gctrace; idle-priority marking, which takes nobody's time, is left out. */
function cpuOfCollector(facts: CaseFile): number {
  const busy = facts.evidence.of('gctrace').map(({data: {cycles}}) => {
    const seconds = (cycles.at(-1)?.atSeconds ?? 0) - (cycles[0]?.atSeconds ?? 0)
    const ms = cycles.reduce((sum, {cpuMs}) => sum + cpuMs[0] + cpuMs[1] + cpuMs[2] + cpuMs[4], 0)
    return seconds > 0 ? ms / 1e3 / seconds : 0
  })
  return Math.max(0, ...busy)
}

function titleOf(limited: boolean, cheap: boolean): string {
  const reason = limited ? 'the memory limit is so close to the live heap' : 'GOGC is so low'
  return cheap
    ? `${reason} that collections follow each other, though they take little of the CPU`
    : `${reason} that the collector runs all the time`
}
