// One package of `go vet -vettool`, as the go command describes it in a JSON file (cmd/go/internal/work, vetConfig). Types come from source as
// ever, not from the export data it names. Rules that conclude from a whole module do not run: a package alone would make them guess.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Place} from '../base/place.ts'
import type {Task} from '../base/progress.ts'
import type {Preset} from '../analysis/engine/rule.ts'
import type {Finding} from '../findings/finding.ts'
import {findingText} from '../findings/text.ts'
import {oneLine} from '../findings/visible-controls.ts'
import {check} from './check.ts'
import {runModule} from './check-module.ts'

export interface UnitRequest {
  readonly preset?: Preset
  readonly ruleIds?: readonly string[]
  readonly config?: string
}

/** The fields used of vetConfig. */
interface Unit {
  readonly id: string
  readonly dir: string
  readonly goFiles: readonly string[]
  /** Where the go command looks for what belongs on stdout, Go 1.26 on. */
  readonly stdout: string | undefined
}

/** Longer files are no description of a package (bytes). */
const unitBytesMax = 64 << 20

export async function readUnit(path: string, host: Host): Promise<Unit> {
  const bytes = await host.readFile(path, unitBytesMax)
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw errors.malformed('vet configuration', 0, error instanceof Error ? error.message : String(error))
  }
  const {ID, Dir, GoFiles, Stdout} = (typeof read === 'object' && read !== null ? read : {}) as Record<string, unknown> // each is looked at below
  if (typeof ID !== 'string' || typeof Dir !== 'string' || !Array.isArray(GoFiles) || !GoFiles.every(file => typeof file === 'string'))
    throw errors.malformed('vet configuration', 0, 'ID, Dir or GoFiles is missing')
  return {
    id: ID,
    dir: Dir.replaceAll('\\', '/'),
    goFiles: GoFiles.map(file => file.replaceAll('\\', '/')),
    stdout: typeof Stdout === 'string' && Stdout !== '' ? Stdout : undefined,
  }
}

/** `inDir` is the host as if started in the unit's directory. Gives what go vet prints, `file:line:col: message` first, and what `-json` asks for. */
export async function checkUnit(
  unit: Unit,
  request: UnitRequest,
  inDir: Host,
  task: Task,
): Promise<{readonly findings: readonly Finding[]; readonly text: string; readonly json: string}> {
  const {envelope} = await check({...request, patterns: ['.']}, inDir, task, {
    run: (one, host, inner) => runModule({...one, rules: one.rules.filter(rule => 'run' in rule)}, host, inner),
  })
  const named = new Set(unit.goFiles)
  // Of a package with cgo the go command names the files it generated; the ones they were made from are all in the directory.
  const generated = unit.goFiles.some(file => !file.startsWith(`${unit.dir}/`))
  const own = (file: string) => {
    const path = file.startsWith('/') ? file : `${unit.dir}/${file}`
    return named.has(path) || (generated && !path.endsWith('_test.go') && path.startsWith(`${unit.dir}/`))
  }
  const findings = envelope.findings.filter(finding => {
    if (finding.kind !== 'hazard' || finding.suppressed !== undefined) return false
    return own(finding.places[0]?.file ?? '')
  })
  const absolute = findings.map(finding => ({
    ...finding,
    places: finding.places.map(place => ({...place, file: pathOf(place.file, unit.dir)})),
  }))
  return {findings, text: absolute.map(finding => `${findingText(finding)}\n`).join(''), json: unitJson(unit.id, absolute, unit.dir)}
}

/**
 * A tree of package, analyzer and diagnostics (cmd/go/internal/vet, jsonTree). Without `-json` the go command, from Go 1.26 on, makes of it the
 * lines it prints, so that messages are made visible here.
 */
function unitJson(id: string, findings: readonly Finding[], dir: string): string {
  const posn = (place: Place) => `${oneLine(place.file)}:${place.line}:${place.column ?? 1}`
  const end = (place: Place) => `${oneLine(place.file)}:${place.endLine ?? place.line}:${place.endColumn ?? place.column ?? 1}`
  const byRule: Record<string, unknown[]> = {}
  for (const finding of findings) {
    const [place, ...others] = finding.places
    if (place === undefined) continue
    const related = others.map(other => ({posn: posn(other), end: end(other), message: oneLine(other.label ?? '')}))
    const fixes = (finding.kind === 'hazard' ? finding.fixes : []).map(({title, edits}) => ({
      message: oneLine(title),
      edits: edits.map(edit => ({filename: pathOf(edit.file, dir), start: edit.start, end: edit.end, new: edit.text})),
    }))
    ;(byRule[finding.id] ??= []).push({
      category: finding.id,
      posn: posn(place),
      end: end(place),
      message: `${oneLine(finding.what)} (${finding.id})\n  why:  ${oneLine(finding.why)}\n  next: ${oneLine(finding.next)}`,
      ...(fixes.length === 0 ? {} : {suggested_fixes: fixes}),
      ...(related.length === 0 ? {} : {related}),
    })
  }
  return `${JSON.stringify(findings.length === 0 ? {} : {[id]: byRule}, undefined, '\t')}\n`
}

const pathOf = (file: string, dir: string) => (file.startsWith('/') ? file : `${dir}/${file}`)
