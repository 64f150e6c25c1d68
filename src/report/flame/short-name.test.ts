import {expect, test} from 'vitest'
import {flameSvg} from './flame-svg.ts'
import {shortName} from './short-name.ts'

test('the end of a Go name stands in a narrow frame, without paths and type arguments', () => {
  expect(shortName('example.com/a/very/long/path.(*Map[string,example.com/other/path.Value]).Set')).toBe('path.(*Map[...]).Set')
  expect(shortName('main.total[go.shape.int]')).toBe('main.total[...]')
  expect(shortName('main.main')).toBe('main.main')
})

test('function and file of a line both lose their paths', () => {
  expect(shortName('example.com/a/b.(*T).F /home/me/src/b/t.go:33')).toBe('b.(*T).F t.go:33')
  expect(shortName('/usr/lib/')).toBe('lib/')
})

test('a binary without names keeps its own', () => {
  expect(shortName('[libc.so.6]')).toBe('[libc.so.6]')
  expect(shortName('0000000000401000 [prog]')).toBe('0000000000401000 [prog]')
})

test('a drawing says the function of a narrow frame, not the start of its path', () => {
  const names = ['example.com/some/long/path/of/modules/server.(*Handler).ServeHTTP', 'other']
  const svg = flameSvg({title: 't', type: 'cpu', unit: 'count', names, parent: [-1, 0, 0], name: [-1, 0, 1], self: [0, 1, 4]})
  expect(svg).toContain('>server.(*Handler).ServeHTTP</text>')
})
