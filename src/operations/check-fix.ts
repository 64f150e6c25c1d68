// `gotriage check --fix` and `--diff`: safe fixes only, and of those only what holds: every changed file is parsed again and everything is
// checked again in memory before a byte is written. In generated files no fix is safe. A file that gets syntax or type errors, or keeps a finding, keeps its old text.
import type {Host} from '../base/host.ts'
import {overlayHost} from '../base/overlay-host.ts'
import type {Task} from '../base/progress.ts'
import {applyEdits, chooseFixes, type ChosenFix} from '../analysis/fixes/apply-edits.ts'
import {unifiedDiff} from '../analysis/fixes/unified-diff.ts'
import type {Note} from '../findings/envelope.ts'
import type {Edit, Hazard} from '../findings/finding.ts'
import {parseFile} from '../go/syntax/parse.ts'
import {check, type Checked, type CheckRequest, type CheckServices} from './check.ts'

export interface FixedFile {
  /** As findings name it. */
  readonly file: string
  readonly path: string
  readonly after: Uint8Array
  readonly fixes: number
  readonly diff: string
}

export interface Fixed {
  readonly files: readonly FixedFile[]
  readonly notes: readonly Note[]
  /** The check of the fixed files; what it was before where nothing could be fixed. */
  readonly checked: Checked
}

/** Attempts; every one that fails leaves at least one file out. */
const attemptsMax = 10

export async function fix(request: CheckRequest, before: Checked, host: Host, task: Task, services: CheckServices): Promise<Fixed> {
  const hazards = before.envelope.findings.filter(finding => finding.kind === 'hazard')
  const {chosen, waiting} = chooseFixes(hazards)
  const notes: Note[] = []
  if (waiting > 0) notes.push({code: 'fix-waiting', message: `${waiting} fixes overlap others: run --fix again for them`})
  let wanted = chosen
  for (let attempt = 0; attempt < attemptsMax && wanted.length > 0; attempt++) {
    const {files, bad} = await edited(wanted, host)
    const after =
      bad.size > 0 ? undefined : await check(request, overlayHost(host, new Map(files.map(one => [one.path, one.after]))), task, services)
    const failed = after === undefined ? bad : worse(before, after, wanted)
    if (failed.size === 0 && after !== undefined) return {files, notes, checked: after}
    for (const file of failed)
      notes.push({code: 'fix-dropped', message: 'its fixes are left out: with them it does not check as it should', path: file})
    // a fix is taken whole or not at all, so one that also edits a failed file goes too
    wanted = wanted.filter(({fix: {edits}}) => !edits.some(edit => failed.has(edit.file)))
  }
  return {files: [], notes, checked: before}
}

const pathOf = (file: string, host: Host) => (file.startsWith('/') ? file : `${host.cwd}/${file}`)

async function edited(wanted: readonly ChosenFix[], host: Host): Promise<{files: FixedFile[]; bad: Set<string>}> {
  const bad = new Set<string>()
  const files: FixedFile[] = []
  for (const file of new Set(wanted.flatMap(({fix: {edits}}) => edits.map(edit => edit.file)))) {
    const path = pathOf(file, host)
    const bytes = await host.readFile(path)
    const edits = withLineEnds(
      bytes,
      wanted.flatMap(({fix: one}) => one.edits.filter(edit => edit.file === file)),
    )
    const after = applyEdits(bytes, edits)
    if (after === undefined || parseFile(after).errors.length > parseFile(bytes).errors.length) bad.add(file)
    else {
      const fixes = wanted.filter(({fix: one}) => one.edits.some(edit => edit.file === file)).length
      files.push({file, path, after, fixes, diff: unifiedDiff(file, bytes, edits)})
    }
  }
  return {files, bad}
}

/** New lines end as the first line of the file does. */
function withLineEnds(bytes: Uint8Array, edits: readonly Edit[]): readonly Edit[] {
  const end = bytes.indexOf(10)
  return end > 0 && bytes[end - 1] === 13 ? edits.map(edit => ({...edit, text: edit.text.replaceAll('\n', '\r\n')})) : edits
}

/** Files that are worse off: more type errors in a package of theirs, or a fixed finding that is still there. */
function worse(before: Checked, after: Checked, wanted: readonly ChosenFix[]): Set<string> {
  const failed = new Set<string>()
  const touched = new Set(wanted.flatMap(({fix: {edits}}) => edits.map(edit => edit.file)))
  for (const [name, unit] of after.packages) {
    if (unit.typeErrors <= (before.packages.get(name)?.typeErrors ?? 0)) continue
    const own = unit.files.filter(file => touched.has(file))
    for (const file of own.length > 0 ? own : touched) failed.add(file)
  }
  const open = (checked: Checked, id: string, file: string) =>
    checked.envelope.findings.filter(
      (finding): finding is Hazard =>
        finding.kind === 'hazard' && finding.suppressed === undefined && finding.id === id && finding.places[0]?.file === file,
    ).length
  for (const {hazard} of wanted) {
    const file = hazard.places[0]?.file ?? ''
    const fixedHere = wanted.filter(one => one.hazard.id === hazard.id && one.hazard.places[0]?.file === file).length
    if (open(after, hazard.id, file) > open(before, hazard.id, file) - fixedHere) failed.add(file)
  }
  return failed
}
