import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {Pool} from '../pool/pool.ts'
import {Renderer} from '../graphviz/renderer.ts'
import {cmapRanges, fontTables, unpackWoff} from './font-file.ts'
import {findFonts} from './fonts.ts'
import {startRasterizer} from './rasterize.ts'

const resolves = (name: string) => {
  try {
    return createRequire(import.meta.url).resolve(name) !== ''
  } catch {
    return false
  }
}
const hasSharp = resolves('sharp')
const hasFont = resolves('@fontsource/unifontex/files/unifontex-latin-400-normal.woff')
const systemFonts = findFonts({packaged: false})
const dot = 'digraph { "中文 かな" -> "العربية" -> "😀 latin" }'

describe.skipIf(!hasSharp)('PNG [needs sharp]', () => {
  test('without any font the answer is one line, not an empty picture', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'gotriage-no-fonts-'))
    const renderer = new Renderer({fonts: {systemDirectories: [empty], packaged: false}})
    const result = await renderer.render({dot: 'digraph { a }', name: 'f.dot', format: 'png', layout: 'dot'})
    renderer.close()
    rmSync(empty, {recursive: true})
    expect(result).toMatchObject({kind: 'refused', error: {code: 'missing-tool'}})
    if (result.kind === 'refused') expect(result.error.message).toContain('U+0061')
  })

  describe.skipIf(!hasFont)('with the packaged font [needs @fontsource/unifontex]', () => {
    test('Chinese, Japanese, Arabic and emoji are drawn on a machine without fonts', async () => {
      const empty = mkdtempSync(join(tmpdir(), 'gotriage-no-fonts-'))
      const renderer = new Renderer({fonts: {systemDirectories: [empty]}})
      const whole = await renderer.render({dot, name: 'f.dot', format: 'png', layout: 'dot'})
      const blank = await renderer.render({
        dot: dot
          .replace(/"[^"]+"/g, name => `${name} [label=" "]`)
          .replaceAll('] ->', ']; ')
          .replace(/; +"/g, '; "'),
        name: 'g.dot',
        format: 'png',
        layout: 'dot',
      })
      renderer.close()
      rmSync(empty, {recursive: true})
      expect(whole).toMatchObject({kind: 'rendered', shows: 'dot'})
      if (whole.kind === 'rendered' && blank.kind === 'rendered') expect(whole.bytes.length).toBeGreaterThan(blank.bytes.length)
    })
  })

  describe.skipIf(systemFonts.missing('abc').length > 0)('with the fonts of the machine [needs fonts]', () => {
    test('a Latin graph is a PNG, twice as large at twice the resolution', async () => {
      const renderer = new Renderer()
      const sizes: number[] = []
      for (const dotsPerInch of [96, 192]) {
        const result = await renderer.render({dot: 'digraph { abc -> cab }', name: 'f.dot', format: 'png', layout: 'dot', dotsPerInch})
        expect(result).toMatchObject({
          kind: 'rendered',
          steps: [
            {step: 'dot', outcome: 'ok'},
            {step: 'png', outcome: 'ok'},
          ],
        })
        if (result.kind === 'rendered') sizes.push(new DataView(result.bytes.buffer, result.bytes.byteOffset).getUint32(16))
      }
      renderer.close()
      expect(Math.abs(sizes[1]! / sizes[0]! - 2)).toBeLessThan(0.1)
    })
  })

  test('a missing fontconfig and a crash of native code end a process of its own only', async () => {
    const pool = new Pool(startRasterizer('/nonexistent/fonts.conf'), {workers: 1})
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="1" y="9">x</text></svg>'
    expect((await pool.run({svg, dotsPerInch: 96})).kind).toBe('answered')
    expect(await pool.run({svg: '<svg', dotsPerInch: 96})).toMatchObject({kind: 'answered', value: {kind: 'failed'}})
    expect(await pool.run({svg: svg.replace('</svg>', ''), dotsPerInch: 96})).toMatchObject({kind: 'answered'})
    pool.close()
  })
})

test('damaged fonts are fonts without characters', () => {
  const junk = new Uint8Array(400).map((_, i) => (i * 37) % 251)
  expect(unpackWoff(junk)).toBeUndefined()
  expect([...fontTables(new DataView(junk.buffer))]).toEqual([])
  for (let i = 0; i < junk.length; i += 3) expect(Array.isArray(cmapRanges(new DataView(junk.buffer, i)))).toBe(true)
  const woff = new Uint8Array(100)
  woff.set([0x77, 0x4f, 0x46, 0x46, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9])
  expect(unpackWoff(woff)).toBeUndefined()
})

test('the fonts found are those of their directories', () => {
  const fonts = findFonts({systemDirectories: [import.meta.dirname], packaged: false})
  expect(readdirSync(import.meta.dirname).length).toBeGreaterThan(0)
  expect(fonts.files).toEqual([])
  expect(fonts.missing('a \u200d\n')).toEqual(['a'])
})
