// killed-for-memory: the kernel killed a process of the cgroup because its memory limit was reached. See detector.md.
import {formatBytes} from '../../base/units.ts'
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'

type Message = 'during' | 'before'

export default defineDetector({
  id: 'killed-for-memory',
  title: 'The kernel killed a process of the cgroup for its memory',
  severity: 'error',
  since: '0.1',
  sources: ['https://docs.kernel.org/admin-guide/cgroup-v2.html', 'https://docs.kernel.org/admin-guide/cgroup-v1/memory.html'],
  settings: {
    killsMin: {value: 1, unit: 'kills', source: 'detector.md#settings'},
  },
  messages: {
    during: {
      what: 'the kernel killed {count} of the cgroup for memory during the capture{limit}',
      why: 'at the limit of its cgroup a process gets SIGKILL: no signal handler runs, and Go prints neither a panic nor a stack',
      next: 'Look at what fills the memory; the balance of RSS says whether it is live heap, garbage or memory outside Go.',
    },
    before: {
      what: 'the kernel has killed {count} of the cgroup for memory at some time{limit}',
      why: 'the counter runs since the cgroup was made, and one capture does not say when it rose',
      next: 'Compare the counter before and after the next restart.',
    },
  },

  run(evidence, settings) {
    const counted = evidence.of('cgroup').flatMap(artifact => {
      const kills = artifact.data.values.get('memory.events/oom_kill') ?? artifact.data.values.get('memory.oom_control/oom_kill')
      return kills === undefined ? [] : [{artifact, kills}]
    })
    const [first, last] = [counted[0], counted.at(-1)]
    if (first === undefined || last === undefined) return []
    const rose = counted.length > 1 ? last.kills - first.kills : 0
    const message = rose >= settings.killsMin ? 'during' : 'before'
    const count = message === 'during' ? rose : last.kills
    if (count < settings.killsMin) return []
    const limit = counted.map(one => one.artifact.data.memoryLimitBytes).findLast(bytes => bytes !== undefined && Number.isFinite(bytes))
    return [
      {
        message,
        data: {
          count: count === 1 ? 'one process' : `${count} processes`,
          limit: limit === undefined ? '' : `, whose limit is ${formatBytes(limit)}`,
        },
        subject: {kind: 'process', name: 'memory limit of the cgroup'},
        confidence: message === 'during' ? 0.95 : 0.4,
        severity: message === 'during' ? 'error' : 'info',
        measured: [
          {
            name: 'processes killed',
            value: count,
            unit: 'processes',
            limit: settings.killsMin,
            limitSource: 'detector.md#settings',
            artifact: last.artifact.id,
          },
          ...(limit === undefined ? [] : [{name: 'memory limit', value: limit, unit: 'B', artifact: last.artifact.id}]),
        ],
        places: [],
      } satisfies Observed<Message>,
    ]
  },
})
