// What holds for every detector and cause: a page with all its parts, settings explained there, messages whose places are all filled.
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {causeDefinitions} from '../causes/registry.generated.ts'
import {detectors} from './registry.generated.ts'

const folder = `${checkout}src/detectors/`

describe.each(detectors.map(detector => [detector.id, detector] as const))('%s', (id, detector) => {
  const page = readFileSync(`${folder}${id}/detector.md`, 'utf8')

  test('has a page that says what, why, settings, what is reported, a near miss and sources', () => {
    expect(page.startsWith(`# ${id}\n`)).toBe(true)
    for (const part of ['What', 'Why', 'Settings', 'Reported', 'Near miss: not reported', 'Sources'])
      expect(page).toContain(`\n## ${part}\n`)
  })

  test('explains every setting on its page, with unit and source', () => {
    for (const [name, setting] of Object.entries(detector.settings)) {
      expect(page, name).toContain(name)
      expect(setting, name).toMatchObject({unit: expect.stringMatching(/./), source: expect.stringMatching(/./)})
    }
  })

  test('says its sources, and messages without a full stop but for the next step', () => {
    expect(detector.sources.length).toBeGreaterThan(0)
    for (const message of Object.values<{what: string; why: string; next: string}>(detector.messages)) {
      expect(message.what).not.toMatch(/\.$/)
      expect(message.why).not.toMatch(/\.$/)
      if (!message.next.startsWith('{')) expect(message.next).toMatch(/^[A-Z].*\.$/)
    }
  })
})

test('every detector has a folder of its own name and every cause a page', () => {
  const withDetector = readdirSync(folder).filter(name => existsSync(`${folder}${name}/detector.ts`))
  expect(detectors.map(detector => detector.id).sort()).toEqual(withDetector.sort())
  for (const cause of causeDefinitions) {
    const page = readFileSync(`${checkout}src/causes/${cause.id}/cause.md`, 'utf8')
    for (const part of ['What', 'How sure', 'What it is not', 'How to verify', 'Sources'])
      expect(page, cause.id).toContain(`\n## ${part}\n`)
  }
})
