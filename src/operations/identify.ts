// `gotriage identify`: what evidence files hold, part by part, with byte ranges. Nothing is judged.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import {version} from '../base/version.generated.ts'
import {groupByProgram} from '../diagnosis/programs.ts'
import {summaryOf, type Summary} from '../evidence/summary.ts'
import type {Envelope, Note} from '../findings/envelope.ts'
import {evidenceFiles, readEvidence} from './read-evidence.ts'

/** One part of a file. `end` is exclusive; both are bytes in the file or, in a container, in the unwrapped member. */
export interface IdentifiedPart {
  readonly id: string
  readonly path: string
  readonly format: string
  readonly kind: string
  readonly start?: number
  readonly end?: number
  readonly program: string
  readonly timeUnixNs?: string
  readonly complete: boolean
  readonly summary: Summary
  readonly notes: readonly {readonly code: string; readonly message: string}[]
}

export interface Identification {
  readonly envelope: Envelope
  readonly parts: readonly IdentifiedPart[]
}

export async function identify(paths: readonly string[], host: Host, task: Task): Promise<Identification> {
  if (paths.length === 0) throw errors.usage('nothing to identify', 'Name files, or a directory of evidence.')
  const notes: Note[] = []
  const files: string[] = []
  const sizes = new Map<string, number>()
  for (const path of paths) {
    const stat = await host.stat(path)
    if (stat === undefined) throw errors.notFound(path)
    for (const file of stat.kind === 'directory' ? await evidenceFiles(host, path, notes) : [path]) {
      files.push(file)
      sizes.set(file, (await host.stat(file))?.size ?? 0)
    }
  }
  const read = await readEvidence(host, files, task)
  notes.push(...read.notes)
  if (read.artifacts.length === 0) {
    const first = notes[0]
    throw errors.usage(
      first
        ? `${first.message.includes(`"${first.path ?? ''}"`) ? '' : `${first.path ?? paths[0] ?? ''}: `}${first.message.replace(/\.$/, '')}`
        : `no evidence in ${paths.join(', ')}`,
      'Give a profile, trace, dump or log of a Go program.',
    )
  }
  const grouped = groupByProgram(read.artifacts.map(({artifact}) => artifact))
  const parts = grouped.artifacts.map(
    ({id, path, format, programId, timeUnixNs, start, end, complete, data, notes: own}): IdentifiedPart => {
      const size = sizes.get(path)
      return {
        id,
        path,
        format,
        kind: data.kind,
        ...(start !== undefined || size !== undefined ? {start: start ?? 0} : {}),
        ...(end === undefined ? (size === undefined ? {} : {end: size}) : {end}),
        program: programId,
        ...(timeUnixNs === undefined ? {} : {timeUnixNs: String(timeUnixNs)}),
        complete,
        summary: summaryOf(data),
        notes: own,
      }
    },
  )
  return {
    parts,
    envelope: {
      schema: 'gotriage/1',
      tool: {version, command: 'identify'},
      complete: read.complete,
      config: {},
      programs: grouped.programs,
      artifacts: parts.map(({id, path, format, program, timeUnixNs, start, end}, i) => ({
        id,
        path,
        format,
        program,
        ...(timeUnixNs === undefined ? {} : {timeUnixNs}),
        ...(read.artifacts[i]?.sha256 === undefined ? {} : {sha256: read.artifacts[i].sha256}),
        ...(start === undefined ? {} : {start}),
        ...(end === undefined ? {} : {end}),
      })),
      findings: [],
      causes: [],
      data: {artifacts: parts},
      notes,
    },
  }
}

/** A line for each part: where, what, and what is in it. */
export function identificationText({parts, envelope}: Identification): string {
  const rows = parts.map(part => [
    part.path,
    part.start === undefined || part.end === undefined ? '' : `${part.start}-${part.end}`,
    part.format,
    Object.entries(part.summary)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ') + (part.complete ? '' : ' (incomplete)'),
  ])
  const widths = [0, 1, 2].map(column => Math.min(60, Math.max(0, ...rows.map(row => row[column]?.length ?? 0))))
  const lines = rows.map(row =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell))
      .join('  ')
      .trimEnd(),
  )
  const notes = [
    ...parts.flatMap(part => part.notes.map(note => `note: ${part.path}: ${note.message}`)),
    ...envelope.notes.map(note => `note: ${note.path === undefined ? '' : `${note.path}: `}${note.message}`),
  ]
  return `${[...lines, ...notes].join('\n')}\n`
}
