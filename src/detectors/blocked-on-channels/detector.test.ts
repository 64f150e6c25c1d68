import {expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {checkout} from '../../base/testing/needs.ts'
import {runDetectors} from '../../diagnosis/engine/run-detectors.ts'
import {groupByProgram} from '../../diagnosis/programs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import {decodeSource} from '../../evidence/decode.ts'
import {decoders} from '../../evidence/registry.generated.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('producers in front of a slow consumer are found in dump, block profile and trace', async () => {
  for (const [file, message] of [
    ['goroutine.txt', 'dump'],
    ['block.pb.gz', 'profile'],
    ['channels.trace', 'trace'],
  ] as const) {
    const found = await observed(detector, testdata, [file])
    expect(
      found.map(one => one.message.id),
      file,
    ).toEqual([message])
    expect(found[0]?.places[0]?.symbol, file).toMatch(/^main\.produce/)
  }
})

test('workers that fill the queue they take from are named beside the crowd', async () => {
  const at = (id: number, line: number, fn: string) =>
    `goroutine ${id} [chan send]:\nmain.(*crawler).${fn}(0xc0000b2000)\n\t/src/main.go:${line} +0x45\ncreated by main.main in goroutine 1\n\t/src/main.go:90 +0x9d\n\n`
  const crowd = Array.from({length: 60}, (_, i) => at(100 + i, 63, 'crawl'))
  const workers = Array.from({length: 8}, (_, i) => at(20 + i, 55, 'visit'))
  const text = new TextEncoder().encode([...crowd, ...workers].join(''))
  const {artifacts} = await decodeSource(memorySource('dump.txt', text), decoders, {})
  const {observations} = runDetectors([detector], groupByProgram(artifacts).evidence, place => place)
  expect(observations).toHaveLength(1)
  expect(observations[0]?.places).toContainEqual(expect.objectContaining({role: 'related', line: 55, label: '8 more wait here to send'}))
})

test('workers that wait for their next job are not reported', async () => {
  expect(await observed(detector, `${checkout}src/detectors/timer-goroutines/testdata`, ['workers.goroutine.txt'])).toEqual([])
  expect(await observed(detector, `${checkout}fixtures/traces`, ['idle.trace'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-block-mutex', 'goroutine-dump', 'pprof-goroutine'])
