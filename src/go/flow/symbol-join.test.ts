import {execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gunzipSync, gzipSync} from 'node:zlib'
import {Profile} from 'pprof-format'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {memorySource} from '../../base/byte-source.ts'
import {describeNeeding} from '../../base/testing/needs.ts'
import {readProfile} from '../../evidence/pprof/decoders.ts'
import {profileView} from '../../evidence/pprof/view.ts'
import {checkPackage} from '../types/api.ts'
import {joinFrame, sourceFunctions, type EvidenceFrame, type SourceIndex} from './symbol-join.ts'

const program = fileURLToPath(new URL('testdata/parked/', import.meta.url))

/** The source at hand, with `above` put on top of every file. */
function indexOf(above = ''): SourceIndex {
  const functions = ['main.go', 'inner/inner.go'].flatMap(file => {
    const path = file === 'main.go' ? 'example.com/parked' : 'example.com/parked/inner'
    const bytes = new TextEncoder().encode(above + readFileSync(join(program, file), 'utf8'))
    const {files} = checkPackage({}, path, [{path: file, bytes}], () => undefined).info
    return files.flatMap(state => sourceFunctions(path, state, file, file))
  })
  return {functions, mainPackages: new Set(['example.com/parked'])}
}

/** Frames of the stacks as runtime.Stack prints them. */
function framesOfDump(dump: string): EvidenceFrame[] {
  const lines = dump.split('\n')
  return lines.flatMap((line, i) => {
    const place = /^\t(\S+\.go):(\d+)/.exec(lines[i + 1] ?? '')
    const name = line.replace(/^created by (.*?)( in goroutine \d+)?$/, '$1').replace(/\([^()]*\)$/, '')
    return place?.[1] === undefined || line.startsWith('\t') ? [] : [{function: name, file: place[1], line: Number(place[2])}]
  })
}

/** The stacks of a goroutine profile as those of a CPU profile, so that the compiler takes their calls for hot (internal/profile, `samples/count`). */
function asCpuProfile(bytes: Uint8Array): Uint8Array {
  const profile = Profile.decode(gunzipSync(bytes))
  const samples = profile.stringTable.dedup('samples')
  for (const type of profile.sampleType) type.type = samples
  for (const sample of profile.sample) sample.value = sample.value.map(() => 1_000_000)
  return gzipSync(profile.encode())
}

const isOurs = (frame: EvidenceFrame) =>
  /^(main|example\.com\/parked\/\w+)\./.test(frame.function) && /parked|main\.go|inner\.go/.test(frame.file)

