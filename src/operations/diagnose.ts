// `gotriage diagnose`: source and evidence in, ranked causes out. The CLI, the library and the page call this and only this.
import {errors} from '../base/errors.ts'
import {declaredName, parseSymbolName} from '../base/symbol-name.ts'
import type {Host} from '../base/host.ts'
import type {Place} from '../base/place.ts'
import {checkpoint, type Task} from '../base/progress.ts'
import {version} from '../base/version.generated.ts'
import {causeDefinitions} from '../causes/registry.generated.ts'
import {detectors} from '../detectors/registry.generated.ts'
import {findCauses} from '../diagnosis/engine/find-causes.ts'
import type {Identified, ProgramEvidence} from '../diagnosis/engine/detector.ts'
import {runDetectors} from '../diagnosis/engine/run-detectors.ts'
import {type BuildMatch, matchBuild} from '../diagnosis/build-match.ts'
import {memoryBalance} from '../diagnosis/memory-balance.ts'
import {groupByProgram} from '../diagnosis/programs.ts'
import {wantedEvidence, wantedText} from '../diagnosis/wanted-evidence.ts'
import {weighHazards} from '../diagnosis/weigh-hazards.ts'
import {joinFrame, type SourceIndex, symbolNamed} from '../go/flow/symbol-join.ts'
import type {Cause, Envelope, Note, Program} from '../findings/envelope.ts'
import {compareFindings, type Hazard} from '../findings/finding.ts'
import {allRules, type CheckAside, checkModule, type ModuleCheck} from './check-module.ts'
import {evidenceFiles, type EvidenceRead, readEvidence} from './read-evidence.ts'

export interface DiagnoseRequest {
  /** Directories (one program each, at most one) and evidence files. */
  readonly paths: readonly string[]
  /** Module to read as source when no directory brings one; also overrides. */
  readonly source?: string
}

/** What only some front ends can give. */
export interface DiagnoseServices {
  readonly checkAside?: CheckAside
}

/** From that much evidence on, in bytes of its files, a thread of its own for the source saves more than it costs to start. */
const asideBytesMin = 4 << 20

export interface Diagnosis {
  readonly envelope: Envelope
  /** For reports: the decoded evidence and the source lines. Not part of the envelope. */
  readonly artifacts: readonly (Identified & {readonly programId: string})[]
  readonly evidence: readonly ProgramEvidence[]
  /** Every hazard as the evidence left it, those included that are not shown. Not part of the envelope. */
  readonly hazards: readonly Hazard[]
  sourceLine(file: string, line: number): string | undefined
}

export async function diagnose(request: DiagnoseRequest, host: Host, task: Task, services: DiagnoseServices = {}): Promise<Diagnosis> {
  if (request.paths.length === 0)
    throw errors.usage('nothing to diagnose', 'Name evidence files, or a directory with a Go module and its evidence.')
  const notes: Note[] = []
  const inputs = await inputsOf(request, host, notes)
  const {moduleDir} = inputs
  const {source, read} = await sourceAndEvidence(inputs, host, task, services)
  if (read.artifacts.length === 0 && source === undefined) {
    const first = read.notes[0]
    throw errors.usage(
      first === undefined
        ? `no evidence in ${request.paths.join(', ')}`
        : `${first.path === undefined || first.message.includes(`"${first.path}"`) ? '' : `${first.path}: `}${first.message.replace(/\.$/, '')}`,
      'Give a profile, trace, dump or log of the program, or a directory with its Go module.',
    )
  }
  const grouped = groupByProgram(read.artifacts.map(({artifact}) => artifact))
  const build = matchBuild(
    grouped.artifacts,
    grouped.programs,
    source === undefined ? undefined : {index: source.index, ...(await moduleFacts(host, moduleDir))},
  )
  const {observations, notes: detectorNotes} = runDetectors(detectors, grouped.evidence, placeJoiner(source?.index, build.startLines), task)
  const weighable = grouped.evidence.map(evidence => ({
    evidence,
    observations: observations.filter(o => o.program === evidence.programId),
    memory: memoryBalance(evidence),
    symbolOf: symbolReader(source?.index),
  }))
  const hazards = weighHazards(source?.hazards ?? [], weighable)
  const nothing = {evidence: {programId: 'p1', of: () => []}, observations: [], memory: undefined}
  const cases = (weighable.length > 0 ? weighable : [nothing]).map(({evidence, observations: own, memory}) => ({
    hazards,
    observations: own,
    evidence,
    hasSource: source !== undefined,
    ...(memory === undefined ? {} : {memory}),
  }))
  const {causes: found, notes: causeNotes} = findCauses(causeDefinitions, cases)
  const causes = withDoubt(found, build, hazards)
  const memory = weighable.flatMap(one => one.memory ?? [])
  const shown = hazards.filter(
    hazard =>
      inDefaultPreset(hazard.id) ||
      causes.some(cause => cause.confidence >= 0.5 && cause.chain.some(step => step.findings.includes(hazard.fingerprint))),
  )
  notes.push(
    ...(source?.notes ?? []),
    ...read.notes,
    ...detectorNotes,
    ...causeNotes,
    ...build.notes,
    ...advice(source, hazards, grouped.programs, read.artifacts.length),
  )
  const envelope: Envelope = {
    schema: 'gotriage/1',
    tool: {version, command: 'diagnose'},
    complete: read.complete && (source?.complete ?? true),
    config: source?.config ?? {},
    programs: grouped.programs,
    artifacts: grouped.artifacts.map(({id, path, format, programId, timeUnixNs, start, end}, i) => ({
      id,
      path,
      format,
      program: programId,
      ...(timeUnixNs === undefined ? {} : {timeUnixNs: String(timeUnixNs)}),
      ...(read.artifacts[i]?.sha256 === undefined ? {} : {sha256: read.artifacts[i].sha256}),
      ...(start === undefined ? {} : {start}),
      ...(end === undefined ? {} : {end}),
    })),
    findings: [...shown, ...observations].sort(compareFindings),
    causes,
    ...(memory.length > 0 ? {memory} : {}),
    data: read.artifacts.length === 0 ? {wanted: wantedEvidence(causeDefinitions, hazards)} : {},
    notes,
  }
  return {
    envelope,
    artifacts: grouped.artifacts,
    evidence: grouped.evidence,
    hazards,
    sourceLine: (file, line) => source?.sourceLine(file, line),
  }
}

