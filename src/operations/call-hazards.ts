// The calls of a program with the hazards of `check` in the functions that hold them: every way from an entry point (main, goroutines, handlers,
// init) to a hazard, and nothing else, unless there is no hazard, when it is every call between the functions of the packages.
import {noPackage} from './no-package.ts'
import type {Host} from '../base/host.ts'
import {checkpoint, type Task} from '../base/progress.ts'
import type {Hazard} from '../findings/finding.ts'
import {callGraph, type CallEdge, type CallGraph, type EntryPoint} from '../go/flow/call-graph.ts'
import {packageCalls, placeOf, type PackageCalls} from '../go/flow/package-calls.ts'
import {packageFlow} from '../go/flow/package-flow.ts'
import {loadPackages} from '../go/load/load-packages.ts'
import {lineOf} from '../go/syntax/lines.ts'
import type {Graph, GraphEdge, GraphNode, Tone} from '../graph/graph.ts'
import {checkModule, shownPath} from './check-module.ts'
import {typePackages} from './type-packages.ts'

/** Where a function with a body stands. */
export interface DrawnFunction {
  readonly place: string
  readonly file: string
  readonly startLine: number
  readonly endLine: number
}

/** More are no picture. */
const nodesMax = 400
const hazardsShownMax = 4

export async function callHazards(
  patterns: readonly string[],
  host: Host,
  task: Task,
): Promise<{readonly graph: Graph; readonly notes: readonly string[]}> {
  const wanted = patterns.length === 0 ? ['./...'] : patterns
  const loaded = await loadPackages(host, {dir: host.cwd, patterns: wanted}, task)
  if (loaded.roots.length === 0) throw noPackage(wanted, host.cwd)
  const packages: PackageCalls[] = []
  const functions: DrawnFunction[] = []
  for (const root of loaded.roots) await loaded.preload(root.files, task)
  for await (const typed of typePackages(loaded, task)) {
    checkpoint(task)
    const flow = packageFlow(typed.checked.info.files)
    packages.push(packageCalls(typed.loaded.importPath, flow))
    for (const {file, node} of flow.functions) {
      const starts = Array.from(file.lines)
      functions.push({
        place: placeOf(file, node),
        file: shownPath(file.path, host.cwd),
        startLine: lineOf(starts, node.pos),
        endLine: lineOf(starts, Math.max(node.pos, node.end - 1)),
      })
    }
  }
  const {hazards, notes} = await checkModule({dir: host.cwd, patterns: wanted, shownFrom: host.cwd}, host, task)
  const main = loaded.mainModules[0]?.path ?? ''
  const drawn = callsWithHazards(callGraph(packages), functions, hazards, main)
  return {
    graph: drawn.graph,
    notes: [...notes.map(({message, path}) => (path === undefined ? message : `${path}: ${message}`)), ...drawn.notes],
  }
}

