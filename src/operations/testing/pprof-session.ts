// One interactive pprof that makes many reports of one profile: starting it and reading the profile is most of what a single report takes.
// Settings are given line by line and taken back after each report, which goes to a file of its own.
import {spawn} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {TriageError} from '../../base/errors.ts'
import {copyProfile} from '../../evidence/pprof/report/working-profile.ts'
import type {WorkingProfile} from '../../evidence/pprof/report/working-profile.ts'
import {protoBytes} from '../profile-export.ts'
import {defaultProfileConfig, parseProfileFlags} from '../profile-flags.ts'
import {loadProfile, reportOf} from '../profile.ts'
import {fileHost} from './file-host.ts'
import {NoAnswer, plain, theirs, toolchainPprof} from './pprof-oracle.ts'

export interface SessionRun {
  /** `-top`, `-list=RE`, … */
  readonly report: string
  readonly flags: readonly string[]
}

const granularities = new Set(['functions', 'filefunctions', 'files', 'lines', 'addresses'])
const sampleTypes: Readonly<Record<string, string>> = {
  inuse_space: 'inuse_space',
  inuse_objects: 'inuse_objects',
  alloc_space: 'alloc_space',
  alloc_objects: 'alloc_objects',
  total_delay: 'delay',
  mean_delay: 'delay',
  contentions: 'contentions',
}

/** What a flag of the command line is in a session: names and values. */
function settingsOf(flag: string): [string, string][] {
  const [, name = '', value = 'true'] = /^-([^=]*)(?:=(.*))?$/.exec(flag) ?? []
  if (name === 'cum' || name === 'flat') return [['sort', name]]
  if (granularities.has(name)) return [['granularity', name]]
  const type = sampleTypes[name]
  if (type === undefined) return [[name, value]]
  return name === 'mean_delay'
    ? [
        ['sample_index', type],
        ['mean', 'true'],
      ]
    : [['sample_index', type]]
}

const resetValue = (name: string): string =>
  name === 'granularity' ? 'functions' : String(defaultProfileConfig[name as keyof typeof defaultProfileConfig])

/** In a session a report without a node count has ten rows; on the command line all, and 80 nodes. */
const nodeCountOf = (command: string): string => (/^(?:top|text|topproto)\b/.test(command) ? '0' : '80')

function scriptOf(runs: readonly SessionRun[], dir: string): string {
  const lines = ['compact_labels=false']
  for (const [index, {report, flags}] of runs.entries()) {
    const command = report.slice(1).replace('=', ' ')
    const settings = flags.flatMap(settingsOf)
    lines.push(`nodecount=${nodeCountOf(command)}`, ...settings.map(([name, value]) => `${name}=${value}`))
    lines.push(`${command} >${join(dir, String(index))}`)
    lines.push(...settings.filter(([name]) => name !== 'nodecount').map(([name]) => `${name}=${resetValue(name)}`))
  }
  return `${lines.join('\n')}\n`
}

/** How long one session may take; one command line may take as long again (`aloneMsMax`). */
const sessionMsMax = 8 * 60_000
/** Profiles above it are read with the garbage collector as it is: at the memory limit below it would run without pause. */
const smallProfileBytes = 300_000

/** Bytes of each run as pprof makes them; undefined where it refuses. `load` are flags and files that are read once. */
export const theirSession = (load: readonly string[], runs: readonly SessionRun[], cwd: string): Promise<(Buffer | undefined)[]> =>
  usingTheirSession(load, runs, cwd, bytes => bytes)

/**
 * The same, one answer in memory at a time: `use` says what is to be kept of it. What a session had not answered when its time was over, the command line
 * is asked for, and another session for what comes after it; `unanswered` says what is to be kept where that takes too long as well.
 */
export async function usingTheirSession<T>(
  load: readonly string[],
  runs: readonly SessionRun[],
  cwd: string,
  use: (bytes: Buffer | undefined) => T,
  unanswered: (error: NoAnswer) => T = thrown,
  msMax = sessionMsMax,
): Promise<T[]> {
  const answers: T[] = []
  while (answers.length < runs.length) {
    answers.push(...(await oneSession(load, runs.slice(answers.length), cwd, use, msMax)))
    const slow = runs[answers.length]
    if (slow === undefined) break
    try {
      const {stdout, failed} = await theirs([slow.report, ...slow.flags, ...load], cwd)
      answers.push(use(failed ? undefined : stdout))
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      answers.push(unanswered(error))
    }
  }
  return answers
}

