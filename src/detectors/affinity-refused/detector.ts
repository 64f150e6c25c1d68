// affinity-refused: a request to bind a thread to CPUs was refused by the system. See detector.md.
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'

type Message = 'einval' | 'eperm' | 'other'

export default defineDetector({
  id: 'affinity-refused',
  title: 'sched_setaffinity was refused',
  severity: 'warning',
  since: '0.1',
  sources: ['https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html', 'https://man7.org/linux/man-pages/man7/cpuset.7.html'],
  settings: {},
  messages: {
    einval: {
      what: 'sched_setaffinity for CPUs {cpus} failed with EINVAL {times}{allowed}',
      why: 'no CPU of the mask is one that the process may use: its cpuset (a container has one) leaves them out, or they do not exist',
      next: 'Ask for CPUs out of Cpus_allowed_list in /proc/PID/status, and look at cpuset.cpus.effective of the cgroup.',
    },
    eperm: {
      what: 'sched_setaffinity for thread {target} failed with EPERM {times}',
      why: 'a process may bind its own threads; those of another user need CAP_SYS_NICE',
      next: 'Bind the thread from inside its own process, or give the caller CAP_SYS_NICE.',
    },
    other: {
      what: 'sched_setaffinity failed with {errno} {times}',
      why: 'the thread goes on with the mask it had',
      next: 'Check the thread id and the size of the mask.',
    },
  },

  run(evidence) {
    return evidence.of('strace').flatMap((artifact): Observed<Message>[] => {
      const failed = new Map<string, {readonly call: (typeof artifact.data.affinity)[number]; count: number}>()
      for (const call of artifact.data.affinity) {
        if (call.errno === undefined) continue
        const key = `${call.errno} ${call.cpus.join(',')} ${call.errno === 'EPERM' ? call.target : ''}`
        const known = failed.get(key)
        if (known) known.count++
        else failed.set(key, {call, count: 1})
      }
      return [...failed.values()].map(({call, count}) => ({
        message: call.errno === 'EINVAL' ? 'einval' : call.errno === 'EPERM' ? 'eperm' : 'other',
        data: {
          cpus: call.cpus.length === 0 ? '(none)' : call.cpus.join(', '),
          target: call.target,
          errno: call.errno ?? '',
          times: count === 1 ? 'once' : `${count} times`,
          allowed: allowedOf(evidence),
        },
        subject: {kind: 'process', name: `affinity ${call.errno} ${call.cpus.join(',')}`},
        confidence: 0.97,
        measured: [{name: 'refused calls', value: count, unit: 'calls', artifact: artifact.id, at: `line ${call.line}`}],
        places: [],
      }))
    })
  },
})

function allowedOf(evidence: ProgramEvidence): string {
  const cpus =
    evidence.of('proc-status').at(-1)?.data.cpusAllowed ?? evidence.of('cgroup').find(one => one.data.cpus !== undefined)?.data.cpus
  return cpus === undefined ? '' : `; the process may use ${cpus.slice(0, 16).join(', ')}${cpus.length > 16 ? ', …' : ''}`
}
