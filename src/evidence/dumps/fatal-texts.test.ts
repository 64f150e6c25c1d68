import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {decoded, only} from '../logs/testing/decode-text.ts'
import {runtimeTexts} from './testing/runtime-texts.ts'

/** Indented as printindented of runtime/print.go does since Go 1.23. */
const indented = (text: string) => text.replaceAll('\n', '\n\t')

const plain = (text: string) => `fatal error: ${indented(text)}

goroutine 7 [running]:
main.serve(0x1)
	/src/shop/main.go:31 +0x1d
created by main.main in goroutine 1
	/src/shop/main.go:12 +0x25
exit status 2
`

const onSystemStack = (text: string) => `2026/01/02 15:04:05 ready
fatal error: ${indented(text)}
[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x4011d1]

runtime stack:
runtime.throw({0x4c3a1f?, 0x0?})
	/usr/local/go/src/runtime/panic.go:1229 +0x48 fp=0x7ffc sp=0x7ff0 pc=0x4011d1
runtime.mstart()
	/usr/local/go/src/runtime/asm_amd64.s:395 +0x5 fp=0x8004 sp=0x8000 pc=0x4011e0

goroutine 7 gp=0xc000112540 m=3 mp=0xc000080008 [running]:
main.serve(0x1)
	/src/shop/main.go:31 +0x1d fp=0xc00010fc20 sp=0xc00010fbf0 pc=0x4012f1
`

async function expectRecognised(texts: readonly string[]): Promise<void> {
  for (const text of texts)
    for (const written of [plain(text), onSystemStack(text), `fatal error: ${indented(text)}\n`]) {
      const crash = only(await decoded(written), 'crash')
      expect([crash.severity, crash.message, crash.panics], text).toEqual(['fatal', text.split('\n')[0], []])
      if (written.includes('[running]')) expect(crash.site, text).toMatchObject({function: 'main.serve', line: 31})
    }
}

describeNeeding('go', 'fatal errors', () => {
  test('every text that the runtime of this Go throws is a crash with that text', async () => {
    const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
    const texts = runtimeTexts(goroot)
    expect(texts.length).toBeGreaterThan(700)
    for (const known of [
      'concurrent map writes',
      'all goroutines are asleep - deadlock!',
      'sync: unlock of unlocked mutex',
      'stack overflow',
    ])
      expect(texts).toContain(known)
    await expectRecognised(texts)
  })
})

describe('fatal errors of older Go', () => {
  test('texts that only older runtimes threw are crashes with those texts', async () => {
    const texts = readFileSync(new URL('testing/fatal-texts.older.txt', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .filter(line => !line.startsWith('# '))
    expect(texts.length).toBeGreaterThan(100)
    await expectRecognised(texts)
  })
})
