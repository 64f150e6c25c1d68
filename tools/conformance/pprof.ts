// Compares our profile reports with those of the toolchain's pprof, byte for byte: every profile of the corpus and of fixtures/profiles with each flag,
// by the command line, and with all pairs of flags, in interactive sessions of pprof that make many reports each. What a session shows to differ is
// asked again by the command line. Writes docs/conformance/pprof.md.
// Arguments: `--stride N` (every Nth pair), `--only RE`, `--part singles|pairs` (then nothing is written).
import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, writeFileSync} from 'node:fs'
import {basename} from 'node:path'
import {checkout, corpus} from '../../src/base/testing/needs.ts'
import {everyPair, largeProfile, singleFlags, type Pair} from '../../src/operations/testing/pprof-flags.ts'
import {compare, corpusProfiles, knownDifference, ours, type Comparison} from '../../src/operations/testing/pprof-oracle.ts'
import {OurSession, theirSession} from '../../src/operations/testing/pprof-session.ts'

const root = checkout.replace(/\/$/, '')
const option = (name: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
const stride = Number(option('--stride') ?? 1)
const part = option('--part')
/** Every Nth pair for profiles of which pprof needs seconds a report. */
const strideOfLarge = 256
/** Reports of one session. */
const sessionRuns = 150
const only = option('--only')
/** Comparisons under way at the same time: pprof's process and our own work beside each other. */
const lanes = 3
const fixtures = readdirSync(`${root}/fixtures/profiles`).map(name => `${root}/fixtures/profiles/${name}`)
const known = existsSync(corpus) ? corpusProfiles(corpus) : []
const files = [...known, ...fixtures].filter(file => new RegExp(only ?? '').test(file))

interface Tally {
  runs: number
  same: number
  refused: number
  among: number
  reordered: number
  readonly different: Comparison[]
}
const tally = (): Tally => ({runs: 0, same: 0, refused: 0, among: 0, reordered: 0, different: []})

async function run(into: Tally, work: readonly (readonly string[])[]): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let args = work[next++]; args !== undefined; args = work[next++]) {
      const result = await compare(args, root)
      into.runs++
      if (result.refused) into.refused++
      else if (result.same) into.same++
      else if (result.among) into.among++
      else if (result.reordered) into.reordered++
      else {
        into.different.push(result)
        console.error(`${args.join(' ')}${result.unstable ? ' (pprof differs from itself)' : ''}\n${result.difference}\n`)
      }
    }
  }
  await Promise.all(Array.from({length: lanes}, lane))
}

const tallies = {
  'each report and each flag': {corpus: tally(), 'own captures': tally()},
  'pairs of flags': {corpus: tally(), 'own captures': tally()},
}
/** Pairs of flags on one profile: by sessions, and by the command line where a session cannot show it or shows a difference. */
async function runPairs(into: Tally, pairs: readonly Pair[], refused: ReadonlySet<string>): Promise<void> {
  const byLoad = new Map<string, Pair[]>()
  const alone: string[][] = []
  const argsOf = ({report, load, flags}: Pair) => [report, ...flags, ...load]
  for (const pair of pairs) {
    if (!pair.session) alone.push(argsOf(pair))
    // What is refused alone, a sample type that the profile does not have, is refused with another flag too.
    else if (pair.flags.some(flag => refused.has(flag))) continue
    else byLoad.set(pair.load.join('\n'), [...(byLoad.get(pair.load.join('\n')) ?? []), pair])
  }
  const sessions = [...byLoad.values()].flatMap(group =>
    Array.from({length: Math.ceil(group.length / sessionRuns)}, (_, index) => group.slice(index * sessionRuns, (index + 1) * sessionRuns)),
  )
  let next = 0
  const lane = async () => {
    for (let group = sessions[next++]; group !== undefined; group = sessions[next++]) {
      const load = group[0]!.load
      const outputs = await theirSession(load, group, root)
      const session = new OurSession(load, root)
      for (const [index, pair] of group.entries()) {
        const [theirs, ours] = [outputs[index], await session.run(pair)]
        if (theirs !== undefined && ours?.equals(theirs) === true) {
          into.runs++
          into.same++
        } else alone.push(argsOf(pair))
      }
    }
  }
  await Promise.all([lane(), lane()])
  await run(into, alone)
}