function thrown(error: NoAnswer): never {
  throw error
}

/** Its answers as far as it came in its time. */
function oneSession<T>(
  load: readonly string[],
  runs: readonly SessionRun[],
  cwd: string,
  use: (bytes: Buffer | undefined) => T,
  msMax: number,
): Promise<T[]> {
  const dir = mkdtempSync(join(tmpdir(), 'gotriage-session-'))
  const small = load.every(arg => arg.startsWith('-') || statSync(arg).size < smallProfileBytes)
  // Its garbage collector would take a third of the time; the answers do not depend on it.
  const collector = small ? {GOGC: 'off', GOMEMLIMIT: '400MiB'} : {}
  const env = {...process.env, TZ: 'UTC', PPROF_BINARY_PATH: '/nonexistent', ...collector}
  return new Promise((done, failed) => {
    const child = spawn(toolchainPprof(), ['-symbolize=none', ...load], {cwd, env, stdio: ['pipe', 'ignore', 'ignore']})
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, msMax)
    child.on('error', failed)
    child.on('exit', () => {
      clearTimeout(timer)
      const pathOf = (index: number) => join(dir, String(index))
      const written = runs.map((_, index) => index).filter(index => existsSync(pathOf(index)))
      // It works through them in order: whatever stands before the last that it began is done.
      const settled = late ? (written.at(-1) ?? 0) : runs.length
      const outputs = runs.slice(0, settled).map(({report}, index) => {
        if (!existsSync(pathOf(index))) return use(undefined)
        const bytes = readFileSync(pathOf(index))
        return use(report === '-proto' || report === '-topproto' ? plain(bytes) : bytes)
      })
      rmSync(dir, {recursive: true, force: true})
      done(outputs)
    })
    // A profile that cannot be read ends it before it has read what it was told.
    child.stdin.on('error', () => undefined)
    child.stdin.end(scriptOf(runs, dir))
  })
}

/** What each command of a session prints; settings (`name=value`, `:`) print nothing. */
export async function theirShell(file: string, lines: readonly string[], cwd: string): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'gotriage-shell-'))
  const isSetting = (line: string) => line === ':' || line.includes('=')
  const script = lines.map((line, index) => (isSetting(line) ? line : `${line} >${join(dir, String(index))}`)).join('\n')
  const env = {...process.env, TZ: 'UTC', PPROF_BINARY_PATH: '/nonexistent'}
  await new Promise<void>((done, failed) => {
    const child = spawn(toolchainPprof(), ['-symbolize=none', file], {cwd, env, stdio: ['pipe', 'ignore', 'ignore']})
    child.on('error', failed)
    child.on('exit', () => done())
    child.stdin.end(`${script}\n`)
  })
  const outputs = lines.map((_, index) => (existsSync(join(dir, String(index))) ? readFileSync(join(dir, String(index)), 'utf8') : ''))
  rmSync(dir, {recursive: true, force: true})
  return outputs
}

/** The same of ours, from a profile that is read once. */
export class OurSession {
  readonly #load: readonly string[]
  readonly #context
  #profile: Promise<WorkingProfile> | undefined

  constructor(load: readonly string[], cwd: string) {
    this.#load = load
    this.#context = {host: fileHost(cwd), task: {}, note: () => undefined}
  }

  /** Undefined where we refuse. */
  async run({report, flags}: SessionRun): Promise<Buffer | undefined> {
    try {
      const request = parseProfileFlags(['-symbolize=none', report, ...flags, ...this.#load])
      this.#profile ??= loadProfile(request, this.#context)
      const profile = copyProfile(await this.#profile)
      if (request.command === 'proto' || request.command === 'topproto') return Buffer.from(protoBytes(profile, request, this.#context))
      const parts: Uint8Array[] = []
      for await (const part of reportOf(profile, request, this.#context)) parts.push(part)
      return Buffer.concat(parts)
    } catch (error) {
      if (error instanceof TriageError) return undefined
      throw error
    }
  }
}
