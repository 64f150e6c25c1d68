import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {simulate, simulateKinds} from './simulate.ts'

const folder = `${checkout}examples/scenarios/`
const files = readdirSync(folder).filter(name => name.endsWith('.yaml'))

test('docs/experiments.md has every claim of every scenario', () => {
  const page = readFileSync(`${checkout}docs/experiments.md`, 'utf8')
  for (const name of files) {
    const claims = [...readFileSync(folder + name, 'utf8').matchAll(/^ {4}says: (.+)$/gm)].map(([, says = '']) =>
      says.replaceAll(/^"|"$/g, ''),
    )
    expect(claims.length, name).toBeGreaterThan(0)
    for (const says of claims) expect(page.includes(says) || page.includes(says.replaceAll("'", "''")), `${name}: ${says}`).toBe(true)
  }
})

describe.each(files)('scenario %s', name => {
  const yaml = readFileSync(folder + name, 'utf8')
  const kind = simulateKinds.find(k => k === /^kind: (\S+)/m.exec(yaml)?.[1])!

  test('runs under every invariant, and each claim has its figure or says what is not modelled', () => {
    const result = simulate({kind, name, yaml, seed: 1, check: true, ...(kind === 'scheduler' ? {seeds: 1} : {})})
    expect(result.claims.length).toBeGreaterThan(0)
    for (const claim of result.claims) {
      expect(`${claim.id} ${claim.source}`).toMatch(/^(I-\d+ S[1-5] [\d.]+|I-72 S4 3|W12 .+)/)
      expect(claim.verdict, claim.says).not.toBe('')
      if (claim.notModelled !== undefined) expect(claim.erratum, claim.says).toMatch(/^E-\d+$/)
      else expect(claim.simulated?.value, `${claim.says}: ${claim.metric} is a figure of the run`).toEqual(expect.any(Number))
      const ratio = claim.ratio ?? Number.NaN
      if (claim.agrees !== undefined) expect(Math.abs(ratio - 1), `${claim.says}: ${ratio}`).toBeLessThanOrEqual(claim.agrees)
      if (claim.differs !== undefined)
        expect(Math.max(Math.abs(ratio), 1 / Math.abs(ratio)), `${claim.says}: ${ratio}`).toBeGreaterThanOrEqual(claim.differs)
    }
  })
})
