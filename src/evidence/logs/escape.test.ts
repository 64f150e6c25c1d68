import {expect, test} from 'vitest'
import {decoded, decodedFile, only} from './testing/decode-text.ts'

test('-m=2 of Go 1.26: a decision carries the flow that led to it, once', async () => {
  const report = only(await decodedFile(new URL('testdata/escape-m2.go1.26.txt', import.meta.url)), 'escape')
  expect(report.packagePath).toBe('example.com/esc')
  expect(report.entries.find(e => e.kind === 'moved-to-heap')).toEqual({
    file: './a.go',
    line: 11,
    column: 21,
    kind: 'moved-to-heap',
    subject: 'x',
    path: ['flow: ~r0 ← &x:', 'from &x (address-of) at ./a.go:11:36', 'from return &x (return) at ./a.go:11:29'],
  })
  expect(report.entries.filter(e => e.kind === 'escapes' && e.line === 7)).toHaveLength(1)
  expect(report.entries.find(e => e.kind === 'leaking-param' && e.subject === 'a')).toMatchObject({detail: 'to result ~r0 level=1'})
})

test('-m and -m=2 of the same package decide the same', async () => {
  const decisions = async (name: string) =>
    only(await decodedFile(new URL(`testdata/${name}`, import.meta.url)), 'escape')
      .entries.filter(e => ['escapes', 'moved-to-heap', 'leaking-param', 'does-not-escape'].includes(e.kind))
      .map(e => `${e.line}:${e.column} ${e.kind} ${e.subject}`)
      .sort()
  expect(await decisions('escape-m2.go1.26.txt')).toEqual(await decisions('escape-m.go1.26.txt'))
})

test('each package header starts a report of its own', async () => {
  const artifacts = await decoded('# a/b\n./x.go:1:2: moved to heap: x\n# a/c\n./y.go:3:4: leaking param content: p\n')
  expect(artifacts.map(a => a.data.kind === 'escape' && [a.data.packagePath, a.data.entries[0]?.kind])).toEqual([
    ['a/b', 'moved-to-heap'],
    ['a/c', 'leaking-param-content'],
  ])
})

test('a compile error is not an escape decision', async () => {
  await expect(decoded('# a/b\n./x.go:1:2: undefined: y\n')).rejects.toMatchObject({code: 'unrecognized'})
})
