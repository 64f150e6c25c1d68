// The readers of system tools' text, in the order in which a line is offered.
import type {TextReaderFactory} from '../logs/text-reader.ts'
import {cgroupReader} from './cgroup.ts'
import {histogramReader} from './histogram.ts'
import {gdbReader, perfScriptReader} from './native-stacks.ts'
import {perfSchedLatencyReader, perfSchedTimehistReader} from './perf-sched.ts'
import {memoryMapReader, procStatusReader} from './proc.ts'
import {curlReader, socketReader} from './sockets.ts'
import {straceReader} from './strace.ts'
import {lscpuReader, numactlReader} from './topology.ts'

export const systemReaders: readonly TextReaderFactory[] = [
  perfSchedLatencyReader,
  perfSchedTimehistReader,
  lscpuReader,
  numactlReader,
  procStatusReader,
  memoryMapReader,
  socketReader,
  curlReader,
  cgroupReader,
  gdbReader,
  perfScriptReader,
  histogramReader,
  straceReader,
]
