// quota-below-gomaxprocs: the cgroup allows fewer CPUs than Go uses threads for, and the process is throttled. See detector.md.
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {gomaxprocsOf} from '../../diagnosis/gomaxprocs.ts'
import {percent} from '../../diagnosis/profile-shares.ts'

type Message = 'throttled' | 'quota'

/** What Go itself takes under any smaller quota: runtime/cgroup_linux.go, adjustCgroupGOMAXPROCS, Go 1.25 and 1.26. */
const goMinimum = 2

export default defineDetector({
  id: 'quota-below-gomaxprocs',
  title: 'The CPU quota is smaller than GOMAXPROCS',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://go.dev/blog/container-aware-gomaxprocs',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/cgroup_linux.go',
    'https://docs.kernel.org/scheduler/sched-bwc.html',
  ],
  settings: {
    throttledShareMin: {value: 0.05, unit: 'of periods', source: 'detector.md#settings'},
    periodsMin: {value: 20, unit: 'periods', source: 'detector.md#settings'},
  },
  messages: {
    throttled: {
      what: 'GOMAXPROCS is {gomaxprocs} and the cgroup allows {limit}: it was throttled in {share} of its periods{seconds}',
      why: 'when the quota of a period is used up all threads stop until the next one, which shows as latency of tens of milliseconds everywhere at once',
      next: 'Run with Go 1.25 or later and without setting GOMAXPROCS, which then follows the quota (rounded up, never below 2), or set GOMAXPROCS to {whole}, or raise the quota.',
    },
    quota: {
      what: 'GOMAXPROCS is {gomaxprocs} and the cgroup allows {limit}',
      why: 'more threads than the quota pays for can use it up early in a period; the capture shows no throttling that matters',
      next: 'Watch nr_throttled in cpu.stat under load.',
    },
  },

  run(evidence, settings) {
    const procs = gomaxprocsOf(evidence)
    const groups = evidence.of('cgroup')
    const limited = groups.find(artifact => Number.isFinite(artifact.data.cpuLimit ?? Number.POSITIVE_INFINITY))
    const limit = limited?.data.cpuLimit
    if (procs === undefined || limited === undefined || limit === undefined || procs.value <= Math.ceil(limit)) return []
    const {periods, throttled, seconds} = throttling(groups)
    const share = periods > 0 ? throttled / periods : 0
    const heavy = periods >= settings.periodsMin && share >= settings.throttledShareMin
    if (!heavy && procs.value <= goMinimum) return []
    return [
      {
        message: heavy ? 'throttled' : 'quota',
        data: {
          gomaxprocs: String(procs.value),
          limit: limit === 1 ? '1 CPU' : `${Number(limit.toFixed(2))} CPUs`,
          share: percent(share),
          seconds: seconds > 0 ? `, ${seconds.toFixed(1)} s in all` : '',
          whole: String(Math.max(1, Math.ceil(limit))),
        },
        subject: {kind: 'process', name: 'CPU quota'},
        confidence: heavy ? 0.9 : 0.35,
        severity: heavy ? 'warning' : 'info',
        measured: [
          {
            name: 'GOMAXPROCS',
            value: procs.value,
            unit: 'threads',
            limit,
            limitSource: 'CPU quota of the cgroup',
            artifact: procs.artifact,
          },
          {
            name: 'share of periods throttled',
            value: Number(share.toFixed(4)),
            unit: '1',
            limit: settings.throttledShareMin,
            limitSource: 'detector.md#settings',
            artifact: limited.id,
          },
          {
            name: 'periods',
            value: periods,
            unit: 'periods',
            limit: settings.periodsMin,
            limitSource: 'detector.md#settings',
            artifact: limited.id,
          },
        ],
        places: [],
      } satisfies Observed<Message>,
    ]
  },
})

/** The counters run from the start of the cgroup: with two captures it is the difference that counts. */
function throttling(groups: readonly Identified<'cgroup'>[]): {periods: number; throttled: number; seconds: number} {
  const counted = groups.filter(artifact => artifact.data.periods !== undefined)
  const [first, last] = [counted[0]?.data, counted.at(-1)?.data]
  if (last === undefined) return {periods: 0, throttled: 0, seconds: 0}
  const base = counted.length > 1 ? first : undefined
  return {
    periods: (last.periods ?? 0) - (base?.periods ?? 0),
    throttled: (last.throttledPeriods ?? 0) - (base?.throttledPeriods ?? 0),
    seconds: (last.throttledSeconds ?? 0) - (base?.throttledSeconds ?? 0),
  }
}
