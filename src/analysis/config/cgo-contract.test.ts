import fc from 'fast-check'
import {expect, test} from 'vitest'
import {TriageError} from '../../base/errors.ts'
import {readCgoContract} from './cgo-contract.ts'

const read = (text: string) => readCgoContract('c.yaml', new TextEncoder().encode(text))
const pasted = '- name: SSL_read\ntimeout_ms: 5000\nmay_block: true\nrequires_lock: ssl_mutex\n'
const whole =
  'package: tlsgate\nblocked_max: 8\nfunctions:\n  - {name: SSL_read, timeout_ms: 5000, may_block: true, requires_lock: ssl_mutex}\n  - name: SSL_free\n'

test('the four-field list is read as people paste it, and as gotriage guard cgo has it', () => {
  const read4 = {name: 'SSL_read', timeoutMs: 5000, mayBlock: true, requiresLock: 'ssl_mutex'}
  expect(read(pasted)).toEqual([read4])
  expect(read(whole)).toEqual([read4, {name: 'SSL_free', mayBlock: false}])
})

test.each([
  ['- name: f\n  timeout: 5\n', /^c\.yaml:2: there is no key "timeout" here/, /timeout_ms/],
  ['- name: C.f\n', /^c\.yaml:1: "C\.f" is no name of a C function/, /without "C\."/],
  ['- name: f\n- name: f\n', /^c\.yaml:2: f is listed twice/, /./],
  ['- name: f\n  timeout_ms: -1\n', /^c\.yaml:2: timeout_ms/, /./],
  ['- name: f\n  may_block: perhaps\n', /^c\.yaml:2: may_block/, /./],
  ['functions: 5\n', /^c\.yaml:1: there is no list/, /./],
  ['', /no list of functions/, /./],
])('%j is refused with its line', (text, message, hint) => {
  let caught: unknown
  try {
    read(text)
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(TriageError)
  expect((caught as TriageError).message).toMatch(message) // checked above
  expect((caught as TriageError).hint).toMatch(hint) // checked above
})

test('every prefix of a file, and any text, gives a contract or a TriageError and nothing else', () => {
  const holds = (text: string) => {
    try {
      read(text)
    } catch (error) {
      expect(error).toBeInstanceOf(TriageError)
    }
  }
  for (let end = 0; end <= whole.length; end++) holds(whole.slice(0, end))
  fc.assert(fc.property(fc.string(), holds), {numRuns: 300})
})
