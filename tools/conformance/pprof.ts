// Compares our profile reports with those of the toolchain's pprof, byte for byte: every profile of the corpus and of fixtures/profiles with each flag
// and with every 32nd of all pairs of flags, others for the next profile. Writes docs/conformance/pprof.md.
// Arguments: `--stride N` (every Nth pair), `--only RE` (then nothing is written).
import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, writeFileSync} from 'node:fs'
import {basename} from 'node:path'
import {checkout, corpus} from '../../src/base/testing/needs.ts'
import {everyPair, singleFlags} from '../../src/operations/testing/pprof-flags.ts'
import {compare, corpusProfiles, knownDifference, type Comparison} from '../../src/operations/testing/pprof-oracle.ts'

const root = checkout.replace(/\/$/, '')
const option = (name: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
const stride = Number(option('--stride') ?? 32)
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
  readonly different: Comparison[]
}
const tally = (): Tally => ({runs: 0, same: 0, refused: 0, among: 0, different: []})

async function run(into: Tally, work: readonly (readonly string[])[]): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let args = work[next++]; args !== undefined; args = work[next++]) {
      const result = await compare(args, root)
      into.runs++
      if (result.refused) into.refused++
      else if (result.same) into.same++
      else if (result.among) into.among++
      else into.different.push(result)
    }
  }
  await Promise.all(Array.from({length: lanes}, lane))
}

const tallies = {
  'each report and each flag': {corpus: tally(), 'own captures': tally()},
  'pairs of flags': {corpus: tally(), 'own captures': tally()},
}
for (const [index, file] of files.entries()) {
  const side = fixtures.includes(file) ? 'own captures' : 'corpus'
  const of = side === 'corpus' ? known : fixtures
  await run(
    tallies['each report and each flag'][side],
    singleFlags(file, of).map(args => [...args, file]),
  )
  await run(
    tallies['pairs of flags'][side],
    everyPair(file, of, stride, index).map(args => [...args, file]),
  )
  console.error(`${index + 1}/${files.length} ${basename(file)}`)
}

const all = Object.values(tallies).flatMap(each => Object.values(each))
const different = all.flatMap(each => each.different)
const unexplained = different.filter(each => !each.unstable && !knownDifference.test(each.difference))
const explained = different.filter(each => !each.unstable && knownDifference.test(each.difference))
const unstable = different.filter(each => each.unstable)
const short = ({args}: Comparison) => args.map(arg => arg.replace(/[^= ]*\//g, '')).join(' ')
for (const each of different)
  console.log(`${each.args.join(' ')}${each.unstable ? ' (pprof differs from itself)' : ''}\n${each.difference}\n`)

const count = (value: number) => value.toLocaleString('en-US')
const rows = Object.entries(tallies).flatMap(([name, sides]) =>
  Object.entries(sides).map(([side, t]) => {
    const loose = t.different.filter(each => each.unstable).length
    return `| ${name}, ${side} | ${count(t.runs)} | ${count(t.same)} | ${count(t.refused)} | ${t.among} | ${loose} | ${t.different.length - loose} |`
  }),
)
const list = (title: string, items: readonly Comparison[]) =>
  items.length === 0 ? '' : `\n${title}\n\n${items.map(each => `- \`${short(each)}\``).join('\n')}\n`
const page = `# Profiles: reports against go tool pprof

Written by \`npm run conformance -- pprof\` with ${execFileSync('go', ['version'], {encoding: 'utf8'}).trim()}: ${known.length} profiles that nobody here made and
${fixtures.length} own captures. Each run compares the whole output of \`TZ=UTC go tool pprof -symbolize=none ARGS\` with ours, byte for byte, trailing blanks
included: top, tree, traces, tags, raw, comments, peek, list, and proto (decompressed, because two compressors pack differently); every flag alone, and
every pair of flags on every ${stride}nd profile, each time with another report.

| compared | runs | same bytes | refused by both | pprof varies, ours among its outputs | pprof varies, ours not seen in 60 tries | different |
|---|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}

pprof varies where it sorts a Go map by keys that leave ties: it prints other bytes each time it is asked for the same. Ours are always the same.
${list('Runs in which pprof varies and did not print our bytes in 60 tries (more ties, more orders):', unstable)}${list('Different, with the reason below:', explained)}${list('Different without a reason known:', unexplained)}
## Differences that stay

- A binary CPU profile of Go before 1.7 that stands in front of other files: pprof tries to open the first of several files as the executable and
  takes such a file for one; here it is a profile.
- \`-dot\`: nodes, edges, weights and colours are pprof's; the boxes it hangs on nodes for labels of samples (nodelets) are left out.
- \`-svg\` is a flame graph here, not the picture that pprof asks Graphviz for. \`-callgrind\`, \`-topproto\`, \`-disasm\`, \`-weblist\` are not made.
- What goes to stderr (progress, hints, errors) is in our own words.
`
if (only === undefined) writeFileSync(`${root}/docs/conformance/pprof.md`, page)
console.log(page)
process.exitCode = unexplained.length === 0 ? 0 : 1
