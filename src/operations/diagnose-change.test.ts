// Before and after, no evidence, no source, evidence of another build: what the command says and how it ends.
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Ajv2020} from 'ajv/dist/2020.js'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import type {Envelope} from '../findings/envelope.ts'
import type {Hazard} from '../findings/finding.ts'

const incident = `${checkout}examples/incidents/map-growth-oom`
const validate = new Ajv2020({allErrors: true, strict: false}).compile(
  JSON.parse(readFileSync(`${checkout}docs/schema/gotriage-1.schema.json`, 'utf8')),
)

async function json(words: readonly string[], cwd = checkout): Promise<{envelope: Envelope; exit: number}> {
  const {stdout, exit} = await gotriage(['diagnose', ...words, '--format', 'json'], {cwd})
  const envelope = JSON.parse(stdout) as Envelope // validated below
  validate(envelope)
  expect(validate.errors ?? []).toEqual([])
  return {envelope, exit}
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gotriage-change-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe('before and after', () => {
  test('a fix that worked is told with the cause that is gone and the slope that fell, and exits 0', async () => {
    const {envelope, exit} = await json(['--before', incident, '--after', `${incident}/fixed`])
    expect(exit).toBe(0)
    expect(envelope.comparison?.verdict).toBe('worked')
    expect(envelope.comparison?.causes).toEqual([expect.objectContaining({id: 'unbounded-map-growth', verdict: 'gone'})])
    const slope = envelope.comparison?.numbers.find(one => one.name === 'live heap slope')
    expect(slope?.verdict).toBe('better')
    expect(slope!.before!).toBeGreaterThan(1e6)
    expect(Math.abs(slope!.after!)).toBeLessThan(1e5)
    expect(envelope.causes.filter(cause => cause.confidence >= 0.5)).toEqual([])
  })

  test('nothing changed: the cause stays, the verdict is failed, the exit code 1', async () => {
    const {envelope, exit} = await json(['--before', incident, '--after', incident])
    expect(exit).toBe(1)
    expect(envelope.comparison?.verdict).toBe('failed')
    expect(envelope.comparison?.numbers.every(one => one.verdict === 'same')).toBe(true)
  })

  test('the fix undone is something new', async () => {
    const {envelope, exit} = await json(['--before', `${incident}/fixed`, '--after', incident])
    expect(exit).toBe(1)
    expect(envelope.comparison?.causes.map(cause => cause.verdict)).toEqual(['new'])
  })

  test('an AFTER without the evidence that showed the cause cannot tell, and does not pass', async () => {
    const after = join(folder, 'thin')
    cpSync(`${incident}/fixed`, after, {recursive: true})
    for (const name of readdirSync(join(after, 'evidence')))
      if (/^(?:heap|stderr|metrics)/.test(name)) rmSync(join(after, 'evidence', name))
    const {envelope, exit} = await json(['--before', incident, '--after', after])
    expect(envelope.comparison?.verdict).toBe('untold')
    expect(envelope.comparison?.says).toMatch(/AFTER lacks .*pprof\/heap/)
    expect(exit).toBe(1)
  })

  test('text and page show the verdict, and one flag alone is bad usage', async () => {
    for (const format of ['text', 'html']) {
      const {stdout} = await gotriage(['diagnose', '--before', incident, '--after', `${incident}/fixed`, '--format', format])
      expect(stdout).toMatch(/the fix worked: unbounded-map-growth gone, nothing new/)
    }
    expect((await gotriage(['diagnose', '--before', incident])).exit).toBe(2)
    expect((await gotriage(['diagnose', '--before', incident, '--after', incident, incident])).exit).toBe(2)
  })
})

describe('what is missing is said', () => {
  const source = (name: string): string => {
    const dir = join(folder, name)
    mkdirSync(dir)
    for (const part of ['go.mod', 'main.go', 'metrics.go', 'page', 'session'])
      cpSync(join(incident, part), join(dir, part), {recursive: true})
    return dir
  }

  test('source alone: suspicions, and the one cheapest capture with its cost', async () => {
    const dir = source('bare')
    writeFileSync(join(dir, 'AUTHORS'), 'somebody\n')
    mkdirSync(join(dir, 'testdata'))
    cpSync(`${incident}/evidence/heap-5.pb.gz`, join(dir, 'testdata', 'heap.pb.gz'))
    const {envelope} = await json(['.'], dir)
    expect(envelope.complete).toBe(true)
    expect(envelope.artifacts).toEqual([])
    expect(envelope.causes.every(cause => cause.confidence < 0.5)).toBe(true)
    const note = envelope.notes.find(one => one.code === 'no-evidence')
    expect(note?.message).toMatch(/the cheapest capture is: .+ \(cost: .+\); it shows .+ and would settle .*unbounded-map-growth/)
    expect(envelope.data['wanted']).toEqual(
      expect.arrayContaining([expect.objectContaining({settles: expect.arrayContaining(['unbounded-map-growth'])})]),
    )
    expect(envelope.notes.map(one => one.path ?? '').join()).not.toMatch(/AUTHORS/)
  })

  test('source of another build: lines move with their functions, the places are right, and it is said', async () => {
    const dir = source('moved')
    const store = join(dir, 'session/store.go')
    writeFileSync(store, readFileSync(store, 'utf8').replace('package session\n', 'package session\n\n// One.\n// Two.\n// Three.\n'))
    const {envelope} = await json([`${incident}/evidence`, '--source', dir])
    const note = envelope.notes.find(one => one.code === 'other-build')
    expect(note?.message).toMatch(/begin at another line/)
    const growth = envelope.findings.find(one => one.id === 'alloc-site-growth')
    expect(growth?.places[0]?.line).toBe(45)
    expect(envelope.causes[0]?.id).toBe('unbounded-map-growth')
    expect(envelope.causes[0]?.wrongIf.some(wrong => wrong.includes('another build'))).toBe(true)
  })

  test('source that asks for a newer Go than the evidence was built with is another build', async () => {
    const dir = source('newer')
    writeFileSync(join(dir, 'go.mod'), readFileSync(join(dir, 'go.mod'), 'utf8').replace(/^go .*$/m, 'go 1.99'))
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({schema: 'gotriage-manifest/1', program: {pid: '7', goVersion: 'go1.26.1'}, files: [{path: 'old.pb.gz'}]}),
    )
    cpSync(`${incident}/evidence/heap-5.pb.gz`, join(folder, 'old.pb.gz'))
    const {envelope} = await json([join(folder, 'old.pb.gz'), '--source', dir])
    expect(envelope.notes.find(one => one.code === 'other-build')?.message).toMatch(/built with go1\.26\.1, and go\.mod asks for 1\.99/)
  })

  test('source of another program is told, and joined to nothing', async () => {
    const dir = join(folder, 'foreign')
    mkdirSync(dir)
    writeFileSync(join(dir, 'go.mod'), 'module example.com/shop\n\ngo 1.22\n')
    writeFileSync(join(dir, 'other.go'), 'package shop\n\nfunc Nothing() {}\n')
    const {envelope} = await json([`${incident}/evidence`, '--source', dir])
    expect(envelope.notes.map(one => one.code)).toContain('other-program')
  })

  test('the same source says nothing of builds', async () => {
    const {envelope} = await json([incident])
    expect(envelope.notes.filter(one => /build|program/.test(one.code))).toEqual([])
  })
})

