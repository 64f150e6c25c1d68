import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {rules as registered} from '../../rules/registry.generated.ts'
import type {RunnableRule} from '../engine/run-rules.ts'
import {hazardsIn} from '../testing/golden.ts'
import {applyDirectives} from './apply-directives.ts'
import type {Directive} from './directives.ts'
import {isPeerCheck, isPeerLinter, peers} from './peers.ts'

const known = new Set((registered.flat() as readonly RunnableRule[]).map(rule => rule.id))

test('every rule of the table exists', () => {
  expect(Object.keys(peers).filter(id => !known.has(id))).toEqual([])
})

test('govet covers the rules that are checks of go vet, and staticcheck those that are its own', () => {
  const covered = (linter: string) => Object.keys(peers).filter(id => isPeerLinter(linter, id))
  expect(covered('govet')).toEqual(expect.arrayContaining(['copylocks', 'context-lost-cancel', 'loop-var-capture', 'unsafe-slice-header']))
  expect(covered('govet')).not.toContain('sync-pool-nonpointer')
  expect(covered('staticcheck')).toEqual(
    expect.arrayContaining(['sync-pool-nonpointer', 'finalizer-closes-over-object', 'context-key-type']),
  )
  expect(covered('vet')).toEqual(covered('govet'))
  expect(covered('errcheck')).toEqual([])
})

test('a check of staticcheck covers its peer, also by a pattern, and nothing else', () => {
  const covered = (check: string) => Object.keys(peers).filter(id => isPeerCheck(check, id))
  expect(covered('SA6002')).toEqual(['sync-pool-nonpointer'])
  expect(covered('SA6*')).toEqual(['sync-pool-nonpointer'])
  expect(covered('SA60')).toEqual([])
  expect(covered('*')).toHaveLength(Object.values(peers).filter(one => one?.checks !== undefined).length)
})

test('docs/suppression.md has a row for each rule of the table', () => {
  const page = readFileSync(`${checkout}docs/suppression.md`, 'utf8')
  const wanted = Object.entries(peers).map(
    ([id, one]) => `| ${id} | ${one?.linters.join(', ')} | ${one?.checks?.join(', ') ?? '–'} | ${one?.analyzer} |`,
  )
  expect(page.split('\n').filter(line => wanted.includes(line))).toEqual(wanted)
})

test('//nolint:govet on the line of a copied lock silences it when nolint is honoured, and not otherwise', async () => {
  const source =
    'package m\n\nimport "sync"\n\nfunc f(mu *sync.Mutex) {\n\tother := *mu //nolint:govet // closed by then\n\t_ = &other\n}\n'
  const {hazards} = await hazardsIn(
    (registered.flat() as readonly RunnableRule[]).filter(rule => rule.id === 'copylocks'),
    'm.go',
    source,
  )
  const comment: Directive = {
    ...{form: 'nolint', ids: ['govet'], reason: 'closed by then', file: 'm.go'},
    ...{line: 6, column: 15, endColumn: 46, from: 6, to: 6, sourceLine: source.split('\n')[5]!},
  }
  const applied = (honoured: readonly 'nolint'[]) =>
    applyDirectives({hazards, directives: [comment], honoured, ran: known, known: [...known], typed: () => true}).map(
      one => one.suppressed?.reason,
    )
  expect(applied(['nolint'])).toEqual(['closed by then'])
  expect(applied([])).toEqual([undefined])
})
