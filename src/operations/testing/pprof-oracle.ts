// Runs the toolchain's pprof and our own on the same arguments, and says whether they print the same bytes.
import {execFile, execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {TriageError} from '../../base/errors.ts'
import {isGzip} from '../../evidence/pprof/gunzip.ts'
import {legacyCpuLayout} from '../../evidence/pprof/legacy-cpu.ts'
import type {ProfileColumns} from '../../evidence/pprof/columns.ts'
import {looksLikeProfile} from '../../evidence/pprof/probe.ts'
import {decodeProtobuf} from '../../evidence/pprof/protobuf.ts'
import {exportProfile} from '../profile-export.ts'
import {profileReport} from '../profile.ts'
import {parseProfileFlags} from '../profile-flags.ts'
import {fileHost} from './file-host.ts'

/** Largest report compared, in bytes. */
const outputBytesMax = 512 * 1024 * 1024

let pprofPath: string | undefined
/** The pprof of the Go toolchain; `go tool` builds it the first time. */
export const toolchainPprof = (): string => (pprofPath ??= execFileSync('go', ['tool', '-n', 'pprof'], {encoding: 'utf8'}).trim())

/** How long one command line of pprof may take. */
const aloneMsMax = 10 * 60_000

/** pprof did not end in that time, or printed too much: what it would say nobody knows. */
export class NoAnswer extends Error {
  constructor(args: readonly string[]) {
    super(`no answer of pprof in ${aloneMsMax / 60_000} minutes and ${outputBytesMax >> 20} MB: ${args.join(' ')}`)
  }
}

/** How often pprof is asked again where we differ. */
const repeats = 24
/** And where it does not agree with itself. */
const repeatsOfUnstable = 30

export interface Outcome {
  readonly stdout: Buffer
  /** What was said on stderr, or the message of the error. */
  readonly stderr: string
  readonly failed: boolean
  /** It failed with an error that is not of the catalogue. */
  readonly bug?: boolean
}

export async function theirs(args: readonly string[], cwd: string): Promise<Outcome> {
  // pprof writes these into a file unless told otherwise, and opens /dev/stdout anew, which a socket refuses.
  if (!args.some(arg => arg === '-proto' || arg === '-topproto' || arg === '-callgrind')) return runPprof(args, cwd)
  const dir = mkdtempSync(join(tmpdir(), 'gotriage-pprof-'))
  try {
    const outcome = await runPprof([`-output=${join(dir, 'out')}`, ...args], cwd)
    return outcome.failed ? outcome : {...outcome, stdout: plain(readFileSync(join(dir, 'out')))}
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
}

function runPprof(args: readonly string[], cwd: string): Promise<Outcome> {
  const env = {...process.env, TZ: 'UTC', PPROF_BINARY_PATH: '/nonexistent'}
  const options = {cwd, env, maxBuffer: outputBytesMax, encoding: 'buffer', timeout: aloneMsMax, killSignal: 'SIGKILL'} as const
  return new Promise((done, failed) => {
    execFile(toolchainPprof(), ['-symbolize=none', ...args], options, (error, stdout, stderr) => {
      if (error?.killed === true) failed(new NoAnswer(args))
      else done({stdout, stderr: stderr.toString(), failed: error !== null})
    })
  })
}

/** Two compressors may pack the same bytes differently. */
export const plain = (bytes: Buffer) => (isGzip(bytes) ? gunzipSync(bytes) : bytes)

export async function ours(args: readonly string[], cwd: string): Promise<Outcome> {
  const notes: string[] = []
  const parts: Uint8Array[] = []
  try {
    const context = {host: fileHost(cwd), task: {}, note: (line: string) => void notes.push(line)}
    const request = parseProfileFlags(['-symbolize=none', ...args])
    if (request.command === 'proto' || request.command === 'topproto') parts.push(plain(Buffer.from(await exportProfile(request, context))))
    else for await (const part of profileReport(request, context)) parts.push(part)
  } catch (error) {
    const stderr = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return {stdout: Buffer.concat(parts), stderr, failed: true, bug: !(error instanceof TriageError)}
  }
  return {stdout: Buffer.concat(parts), stderr: notes.join('\n'), failed: false}
}

export interface Comparison {
  readonly args: readonly string[]
  readonly same: boolean
  /** Both refuse what was asked. */
  readonly refused: boolean
  /** pprof does not print the same bytes each time it is asked: it sorts by keys that leave ties, in the order of a Go map. */
  readonly unstable: boolean
  /** Ours are bytes that pprof printed one of the times. */
  readonly among: boolean
  /** pprof varies, and every line of ours is one that it printed once. */
  readonly reordered: boolean
  /** The first line that differs, from both sides. */
  readonly difference: string
}

export async function compare(args: readonly string[], cwd: string, answer: Promise<Outcome> = ours(args, cwd)): Promise<Comparison> {
  const [a, b] = await Promise.all([theirs(args, cwd), answer])
  const outcome = {args, same: true, refused: false, unstable: false, among: false, reordered: false, difference: ''}
  if (b.bug === true) return {...outcome, same: false, difference: `a bug of ours: ${b.stderr}`}
  if (a.failed && b.failed) return {...outcome, refused: true}
  if (a.failed !== b.failed)
    return {...outcome, same: false, difference: `${a.failed ? 'only pprof fails' : 'only we fail'}: ${a.stderr}${b.stderr}`}
  if (a.stdout.equals(b.stdout)) return outcome
  const [mine, other] = [b.stdout.toString('latin1').split('\n'), a.stdout.toString('latin1').split('\n')]
  const line = other.findIndex((text, index) => text !== mine[index])
  const at = line < 0 ? other.length : line
  const difference = `line ${at + 1}\n  pprof: ${other[at]}\n  ours:  ${mine[at]}`
  const answers = new Answers(b.stdout, a.stdout)
  for (let again = 0; again < (answers.vary ? repeatsOfUnstable : repeats); again++) {
    answers.add((await theirs(args, cwd)).stdout)
    const verdict = answers.verdict()
    if (verdict === 'among' || verdict === 'reordered') return {...outcome, same: false, unstable: true, [verdict]: true, difference}
  }
  return {...outcome, same: false, unstable: answers.vary, difference}
}

/** What pprof answers when it is asked the same several times, beside ours. */
export class Answers {
  /** pprof does not always answer the same. */
  vary = false
  readonly #ours: Buffer
  readonly #first: Buffer
  #among: boolean
  /** Rows of ours that pprof has not printed yet, and how many rows ours has. */
  readonly #unseen: Set<string>
  readonly #rows: number
  #sameLength = false

  constructor(ours: Buffer, first: Buffer) {
    this.#ours = ours
    this.#first = first
    this.#among = first.equals(ours)
    const rows = rowsOf(ours)
    this.#rows = rows.length
    this.#unseen = new Set(rows)
    this.#see(first)
  }

  add(answer: Buffer): void {
    if (answer.equals(this.#ours)) this.#among = true
    if (answer.equals(this.#first)) return
    this.vary = true
    this.#see(answer)
  }

  #see(answer: Buffer): void {
    const rows = rowsOf(answer)
    if (rows.length === this.#rows) this.#sameLength = true
    for (const row of rows) this.#unseen.delete(row)
  }

  /**
   * Only where pprof's answers differ from each other may ours be one of them (`among`), or be made of rows that pprof printed in one answer or
   * another (`reordered`): as many of them, in another order or, where a report is cut off among equals, another choice.
   */
  verdict(): 'same' | 'among' | 'reordered' | 'varies' | 'different' {
    if (this.#among) return this.vary ? 'among' : 'same'
    if (!this.vary) return 'different'
    return this.#unseen.size === 0 && this.#sameLength ? 'reordered' : 'varies'
  }
}

/** Lines without what depends on the order of the others: the column of `top` and `tree` that sums up those above, numbers for names, distances. */
function rowsOf(output: Buffer): string[] {
  const profile = profileRows(output)
  if (profile !== undefined) return profile
  const text = output.toString('latin1')
  const lines = text.split('\n')
  if (text.startsWith('digraph')) return lines.map(line => line.replace(/\bN\d+/g, 'N').replace(/id="node\d+"/, ''))
  if (text.startsWith('positions: instr line')) return withoutNumbers(lines)
  return lines.map(line => line.replace(/^( *-?[\w.]+ +[\d.e-]+%) +[\d.e-]+%( +-?[\w.]+ +[\d.e-]+% )/, '$1$2'))
}

/** A profile.proto as a row for each sample, with names in the place of ids, which count up in the order of the samples. */
function profileRows(output: Buffer): string[] | undefined {
  const decoded = looksLikeProfile(output) ? decodedOrNot(output) : undefined
  if (decoded === undefined) return undefined
  const {header, strings, functions, locations, ...samples} = decoded
  const types = header.sampleTypes.length
  const lineText = (line: number) => {
    const index = locations.lineFunction[line]!
    return [functions.name[index]!, functions.filename[index]!].map(each => strings.raw(each)).join(' ') + `:${locations.lineNumber[line]}`
  }
  const locationText = (at: number) =>
    `${locations.address[at]} ${Array.from({length: locations.lineStart[at + 1]! - locations.lineStart[at]!}, (_, n) => lineText(locations.lineStart[at]! + n)).join(' ')}`
  return Array.from({length: samples.sampleCount}, (_, sample) => {
    const stack = samples.stackOf[sample]!
    const places = Array.from(samples.stackLocation.subarray(samples.stackStart[stack], samples.stackStart[stack + 1]), locationText)
    return `${samples.values.subarray(sample * types, sample * types + types).join(' ')} ${places.join(';')}`
  })
}

function decodedOrNot(output: Buffer): ProfileColumns | undefined {
  try {
    return decodeProtobuf(output)
  } catch {
    return undefined
  }
}

/** callgrind names a function or file once, `fn=(3) main.f`, and then by its number; an address may stand as its distance to that of the node before. */
function withoutNumbers(lines: readonly string[]): string[] {
  const names = new Map<string, string>()
  let [before, own] = [0n, 0n]
  return lines.map(line => {
    const [, kind = '', number = '', name = ''] = /^c?(ob|fl|fn)=\((\d+)\) ?(.*)$/.exec(line) ?? []
    if (number !== '') {
      if (name !== '') names.set(kind + number, name)
      return `${line.slice(0, line.indexOf('='))}=${names.get(kind + number) ?? ''}`
    }
    const [, head = '', address = '', rest = ''] = /^(calls=0 )?(\*|[+-]\d+|0x[\da-f]+)( \d+.*)$/.exec(line) ?? []
    if (address === '') return line
    if (head === '') before = own
    const whole = address.startsWith('0x') ? BigInt(address) : before + (address === '*' ? 0n : BigInt(address))
    if (head === '') own = whole
    return `${head}${whole}${rest}`
  })
}

/** Profiles of the corpus, as paths. */
export function corpusProfiles(corpus: string): string[] {
  return [
    'pprof-block-mutex',
    'pprof-cpu',
    'pprof-goroutine',
    'pprof-heap',
    'pprof-malformed',
    'pprof-other',
    'paired-gctrace-cpu',
  ].flatMap(folder =>
    readdirSync(corpus + folder)
      .filter(name => !/README|gctrace\.txt/.test(name))
      .map(name => `${corpus}${folder}/${name}`),
  )
}

/** In a difference, and listed in docs/conformance/pprof.md: the toolchain takes a binary CPU profile in front of other files for an executable. */
export const knownDifference = /pprof: File: pprof__profile_testdata/

/** Why a difference stays; undefined where nobody knows. */
export function reasonOf({args}: {readonly args: readonly string[]}): string | undefined {
  const [first, second] = args.filter(arg => !arg.startsWith('-'))
  if (first === undefined || second === undefined || legacyCpuLayout(readFileSync(first).subarray(0, 64)) === undefined) return undefined
  return 'a binary CPU profile in front of other files, which pprof takes for the executable'
}
