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
import {systemFormats} from '../system/text-readers.ts'
import {assemblyReader} from './assembly.ts'
import {escapeReader} from './escape.ts'
import {gcTraceReader} from './gctrace.ts'
import {pacerTraceReader} from './pacertrace.ts'
import {finalizerReader, initTraceReader, scavTraceReader} from './runtime-traces.ts'
import {atLineStart, numberColonBlank} from './openings.ts'
import {schedTraceReader} from './schedtrace.ts'
import type {TextFormat} from './text-reader.ts'

export const textFormats: readonly TextFormat[] = [
  {openings: ['gc [0-9]'], create: gcTraceReader},
  {openings: ['pacer: '], create: pacerTraceReader},
  {openings: ['SCHED ', '\n  [PMG][0-9]'], create: schedTraceReader},
  {openings: ['scav ', 'scvg'], create: scavTraceReader},
  {openings: [' ms clock, '], create: initTraceReader},
  {openings: ['checkfinalizers: ', ...atLineStart('WARNING: LIKELY CLEANUP/FINALIZER ISSUES')], create: finalizerReader},
  {openings: ['"metrics":{'], create: metricLinesReader},
  {openings: atLineStart('go_', 'process_', '# HELP ', '# TYPE '), create: prometheusReader},
  {openings: [numberColonBlank, ...atLineStart('# ')], create: escapeReader},
  {openings: [' STEXT '], create: assemblyReader},
  {openings: ['WARNING: DATA RACE', ...atLineStart('==================')], create: raceReader},
  {openings: ['Sanitizer: '], create: sanitizerReader},
  {openings: [' on top of the stack:'], create: goleakReader},
  {openings: ['panic recovered:'], create: ginRecoveryReader},
  {openings: atLineStart('goroutine profile: total '), create: debug1Reader},
  {
    openings: [
      ...['panic: ', 'fatal error: ', 'pthread_create failed', 'panic serving '],
      ...atLineStart('SIG', 'fatal: ', 'runtime: ', 'unexpected fault address '),
    ],
    create: crashReader,
  },
  {openings: ['goroutine '], create: goroutineReader},
  ...systemFormats,
]
