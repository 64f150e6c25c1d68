import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {decodeSource} from '../decode.ts'
import {decoders} from '../logs/decoders.ts'
import {parseManifest} from './manifest.ts'

const panic = readFileSync(new URL('../dumps/testdata/crash-nil.go1.26.txt', import.meta.url))
const gc = 'gc 1 @0.5s 0%: 0.01+0.2+0.03 ms clock, 0.02+0/0.1/0.1+0.06 ms cpu, 5->6->3 MB, 7 MB goal, 4 P\n'
const formats = async (name: string, bytes: Uint8Array) => {
  const {artifacts, failure} = await decodeSource(memorySource(name, bytes), decoders, {})
  return {found: artifacts.map(a => `${a.path} ${a.format}`), failure: failure?.code}
}

test('a gzipped log is read as the log it holds, byte ranges counted in the unfolded text', async () => {
  const {artifacts} = await decodeSource(memorySource('app.log.gz', gzipSync(gc + panic.toString())), decoders, {})
  expect(artifacts.map(a => [a.format, a.start, a.end])).toEqual([
    ['logs/gctrace', 0, gc.length],
    ['dumps/panic', gc.length, gc.length + panic.length],
  ])
})

test('gzip that breaks off gives what was whole, and the failure', async () => {
  const noise = Array.from({length: 4000}, (_, i) => `line ${(i * 7919) % 10007}\n`).join('')
  const bytes = gzipSync(panic.toString() + '\n\n\n\n' + noise)
  expect(await formats('a.gz', bytes.subarray(0, bytes.length - 2000))).toEqual({found: ['a.gz dumps/panic'], failure: 'malformed'})
})

test('every member of a tar archive is a source of its own, also inside gzip', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'gotriage-tar-'))
  try {
    writeFileSync(join(scratch, 'crash.txt'), panic)
    writeFileSync(join(scratch, `${'long'.repeat(40)}.log`), gc)
    writeFileSync(join(scratch, 'README'), 'no evidence\n')
    execFileSync('tar', ['czf', 'all.tgz', '--sort=name', 'README', 'crash.txt', `${'long'.repeat(40)}.log`], {cwd: scratch})
    const {found, failure} = await formats('all.tgz', readFileSync(join(scratch, 'all.tgz')))
    expect(found).toEqual(['all.tgz!crash.txt dumps/panic', `all.tgz!${'long'.repeat(40)}.log logs/gctrace`])
    expect(failure).toBeUndefined()
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
})

test('go test -json is unwrapped by package, so that packages that interleave do not tear a report', async () => {
  const lines = panic.toString().split(/(?<=\n)/)
  const events = lines.flatMap(Output => [
    {Time: '2026-01-02T03:04:05Z', Action: 'output', Package: 'a/b', Test: 'TestX', Output},
    {Time: '2026-01-02T03:04:05Z', Action: 'output', Package: 'a/c', Test: 'TestY', Output: 'noise\n'},
  ])
  const text = `{"Time":"2026-01-02T03:04:05Z","Action":"start","Package":"a/b"}\n${events.map(e => JSON.stringify(e)).join('\n')}\n`
  expect(await formats('test.json', new TextEncoder().encode(text))).toEqual({found: ['test.json!a/b dumps/panic'], failure: undefined})
})

test('gzip of gzip of gzip ends at a limit', async () => {
  let bytes: Uint8Array = panic
  for (let i = 0; i < 6; i++) bytes = gzipSync(bytes)
  expect((await formats('deep', bytes)).failure).toBe('limit')
})

test('a manifest that names files outside its directory loses them', () => {
  const manifest = parseManifest(
    JSON.stringify({
      schema: 'gotriage-manifest/1',
      startedUnixNs: '1',
      program: {pid: '7', extra: 1},
      files: [
        {path: '../x', kind: 'heap'},
        {path: 'a/b', kind: 'heap', timeUnixNs: '5'},
      ],
    }),
  )
  expect(manifest?.files).toEqual([{path: 'a/b', kind: 'heap', timeUnixNs: '5'}])
  expect(manifest?.program).toEqual({pid: '7'})
  expect(parseManifest('{"schema":"other"}')).toBeUndefined()
})
