// Runs the toolchain's pprof and our own on the same arguments, and says whether they print the same bytes.
import {execFileSync, spawnSync} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {profileReport} from '../profile.ts'
import {parseProfileFlags} from '../profile-flags.ts'
import {fileHost} from './file-host.ts'

/** Largest report compared, in bytes. */
const outputBytesMax = 512 * 1024 * 1024

let pprofPath: string | undefined
/** The pprof of the Go toolchain; `go tool` builds it the first time. */
export const toolchainPprof = (): string => (pprofPath ??= execFileSync('go', ['tool', '-n', 'pprof'], {encoding: 'utf8'}).trim())

/** How often pprof is asked again where we differ. */
const repeats = 8

export interface Outcome {
  readonly stdout: Buffer
  /** What was said on stderr, or the message of the error. */
  readonly stderr: string
  readonly failed: boolean
}

export function theirs(args: readonly string[], cwd: string): Outcome {
  const {stdout, stderr, status} = spawnSync(toolchainPprof(), ['-symbolize=none', ...args], {
    cwd,
    env: {...process.env, TZ: 'UTC', PPROF_BINARY_PATH: '/nonexistent'},
    maxBuffer: outputBytesMax,
  })
  return {stdout, stderr: stderr.toString(), failed: status !== 0}
}

export async function ours(args: readonly string[], cwd: string): Promise<Outcome> {
  const notes: string[] = []
  const parts: Uint8Array[] = []
  try {
    const context = {host: fileHost(cwd), task: {}, note: (line: string) => void notes.push(line)}
    for await (const part of profileReport(parseProfileFlags(['-symbolize=none', ...args]), context)) parts.push(part)
  } catch (error) {
    return {stdout: Buffer.concat(parts), stderr: error instanceof Error ? (error.stack ?? error.message) : String(error), failed: true}
  }
  return {stdout: Buffer.concat(parts), stderr: notes.join('\n'), failed: false}
}

export interface Comparison {
  readonly args: readonly string[]
  readonly same: boolean
  /** pprof does not print the same bytes each time it is asked: it sorts by keys that leave ties, in the order of a Go map. */
  readonly unstable: boolean
  /** The first line that differs, from both sides. */
  readonly difference: string
}

export async function compare(args: readonly string[], cwd: string): Promise<Comparison> {
  const [a, b] = [theirs(args, cwd), await ours(args, cwd)]
  if (a.failed && b.failed) return {args, same: true, unstable: false, difference: ''}
  if (a.failed !== b.failed)
    return {args, same: false, unstable: false, difference: `${a.failed ? 'only pprof fails' : 'only we fail'}: ${a.stderr}${b.stderr}`}
  if (a.stdout.equals(b.stdout)) return {args, same: true, unstable: false, difference: ''}
  const [mine, other] = [b.stdout.toString('latin1').split('\n'), a.stdout.toString('latin1').split('\n')]
  const line = other.findIndex((text, index) => text !== mine[index])
  const at = line < 0 ? other.length : line
  const unstable = Array.from({length: repeats}, () => theirs(args, cwd).stdout).some(again => !again.equals(a.stdout))
  return {args, same: false, unstable, difference: `line ${at + 1}\n  pprof: ${other[at]}\n  ours:  ${mine[at]}`}
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
