// Damages every small profile of the corpus (profile.proto, Go's and C++'s older texts, binary CPU profiles, folded stacks, perf script) and of
// fixtures/profiles: every prefix and ten thousand mutations of each, decompressed, and a
// thousand mutations of the compressed bytes. What comes of it must be allowed (src/evidence/pprof/testing/damage.ts), and a top and a raw report
// are made of every result. Prints figures for docs/measurements/profiles.md, after each file and at the end. Arguments: `--mutations N`,
// `--no-prefixes`, `--only RE`.
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {checkout, corpus} from '../../src/base/testing/needs.ts'
import {TriageError} from '../../src/base/errors.ts'
import type {ProfileColumns} from '../../src/evidence/pprof/columns.ts'
import {isGzip} from '../../src/evidence/pprof/gunzip.ts'
import {rawText} from '../../src/evidence/pprof/report/raw-report.ts'
import {topText} from '../../src/evidence/pprof/report/text-reports.ts'
import {workingProfile} from '../../src/evidence/pprof/report/working-profile.ts'
import {mutated, outcomeOf} from '../../src/evidence/pprof/testing/damage.ts'
import {fileHost} from '../../src/operations/testing/file-host.ts'
import {corpusProfiles} from '../../src/operations/testing/pprof-oracle.ts'
import {parseProfileFlags} from '../../src/operations/profile-flags.ts'
import {prepareReport} from '../../src/operations/profile.ts'

/** Decompressed; every prefix of larger ones would take hours. */
const mutationBytesMax = 64 * 1024
const prefixBytesMax = 16 * 1024
/** Results shown in full by `raw`, one in so many: it prints everything. */
const rawEvery = 16
const option = (name: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
const mutations = Number(option('--mutations') ?? 10_000)
const only = new RegExp(option('--only') ?? '')
const fixtures = readdirSync(`${checkout}fixtures/profiles`).map(name => `${checkout}fixtures/profiles/${name}`)
const otherStacks = ['perf', 'collapsed'].flatMap(folder =>
  existsSync(corpus + folder)
    ? readdirSync(corpus + folder)
        .filter(name => !name.startsWith('README'))
        .map(name => `${corpus}${folder}/${name}`)
    : [],
)
const files = [...(existsSync(corpus) ? corpusProfiles(corpus) : []), ...otherStacks, ...fixtures].filter(file => only.test(file))
/** Lines kept of text files that are too large as they are. */
const linesKept = 300

const request = parseProfileFlags(['top', 'damaged'])
const context = {host: fileHost(checkout), task: {}, note: () => undefined}
let [prefixes, changed, results, errors, failures, slowest] = [0, 0, 0, 0, 0, 0]

function reports(columns: ProfileColumns): void {
  try {
    topText(prepareReport(workingProfile(columns), 'top', request, context))
    if (results % rawEvery === 0) for (const _part of rawText(workingProfile(columns)));
  } catch (error) {
    if (!(error instanceof TriageError)) throw error
  }
}

async function attempt(bytes: Uint8Array, what: string): Promise<void> {
  const began = performance.now()
  try {
    if ((await outcomeOf(bytes, (results + errors) % 2 === 0, reports)) === 'result') results++
    else errors++
  } catch (error) {
    failures++
    console.log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  const took = performance.now() - began
  if (took > slowest) {
    slowest = took
    console.error(`slowest so far: ${what}, ${took.toFixed(0)} ms`)
  }
}

/** The first lines of a text that is too large. */
const head = (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString('latin1').split('\n').slice(0, linesKept).join('\n'), 'latin1')

function unpacked(file: string): {readonly stored: Uint8Array; readonly bytes: Uint8Array} {
  const stored = readFileSync(file)
  try {
    const bytes = isGzip(stored) ? gunzipSync(stored) : stored
    if (otherStacks.includes(file) && bytes.length > mutationBytesMax) return {stored: head(bytes), bytes: head(bytes)}
    return {stored, bytes}
  } catch {
    // Cut or damaged as it is: taken as stored.
    return {stored, bytes: stored}
  }
}

let small = 0
const damaged = files.map(file => ({name: basename(file), ...unpacked(file)})).filter(({bytes}) => bytes.length <= mutationBytesMax)
damaged.sort((a, b) => a.bytes.length - b.bytes.length)
for (const {name, stored, bytes} of damaged) {
  small++
  if (bytes.length <= prefixBytesMax && !process.argv.includes('--no-prefixes')) {
    for (let length = 0; length < bytes.length; length++, prefixes++) await attempt(bytes.subarray(0, length), `${name} cut to ${length}`)
  }
  for (let seed = 0; seed < mutations; seed++, changed++) await attempt(mutated(bytes, seed), `${name} mutated by ${seed}`)
  if (bytes !== stored) {
    for (let seed = 0; seed < mutations / 10; seed++, changed++)
      await attempt(mutated(stored, seed), `${name} as stored, mutated by ${seed}`)
  }
  console.error(`${small}/${damaged.length} ${name}: ${figures()}`)
}

function figures(): string {
  const memory = Math.round(process.resourceUsage().maxRSS / 1024)
  return (
    `${prefixes} prefixes and ${changed} mutations gave ${results} results and ${errors} errors that name a byte or a limit; ` +
    `${failures} gave anything else. Slowest ${slowest.toFixed(0)} ms, most memory ${memory} MB.`
  )
}
console.log(`${small} small profiles: ${figures()}`)
process.exitCode = failures === 0 ? 0 : 1
