// One package of `go vet -vettool`, as the go command describes it in a JSON file (cmd/go/internal/work, vetConfig). Types come from source as
// ever, not from the export data it names. Rules that conclude from a whole module do not run: a package alone would make them guess.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import type {Preset} from '../analysis/engine/rule.ts'
import type {Finding} from '../findings/finding.ts'
import {findingText} from '../findings/text.ts'
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
  const {ID, Dir, GoFiles} = (typeof read === 'object' && read !== null ? read : {}) as {ID?: unknown; Dir?: unknown; GoFiles?: unknown} // each is looked at below
  if (typeof ID !== 'string' || typeof Dir !== 'string' || !Array.isArray(GoFiles) || !GoFiles.every(file => typeof file === 'string'))
    throw errors.malformed('vet configuration', 0, 'ID, Dir or GoFiles is missing')
  return {id: ID, dir: Dir.replaceAll('\\', '/'), goFiles: GoFiles.map(file => file.replaceAll('\\', '/'))}
}

/** `inDir` is the host as if started in the unit's directory. Gives what go vet prints, `file:line:col: message` first. */
export async function checkUnit(
  unit: Unit,
  request: UnitRequest,
  inDir: Host,
  task: Task,
): Promise<{readonly findings: readonly Finding[]; readonly text: string}> {
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
  return {findings, text: absolute.map(finding => `${findingText(finding)}\n`).join('')}
}

const pathOf = (file: string, dir: string) => (file.startsWith('/') ? file : `${dir}/${file}`)
