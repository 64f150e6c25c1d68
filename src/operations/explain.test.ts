import {describe, expect, test} from 'vitest'
import {TriageError} from '../base/errors.ts'
import {facts, releasesWithFacts} from '../knowledge/facts/facts.ts'
import {myths} from '../knowledge/myths/myths.ts'
import {rules} from '../rules/registry.generated.ts'
import {explain, explainable} from './explain.ts'

const hintOf = (id: string): string => {
  try {
    explain(id)
  } catch (error) {
    if (error instanceof TriageError) return error.hint
    throw error
  }
  return 'found'
}

test('every id of the list has a page with a heading and text, and no id is there twice', () => {
  const ids = explainable()
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) {
    const {text, kind} = explain(id)
    expect(text, id).toMatch(/^# \S/)
    expect(text.length, id).toBeGreaterThan(100)
    expect(kind, id).toMatch(/^(?:rule|detector|cause|fact|release|myth)$/)
  }
})

test('rules, facts, releases and myths are all in the list', () => {
  const ids = new Set(explainable())
  for (const id of [...rules.flat(), ...facts, ...myths].map(one => one.id)) expect(ids.has(id), id).toBe(true)
  for (const release of releasesWithFacts) expect(ids.has(release), release).toBe(true)
})

test('a myth is explained by its id and by myth- and its id', () => {
  const page = explain('E-14')
  expect(page).toEqual(explain('myth-E-14'))
  expect(page).toEqual(explain('myth-e-14'))
  expect(page.text).toContain('## Verdict\n\nFalse.')
  expect(page.text).toContain('`src/runtime/panic.go` (`func fatal`)')
})

test('the page of a myth has claim, verdict, truth, versions and sources', () => {
  for (const myth of myths) {
    const {text} = explain(myth.id)
    for (const part of [myth.claim, myth.truth, myth.versions, '## Verdict', '## Sources']) expect(text, myth.id).toContain(part)
  }
})

test('a constant is printed with its unit', () => {
  expect(explain('time-slice').text).toContain('**10 ms.**')
  expect(explain('local-run-queue').text).toContain('**256 goroutines.**')
  expect(explain('sysmon-sleep-shortest').text).toContain('**20 µs.**')
})

test('a release lists what changed with it, by either name', () => {
  expect(explain('go1.24').text).toContain('Maps are Swiss tables')
  expect(explain('1.24')).toEqual(explain('go1.24'))
})

describe('hints', () => {
  test('a misspelt name gets the nearest one', () => {
    expect(hintOf('gc-thrsh')).toBe('Did you mean "gc-thrash"?')
    expect(hintOf('swis-maps')).toBe('Did you mean "swiss-maps"?')
    expect(hintOf('E14')).toBe('Did you mean "E-14"?')
  })

  test('a word gets what speaks of it', () => {
    expect(hintOf('scavenger')).toContain('"scavtrace"')
    expect(hintOf('memguard')).toContain('"E-49"')
  })

  test('anything else gets the list', () => {
    expect(hintOf('qqqqqqqqqq')).toBe('See the list with "gotriage explain".')
    expect(hintOf('')).not.toBe('found')
    expect(hintOf('go1.2')).not.toBe('found')
  })
})
