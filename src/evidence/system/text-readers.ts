// The readers of system tools' text, in the order in which a line is offered.
import {atLineStart, numberColonBlank} from '../logs/openings.ts'
import type {TextFormat} from '../logs/text-reader.ts'
import {cgroupReader} from './cgroup.ts'
import {histogramReader} from './histogram.ts'
import {hostReader} from './host.ts'
import {gdbReader, perfScriptReader} from './native-stacks.ts'
import {perfSchedLatencyReader, perfSchedTimehistReader} from './perf-sched.ts'
import {memoryMapReader, procStatusReader} from './proc.ts'
import {curlReader, socketReader} from './sockets.ts'
import {straceReader} from './strace.ts'
import {lscpuReader, numactlReader} from './topology.ts'

const curlNames = ['namelookup', 'connect', 'appconnect', 'pretransfer', 'redirect', 'starttransfer', 'total', 'queue', 'posttransfer']
/** A file of a cgroup, alone or at the end of a path. */
const cgroupNames = ['cpu', 'cpuset', 'memory', 'pids', 'io'].map(
  name => `[
/ ]${name}.`,
)
const cpuStat = ['nr_periods ', 'nr_throttled ', 'throttled_usec ', 'throttled_time ', 'usage_usec ', 'user_usec ', 'system_usec ']

export const systemFormats: readonly TextFormat[] = [
  {openings: ['Runtime ms'], create: perfSchedLatencyReader},
  {openings: ['task name'], create: perfSchedTimehistReader},
  {openings: atLineStart('Architecture:', 'CPU op-mode(s):', 'CPU(s):'), create: lscpuReader},
  {openings: atLineStart('available: '), create: numactlReader},
  {openings: atLineStart('Name:\t'), create: procStatusReader},
  {openings: [' [r-][w-][x-][ps] '], create: memoryMapReader},
  {openings: ['Recv-Q'], create: socketReader},
  {openings: curlNames.map(name => `time_${name}`), create: curlReader},
  // Before the cgroup, which takes any line of words below one of its heads.
  {openings: atLineStart('# /proc/', '==> /proc/', '/proc/'), create: hostReader},
  // A bare value (`max 100000`) is known as the first line, which is always offered.
  {openings: [...cgroupNames, ...atLineStart(...cpuStat)], create: cgroupReader},
  {openings: atLineStart('Thread '), create: gdbReader},
  {openings: [numberColonBlank], create: perfScriptReader},
  {openings: [{text: 'distribution', withLineBefore: true}, ...atLineStart('@[a-zA-Z0-9_[:]')], create: histogramReader},
  {
    openings: [
      ...[')[ \t][ \t=]', '<... ', '<unfinished ...>', '+++ exited', '+++ killed', '--- SIG', 'strace: Process '],
      ...atLineStart('% time'),
    ],
    create: straceReader,
  },
]
