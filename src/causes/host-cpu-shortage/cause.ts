// host-cpu-shortage: the host had no CPU for the process. Not a fault of the program, and said so that nobody looks for one. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type CounterFactor, type SupportFactor} from '../../diagnosis/confidence.ts'
import {defineCause} from '../../diagnosis/engine/cause.ts'
import {measuredValue, observationsOf, says, shows} from '../../diagnosis/join.ts'

/** Of the time, of PSI: some task of the host waited for a CPU. Half of the time and more; an idle host of ours shows 0.01 to 0.1. */
const pressureMin = 0.5
/** Seconds between the captures below which a single burst of work of another program would be told. */
const secondsMin = 2

export default defineCause({
  id: 'host-cpu-shortage',
  title: 'The host had no CPU for the process',
  since: '0.1',
  joins: ['cpu-shortage'],
  settledBy: 'host',

  find(facts) {
    const [found] = observationsOf(facts, 'cpu-shortage', 'host-full', 'stolen')
    if (found === undefined) return []
    const supports = new Set<SupportFactor>()
    const counters = new Set<CounterFactor>()
    if (found.message.id === 'stolen') supports.add('the hypervisor takes CPU time from the machine')
    else supports.add('threads wait for a CPU while other programs have it')
    if ((measuredValue(found, 'time in which some task of the host waited for a CPU') ?? 0) >= pressureMin)
      supports.add('the CPU pressure of the host says the same')
    const span = Number.parseFloat(found.measured.find(one => one.name.startsWith('wait of the threads'))?.at ?? '')
    if (span < secondsMin) counters.add('the capture is too short to judge')
    const delays = ['scheduling-delay', 'p-imbalance'].flatMap(id => observationsOf(facts, id))
    return [
      {
        ...combine(supports, counters),
        title:
          found.message.id === 'stolen'
            ? 'the hypervisor did not run the CPUs of this machine all the time'
            : 'the host is full: other programs have the CPUs that the threads of this one wait for',
        places: [],
        chain: [
          shows(found),
          ...delays.map(one => says(`${one.what}: so it is when threads are not run`, 'explains', [one.fingerprint])),
          says('what a trace shows of this time tells nothing about the program: a goroutine whose thread is not run counts as running'),
        ],
        wrongIf: [
          'the others that use the CPUs are helpers of this program, started by it: then it competes with itself',
          'the delays go on when the host is idle',
        ],
        remedies: [
          {kind: 'setting', do: found.next},
          {
            kind: 'setting',
            do: 'Bind the others elsewhere (cpuset, taskset) or give this process more cpu.weight; a larger GOMAXPROCS does not help.',
          },
          ...(found.message.data['procs'] === ''
            ? []
            : [{kind: 'setting' as const, do: 'Leave GOMAXPROCS at the number of CPUs: its own threads wait for each other as well.'}]),
          {
            kind: 'guard',
            do: 'Raise an alarm on the PSI of the CPU (some avg60 above 50) beside the latency of the service, so that the two are told apart.',
          },
        ],
        verify: [
          {
            command: 'gotriage collect -o after --pid PID --seconds 10 --trace 5 && gotriage diagnose after',
            expect:
              'on an idle host: threads wait in less than 15 % of the time in which they could run; what is still told then is of the program',
          },
        ],
        settle: [settleBy('host', 'on an idle host it shows whether the program has delays of its own')],
      },
    ]
  },
})
