import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {checkout, corpus, describeNeeding} from '../../base/testing/needs.ts'
import {BlockWriter, newEventBlocks} from './event-blocks.ts'
import {eventLine} from './event-line.ts'
import {readTrace, type TraceContext, type TraceEnd, type TraceSink} from './reader.ts'
import {Replay} from './replay.ts'
import {reportFrom, traceReport} from './report.ts'
import {collect} from './testing/collect.ts'
import {mutate} from './testing/mutations.ts'
import {StackTimes} from './stack-times.ts'

const folder = `${checkout}fixtures/traces/`
const fixtures = readdirSync(folder).filter(name => name.endsWith('.trace'))

/** Reads through blocks of a few events, on one thread; messages are cloned as between two. */
async function replayed(bytes: Uint8Array, sink: TraceSink, events: number): Promise<TraceEnd> {
  const blocks = newEventBlocks(events)
  const replay = new Replay(blocks, sink)
  let end: TraceEnd | undefined
  const writer = new BlockWriter(blocks, message => (end = replay.take(structuredClone(message))))
  writer.end(await readTrace(memorySource('test', bytes), writer))
  if (end === undefined) throw new Error('the last message must end the trace')
  return end
}

async function replayedLines(bytes: Uint8Array, events: number): Promise<{lines: string[]; end: TraceEnd}> {
  const lines: string[] = []
  let context: TraceContext | undefined
  const sink = {
    begin(given: TraceContext) {
      context = given
    },
    event() {
      if (context !== undefined) lines.push(eventLine(context, true))
    },
  }
  return {end: await replayed(bytes, sink, events), lines}
}

const endOf = ({error, wideValues, ...end}: TraceEnd) => ({
  ...end,
  wide: wideValues.after(0),
  error: error === undefined ? undefined : [error.code, error.message, error.hint],
})

async function same(bytes: Uint8Array, events: number): Promise<void> {
  const [one, two] = [await collect(bytes, true), await replayedLines(bytes, events)]
  expect(two.lines).toEqual(one.lines)
  expect(endOf(two.end)).toEqual(endOf(one.end))
  const [report, again] = [await traceReport(memorySource('test', bytes)), await reportFrom(sink => replayed(bytes, sink, events))]
  expect(JSON.stringify(again.report)).toBe(JSON.stringify(report.report))
}

test.each(fixtures)('%s through blocks gives the same events and the same report', async name => {
  const bytes = readFileSync(join(folder, name))
  for (const events of [1, 7, 64]) await same(bytes, events)
})

test('damaged traces through blocks end with the same error after the same events', async () => {
  for (const name of ['tasks.trace', 'syscalls.trace']) {
    const original = readFileSync(join(folder, name))
    for (let seed = 0; seed < 60; seed++) {
      const bytes = mutate(original, seed)
      const whole = await collect(bytes, true).catch((error: unknown) => error)
      if (whole instanceof Error) await expect(replayedLines(bytes, 32)).rejects.toThrow(whole.message)
      else await same(bytes, 32)
    }
  }
})

test('what goroutines were still doing at the end is known behind the blocks too', async () => {
  const bytes = readFileSync(join(folder, 'leak.trace'))
  const [one, two] = [new StackTimes('blocked'), new StackTimes('blocked')]
  await readTrace(memorySource('test', bytes), one)
  await replayed(bytes, two, 16)
  for (const times of [one, two]) times.finish()
  expect(one.folded()).not.toBe('')
  expect(two.folded()).toBe(one.folded())
})

describeNeeding('corpus', 'captures nobody here made', () => {
  test('through blocks give the same report', async () => {
    for (const name of readdirSync(join(corpus, 'trace-v2')).filter(name => name !== 'README.md')) {
      const bytes = readFileSync(join(corpus, 'trace-v2', name))
      const [{report}, again] = [await traceReport(memorySource(name, bytes)), await reportFrom(sink => replayed(bytes, sink, 8192))]
      expect(JSON.stringify(again.report), name).toBe(JSON.stringify(report))
    }
  })
})
