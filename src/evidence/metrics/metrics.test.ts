import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {decodedFile, only} from '../logs/testing/decode-text.ts'
import {expvarDecoder} from './expvar.ts'
import {parseMetricLine} from './metric-lines.ts'

const expvar = readFileSync(new URL('testdata/expvar.go1.26.json', import.meta.url))

test('runtime/metrics lines of Go 1.26 keep names, values and histograms', async () => {
  const series = only(await decodedFile(new URL('testdata/runtime-metrics.go1.26.jsonl', import.meta.url)), 'metrics')
  expect(series.source).toBe('runtime/metrics')
  expect(series.points).toHaveLength(2)
  expect(series.points[0]?.values.get('/sched/gomaxprocs:threads')).toBe(2)
  const latencies = series.points[1]?.histograms.get('/sched/latencies:seconds')
  expect(latencies?.buckets.length).toBe((latencies?.counts.length ?? 0) + 1)
  expect(latencies?.buckets[0]).toBe(-Infinity)
  expect(latencies?.buckets.at(-1)).toBe(Infinity)
  expect((series.points[1]?.timeUnixNs ?? 0n) - (series.points[0]?.timeUnixNs ?? 0n)).toBeGreaterThan(200_000_000n)
})

test('a JSON line without metrics is not a sample', () => {
  expect(parseMetricLine('{"level":"info","metrics":"none"}')).toBeUndefined()
  expect(parseMetricLine('{"metrics":{"a":1},"timeUnixNs":"7"}')).toMatchObject({timeUnixNs: 7n})
})

const decode = async (text: string) => {
  const artifacts = []
  for await (const artifact of expvarDecoder.decode(memorySource('vars', new TextEncoder().encode(text)), {})) artifacts.push(artifact)
  return artifacts
}

test('/debug/vars gives memstats by their names', async () => {
  expect(expvarDecoder.probe(expvar.subarray(0, 4096), 'x')).toBe(true)
  const [artifact] = await decode(expvar.toString())
  expect(artifact?.data).toMatchObject({kind: 'metrics', source: 'expvar'})
  const values = artifact?.data.kind === 'metrics' ? artifact.data.points[0]?.values : undefined
  expect(values?.get('memstats.HeapAlloc')).toBe(10695728)
  expect(values?.get('memstats.PauseNs.max')).toBeGreaterThan(0)
})

test('scrapes one after the other are a series, and a last one that breaks off is said', async () => {
  const one = expvar.toString()
  const [artifact] = await decode(one + one + one.slice(0, 500))
  expect(artifact?.data.kind === 'metrics' && artifact.data.points.length).toBe(2)
  expect(artifact?.complete).toBe(false)
})

test('an object that breaks off alone is an error', async () => {
  await expect(decode(expvar.toString().slice(0, 800))).rejects.toMatchObject({code: 'truncated'})
})
