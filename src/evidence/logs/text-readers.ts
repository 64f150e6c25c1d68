// Every reader of mixed text, in the order in which a line is offered: single lines before blocks, so that a gctrace line
// printed in the middle of a dump is found.
import {goroutineReader} from '../dumps/goroutine-reader.ts'
import {metricLinesReader} from '../metrics/metric-lines.ts'
import {escapeReader} from './escape.ts'
import {gcTraceReader} from './gctrace.ts'
import {pacerTraceReader} from './pacertrace.ts'
import type {TextReaderFactory} from './text-reader.ts'

export const textReaders: readonly TextReaderFactory[] = [gcTraceReader, pacerTraceReader, metricLinesReader, escapeReader, goroutineReader]