/** Hazards of stricter presets are guesses on their own: they are weighed, and shown only where a cause rests on them. */
const inDefaultPreset = (id: string) => allRules.some(rule => rule.id === id && rule.preset === 'default')

interface Inputs {
  readonly files: readonly string[]
  /** Those of them that were only found among source, or are logs without a word. */
  readonly besideSource: ReadonlySet<string>
  readonly moduleDir: string | undefined
}

interface Both {
  readonly source: ModuleCheck | undefined
  readonly read: EvidenceRead
}

/** One after the other, or beside each other where that is possible and there is enough to read. The answer is the same. */
async function sourceAndEvidence(
  {files, besideSource, moduleDir}: Inputs,
  host: Host,
  task: Task,
  {checkAside}: DiagnoseServices,
): Promise<Both> {
  if (moduleDir === undefined) return {source: undefined, read: await readEvidence(host, files, task, besideSource)}
  const request = {dir: moduleDir, patterns: ['./...'], shownFrom: host.cwd, tests: false, preset: 'evidence'} as const
  if (checkAside === undefined || (await bytesOf(host, files)) < asideBytesMin) {
    const source = await checkModule(request, host, task)
    return {source, read: await readEvidence(host, files, task, besideSource)}
  }
  checkpoint(task)
  const stop = new AbortController()
  const cancel = () => stop.abort()
  task.signal?.addEventListener('abort', cancel)
  const tasks = besideEachOther(task, stop.signal)
  try {
    const [source, read] = await Promise.all([
      checkAside(request, host, tasks.source),
      readEvidence(host, files, tasks.evidence, besideSource).finally(tasks.evidenceRead),
    ])
    return {source, read}
  } finally {
    task.signal?.removeEventListener('abort', cancel)
    cancel() // when one of them failed, the other need not go on
  }
}

async function bytesOf(host: Host, files: readonly string[]): Promise<number> {
  let bytes = 0
  for (const file of files) bytes += (await host.stat(file))?.size ?? 0
  return bytes
}

/** Two tasks that share one line of progress: that of the evidence, with the source's behind it, until only the source is left. */
function besideEachOther(task: Task, signal: AbortSignal): {readonly evidence: Task; readonly source: Task; evidenceRead(): void} {
  let reading = true
  let beside = ''
  return {
    evidence: {signal, progress: (what, done, total) => task.progress?.(what + beside, done, total)},
    source: {
      signal,
      progress(what, done, total) {
        beside = ` (${what} ${total === undefined || total === 0 ? done : `${Math.floor((100 * done) / total)} %`})`
        if (!reading) task.progress?.(what, done, total)
      },
    },
    evidenceRead: () => void (reading = false),
  }
}