describe('hazards are weighed', () => {
  const hazard = (envelope: Envelope, id: string): Hazard | undefined =>
    envelope.findings.find((finding): finding is Hazard => finding.kind === 'hazard' && finding.id === id)

  test('what the heap profiles show raises the hazard, and what costs little is lowered; both say why', async () => {
    const {envelope} = await json([incident])
    const map = hazard(envelope, 'map-unbounded-growth')
    expect(map?.weighed?.verdict).toBe('confirmed')
    expect(map!.confidence).toBeGreaterThan(map!.weighed!.from)
    const percent = hazard(envelope, 'gc-percent-extreme')
    expect(percent?.weighed?.verdict).toBe('against')
    expect(percent!.confidence).toBeLessThan(percent!.weighed!.from)
    const {stdout} = await gotriage(['diagnose', incident])
    expect(stdout).toMatch(/confirmed by the evidence \(0\.30 → 0\.79\): live bytes/)
    expect(stdout).toMatch(/the evidence speaks against it \(0\.95 → 0\.47\): the collector takes 6 %/)
  })

  test('without evidence no hazard moves', async () => {
    const dir = join(folder, 'still')
    mkdirSync(dir)
    for (const part of ['go.mod', 'main.go', 'metrics.go', 'page', 'session'])
      cpSync(join(incident, part), join(dir, part), {recursive: true})
    const {envelope} = await json(['.'], dir)
    expect(envelope.findings.every(finding => finding.kind !== 'hazard' || finding.weighed === undefined)).toBe(true)
  })
})
