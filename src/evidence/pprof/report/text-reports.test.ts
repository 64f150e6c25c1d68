import {execFileSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import fc from 'fast-check'
import {expect, it} from 'vitest'
import {describeNeeding} from '../../../base/testing/needs.ts'
import {rawOfText, textOfRaw} from '../string-table.ts'
import {alignedRight} from './text-reports.ts'

describeNeeding('go', 'columns', () => {
  it('are aligned as text/tabwriter does, whatever tabs and ends of lines the cells hold', () => {
    const cell = fc.constantFrom('', 'a', 'bb', 'µs', 'longer than others', '\t', '\n', '\v', '\f', ' ', ':\t')
    const texts = fc.sample(
      fc.array(cell, {maxLength: 40}).map(cells => cells.join('')),
      {numRuns: 500, seed: 1},
    )
    const cwd = fileURLToPath(new URL('testdata/tabwriter', import.meta.url))
    const env = {...process.env, GOWORK: 'off', GOFLAGS: ''}
    const printed: unknown = JSON.parse(execFileSync('go', ['run', '.'], {cwd, env, input: JSON.stringify(texts), encoding: 'utf8'}))
    expect(texts.map(text => textOfRaw(alignedRight(rawOfText(text))))).toEqual(printed)
  }, 60_000)
})