for (const [index, file] of files.entries()) {
  const side = fixtures.includes(file) ? 'own captures' : 'corpus'
  const of = side === 'corpus' ? known : fixtures
  const refused = new Set<string>()
  if (part !== 'pairs') {
    await run(
      tallies['each report and each flag'][side],
      singleFlags(file, of).map(args => [...args, file]),
    )
  }
  for (const args of singleFlags(file, of)) if (args[0] === '-top' && args.length === 2 && (await cannot(args, file))) refused.add(args[1]!)
  if (part !== 'singles') {
    const pairs = everyPair(file, of, largeProfile.test(file) ? Math.max(stride, strideOfLarge) : stride, index)
    await runPairs(tallies['pairs of flags'][side], pairs, refused)
  }
  const sum = Object.values(tallies).flatMap(each => Object.values(each))
  console.error(
    `${index + 1}/${files.length} ${basename(file)}: ${sum.reduce((n, t) => n + t.runs, 0)} runs, ${sum.reduce((n, t) => n + t.different.length, 0)} differ`,
  )
}

/** A flag that we refuse alone: a sample type that the profile does not have. */
async function cannot(args: readonly string[], file: string): Promise<boolean> {
  return (await ours([...args, file], root)).failed
}

const all = Object.values(tallies).flatMap(each => Object.values(each))
const different = all.flatMap(each => each.different)
const unexplained = different.filter(each => !each.unstable && !knownDifference.test(each.difference))
const explained = different.filter(each => !each.unstable && knownDifference.test(each.difference))
const unstable = different.filter(each => each.unstable)
const short = ({args}: Comparison) => args.map(arg => arg.replace(/[^= ]*\//g, '')).join(' ')

const count = (value: number) => value.toLocaleString('en-US')
const rows = Object.entries(tallies).flatMap(([name, sides]) =>
  Object.entries(sides).map(([side, t]) => {
    const loose = t.different.filter(each => each.unstable).length
    return `| ${name}, ${side} | ${count(t.runs)} | ${count(t.same)} | ${count(t.refused)} | ${t.among} | ${t.reordered} | ${loose} | ${t.different.length - loose} |`
  }),
)
const list = (title: string, items: readonly Comparison[]) =>
  items.length === 0 ? '' : `\n${title}\n\n${items.map(each => `- \`${short(each)}\``).join('\n')}\n`
const page = `# Profiles: reports against go tool pprof

Written by \`npm run conformance -- pprof\` with ${execFileSync('go', ['version'], {encoding: 'utf8'}).trim()}: ${known.length} profiles that nobody here made and
${fixtures.length} own captures. Each run compares the whole output of \`TZ=UTC go tool pprof -symbolize=none ARGS\` with ours, byte for byte, trailing blanks
included: top, text, tree, traces, tags, raw, comments, peek, list, dot, callgrind, and proto and topproto (decompressed, because two compressors pack
differently); every report and every flag alone by the command line, and ${stride === 1 ? 'every pair of flags' : `every ${stride}th pair of flags`} on every profile, each with one of the reports, others for the next
profile. Pairs are compared in interactive sessions of pprof, which are given settings and make many reports; what one shows to differ, and
what it cannot show, by the command line; pairs with a flag that is refused alone are left out. On the four largest profiles, of which pprof needs seconds a report, every ${strideOfLarge}th pair.

| compared | runs | same bytes | refused by both | pprof varies: ours among its outputs | ours its lines in another order | ours not seen in 30 tries | different |
|---|---:|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}

pprof varies where it sorts a Go map by keys that leave ties: it prints other bytes each time it is asked for the same. Ours are always the same.
${list('Runs in which pprof varies and did not print our bytes in 30 tries (more ties, more orders):', unstable)}${list('Different, with the reason below:', explained)}${list('Different without a reason known:', unexplained)}
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
if (only === undefined && part === undefined) writeFileSync(`${root}/docs/conformance/pprof.md`, page)
console.log(page)
process.exitCode = unexplained.length === 0 ? 0 : 1
