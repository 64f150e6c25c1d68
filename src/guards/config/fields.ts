// Reading a guard's YAML: every key may be left out, every wrong one is told with its line and the nearest that would do.
import {ScenarioReader, type Field} from '../../sim/scenario/reader.ts'

export type Entries = ReadonlyMap<string, Field>

/** The document's root; complaints name `name` and the line. */
export const guardRoot = (name: string, yaml: string): Field => new ScenarioReader(name, yaml, {root: 'config'}).root

/** Whole milliseconds. */
export function milliseconds(field: Field | undefined, otherwise: number, min = 1, max = 400 * 86_400_000): number {
  if (field === undefined) return otherwise
  const ms = field.duration() / 1e6
  if (!Number.isInteger(ms)) throw field.problem(`${ms} ms is no whole number of milliseconds`, 'Write whole milliseconds or seconds.')
  return field.within(ms, min, max, ' ms')
}

export const share = (field: Field | undefined, otherwise: number): number => percent(field) ?? field?.number(0, 1) ?? otherwise

/** `15%` as 0.15; undefined when it is written otherwise. */
function percent(field: Field | undefined): number | undefined {
  const raw = field?.raw
  const match = typeof raw === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(raw) : undefined
  if (field === undefined || !match) return undefined
  return field.within(Number(match[1]) / 100, 0, 1, '')
}

export const whole = (field: Field | undefined, otherwise: number, min = 0, max = 1e9): number => field?.whole(min, max) ?? otherwise

export const goKeywords: ReadonlySet<string> = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
)

/** A Go package name. */
export function packageName(field: Field | undefined, otherwise: string): string {
  if (field === undefined) return otherwise
  const name = field.text()
  if (!/^[a-z][a-z0-9_]*$/.test(name) || goKeywords.has(name) || name === 'main')
    throw field.problem(`"${name}" is no name for an importable Go package`, 'Write lower case letters and digits.')
  return name
}

/** A name as cgo spells it. */
export function cIdentifier(field: Field): string {
  const text = field.text()
  if (!/^[A-Za-z_]\w*$/.test(text))
    throw field.problem(`"${text}" is no name in C`, 'Write it as it stands in the header, without "C."; "struct foo" is struct_foo.')
  return text
}

/** A Go import path. */
export function importPath(field: Field): string {
  const path = field.text()
  if (!/^[\w.~-]+(\/[\w.~-]+)*$/.test(path)) throw field.problem(`"${path}" is no import path`, 'Write it as in an import.')
  return path
}

/** One line of text for comments and messages. */
export function line(field: Field | undefined, otherwise: string): string {
  const text = field?.text() ?? otherwise
  if (field !== undefined && (text.length > 200 || /[\u0000-\u001f\u007f]/.test(text)))
    throw field.problem('one short line is needed here', 'Write at most 200 characters without line breaks.')
  return text
}
