// What all detectors and causes together say of files that nobody here made: nothing of ordinary ones, the published class of labelled ones. And what
// each detector alone says of ordinary files, those of our own programs that are well included.
import {readdirSync, readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout, corpus, describeNeeding} from '../base/testing/needs.ts'
import {detectors} from '../detectors/registry.generated.ts'
import {evidenceOf, type Judged, judged, lookedAt} from '../diagnosis/testing/observe.ts'

/** Folders whose files show running programs. Crashes, races and labelled dumps are true cases and judged below. */
const ordinary = [
  'bcc', 'cgroup', 'collapsed', 'core', 'escape', 'gctrace', 'goroutine-dump', 'inittrace', 'paired-gctrace-cpu', 'perf', 'pprof-block-mutex',
  'pprof-cpu', 'pprof-goroutine', 'pprof-heap', 'pprof-malformed', 'pprof-other', 'scavtrace', 'schedtrace', 'topology', 'trace-fuzz', 'trace-v1',
  'trace-v2', 'trace-v2-text',
] // prettier-ignore

/** Captures of our own programs that are well. */
const wells = [
  ...['open-sockets', 'warm-up'].map(name => `${checkout}fixtures/services/${name}/evidence`),
  ...readdirSync(`${checkout}examples/incidents`).map(name => `${checkout}examples/incidents/${name}/fixed/evidence`),
]

const filesOf = (folder: string) => readdirSync(corpus + folder).filter(name => name !== 'README.md')

/** The bug classes of GoBench as they are told apart here. */
const classes = [
  'resource',
  'communication',
  'mixed',
  'channel misuse',
  'special libraries',
  'data race',
  'other panic',
  'nothing',
] as const
type Class = (typeof classes)[number]

function publishedClass(label: string): Class {
  if (/Resource Deadlock/.test(label)) return 'resource'
  if (/Communication Deadlock/.test(label)) return 'communication'
  if (/Mixed Deadlock/.test(label)) return 'mixed'
  if (/[Cc]hannel/.test(label)) return 'channel misuse'
  return /Special Libraries/.test(label) ? 'special libraries' : 'data race'
}

function toldClass({observations, causes}: Judged): Class {
  const wait = observations.find(one => one.id === 'all-goroutines-wait')
  const blocking = wait?.message.data['blocking']
  if (blocking === 'resource' || blocking === 'communication' || blocking === 'mixed') return blocking
  if (causes.some(one => one.id === 'data-race' || one.id === 'concurrent-map-access')) return 'data race'
  const crash = observations.find(one => one.id === 'process-crash')?.message.id
  return crash === 'closed-channel'
    ? 'channel misuse'
    : crash === 'late-log'
      ? 'special libraries'
      : crash === undefined
        ? 'nothing'
        : 'other panic'
}

const isBlocking = (one: Class) => one === 'resource' || one === 'communication' || one === 'mixed'
const confidenceOf = (one: Judged, cause: string) =>
  Math.max(0, ...one.causes.filter(each => each.id === cause).map(each => each.confidence))
const brier = (pairs: readonly (readonly [confidence: number, holds: boolean])[]) =>
  pairs.reduce((sum, [confidence, holds]) => sum + (confidence - (holds ? 1 : 0)) ** 2, 0) / pairs.length

