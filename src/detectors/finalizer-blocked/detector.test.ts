import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {checkout} from '../../base/testing/needs.ts'
import {groupByProgram} from '../../diagnosis/programs.ts'
import {runDetectors} from '../../diagnosis/engine/run-detectors.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import {decodeSource} from '../../evidence/decode.ts'
import {decoders} from '../../evidence/registry.generated.ts'
import detector from './detector.ts'

const captured = `${checkout}fixtures/services/silent-audit/evidence`
const dump = gunzipSync(readFileSync(`${captured}/goroutine-2.txt.gz`)).toString()

/** What is said of one dump as it is given. */
async function said(text: string) {
  const {artifacts} = await decodeSource(memorySource('dump.txt', new TextEncoder().encode(text)), decoders, {})
  return runDetectors([detector], groupByProgram(artifacts).evidence, place => place).observations
}

test('a finalizer that waits at the same line in two dumps is told with that line', async () => {
  const [found, ...more] = await observed(detector, captured, ['goroutine-1.txt.gz', 'goroutine-2.txt.gz'])
  expect(more).toEqual([])
  expect(found?.message.id).toBe('again')
  expect(found?.message.data['kind']).toBe('finalizers')
  expect(found?.places[0]?.symbol).toBe('main.(*session).finish')
})

test('one dump is a suspicion, unless the wait has lasted for minutes', async () => {
  expect(await said(dump)).toMatchObject([{message: {id: 'seen'}, severity: 'info'}])
  const later = dump.replace(/\[chan send\](?=:\nmain\.\(\*session\)\.finish)/, '[chan send, 7 minutes]')
  expect(later).not.toBe(dump)
  expect(await said(later)).toMatchObject([{message: {id: 'stuck', data: {minutes: '7'}}}])
})

test('the goroutines of Go before 1.25, and those of cleanups, are known by their names', async () => {
  expect(await said(dump.replaceAll('runtime.runFinalizers', 'runtime.runfinq'))).toHaveLength(1)
  const [cleanups] = await said(dump.replaceAll('runtime.runFinalizers', 'runtime.runCleanups'))
  expect(cleanups?.what).toContain('runs cleanups')
})

test('a finalizer that runs, and one of the standard library that waits, are not reported', async () => {
  expect(await said(dump.replace(/\[chan send\](?=:\nmain\.\(\*session\)\.finish)/, '[running]'))).toEqual([])
  expect(await said(dump.replaceAll('main.(*session).finish', 'os.(*file).close'))).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'pprof-goroutine', 'crash'])
