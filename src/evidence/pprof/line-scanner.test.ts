import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {LineScanner} from './line-scanner.ts'

async function* pieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!
    yield bytes.slice(at, at + length)
    at += length
  }
}

async function linesOf(scanner: LineScanner): Promise<string[]> {
  const lines: string[] = []
  while (scanner.scan() || (await scanner.more())) lines.push(`${scanner.lineAt} ${scanner.text}`)
  expect(scanner.text).toBe('')
  return lines
}

describe('a line scanner', () => {
  it('gives the same lines at the same places, whatever the pieces the text comes in', async () => {
    const text = fc.array(fc.constantFrom('\n', '\r\n', 'a', '\u00e9', ' ', 'x'.repeat(5000)), {maxLength: 40}).map(parts => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.integer({min: 1, max: 9000}), {minLength: 1, maxLength: 5}), async (whole, lengths) => {
        const bytes = Buffer.from(whole, 'latin1')
        const lines = await linesOf(new LineScanner(pieces(bytes, lengths)))
        expect(lines).toEqual(await linesOf(LineScanner.over(bytes)))
        const split = whole.split('\n')
        if (split.at(-1) === '') split.pop()
        expect(lines.map(line => line.slice(line.indexOf(' ') + 1))).toEqual(split.map(line => line.replace(/\r$/, '')))
      }),
      {numRuns: 200},
    )
  })

  it('refuses a line that never ends before it has all of it', async () => {
    let given = 0
    const endless = (async function* () {
      for (;;) {
        given += 1000
        yield Buffer.alloc(1000, 'x')
      }
    })()
    await expect(linesOf(new LineScanner(endless))).rejects.toThrow('length of the line at byte 0 in bytes passed its limit of 65536')
    expect(given).toBeLessThan(70_000)
  })
})