/** `main` is the module, whose path is left out of names. */
export function callsWithHazards(
  calls: CallGraph,
  functions: readonly DrawnFunction[],
  hazards: readonly Hazard[],
  main: string,
): {readonly graph: Graph; readonly notes: readonly string[]} {
  const byPlace = new Map(functions.map(one => [one.place, one]))
  const held = new Map<string, Hazard[]>()
  let elsewhere = 0
  for (const hazard of hazards) {
    const around = innermost(functions, hazard)
    if (around === undefined) elsewhere++
    else held.set(around.place, [...(held.get(around.place) ?? []), hazard])
  }
  const entries = new Map<string, Set<EntryPoint['kind']>>()
  for (const {function: place, kind} of calls.entryPoints) entries.set(place, (entries.get(place) ?? new Set()).add(kind))
  const edges = functions.flatMap(({place}) => calls.edgesFrom(place).filter(edge => byPlace.has(edge.to) && mayBe(calls, edge)))
  const kept = held.size === 0 ? new Set(byPlace.keys()) : leadingTo(new Set(held.keys()), edges)
  // Functions that nobody here calls and that call nobody say nothing when there is no hazard.
  const linked = new Set(edges.flatMap(({from, to}) => [from, to]))
  const places = [...kept].filter(place => held.has(place) || entries.has(place) || linked.has(place)).toSorted(byText)
  const shown = new Set(nearestFirst(places, held, edges).slice(0, nodesMax))
  const nameOf = (place: string) => {
    const name = calls.functions.get(place)?.name
    const where = byPlace.get(place)
    return name === undefined ? `func at ${where?.file ?? ''}:${where?.startLine ?? 0}` : short(name, main)
  }
  const nodes = [...shown].toSorted(byText).map((place): GraphNode => {
    const own = held.get(place) ?? []
    const kinds = [...(entries.get(place) ?? [])]
    const where = byPlace.get(place)
    const unknown = calls.unknownCalls.get(place) ?? 0
    const tone: Tone = own.some(one => one.severity === 'error')
      ? 'bad'
      : own.length > 0
        ? 'attention'
        : kinds.length > 0
          ? 'good'
          : 'plain'
    return {
      id: place,
      lines: [
        ...(kinds.length > 0 ? [kinds.join(', ')] : []),
        nameOf(place),
        ...(calls.functions.get(place)?.name === undefined ? [] : [`${where?.file ?? ''}:${where?.startLine ?? 0}`]),
        ...own.slice(0, hazardsShownMax).map(one => `${one.id}, line ${one.places[0]?.line ?? 0}`),
        ...(own.length > hazardsShownMax ? [`and ${own.length - hazardsShownMax} more`] : []),
        ...(unknown > 0 ? [`${unknown} ${unknown === 1 ? 'call' : 'calls'} of C or of what is not known`] : []),
      ],
      tone,
    }
  })
  const lines = new Map<string, GraphEdge>()
  for (const {from, to, how, static: certain} of edges) {
    if (!shown.has(from) || !shown.has(to)) continue
    lines.set(`${from}\n${to}\n${how}`, {from, to, ...(how === 'call' ? {} : {label: how}), ...(certain ? {} : {dashed: true})})
  }
  const left = places.length - shown.size
  return {
    graph: {
      title:
        held.size === 0
          ? 'calls; check finds no hazard'
          : `calls that lead to ${hazards.length === 1 ? 'one hazard' : `${hazards.length} hazards`}`,
      direction: 'right',
      nodes,
      edges: [...lines].toSorted(([a], [b]) => byText(a, b)).map(([, edge]) => edge),
    },
    notes: [
      ...(elsewhere > 0 ? [`${elsewhere} hazards stand in no function and are not drawn`] : []),
      ...(left > 0 ? [`${left} functions further from a hazard are left out: name fewer packages`] : []),
    ],
  }
}

/** By its signature alone a call of a value could lead to main; it leads to functions that are used as values. */
function mayBe(calls: CallGraph, {to, static: certain}: CallEdge): boolean {
  const target = calls.functions.get(to)
  return certain || target?.method === true || target?.valued === true
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The function whose lines hold the hazard; of nested ones the shortest. */
function innermost(functions: readonly DrawnFunction[], {places: [place]}: Hazard): DrawnFunction | undefined {
  if (place === undefined) return undefined
  const around = functions.filter(one => one.file === place.file && one.startLine <= place.line && place.line <= one.endLine)
  return around.toSorted((a, b) => a.endLine - a.startLine - (b.endLine - b.startLine))[0]
}

interface Step {
  readonly from: string
  readonly to: string
}

/** The functions and all that lead to them. */
function leadingTo(targets: ReadonlySet<string>, edges: readonly Step[]): ReadonlySet<string> {
  return new Set(distances(targets, edges).keys())
}

function distances(targets: ReadonlySet<string>, edges: readonly Step[]): ReadonlyMap<string, number> {
  const callers = new Map<string, string[]>()
  for (const {from, to} of edges) {
    const list = callers.get(to)
    if (list === undefined) callers.set(to, [from])
    else list.push(from)
  }
  const found = new Map([...targets].map(place => [place, 0]))
  for (const [place, steps] of found) for (const caller of callers.get(place) ?? []) if (!found.has(caller)) found.set(caller, steps + 1)
  return found
}

function nearestFirst(places: readonly string[], held: ReadonlyMap<string, unknown>, edges: readonly Step[]): readonly string[] {
  const far = distances(new Set(held.keys()), edges)
  return places.toSorted((a, b) => (far.get(a) ?? Infinity) - (far.get(b) ?? Infinity) || byText(a, b))
}

/** Without the module's path: `(*Store).Login`, `session.(*Store).Login`. */
function short(name: string, main: string): string {
  if (main === '' || !name.startsWith(main)) return name
  return name.slice(main.length).replace(/^[./]/, '')
}
