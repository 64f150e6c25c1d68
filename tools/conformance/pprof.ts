// Compares our profile reports with those of the toolchain's pprof, byte for byte: every profile of the corpus and of fixtures/profiles with each flag,
// and with all pairs of flags, in interactive sessions of pprof (pprof-pairs.ts). Writes docs/conformance/pprof.md.
// What was compared is kept in .cache and not compared again while neither profile, code nor pprof change: a run that was ended goes on, and parts of
// it can be made apart. With other code only ours is printed again; pprof is asked where that made a difference. Ctrl-C and SIGTERM end a run after the
// session it is in. Arguments: `--minutes N` (ends after them; 0 writes the page of what is there), `--stride N` (every Nth pair), `--only RE`,
// `--files NAME,NAME` (parts of names, in this order), `--part singles|pairs`; with one of the last three nothing is written. When the time is over, what
// was not compared with this code is taken from the code before it, and the page says how much.
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {basename} from 'node:path'
import {checkout, corpus} from '../../src/base/testing/needs.ts'
import {everyPair, everySingle, largeProfile, type Pair} from '../../src/operations/testing/pprof-flags.ts'
import {corpusProfiles, reasonOf} from '../../src/operations/testing/pprof-oracle.ts'
import {LineCache} from './line-cache.ts'
import {
  addTally,
  argsOf,
  compareAlone,
  compareSession,
  sessionsOf,
  spotCheckEvery,
  tally,
  type Different,
  type Tally,
} from './pprof-pairs.ts'

const root = checkout.replace(/\/$/, '')
const option = (name: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
const stride = Number(option('--stride') ?? 1)
const part = option('--part')
const only = option('--only')
const names = option('--files')?.split(',')
let endsAt = performance.now() + Number(option('--minutes') ?? Infinity) * 60_000
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (endsAt = 0))
/** Every Nth pair for profiles of which pprof needs seconds a report. */
const strideOfLarge = Math.max(stride, 64)
/** The same for flags alone. */
const singleStrideOfLarge = 8

const ownIn = (folder: string) =>
  readdirSync(`${root}/fixtures/${folder}`)
    .filter(name => /\.(?:pb\.gz|txt)$/.test(name))
    .map(name => `${root}/fixtures/${folder}/${name}`)
const fixtures = ownIn('profiles')
/** Of kinds that the others lack. They stand behind, because the place of a profile says with which report it meets a pair of flags. */
const rare = ownIn('rare-profiles')
const known = existsSync(corpus) ? corpusProfiles(corpus) : []
const bySize = (a: string, b: string) => statSync(a).size - statSync(b).size || (a < b ? -1 : 1)
const all = [...[...known, ...fixtures].toSorted(bySize), ...rare.toSorted(bySize)]
const matching = all.filter(file => new RegExp(only ?? '').test(file))
const files = names === undefined ? matching : names.flatMap(name => matching.filter(file => basename(file).includes(name)))
const goVersion = execFileSync('go', ['version'], {encoding: 'utf8'}).trim()

const shaOf = (...parts: readonly (string | Uint8Array)[]) => {
  const hash = createHash('sha256')
  for (const each of parts) hash.update(each).update('\0')
  return hash.digest('hex')
}
const shaOfFile = (() => {
  const seen = new Map<string, string>()
  return (path: string): string => {
    const sha = seen.get(path) ?? shaOf(readFileSync(path))
    seen.set(path, sha)
    return sha
  }
})()

/** Our code that reports depend on: results of other code are not taken from the cache. */
function codeSha(): string {
  const folders = ['src/evidence/pprof', 'src/evidence/pprof/report', 'src/operations']
  const inFolders = folders.flatMap(folder => readdirSync(`${root}/${folder}`).map(name => `${root}/${folder}/${name}`))
  const sources = [`${root}/src/base/go-sort.ts`, ...inFolders]
  const ours = sources.filter(
    path =>
      path.endsWith('.ts') &&
      !path.endsWith('.test.ts') &&
      (!path.includes('/operations/') || /\/profile(?:-flags|-export)?\.ts$/.test(path)),
  )
  return shaOf(...ours.map(shaOfFile))
}

const code = codeSha()
/** Whatever of the arguments is a file or names one, by its content. */
const contentOf = (args: readonly string[]): string[] =>
  args.map(arg => {
    const path = arg.replace(/^-(?:diff_)?base=/, '')
    return path.startsWith('/') && existsSync(path) ? shaOfFile(path) : arg
  })

const results = new LineCache<Tally>(`${root}/.cache/conformance-pprof.jsonl`)
const kept = {
  answers: new LineCache<readonly string[]>(`${root}/.cache/conformance-pprof-answers.jsonl`),
  verdicts: new LineCache<Tally>(`${root}/.cache/conformance-pprof-verdicts.jsonl`),
}

