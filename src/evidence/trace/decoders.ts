// Execution traces for the evidence registry: one artifact a file, the report of a whole pass.
import type {Decoder} from '../model/decoder.ts'
import {headerVersion, traceFormat} from './batch-feed.ts'
import {traceReport} from './report.ts'

export const trace: Decoder = {
  format: 'trace',

  probe: head => headerVersion(head) !== undefined,

  async *decode(source, task) {
    const {report, end} = await traceReport(source, task)
    yield {
      format: traceFormat(end.minor),
      path: source.name,
      ...(report.startUnixNs === undefined ? {} : {timeUnixNs: BigInt(report.startUnixNs)}),
      program: {},
      complete: end.complete,
      notes: end.error === undefined ? [] : [{code: end.error.code, message: `${end.error.message}; everything before it was read`}],
      data: report,
    }
  },
}

export const decoders: readonly Decoder[] = [trace]