/** Which files are evidence and which directory is the source. */
async function inputsOf(request: DiagnoseRequest, host: Host, notes: Note[]): Promise<Inputs> {
  let moduleDir = request.source
  if (moduleDir !== undefined) {
    const stat = await host.stat(moduleDir)
    if (stat === undefined) throw errors.notFound(moduleDir)
    if (stat.kind !== 'directory') throw errors.usage(`--source ${moduleDir}: it is no directory`, 'Name the directory of the Go module.')
  }
  const files: string[] = []
  const besideSource = new Set<string>()
  for (const given of request.paths) {
    const path = given.replace(/(?<=.)\/+$/, '')
    const stat = await host.stat(path)
    if (stat === undefined) throw errors.notFound(given)
    if (stat.kind === 'file') {
      files.push(path)
      continue
    }
    if (stat.kind !== 'directory') throw errors.unreadable(given, 'it is neither a file nor a directory')
    const isModule = (await host.stat(`${path}/go.mod`))?.kind === 'file'
    if (isModule) moduleDir ??= path
    const evidence = (await host.stat(`${path}/evidence`))?.kind === 'directory' ? `${path}/evidence` : path
    const amongSource = isModule && evidence === path
    const found = (await evidenceFiles(host, evidence, notes)).filter(file => !amongSource || !isProgramFile(file, path))
    for (const file of found) if (amongSource || (await isSilentLog(host, file))) besideSource.add(file)
    files.push(...found)
  }
  if (moduleDir !== undefined && (await host.stat(`${moduleDir}/go.mod`))?.kind !== 'file')
    notes.push({code: 'no-go-mod', message: 'no go.mod here: the source is read as one package tree without a module', path: moduleDir})
  return {files: files.sort(), besideSource, moduleDir}
}

/** A log that nobody wrote to, found in a directory: a program that says nothing is no failed capture. */
const isSilentLog = async (host: Host, file: string): Promise<boolean> =>
  /(?:\.(?:log|err|out)|\/std(?:err|out)[^/]*)$/.test(file) && (await host.stat(file))?.size === 0

/** In a module without an evidence/ directory, files that belong to the program itself are no evidence; nor is what its tests and dependencies keep. */
const isProgramFile = (path: string, module: string) =>
  /\/(?:testdata|vendor|node_modules)\//.test(path.slice(module.length)) ||
  /(?:\.(?:go|mod|sum|work|s|c|h|md|sh|ya?ml|toml|proto|sql|html|css|js|ts)|\/(?:expected|manifest)\.json|\/LICENSE|\/Makefile|\/Dockerfile)$/.test(
    path,
  )

/** Module path and Go version that go.mod names. */
async function moduleFacts(host: Host, dir: string | undefined): Promise<{module: string | undefined; goVersion: string | undefined}> {
  const path = `${dir ?? '.'}/go.mod`
  const text = (await host.stat(path))?.kind === 'file' ? new TextDecoder().decode(await host.readFile(path, 1 << 20)) : ''
  const word = (pattern: RegExp) => pattern.exec(text)?.[1]
  return {module: word(/^module\s+"?([^\s"]+)/m), goVersion: word(/^go\s+(\d+\.\d+[.\w]*)/m)}
}

/** Places of evidence name files of the build machine; in the source at hand they become its own. */
function placeJoiner(index: SourceIndex | undefined, startLines: ReadonlyMap<string, number>): (place: Place) => Place {
  if (index === undefined) return place => place
  return place => {
    if (place.symbol === undefined) return place
    const joined = joinFrame(index, {
      function: place.symbol,
      file: place.file,
      line: place.line,
      startLine: startLines.get(place.symbol) ?? 0,
    })
    if (joined === undefined) return place
    const label = joined.fit === 'same' ? place.label : `${place.label ?? 'here'} (line ${place.line} of another build)`
    return {
      ...place,
      file: joined.function.shownFile,
      line: joined.line,
      symbol: joined.function.symbol,
      ...(label === undefined ? {} : {label}),
    }
  }
}

/** Function names of evidence as symbols of the source, each worked out once. */
function symbolReader(index: SourceIndex | undefined): (functionName: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return name => {
    if (index === undefined) return undefined
    if (!known.has(name)) {
      const symbol = parseSymbolName(name)
      known.set(name, symbol === undefined ? undefined : symbolNamed(index, declaredName(symbol)))
    }
    return known.get(name)
  }
}

/** A cause that rests on both source and evidence is doubtful when they are not of one build. */
function withDoubt(causes: readonly Cause[], build: BuildMatch, hazards: readonly Hazard[]): readonly Cause[] {
  const {doubt} = build
  if (doubt === undefined) return causes
  const fromSource = new Set(hazards.map(hazard => hazard.fingerprint))
  return causes.map(cause =>
    cause.chain.some(step => step.findings.some(finding => fromSource.has(finding)))
      ? {...cause, wrongIf: [...cause.wrongIf, doubt]}
      : cause,
  )
}

/** What is missing, said once. */
function advice(source: ModuleCheck | undefined, hazards: readonly Hazard[], programs: readonly Program[], artifacts: number): Note[] {
  if (artifacts === 0)
    return [
      {
        code: 'no-evidence',
        message: `no evidence was given, so every cause is a suspicion; ${wantedText(wantedEvidence(causeDefinitions, hazards))}`,
      },
    ]
  if (source === undefined) {
    const program = programs.find(one => one.module !== undefined || one.goVersion !== undefined)
    const of =
      program === undefined
        ? ''
        : ` (the evidence is of ${[program.module, program.goVersion].filter(one => one !== undefined).join(', ')})`
    return [
      {
        code: 'no-source',
        message: `no Go module was given, so places are those of the build machine and no hazard of source could be held against the evidence: add --source DIR${of}`,
      },
    ]
  }
  return []
}
