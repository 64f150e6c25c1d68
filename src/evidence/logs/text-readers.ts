// Every reader of mixed text, in the order in which a line is offered: single lines before blocks, so that a gctrace line
// printed in the middle of a dump is found.
import {crashReader} from '../dumps/crash-reader.ts'
import {debug1Reader} from '../dumps/debug1-reader.ts'
import {ginRecoveryReader} from '../dumps/gin-recovery-reader.ts'
import {goleakReader} from '../dumps/goleak-reader.ts'
import {goroutineReader} from '../dumps/goroutine-reader.ts'
import {raceReader} from '../dumps/race-reader.ts'
import {sanitizerReader} from '../dumps/sanitizer-reader.ts'
import {metricLinesReader} from '../metrics/metric-lines.ts'
import {prometheusReader} from '../metrics/prometheus.ts'
import {systemReaders} from '../system/text-readers.ts'
import {assemblyReader} from './assembly.ts'
import {escapeReader} from './escape.ts'
import {gcTraceReader} from './gctrace.ts'
import {pacerTraceReader} from './pacertrace.ts'
import {finalizerReader, initTraceReader, scavTraceReader} from './runtime-traces.ts'
import {schedTraceReader} from './schedtrace.ts'
import type {TextReaderFactory} from './text-reader.ts'

export const textReaders: readonly TextReaderFactory[] = [
  gcTraceReader,
  pacerTraceReader,
  schedTraceReader,
  scavTraceReader,
  initTraceReader,
  finalizerReader,
  metricLinesReader,
  prometheusReader,
  escapeReader,
  assemblyReader,
  raceReader,
  sanitizerReader,
  goleakReader,
  ginRecoveryReader,
  debug1Reader,
  crashReader,
  goroutineReader,
  ...systemReaders,
]
