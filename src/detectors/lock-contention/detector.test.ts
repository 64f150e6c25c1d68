import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {observed, silentOnCorpus, testdataOf} from '../../diagnosis/testing/observe.ts'
import detector from './detector.ts'

const testdata = testdataOf(import.meta.url)

test('the mutex profile names the critical section that makes others wait', async () => {
  const found = await observed(detector, testdata, ['mutex.pb.gz'])
  expect(found.map(one => one.message.id)).toContain('mutex')
  expect(found[0]?.subject.name).toBe('lock held at main.(*account).update')
})

test('the block profile tells readers that wait for a writer apart', async () => {
  const found = await observed(detector, testdata, ['block.pb.gz'])
  expect(found.map(one => `${one.message.id} ${one.subject.name}`)).toEqual([
    'block lock waited for at main.(*account).update',
    'readers lock waited for at main.(*registry).name',
  ])
})

test('a few short waits are not reported', async () => {
  expect(await observed(detector, `${checkout}fixtures/profiles`, ['mutex.pb.gz', 'block.pb.gz'])).toEqual([])
})

silentOnCorpus(detector, ['pprof-block-mutex'])
