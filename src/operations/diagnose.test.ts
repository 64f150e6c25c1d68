import {spawnSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {Ajv2020} from 'ajv/dist/2020.js'
import {describe, expect, test} from 'vitest'
import {checkout, corpus, describeNeeding} from '../base/testing/needs.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import type {Envelope} from '../findings/envelope.ts'

const incidents = `${checkout}examples/incidents/`
const ajv = new Ajv2020({allErrors: true, strict: false})
const validate = ajv.compile(JSON.parse(readFileSync(`${checkout}docs/schema/gotriage-1.schema.json`, 'utf8')))

interface Expected {
  readonly cause: string
  readonly places: readonly {readonly file: string; readonly line: number}[]
  /** Causes that must be found beside the first one, likely or not, at these places. */
  readonly also?: readonly {readonly cause: string; readonly places: readonly {readonly file: string; readonly line: number}[]}[]
  readonly mustNotSay: readonly string[]
}

async function diagnosed(directory: string): Promise<{envelope: Envelope; exit: number}> {
  const {stdout, exit} = await gotriage(['diagnose', '.', '--format', 'json'], {cwd: directory})
  return {envelope: JSON.parse(stdout) as Envelope, exit} // validated against the schema below
}

/** Whether the module cache has what the incident requires; Go, where it is, fetches it. */
function modulesThere(directory: string): boolean {
  if (!existsSync(`${directory}/go.sum`)) return true
  spawnSync('go', ['mod', 'download'], {cwd: directory, stdio: 'ignore', timeout: 120_000})
  const go = spawnSync('go', ['env', 'GOMODCACHE'], {cwd: directory, encoding: 'utf8'})
  const cache = go.status === 0 ? go.stdout.trim() : (process.env['GOMODCACHE'] ?? `${homedir()}/go/pkg/mod`)
  const required = [...readFileSync(`${directory}/go.mod`, 'utf8').matchAll(/^(?:require )?\t?([a-z0-9.]+\/\S+) (v\S+)$/gm)]
  return required.every(([, path, version]) => existsSync(`${cache}/${path}@${version}`))
}

describe.each(readdirSync(incidents).filter(name => existsSync(`${incidents}${name}/expected.json`)))('incident %s', name => {
  const expected = JSON.parse(readFileSync(`${incidents}${name}/expected.json`, 'utf8')) as Expected

  test('the expected cause comes first, with confidence, at the expected places', async () => {
    const {envelope, exit} = await diagnosed(incidents + name)
    const [first] = envelope.causes
    expect(first?.id).toBe(expected.cause)
    expect(first?.confidence).toBeGreaterThanOrEqual(0.7)
    const places = first?.places.map(place => `${place.file}:${place.line}`)
    expect(places).toEqual(expect.arrayContaining(expected.places.map(place => `${place.file}:${place.line}`)))
    expect(exit).toBe(1)
  })

  // Some causes need the types of a dependency; where its source is not, they are not claimed.
  test.skipIf(!modulesThere(incidents + name))('what else is wrong is found too, at its places [needs modules]', async () => {
    const {envelope} = await diagnosed(incidents + name)
    for (const other of expected.also ?? []) {
      const found = envelope.causes.filter(cause => cause.id === other.cause && cause.confidence >= 0.5)
      const places = found.flatMap(cause => cause.places.map(place => `${place.file}:${place.line}`))
      expect(places, other.cause).toEqual(expect.arrayContaining(other.places.map(place => `${place.file}:${place.line}`)))
    }
  })

  test('the answer is an envelope of the published schema', async () => {
    const {envelope} = await diagnosed(incidents + name)
    validate(envelope)
    expect(validate.errors ?? []).toEqual([])
  })

  test('every finding a chain rests on is in the envelope, and every quoted artifact too', async () => {
    const {envelope} = await diagnosed(incidents + name)
    const fingerprints = new Set(envelope.findings.map(finding => finding.fingerprint))
    const artifacts = new Set(envelope.artifacts.map(artifact => artifact.id))
    for (const cause of envelope.causes.filter(one => one.confidence >= 0.5)) {
      for (const step of cause.chain) for (const finding of step.findings) expect(fingerprints, step.because).toContain(finding)
    }
    for (const finding of envelope.findings) {
      if (finding.kind === 'observation')
        for (const m of finding.measured) if (m.artifact !== undefined) expect(artifacts).toContain(m.artifact)
    }
  })

  test('no format says what must not be said', async () => {
    for (const format of ['text', 'json', 'html']) {
      const {stdout} = await gotriage(['diagnose', '.', '--format', format], {cwd: incidents + name})
      for (const pattern of expected.mustNotSay) expect(stdout).not.toMatch(new RegExp(pattern))
    }
  })

  test('the same input gives the same bytes', async () => {
    const once = await gotriage(['diagnose', '.', '--format', 'json'], {cwd: incidents + name})
    const twice = await gotriage(['diagnose', '.', '--format', 'json'], {cwd: incidents + name})
    expect(twice.stdout).toBe(once.stdout)
    expect(once.stdout).not.toContain(checkout)
  })

  test('nothing in fixed/ is read, and diagnosing fixed/ finds no cause of 0.5 or more', async () => {
    const {envelope} = await diagnosed(incidents + name)
    expect(envelope.artifacts.filter(artifact => artifact.path.includes('fixed/'))).toEqual([])
    const mended = await diagnosed(`${incidents}${name}/fixed`)
    expect(mended.envelope.artifacts.length).toBeGreaterThan(5)
    expect(mended.envelope.causes.filter(cause => cause.confidence >= 0.5)).toEqual([])
    expect(mended.exit).toBe(0)
  })
})

describe('map-growth-oom, in detail', () => {
  test('the numbers of the heap profiles are quoted, and GOGC is set aside as a cost', async () => {
    const {envelope} = await diagnosed(`${incidents}map-growth-oom`)
    const growth = envelope.findings.find(finding => finding.id === 'alloc-site-growth')
    expect(growth?.kind === 'observation' && growth.measured.filter(m => m.name === 'live bytes').map(m => m.value)).toEqual(
      [0, 21_019_733, 50_956_907, 74_593_983, 101_929_133].map(bytes => expect.closeTo(bytes, -5)),
    )
    const chain = envelope.causes[0]?.chain.map(step => `${step.role}: ${step.because}`).join('\n')
    expect(chain).toMatch(/contradicts: the low GOGC \(main\.go:26\) costs CPU/)
    expect(chain).toMatch(/contradicts: the pool at page\/page\.go:18/)
    expect(envelope.causes[0]?.verify.length).toBeGreaterThan(0)
    expect(envelope.causes[0]?.remedies.length).toBeGreaterThan(0)
  })

  test('the golden envelope still holds, field by field', async () => {
    const {envelope} = await diagnosed(`${incidents}map-growth-oom`)
    const golden = `${incidents}map-growth-oom/golden.json`
    await expect(`${JSON.stringify({...envelope, config: {...envelope.config, std: ''}}, undefined, 2)}\n`).toMatchFileSnapshot(golden)
  })

  test('evidence alone gives findings but no certain cause, and says that source would help', async () => {
    const {stdout} = await gotriage(['diagnose', 'evidence', '--format', 'json'], {cwd: `${incidents}map-growth-oom`})
    const envelope = JSON.parse(stdout) as Envelope
    expect(envelope.findings.map(finding => finding.id)).toContain('alloc-site-growth')
    const [first, ...others] = envelope.causes.filter(cause => cause.confidence >= 0.5)
    expect(first?.id).toBe('retained-allocations')
    expect(first?.chain.at(-1)?.because).toContain('with --source the maps that only grow are looked for')
    expect(others).toEqual([])
    expect(envelope.notes.map(note => note.code)).toContain('no-source')
  })

  test('heap profiles of another program are never joined into one leak', async () => {
    const dir = `${incidents}map-growth-oom/`
    const {stdout} = await gotriage(['diagnose', 'fixed/evidence/heap-2.pb.gz', 'evidence/heap-5.pb.gz', '--format', 'json'], {cwd: dir})
    const envelope = JSON.parse(stdout) as Envelope
    expect(envelope.programs).toHaveLength(2)
    expect(envelope.findings.filter(finding => finding.id === 'alloc-site-growth')).toEqual([])
  })
})

describe('map-growth-oom, stage by stage', () => {
  const shop = `${incidents}map-growth-oom`
  const ofStage = async (stage: string, program = shop): Promise<Envelope> => {
    const {stdout} = await gotriage(['diagnose', stage, '--source', '.', '--format', 'json'], {cwd: program})
    return JSON.parse(stdout) as Envelope // the schema is looked at above
  }
  const growth = {cause: 'unbounded-map-growth', places: ['session/store.go:28', 'session/store.go:41']}

  test('a load test of users who stay shows nothing wrong, and it is said that it acquits no map', async () => {
    const {causes, findings} = await ofStage('load-test')
    expect(causes.filter(cause => cause.confidence >= 0.5)).toEqual([])
    const suspicion = causes.find(cause => cause.id === growth.cause)
    expect(suspicion?.confidence).toBe(0.3)
    expect(suspicion?.chain.map(step => step.because).join()).toContain('that speaks neither for the map nor against it')
    expect(findings.filter(finding => finding.severity !== 'info')).toEqual([])
  })

  test('killed at the limit of its cgroup, the growth of the map comes first', async () => {
    const {causes, memory} = await ofStage('out-of-memory')
    expect(causes[0]?.id).toBe(growth.cause)
    expect(causes[0]?.confidence).toBeGreaterThanOrEqual(0.7)
    expect(causes[0]?.places.map(place => `${place.file}:${place.line}`)).toEqual(expect.arrayContaining(growth.places))
    expect(causes[0]?.explains?.enough).toBe(true)
    expect(causes[0]?.chain.map(step => step.because).join()).toContain('the kernel killed one process of the cgroup for memory')
    expect(memory?.[0]?.total.of).toBe('rss')
  })

  test('a GOGC of 100 and clean pooled maps change nothing: the map still grows, and GOGC is no longer told', async () => {
    const directory = `${shop}/wrong-cures`
    const expected = JSON.parse(readFileSync(`${directory}/expected.json`, 'utf8')) as Expected
    const {envelope} = await diagnosed(directory)
    expect(envelope.causes[0]?.id).toBe(expected.cause)
    expect(envelope.causes[0]?.confidence).toBeGreaterThanOrEqual(0.7)
    expect(envelope.causes[0]?.places.map(place => `${place.file}:${place.line}`)).toEqual(expect.arrayContaining(growth.places))
    expect(envelope.causes.filter(cause => cause.id === 'gc-cpu')).toEqual([])
    for (const pattern of expected.mustNotSay) expect(JSON.stringify(envelope)).not.toMatch(new RegExp(pattern))
  })

  test('the mended shop lives under the load and the limit that killed it, and nothing is said', async () => {
    const {causes, artifacts} = await ofStage('out-of-memory', `${shop}/fixed`)
    expect(artifacts.length).toBeGreaterThan(5)
    expect(causes.filter(cause => cause.confidence >= 0.5)).toEqual([])
  })
})

describeNeeding('corpus', 'scheduler-latency on a machine of several NUMA nodes', () => {
  const dir = `${incidents}scheduler-latency`
  const epyc = `${corpus}topology/lscpu-x86_64-epyc_7451` // eight nodes; no capture of a machine of two is to be had
  const withTopology = async (except: RegExp): Promise<Envelope> => {
    const own = readdirSync(`${dir}/evidence`).filter(name => !except.test(name))
    const {stdout} = await gotriage(['diagnose', ...own.map(name => `evidence/${name}`), epyc, '--source', '.', '--format', 'json'], {
      cwd: dir,
    })
    return JSON.parse(stdout) as Envelope // the schema is looked at above
  }

  test('the nodes are an advice in the chain, and no cause', async () => {
    const {causes, findings} = await withTopology(/^(?:lscpu|status-|cgroup-)/)
    expect(findings.find(finding => finding.id === 'numa-exposure')).toMatchObject({severity: 'info'})
    expect(causes[0]?.id).toBe('scheduler-latency')
    expect(causes[0]?.title).not.toMatch(/NUMA|node/)
    expect(causes[0]?.chain.map(step => step.because).join('\n')).toMatch(
      /belong to 8 NUMA nodes.*this is an advice to measure, not a finding of cost/,
    )
  })

  test('a process whose affinity is one node gets none', async () => {
    const {findings} = await withTopology(/^lscpu/) // its status allows CPUs 0 and 1, of one node there
    expect(findings.filter(finding => finding.id === 'numa-exposure')).toEqual([])
  })
})