describeNeeding('corpus', 'all detectors and causes', () => {
  test('say no cause above a suspicion of ordinary files, and warn of one file that shows what it says', async () => {
    const causes: string[] = []
    const warnings: string[] = []
    let files = 0
    for (const folder of ordinary)
      for (const name of filesOf(folder)) {
        files++
        const said = await judged(corpus + folder, [name])
        for (const one of said.causes) if (one.confidence >= 0.5) causes.push(`${folder}/${name}: ${one.id}`)
        for (const one of said.observations)
          if (one.severity !== 'info' && one.confidence >= 0.5) warnings.push(`${folder}/${name}: ${one.id}`)
      }
    expect(files).toBeGreaterThan(150)
    expect(causes).toEqual([])
    expect(warnings).toEqual(['pprof-cpu/pprof__internal_report_testdata_sample.cpu: map-iteration-hot']) // 77.8 % of its time
  })

  test('are silent, each detector alone, on five real files and more; the table is docs/precision/silence.md', async () => {
    const rows = new Map(detectors.map(({id}) => [id, {files: 0, wells: 0, silent: 0, said: new Map<string, number>()}]))
    const look = async (folder: string, names: readonly string[], well: boolean) => {
      const evidence = await evidenceOf(folder, names)
      for (const detector of detectors) {
        const row = rows.get(detector.id)!
        const {looked, said} = lookedAt(detector, evidence)
        if (!looked) continue
        row.files++
        if (well) row.wells++
        if (said.length === 0) row.silent++
        for (const {severity, confidence} of said) {
          const word = `${severity}, ${confidence.toFixed(2)}`
          row.said.set(word, (row.said.get(word) ?? 0) + 1)
        }
      }
    }
    for (const folder of ordinary) for (const name of filesOf(folder)) await look(corpus + folder, [name], false)
    for (const folder of wells) await look(folder, readdirSync(folder), true)
    // Of some kinds (strace, sanitizers, race reports) there are fewer ordinary files than five: then it is all of them, and the page says so.
    for (const [id, {files, silent}] of rows) expect(silent, id).toBeGreaterThanOrEqual(Math.min(5, files))
    const fewer = [...rows].filter(([, {silent}]) => silent < 5).map(([id, {silent}]) => `${id} (${silent})`)
    expect(fewer.length).toBeLessThan(rows.size / 4)
    const lines = [
      '# Detectors on ordinary evidence',
      '',
      'Each detector alone over every ordinary file of the corpus (captures that nobody here made), and over whole captures of our own programs that are',
      'well: the mended incidents and two services. Written by `src/causes/corpus.test.ts`. Counted are those that hold a kind of evidence the detector',
      'asks for; where it needs two kinds together, a file alone gives it only one.',
      '',
      `Five files and more on which it is silent: ${rows.size - fewer.length} of ${rows.size} detectors. Fewer, because no more ordinary files of that kind are at hand: ${fewer.join(', ') || 'none'}.`,
      '',
      '| detector | looked at | of them own captures | silent | said instead (severity, confidence) |',
      '|---|---|---|---|---|',
      ...[...rows].map(([id, row]) => {
        const said = [...row.said]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([word, count]) => `${word}${count > 1 ? ` (${count} times)` : ''}`)
        return `| ${id} | ${row.files} | ${row.wells} | ${row.silent} | ${said.join('; ')} |`
      }),
      '',
    ]
    await expect(lines.join('\n')).toMatchFileSnapshot(`${checkout}docs/precision/silence.md`)
  })

  test('name the race of every race report', async () => {
    for (const name of filesOf('race'))
      expect(confidenceOf(await judged(`${corpus}race`, [name]), 'data-race'), name).toBeGreaterThanOrEqual(0.95)
  })

  test('give labelled dumps their published class; the table is docs/precision/dumps.md', async () => {
    const readme = readFileSync(`${corpus}labelled-dump/README.md`, 'utf8').split('\n')
    const rows: {name: string; label: string; published: Class; told: Class; confidence: number}[] = []
    const deadlocks: (readonly [number, boolean])[] = []
    for (const name of filesOf('labelled-dump')) {
      const label = /label: ([^;]*)/.exec(readme.find(line => line.includes(`| ${name} |`)) ?? '')?.[1] ?? ''
      const said = await judged(`${corpus}labelled-dump`, [name])
      const published = publishedClass(label)
      const confidence = confidenceOf(said, 'deadlock')
      rows.push({name, label, published, told: toldClass(said), confidence})
      deadlocks.push([confidence, isBlocking(published)])
    }
    for (const name of filesOf('goroutine-dump'))
      deadlocks.push([confidenceOf(await judged(`${corpus}goroutine-dump`, [name]), 'deadlock'), false])
    const races: (readonly [number, boolean])[] = []
    for (const name of filesOf('race')) races.push([confidenceOf(await judged(`${corpus}race`, [name]), 'data-race'), true])
    const right = rows.filter(row => row.published === row.told).length
    const sided = rows.filter(row => isBlocking(row.published) === isBlocking(row.told)).length
    expect(rows).toHaveLength(46)
    expect(right).toBeGreaterThanOrEqual(32)
    expect(sided).toBeGreaterThanOrEqual(42)
    const text = table(rows, right, sided, brier(deadlocks), deadlocks.length, brier(races), races.length)
    await expect(text).toMatchFileSnapshot(`${checkout}docs/precision/dumps.md`)
  })
})

function table(
  rows: readonly {name: string; label: string; published: Class; told: Class; confidence: number}[],
  right: number,
  sided: number,
  brierDeadlock: number,
  deadlocks: number,
  brierRace: number,
  races: number,
): string {
  const count = (published: Class, told: Class) => rows.filter(row => row.published === published && row.told === told).length
  const lines = [
    '# Precision on labelled dumps',
    '',
    '46 backtraces of published, classified concurrency bugs (GoBench), without source; most are excerpts of a few goroutines. Written by',
    '`src/causes/corpus.test.ts`; the dumps themselves are not part of the project. The classes were worked out with these dumps at hand: a fit,',
    'no test on unseen data.',
    '',
    `Published class told: ${right} of ${rows.length}. Blocking told apart from not blocking: ${sided} of ${rows.length}.`,
    '',
    `| published \\ told | ${classes.join(' | ')} |`,
    `|---|${classes.map(() => '---').join('|')}|`,
    ...classes
      .filter(published => rows.some(row => row.published === published))
      .map(published => `| ${published} | ${classes.map(told => count(published, told) || '').join(' | ')} |`),
    '',
    '## What is told wrong, and why',
    '',
    'A dump shows who waits, not for which lock or channel, and some excerpts leave the goroutine out that the class is about.',
    '',
    ...rows
      .filter(row => row.published !== row.told)
      .map(row => `- ${row.name.replace(/^gobench-|\.txt$/g, '')}: published "${row.label.trim()}", told ${row.told}`),
    '',
    '## Confidence',
    '',
    `Brier score of "deadlock" over these and ${deadlocks - rows.length} ordinary goroutine dumps: ${brierDeadlock.toFixed(3)}. Excerpts in which nothing can run are`,
    'kept below 0.5 on purpose: of a running service an excerpt with the same stacks is ordinary. That is what makes up most of the score.',
    '',
    `Brier score of "data-race" over the race reports: ${brierRace.toFixed(4)} (${races} files).`,
    '',
  ]
  return `${lines.join('\n')}`
}
