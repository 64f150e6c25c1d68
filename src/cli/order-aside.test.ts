import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {reportOfOrdered, traceReport} from '../operations/trace.ts'
import {newEventBlocks, type OrderingThread} from '../operations/trace-blocks.ts'
import {orderAside} from './order-aside.ts'

const folder = mkdtempSync(join(tmpdir(), 'gotriage-order-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const host = nodeHost({cwd: folder})
const gc = readFileSync(`${checkout}fixtures/traces/gc.trace`)
const written = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes)
  return name
}

test('a trace ordered on a thread of its own has the same report, byte for byte', async () => {
  const path = written('whole.trace', gc)
  const aside = await reportOfOrdered(orderAside(path, host), {}, {})
  const here = await traceReport(await host.open(path))
  expect(aside.end.complete).toBe(true)
  expect(JSON.stringify(aside.report)).toBe(JSON.stringify(here.report))
})

test('where the trace is damaged, the same was read and the same place is named', async () => {
  const path = written('damaged.trace', gc.subarray(0, Math.floor(gc.length * 0.7)))
  const aside = await reportOfOrdered(orderAside(path, host), {}, {})
  const here = await traceReport(await host.open(path))
  expect(aside.end.error?.message).toMatch(/generation \d+, batch \d+, M -?\d+\) at byte \d+$/)
  expect(aside.end.error?.message).toBe(here.end.error?.message)
  expect(JSON.stringify(aside.report)).toBe(JSON.stringify(here.report))
})

test('what is no trace fails with the words of the reader', async () => {
  const path = written('no.trace', new TextEncoder().encode('go 1.19 trace\0\0\0'))
  await expect(reportOfOrdered(orderAside(path, host), {}, {})).rejects.toMatchObject({code: 'unsupported', message: /format v1/})
})

test('cancelled, the thread ends and says so, also before it is heard', async () => {
  const path = written('cancelled.trace', gc)
  const abort = new AbortController()
  const report = reportOfOrdered(orderAside(path, host), {signal: abort.signal}, {})
  abort.abort()
  await expect(report).rejects.toMatchObject({code: 'cancelled'})
  await expect(reportOfOrdered(orderAside(path, host), {signal: abort.signal}, {})).rejects.toMatchObject({code: 'cancelled'})
})

test('a thread that breaks is a bug, not an answer', async () => {
  const broken: OrderingThread = {blocks: newEventBlocks(1), run: () => Promise.reject(new Error('it ended with 1'))}
  await expect(reportOfOrdered(broken, {}, {})).rejects.toThrow('it ended with 1')
})