/** Code that was compared, the latest last. */
const codes = new LineCache<readonly string[]>(`${root}/.cache/conformance-pprof-codes.jsonl`)
const codesBefore = (codes.get('codes') ?? []).filter(each => each !== code)
codes.set('codes', [...codesBefore, code])
const keyOf = (ofCode: string, asked: string) => shaOf('pairs', ofCode, asked)
/** Runs whose result is that of code before. */
let olderRuns = 0

/** When the time is over, what the code before gave; undefined where there is none. */
async function cached(asked: string, work: () => Promise<Tally>): Promise<Tally | undefined> {
  const key = keyOf(code, asked)
  const before = results.get(key)
  if (before !== undefined) return before
  if (performance.now() > endsAt) {
    const older = codesBefore.findLast(each => results.get(keyOf(each, asked)) !== undefined)
    const result = older === undefined ? undefined : results.get(keyOf(older, asked))
    olderRuns += result?.runs ?? 0
    return result
  }
  const result = await work()
  for (const {args, difference} of result.different) console.error(`${args.join(' ')}\n${difference}\n`)
  results.set(key, result)
  return result
}

/** What remains of `work` when the time is over stays undone. */
async function overAll<T>(work: readonly T[], into: Tally, one: (item: T) => Promise<Tally | undefined>): Promise<boolean> {
  let whole = true
  for (const item of work) {
    const result = await one(item)
    if (result === undefined) whole = false
    else addTally(into, result)
  }
  return whole
}

interface Part {
  readonly name: string
  readonly sides: Readonly<Record<'corpus' | 'own captures', {readonly tally: Tally; readonly done: string[]; of: number}>>
}
const partOf = (name: string): Part => ({
  name,
  sides: {corpus: {tally: tally(), done: [], of: 0}, 'own captures': {tally: tally(), done: [], of: 0}},
})
const [singles, pairs] = [partOf('each report and each flag'), partOf('pairs of flags')]

const sideOf = (file: string) => (known.includes(file) ? 'corpus' : 'own captures')
const neighboursOf = (file: string) => [fixtures, rare].find(files => files.includes(file)) ?? known

const runSingles = (file: string, into: Tally): Promise<boolean> =>
  runAll(everySingle(file, neighboursOf(file), largeProfile.test(file) ? singleStrideOfLarge : 1), into)

const runPairs = (file: string, offset: number, into: Tally): Promise<boolean> =>
  runAll(everyPair(file, neighboursOf(file), largeProfile.test(file) ? strideOfLarge : stride, offset), into)

function runAll(every: readonly Pair[], into: Tally): Promise<boolean> {
  const sessions = sessionsOf(every.filter(pair => pair.session)).map(group => ({group, session: true}))
  const alone = every.filter(pair => !pair.session).map(pair => ({group: [pair], session: false}))
  return overAll([...sessions, ...alone], into, ({group, session}) => {
    const asked = shaOf(goVersion, ...group.flatMap(pair => contentOf(argsOf(pair))))
    return cached(asked, () => (session ? compareSession(group, root, asked, kept) : compareAlone(group[0]!, root, asked, kept)))
  })
}

const progress = (what: Part, file: string) => {
  const sides = Object.values(what.sides)
  const sum = (name: 'runs' | 'checked') => sides.reduce((n, {tally: t}) => n + t[name], 0)
  const different = sides.reduce((n, {tally: t}) => n + t.different.length, 0)
  const done = sides.reduce((n, {done: names}) => n + names.length, 0)
  console.error(
    `${what.name}: ${done}/${files.length} ${basename(file)}: ${sum('runs')} runs, ${sum('checked')} checked, ${different} differ`,
  )
}

for (const [what, wanted] of [
  [pairs, part !== 'singles'],
  [singles, part !== 'pairs'],
] as const) {
  for (const file of wanted ? files : []) {
    const side = what.sides[sideOf(file)]
    side.of++
    const whole = what === singles ? await runSingles(file, side.tally) : await runPairs(file, all.indexOf(file), side.tally)
    if (whole) side.done.push(file)
    progress(what, file)
  }
}

