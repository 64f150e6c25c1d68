// A profile as a flame graph: the data of the page, the SVG, and a picture for the terminal.
import {errors} from '../base/errors.ts'
import {callTree, joinTrees, totalsOf} from '../evidence/pprof/report/call-tree.ts'
import type {CallTree} from '../evidence/pprof/report/call-tree.ts'
import {basePath} from '../evidence/pprof/report/go-format.ts'
import {scaledLabel} from '../evidence/pprof/report/measurement.ts'
import type {WorkingProfile} from '../evidence/pprof/report/working-profile.ts'
import {textOfRaw} from '../evidence/pprof/string-table.ts'
import type {FlameData} from '../report/flame/flame-data.ts'
import {shortName} from '../report/flame/short-name.ts'
import {loadProfile, prepareReport} from './profile.ts'
import type {ProfileContext} from './profile.ts'
import type {ProfileRequest} from './profile-flags.ts'

export interface FlameTree {
  readonly tree: CallTree
  readonly type: string
  readonly unit: string
  readonly title: string
}

/** The call tree of what the request asks for, filters applied: to `loaded`, where the profile has been read already. */
export async function flameTree(request: ProfileRequest, context: ProfileContext, loaded?: WorkingProfile): Promise<FlameTree> {
  const profile = loaded ?? (await loadProfile(request, context))
  const report = prepareReport(profile, 'traces', request, context)
  const {sampleIndex, sampleType, sampleUnit} = report.options
  const file = profile.mappings[0]?.file ?? ''
  const title = file === '' ? fileTitle(request) : textOfRaw(basePath(file))
  return {tree: callTree(profile, sampleIndex), type: textOfRaw(sampleType), unit: textOfRaw(sampleUnit), title}
}

const fileTitle = ({files}: Pick<ProfileRequest, 'files'>): string => basePath(files[0] ?? 'profile')

/** For the page. With a base, rows hold the weights of both profiles. */
export async function flameData(request: ProfileRequest, context: ProfileContext, loaded?: WorkingProfile): Promise<FlameData> {
  if (request.base.length === 0) {
    const {tree, type, unit, title} = await flameTree(request, context, loaded)
    return {title, type, unit, names: tree.names, parent: tree.parent, name: tree.name, self: tree.self}
  }
  const after = await flameTree({...request, base: [], diffBase: false}, context)
  const before = await flameTree({...request, files: request.base, base: [], diffBase: false}, context)
  if (after.type !== before.type) throw errors.usage(`${before.type} cannot be compared with ${after.type}`, 'Give -sample_index.')
  const joined = joinTrees(before.tree, after.tree)
  const {names, parent, name, self} = joined.tree
  const files = `${fileTitle({files: request.base})} → ${fileTitle(request)}`
  const title = after.title === fileTitle(request) ? files : `${after.title}: ${files}`
  return {title, type: after.type, unit: after.unit, names, parent, name, self, before: joined.before}
}

/** Rows of the terminal that one flame graph may fill. */
const terminalRowsMax = 40
/** A frame that shows at least a letter. */
const legibleColumns = 2

/** Root on top, a row of the terminal for each level, names cut to the width of their frames. Plain text, or coloured with ANSI sequences. */
export function terminalFlame({tree, type, unit}: FlameTree, columns: number, color: boolean): string {
  const weights = Float64Array.from(tree.self, Math.abs)
  const totals = totalsOf(tree, weights)
  const children: number[][] = []
  for (let row = 1; row < tree.parent.length; row++) (children[tree.parent[row]!] ??= []).push(row)
  const all = totals[0] ?? 0
  const lines: string[] = []
  let level: {row: number; from: number; to: number}[] = [{row: 0, from: 0, to: columns}]
  let hidden = 0
  let legible = true
  while (level.length > 0) {
    const line = new FlameLine(columns, color)
    const next: typeof level = []
    for (const {row, from, to} of level) {
      const name = row === 0 ? `${type} ${scaledLabel(all, unit, 'auto')}` : tree.names[tree.name[row]!]!
      line.put(from, to, name)
      let at = from
      const below = [...(children[row] ?? [])].sort((a, b) => totals[b]! - totals[a]!)
      for (const child of below) {
        const width = (totals[child]! / totals[row]!) * (to - from)
        if (Math.round(at + width) - Math.round(at) >= 1) next.push({row: child, from: Math.round(at), to: Math.round(at + width)})
        at += width
      }
    }
    // Below frames of a column each nothing can be read, and nothing gets wider.
    legible &&= level.some(({from, to}) => to - from >= legibleColumns)
    if (legible && lines.length < terminalRowsMax) lines.push(line.text())
    else hidden++
    level = next
  }
  if (hidden > 0)
    lines.push(`${hidden} deeper rows are not shown: start further in with show_from, or see them all with html`.slice(0, columns))
  return `${lines.join('\n')}\n`
}

/** Printable and one column wide; others would break the line or hide what follows. */
const plain = (name: string): string => name.replace(/[^\u0020-\u007e\u00a1-\u02ff]/g, '?')

class FlameLine {
  readonly #columns: number
  readonly #color: boolean
  readonly #parts: string[] = []
  #at = 0
  #odd = false

  constructor(columns: number, color: boolean) {
    this.#columns = columns
    this.#color = color
  }

  put(from: number, to: number, name: string): void {
    if (from > this.#at) this.#parts.push(' '.repeat(from - this.#at))
    const width = Math.min(to, this.#columns) - from
    const room = Math.max(0, width - 1)
    const text = plain(name.length <= room ? name : shortName(name)).slice(0, room)
    this.#odd = !this.#odd
    if (this.#color) this.#parts.push(`\u001b[30;48;5;${this.#odd ? 215 : 222}m${text.padEnd(width)}\u001b[0m`)
    else this.#parts.push(`${text}${'·'.repeat(room - text.length)}|`)
    this.#at = Math.max(to, from)
  }

  text(): string {
    return this.#parts.join('').trimEnd()
  }
}
