import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const slow = `${checkout}fixtures/services/no-read-timeout/evidence`

test('requests whose bodies do not come are told with the line that reads and the server that accepted them', async () => {
  const [found, ...rest] = await observed(detector, slow, ['goroutine-1.txt.gz', 'goroutine-2.txt.gz'])
  expect(rest).toEqual([])
  expect(found?.message.id).toBe('stay')
  expect(found?.measured[0]?.value).toBe(60)
  expect(found?.places[0]?.symbol).toBe('main.upload')
  expect(found?.places.at(-1)).toMatchObject({symbol: 'main.main', label: 'the server that accepted them'})
})

test('one dump is a suspicion, in the form without ids too', async () => {
  for (const file of ['goroutine-2.txt.gz', 'goroutine-2.pb.gz']) {
    const [found] = await observed(detector, slow, [file])
    expect(found?.message.id).toBe('crowd')
    expect(found?.severity).toBe('info')
  }
})

test('requests that wait for a backend, and connections between two requests, are not reported', async () => {
  for (const service of ['silent-backend', 'open-sockets'])
    expect(
      await observed(detector, `${checkout}fixtures/services/${service}/evidence`, ['goroutine-1.txt.gz', 'goroutine-2.txt.gz']),
    ).toEqual([])
})

silentOnCorpus(detector, ['goroutine-dump', 'pprof-goroutine', 'crash'])