describeNeeding('go', 'frames of a real program, joined to its source', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'gotriage-parked-'))
  const builds = new Map<string, {profile: readonly EvidenceFrame[]; dump: readonly EvidenceFrame[]}>()
  const flags: Readonly<Record<string, readonly string[]>> = {
    inlined: [],
    'not inlined': ['-gcflags=example.com/parked/...=-l'],
    trimmed: ['-trimpath'],
    'with PGO': ['-pgo=PROFILE'],
  }
  const hotProfile = join(scratch, 'hot.pgo')
  beforeAll(async () => {
    for (const [name, flagsOfBuild] of Object.entries(flags)) {
      const args = flagsOfBuild.map(flag => flag.replace('PROFILE', hotProfile))
      const binary = join(scratch, name.replaceAll(' ', '-'))
      execFileSync('go', ['build', ...args, '-o', binary, '.'], {cwd: program, env: {...process.env, GOWORK: 'off', GOFLAGS: ''}})
      const [profile = '', ...dump] = execFileSync(binary, {encoding: 'utf8'}).split('\n')
      const bytes = new Uint8Array(Buffer.from(profile, 'base64'))
      if (name === 'inlined') writeFileSync(hotProfile, asCpuProfile(bytes))
      if (name === 'with PGO') expect(execFileSync('go', ['version', '-m', binary], {encoding: 'utf8'})).toContain('-pgo=')
      const view = profileView(await readProfile(memorySource('goroutine.pb.gz', bytes), {}))
      const frames = Array.from({length: view.sampleCount}, (_, sample) => view.frames(sample)).flat()
      builds.set(name, {profile: frames.filter(isOurs), dump: framesOfDump(dump.join('\n')).filter(isOurs)})
    }
  }, 300_000)
  afterAll(() => rmSync(scratch, {recursive: true}))

  /** The last part of the name of the function that a line of the source belongs to, from the text of the source alone. */
  function truth(frame: EvidenceFrame): string {
    const file = frame.file.endsWith('inner.go') ? 'inner/inner.go' : 'main.go'
    const lines = readFileSync(join(program, file), 'utf8').split('\n').slice(0, frame.line)
    const declared = lines
      .flatMap(line => /^func (?:\([^)]*\) )?(\w+)|^var (\w+) = func/.exec(line) ?? [])
      .filter(part => part !== undefined)
    const name = declared.at(-1) ?? ''
    return name === 'atPackageLevel' ? 'init' : name
  }

  for (const name of Object.keys(flags)) {
    test(`${name}: every frame of the profile and of the dump lands on its line of its function`, () => {
      const {profile, dump} = builds.get(name) ?? {profile: [], dump: []}
      expect(profile.length).toBeGreaterThan(25)
      expect(dump.length).toBeGreaterThan(25)
      const index = indexOf()
      for (const frame of [...profile, ...dump]) {
        const joined = joinFrame(index, frame)
        expect([frame.function, joined?.function.symbol.split('.').at(-1), joined?.line, joined?.fit]).toEqual([
          frame.function,
          truth(frame),
          frame.line,
          'same',
        ])
      }
    })
  }

  test('declared functions that moved by three lines are said to have moved, from start_line', () => {
    const index = indexOf('// a\n// b\n// c\n')
    const frames = (builds.get('not inlined')?.profile ?? []).filter(({function: f}) => !/func\d|range|gowrap|\.\d/.test(f))
    expect(frames.length).toBeGreaterThan(8)
    for (const frame of frames) expect(joinFrame(index, frame)).toMatchObject({line: frame.line + 3, fit: 'moved'})
  })
})

describe('files of other machines', () => {
  const index: SourceIndex = {
    functions: [
      {symbol: 'example.com/shop/a.Run', file: 'a/run.go', shownFile: 'a/run.go', startLine: 10, endLine: 20},
      {symbol: 'example.com/shop/b.Run', file: 'b/run.go', shownFile: 'b/run.go', startLine: 10, endLine: 20},
      {symbol: 'example.com/shop.main', file: 'main.go', shownFile: 'main.go', startLine: 1, endLine: 9},
    ],
    mainPackages: new Set(['example.com/shop']),
  }

  test.each([
    ['example.com/shop/a.Run', 'C:/build/shop/a/run.go', 'a/run.go'],
    ['example.com/shop/a.Run', 'C:\\build\\shop\\a\\run.go', 'a/run.go'],
    ['example.com/shop/b.Run.func2', 'example.com/shop/b/run.go', 'b/run.go'],
    ['example.com/shop/b.Run[...]', '/go/src/b/run.go', 'b/run.go'],
  ])('%s in %s is in %s', (name, file, expected) => {
    expect(joinFrame(index, {function: name, file, line: 12})).toMatchObject({file: expected, line: 12, fit: 'same'})
  })

  test('a line outside of the function is of another build, a function that is not here is none of ours', () => {
    expect(joinFrame(index, {function: 'main.main', file: '/src/main.go', line: 40})).toMatchObject({line: 1, fit: 'other-build'})
    expect(joinFrame(index, {function: 'net/http.(*conn).serve', file: '/usr/local/go/src/net/http/run.go', line: 12})).toBeUndefined()
    expect(joinFrame(index, {function: 'main._Cfunc_run', file: '_cgo_gotypes.go', line: 12})).toBeUndefined()
  })
})

test('the program of the test is all there', () => {
  expect(readdirSync(program).toSorted()).toEqual(['go.mod', 'inner', 'main.go'])
})
