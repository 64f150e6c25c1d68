// cpu-shortage: threads that could run had no CPU, and who had it instead. See detector.md.
import {formatNanos} from '../../base/units.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {gomaxprocsOf} from '../../diagnosis/gomaxprocs.ts'
import {hostLimits, hostView, type HostView} from '../../diagnosis/host-view.ts'
import {percent} from '../../diagnosis/profile-shares.ts'

type Message = 'throttled' | 'stolen' | 'host-full' | 'oversubscribed'

const page = 'detector.md#settings'

export default defineDetector({
  id: 'cpu-shortage',
  title: 'Threads that could run had no CPU',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://docs.kernel.org/accounting/psi.html',
    'https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat',
    'https://docs.kernel.org/scheduler/sched-bwc.html',
    'https://man7.org/linux/man-pages/man5/proc_stat.5.html',
  ],
  settings: {
    throttledShareMin: {value: hostLimits.throttledShareMin, unit: 'of periods', source: page},
    periodsMin: {value: hostLimits.periodsMin, unit: 'periods', source: page},
    stealShareMin: {value: hostLimits.stealShareMin, unit: 'of the time in which the CPUs had work', source: page},
    waitShareMin: {value: hostLimits.waitShareMin, unit: 'of the time in which threads could run', source: page},
    waitPerSliceNsMin: {value: hostLimits.waitPerSliceNsMin, unit: 'ns each time a thread got a CPU', source: page},
    othersShareMin: {value: hostLimits.othersShareMin, unit: 'of the CPUs', source: page},
    ownShareMin: {value: hostLimits.ownShareMin, unit: 'of the CPUs', source: page},
  },
  messages: {
    throttled: {
      what: 'the quota of the cgroup stopped the process in {throttled} of {periods} periods, {throttledSeconds} s in all',
      why: 'when the quota of a period is used up all its threads stop until the next one; goroutines then wait although nothing is wrong between them',
      next: 'Raise the quota, or use less CPU time: a CPU profile says for what. A smaller GOMAXPROCS spreads the same quota over the period.',
    },
    stolen: {
      what: 'the hypervisor took {steal} of the CPU time for other machines',
      why: 'a virtual CPU that has work and is not run stands still with everything on it; the program cannot see or mend it',
      next: 'Move the machine, or take one whose CPUs are not shared.',
    },
    'host-full': {
      what: 'threads of the process waited for a CPU in {wait} of the time in which they could run, while others used {others} of {cpus} CPUs and it used {own}{procs}',
      why: 'the CPUs were taken by other programs of the host; delays of this time are no sign of a fault in the program',
      next: 'Find the others with "top" or "pidstat 1", then give the process CPUs of its own, more weight, or another host, and capture again.',
    },
    oversubscribed: {
      what: 'threads of the process waited for a CPU in {wait} of the time in which they could run, and it used {own} of {cpus} CPUs itself{procs}',
      why: 'its own threads wait for each other: the kernel takes a CPU from a thread that holds a P, and its goroutine counts as running and stands still',
      next: 'Leave GOMAXPROCS at the number of CPUs that the process may use, and bound the calls to C and system calls that compute at the same time.',
    },
  },

  run(evidence) {
    const view = hostView(evidence)
    if (view === undefined || view.verdict === 'enough' || view.verdict === 'unclear') return []
    const procs = gomaxprocsOf(evidence)
    const message: Message = view.verdict
    const one = (value: number | undefined) => (value ?? 0).toFixed(1)
    return [
      {
        message,
        data: {
          throttled: percent(view.throttledShare ?? 0),
          periods: String(view.periods ?? 0),
          throttledSeconds: one(view.throttledSeconds),
          steal: percent(view.stealShare ?? 0),
          wait: percent(view.waitShare ?? 0),
          others: one(view.otherCpus),
          own: one(view.ownCpus),
          cpus: String(view.cpus ?? 0),
          procs: procs !== undefined && procs.value > (view.cpus ?? procs.value) ? `; GOMAXPROCS is ${procs.value}` : '',
        },
        subject: {kind: 'process', name: 'CPU for its threads'},
        confidence: message === 'oversubscribed' ? 0.8 : 0.9,
        measured: measuredOf(view),
        places: [],
      } satisfies Observed<Message>,
    ]
  },
})

function measuredOf(view: HostView): Observed['measured'] {
  const host = view.hostArtifact
  const group = view.cgroupArtifact
  const share = (value: number) => Number(value.toFixed(4))
  return [
    ...(view.waitShare === undefined || host === undefined
      ? []
      : [
          {
            name: 'wait of the threads for a CPU, of the time in which they could run',
            value: share(view.waitShare),
            unit: '1',
            limit: hostLimits.waitShareMin,
            limitSource: page,
            artifact: host,
            at: `${view.seconds.toFixed(1)} s${view.waitPerSliceNs === undefined ? '' : `, ${formatNanos(view.waitPerSliceNs)} a time`}`,
          },
        ]),
    ...(view.otherCpus === undefined || host === undefined
      ? []
      : [
          {
            name: 'CPUs that others used',
            value: share(view.otherCpus),
            unit: 'CPUs',
            limit: hostLimits.othersShareMin * (view.cpus ?? 0),
            limitSource: page,
            artifact: host,
          },
        ]),
    ...(view.ownCpus === undefined || host === undefined
      ? []
      : [{name: 'CPUs that the process used', value: share(view.ownCpus), unit: 'CPUs', artifact: host}]),
    ...(view.pressureSome === undefined || host === undefined
      ? []
      : [{name: 'time in which some task of the host waited for a CPU', value: share(view.pressureSome), unit: '1', artifact: host}]),
    ...(view.stealShare === undefined || host === undefined
      ? []
      : [
          {
            name: 'share taken by the hypervisor',
            value: share(view.stealShare),
            unit: '1',
            limit: hostLimits.stealShareMin,
            limitSource: page,
            artifact: host,
          },
        ]),
    ...(view.throttledShare === undefined || group === undefined
      ? []
      : [
          {
            name: 'share of periods throttled',
            value: share(view.throttledShare),
            unit: '1',
            limit: hostLimits.throttledShareMin,
            limitSource: page,
            artifact: group,
          },
        ]),
  ]
}
