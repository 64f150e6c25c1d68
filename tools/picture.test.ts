import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {importProblem} from './layers.ts'
import {importsSvg, picturePath} from './picture.ts'

test('docs/images/imports.svg is what the table of layers draws (npm run picture)', async () => {
  expect(readFileSync(picturePath, 'utf8')).toBe(await importsSvg())
})

test.each([
  ['src/rules/a/rule.ts', 'src/evidence/decode.ts'],
  ['src/rules/a/rule.ts', 'src/rules/b/rule.ts'],
  ['src/base/errors.ts', 'node:fs'],
  ['src/go/types/call.ts', 'src/analysis/engine/pass.ts'],
  ['src/nowhere/x.ts', 'src/base/errors.ts'],
])('%s may not import %s', (from, to) => {
  expect(importProblem(from, to)).toBeDefined()
})

test('a rule may import the engine, and a test anything', () => {
  expect(importProblem('src/rules/a/rule.ts', 'src/analysis/engine/rule.ts')).toBeUndefined()
  expect(importProblem('src/rules/a/rule.test.ts', 'src/evidence/decode.ts')).toBeUndefined()
})