const number = (value: number) => value.toLocaleString('en-US')
const short = (args: readonly string[]) => args.map(arg => arg.replace(/[^= ]*\//g, '')).join(' ')
const different = [singles, pairs].flatMap(({sides}) => Object.values(sides).flatMap(side => side.tally.different))
const unexplained = different.filter(each => !each.unstable && reasonOf(each) === undefined)
const explained = different.filter(each => !each.unstable && reasonOf(each) !== undefined)
const unstable = different.filter(each => each.unstable)

const rows = [singles, pairs].flatMap(({name, sides}) =>
  Object.entries(sides).map(([side, {tally: t, done, of}]) => {
    const loose = t.different.filter(each => each.unstable).length
    const known = t.different.filter(each => !each.unstable && reasonOf(each) !== undefined).length
    const columns = [t.runs, t.same, t.refused, t.among, t.reordered, loose, known, t.different.length - loose - known]
    return `| ${name}, ${side} | ${done.length} of ${of} | ${columns.map(number).join(' | ')} |`
  }),
)
const list = (title: string, items: readonly Different[]) =>
  items.length === 0 ? '' : `\n${title}\n\n${items.map(each => `- \`${short(each.args)}\``).join('\n')}\n`
/** Explained ones by their reason: how many of which profile. */
const reasons = new Map<string, number>()
for (const each of explained) {
  const [profile] = each.args.filter(arg => !arg.startsWith('-'))
  const key = `${reasonOf(each)} (\`${basename(profile ?? '')}\`)`
  reasons.set(key, (reasons.get(key) ?? 0) + 1)
}
const unanswered = [singles, pairs].flatMap(({sides}) => Object.values(sides).flatMap(side => side.tally.unanswered))
const reasonList = [...reasons].map(([reason, runs]) => `- ${runs} runs: ${reason}`).join('\n')
const sides = [singles, pairs].flatMap(what => Object.values(what.sides))
const checked = sides.reduce((n, side) => n + side.tally.checked, 0)
const checkedOther = sides.reduce((n, side) => n + side.tally.checkedOther, 0)
const page = `# Profiles: reports against go tool pprof

Written by \`npm run conformance -- pprof\` with ${goVersion}: ${known.length} profiles that nobody here made and ${fixtures.length + rare.length} own captures. Each run
compares the whole output of \`TZ=UTC go tool pprof -symbolize=none ARGS\` with ours, byte for byte, trailing blanks included: top, text, tree, traces,
tags, raw, comments, peek, list, dot, callgrind, and proto and topproto (decompressed, because two compressors pack differently).

- Every report and every flag alone, and ${stride === 1 ? 'every pair of flags' : `every ${stride}th pair of flags`} on every profile, each with one of the reports, others for the next profile.
- In interactive sessions of pprof, which are given settings and make many reports of a profile that is read once. What a session shows to differ it is
  asked 16 times, and then the command line; of what it shows to be the same, one in ${spotCheckEvery} is asked of the command line too (${number(checked)} runs, ${checkedOther === 0 ? 'all of them the same' : `${checkedOther} of them different`}). Pairs that a session cannot show (two sample types, two bases) are run by the command line.
- On the four largest profiles, of which pprof needs seconds a report, every ${strideOfLarge}th pair and every ${singleStrideOfLarge}th flag alone.${olderRuns === 0 ? '' : `\n- ${number(olderRuns)} of the runs were made with our code as it was before its last changes, the others with the code as it is.`}

| compared | profiles done | runs | same bytes | refused by both | pprof varies: ours among its outputs | ours of its lines | ours not seen in 30 tries | different, reason known | different |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}

Refused by both are above all flags that ask for a sample type which the profile does not have. A session passes over such a setting; that pprof ends there
is seen with each of those flags alone, and of their pairs one in 50 is asked of the command line.

pprof varies where it sorts a Go map by keys that leave ties: asked again for the same it prints other bytes, which is seen before a run is counted there.
Ours are always the same. "Of its lines": as many lines as one of its outputs, each of which pprof printed in one output or another; numbers
of nodes in dot and of names in callgrind, which count up in the order of the lines, distances of addresses and the column of sums are left out of it.
${list('Runs in which pprof varies and did not print our lines in 30 tries (more ties, more orders):', unstable)}${reasons.size === 0 ? '' : `\nDifferent, with the reason:\n\n${reasonList}\n`}${list('Different without a reason known:', unexplained)}${list(
  'Not compared, because one run of pprof did not end within ten minutes:',
  unanswered.map(args => ({args, unstable: false, difference: ''})),
)}
## Differences that stay

- A binary CPU profile of Go before 1.7 that stands in front of other files: pprof tries to open the first of several files as the executable and
  takes such a file for one; here it is a profile.
- \`-svg\` is a flame graph here, not the picture that pprof asks Graphviz for. \`-png\`, \`-gif\`, \`-pdf\`, \`-ps\` and the flags that open a viewer
  (\`-web\`, \`-eog\`, \`-evince\`, \`-gv\`, \`-kcachegrind\`, \`-http\`) end with one line that names the report to make instead, and exit code 2.
- \`-disasm\` and \`-weblist\` need the binary and a disassembler: the same kind of line.
- \`-symbolize\`, \`-seconds\`, \`-timeout\`, \`-tools\`, \`-tls_*\`, \`-intel_syntax\`, \`-no_browser\` are taken and change nothing: profiles are files here and stay
  as they are.
- What goes to stderr (progress, hints, errors) is in our own words.
`
if (only === undefined && names === undefined && part === undefined) writeFileSync(`${root}/docs/conformance/pprof.md`, page)
console.log(page)
process.exitCode = unexplained.length === 0 ? 0 : 1
