// `manifest.json` of an evidence directory, as `gotriage collect` writes it: which program the files beside it came from, and when.
import {errors} from '../../base/errors.ts'
import type {ProgramHint} from '../model/artifact.ts'

export const manifestSchema = 'gotriage-manifest/1'
export const manifestName = 'manifest.json'
const filesMax = 100_000

export interface ManifestFile {
  /** Relative to the manifest, with `/`. */
  readonly path: string
  /** `heap`, `cpu`, `goroutine`, `trace`, `expvar`, `stderr`, `stdout`, `proc-status`, …; `other` for files the program wrote itself. */
  readonly kind: string
  /** Decimal, Unix nanoseconds; of the moment the capture was taken or, for a log, begun. */
  readonly timeUnixNs: string
}

export interface Manifest {
  readonly schema: typeof manifestSchema
  readonly command?: readonly string[]
  readonly url?: string
  readonly startedUnixNs: string
  readonly program: {
    readonly module?: string
    readonly goVersion?: string
    readonly buildId?: string
    readonly pid?: string
    readonly host?: string
    /** Of the process, where it is known. */
    readonly startedUnixNs?: string
  }
  readonly exit?: {readonly code?: number; readonly signal?: string}
  readonly files: readonly ManifestFile[]
  readonly notes: readonly {readonly code: string; readonly message: string}[]
}

/** One document with a newline at its end; keys in the order of the type. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const digits = (value: unknown): string | undefined => (typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined)

/** Undefined when the text is another JSON document; an error when it claims to be a manifest and is not one. */
export function parseManifest(source: string): Manifest | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(source)
  } catch {
    return undefined
  }
  if (!isRecord(parsed) || typeof parsed['schema'] !== 'string' || !parsed['schema'].startsWith('gotriage-manifest/')) return undefined
  if (parsed['schema'] !== manifestSchema)
    throw errors.unsupported(`manifest of schema ${parsed['schema'].slice(0, 60)}`, `This version reads ${manifestSchema}.`)
  const program = isRecord(parsed['program']) ? parsed['program'] : {}
  const files = Array.isArray(parsed['files']) ? parsed['files'] : []
  if (files.length > filesMax) throw errors.limit('files of a manifest', filesMax)
  const command = Array.isArray(parsed['command'])
    ? parsed['command'].filter((word): word is string => typeof word === 'string')
    : undefined
  const url = text(parsed['url'])
  const exit = isRecord(parsed['exit']) ? parsed['exit'] : undefined
  return {
    schema: manifestSchema,
    ...(command ? {command} : {}),
    ...(url === undefined ? {} : {url}),
    startedUnixNs: digits(parsed['startedUnixNs']) ?? '0',
    program: Object.fromEntries(
      (['module', 'goVersion', 'buildId', 'pid', 'host'] as const)
        .flatMap((name): [string, string | undefined][] => [[name, text(program[name])]])
        .concat([['startedUnixNs', digits(program['startedUnixNs'])]])
        .filter(([, value]) => value !== undefined),
    ),
    ...(exit
      ? {
          exit: {
            ...(typeof exit['code'] === 'number' ? {code: exit['code']} : {}),
            ...(typeof exit['signal'] === 'string' ? {signal: exit['signal']} : {}),
          },
        }
      : {}),
    files: files.flatMap((file: unknown) => {
      const path = isRecord(file) ? text(file['path']) : undefined
      if (!isRecord(file) || path === undefined || path.startsWith('/') || path.split(/[/\\]/).includes('..')) return []
      return [{path, kind: text(file['kind']) ?? 'other', timeUnixNs: digits(file['timeUnixNs']) ?? '0'}]
    }),
    notes: (Array.isArray(parsed['notes']) ? parsed['notes'] : []).flatMap((note: unknown) =>
      isRecord(note) && typeof note['code'] === 'string' && typeof note['message'] === 'string'
        ? [{code: note['code'], message: note['message']}]
        : [],
    ),
  }
}

/** What the manifest says of the program that its files came from. */
export function programOf({program}: Manifest): ProgramHint {
  const {startedUnixNs, ...rest} = program
  return {...rest, ...(startedUnixNs === undefined ? {} : {startedUnixNs: BigInt(startedUnixNs)})}
}

/** When a file of the manifest was captured, by its path relative to the manifest. */
export function timeOf(manifest: Manifest, path: string): bigint | undefined {
  const time = manifest.files.find(file => file.path === path)?.timeUnixNs
  return time === undefined || time === '0' ? undefined : BigInt(time)
}
