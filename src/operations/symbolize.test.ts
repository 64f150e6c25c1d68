import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {memorySource} from '../base/byte-source.ts'
import {TriageError} from '../base/errors.ts'
import {corpus, describeNeeding} from '../base/testing/needs.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import {buildInfoOf} from '../evidence/symbols/build-info.ts'
import {isCore, readCore} from '../evidence/symbols/core.ts'
import {readDwarf} from '../evidence/symbols/dwarf.ts'
import {parseElf, readElf, symbolsOf} from '../evidence/symbols/elf.ts'
import {readPclnTable} from '../evidence/symbols/gopclntab.ts'

const elfOf = (path: string) => readElf(memorySource(path, new Uint8Array(readFileSync(path))))

const cSource = `#include <stdio.h>
#include <stdlib.h>
static inline __attribute__((always_inline)) int mid(int x) { volatile int y = x; return y * 3 + atoi("2"); }
int outer(int x) { int s = 0; for (int i = 0; i < x; i++) s += mid(i); return s; }
int main(int argc, char **argv) { printf("%d\\n", outer(argc)); return 0; }
`

describeNeeding('cc', 'C addresses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gotriage-symbols-'))
  beforeAll(() => writeFileSync(join(folder, 'c.c'), cSource))

  test.each(['-gdwarf-5', '-gdwarf-4', '-gdwarf-3', '-gz'])('are named as addr2line -f -i names them, with %s', async kind => {
    const binary = join(folder, `c${kind}`)
    execFileSync('cc', ['-O2', '-g', kind, '-o', binary, join(folder, 'c.c')])
    const elf = await elfOf(binary)
    const dwarf = await readDwarf(elf)
    const functions = symbolsOf(elf).filter(({name}) => name === 'outer' || name === 'main')
    const pcs = functions.flatMap(({address, size}) => Array.from({length: Number(size)}, (_, i) => address + BigInt(i)))
    expect(pcs.length).toBeGreaterThan(40)
    const input = pcs.map(pc => `0x${pc.toString(16)}\n`).join('')
    const said = execFileSync('addr2line', ['-a', '-f', '-i', '-e', binary], {input})
      .toString()
      .split(/^0x\w+\n/m)
      .slice(1)
    const ours = pcs.map(pc => (dwarf?.lookup(pc) ?? []).map(f => `${f.function}\n${f.file}:${f.line}\n`).join(''))
    expect(ours).toEqual(said.map(block => block.replaceAll(/ \(discriminator \d+\)/g, '').replaceAll(/:\?$/gm, ':0')))
    expect(ours.some(block => block.startsWith('mid\n'))).toBe(true)
  })
})

describeNeeding('go', 'Go addresses', () => {
  test('are named as go tool addr2line names them, in a file without symbols', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gotriage-symbols-'))
    writeFileSync(join(folder, 'main.go'), 'package main\n\nfunc main() { println(len(string(make([]byte, 3)))) }\n')
    const build = (name: string, ...flags: string[]) => {
      execFileSync('go', ['build', ...flags, '-o', join(folder, name), join(folder, 'main.go')], {
        cwd: folder,
        env: {...process.env, CGO_ENABLED: '0'},
      })
      return join(folder, name)
    }
    const [whole, stripped] = [build('whole'), build('stripped', '-ldflags=-s -w')]
    const pcs = symbolsOf(await elfOf(whole))
      .filter(({type, name, size}) => type === 2 && size > 0n && /^(?:main|runtime)\./.test(name))
      .map(({address, size}) => address + size / 2n)
    expect(pcs.length).toBeGreaterThan(500)
    const input = pcs.map(pc => `0x${pc.toString(16)}\n`).join('')
    const said = execFileSync('go', ['tool', 'addr2line', whole], {input}).toString().trimEnd().split('\n')
    for (const path of [whole, stripped]) {
      const table = await readPclnTable(await elfOf(path))
      const ours = pcs.flatMap(pc => {
        const place = table?.lookup(pc)
        return place ? [place.fn.name, `${place.file}:${place.line}`] : ['?', '?:0']
      })
      expect(ours).toEqual(said)
    }
    expect(buildInfoOf(await elfOf(stripped))?.goVersion).toBe(execFileSync('go', ['env', 'GOVERSION']).toString().trim())
    const {exit, stdout} = await gotriage(['symbolize', whole, `0x${(pcs[0] ?? 0n).toString(16)}`])
    expect([exit, stdout.includes(said[0] ?? '-')]).toEqual([0, true])
    const json: unknown = JSON.parse((await gotriage(['symbolize', whole, `0x${(pcs[0] ?? 0n).toString(16)}`, '--format', 'json'])).stdout)
    expect(json).toMatchObject({schema: 'gotriage/1', tool: {command: 'symbolize'}, data: {addresses: [{source: 'dwarf'}]}})
  })
})

describeNeeding('corpus', 'a core', () => {
  const path = join(corpus, 'core/x-debug__core')
  test('is answered with its executable, the build id and the line for delve', async () => {
    const {exit, stdout} = await gotriage(['symbolize', path])
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^Go build id 75a0a5715372acf6d28da9b94b720b8835f16ef6$/m)
    expect(stdout).toMatch(/run: dlv core \/tmp\/test \S+x-debug__core$/m)
    expect((await gotriage(['identify', path])).stdout).toMatch(/ elf\/core +executable \/tmp\/test, command \.\/test, goBuildId 75a0/)
  })

  test('that was cut or changed gives what is there or an error of the catalogue', async () => {
    const bytes = new Uint8Array(readFileSync(path))
    const outcome = async (damaged: Uint8Array) => {
      try {
        return (await isCore(memorySource('core', damaged))) && (await readCore(memorySource('core', damaged)))
      } catch (error) {
        if (!(error instanceof TriageError)) throw error
        return error.code
      }
    }
    for (let length = 0; length < 9000; length += length < 300 ? 1 : 61) await outcome(bytes.subarray(0, length))
    const head = bytes.slice(0, 400_000)
    for (let seed = 0; seed < 300; seed++) {
      const damaged = head.slice()
      for (let n = 0; n < 4; n++) damaged[(Math.imul(seed * 4 + n + 1, 0x9e3779b1) >>> 0) % 6000] = (seed * 37 + n * 101) & 255
      await outcome(damaged)
    }
  })
})

test('every prefix of an ELF header is refused or read, and breaks nothing', () => {
  const head = new Uint8Array(64)
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  for (let n = 0; n < head.length; n++) expect(() => parseElf(head.subarray(0, n))).toThrow(/elf|input ends/)
})

test('an address that is none is refused', async () => {
  expect((await gotriage(['symbolize', process.execPath, 'main.main'])).exit).toBe(2)
})
