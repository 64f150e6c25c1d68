import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {decodedFile, only} from '../logs/testing/decode-text.ts'
import {phasesOf} from './request-phases.ts'

test('the phases of a timed request follow one another and add up to its total', async () => {
  for (const name of ['curl.txt', 'curl-json.txt'])
    for (const request of only(await decodedFile(new URL(`testdata/${name}`, import.meta.url)), 'curl-timing').requests) {
      const phases = phasesOf(request)
      expect(phases?.length).toBeGreaterThan(0)
      expect(phases?.reduce((sum, {seconds}) => sum + seconds, 0)).toBeCloseTo(request.get('time_total') ?? NaN, 9)
    }
})

test('a request over a kept connection has neither lookup nor connect nor handshake', () => {
  const times = {time_namelookup: 0, time_connect: 0, time_appconnect: 0, time_pretransfer: 0.001, time_starttransfer: 1.5, time_total: 1.6}
  expect(phasesOf(new Map(Object.entries(times)))?.map(({name}) => name)).toEqual(['request', 'waiting for the first byte', 'body'])
  expect(phasesOf(new Map())).toBeUndefined()
})

describeNeeding('go', 'defaults of net/http', () => {
  test('are what the phases say of them', () => {
    const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
    const transport = readFileSync(join(goroot, 'src/net/http/transport.go'), 'utf8')
    const standard = transport.slice(transport.indexOf('var DefaultTransport'), transport.indexOf('// DefaultMaxIdleConnsPerHost'))
    expect(standard).toMatch(/Dialer\{\s*Timeout:\s+30 \* time\.Second/)
    expect(standard).toMatch(/TLSHandshakeTimeout:\s+10 \* time\.Second/)
    expect(standard).not.toContain('ResponseHeaderTimeout')
  })
})
