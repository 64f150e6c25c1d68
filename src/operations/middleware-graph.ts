// The middleware chains of a gin application as one tree: what runs before what on the way to each route, which keys it sets and reads, which keys
// nobody set before they are read, and which are set twice on one way.
import {noPackage} from './no-package.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import {checkpoint} from '../base/progress.ts'
import {stackOverflowed} from '../base/stack-overflow.ts'
import {loadPackages} from '../go/load/load-packages.ts'
import {tooDeepMessage} from '../go/syntax/deep-stack.ts'
import {parseFile} from '../go/syntax/parse.ts'
import type {Graph, GraphEdge, GraphNode, Tone} from '../graph/graph.ts'
import {shownPath} from './check-module.ts'
import {ginRoutes, type GinFile, type GinHandler, type GinRoute} from './gin-app.ts'

export async function middlewareGraph(
  patterns: readonly string[],
  host: Host,
  task: Task,
): Promise<{readonly graph: Graph; readonly notes: readonly string[]}> {
  const loaded = await loadPackages(host, {dir: host.cwd, patterns: patterns.length === 0 ? ['./...'] : patterns}, task)
  if (loaded.roots.length === 0) throw noPackage(patterns, host.cwd)
  const files: GinFile[] = []
  for (const pkg of loaded.roots) {
    await loaded.preload(pkg.files, task)
    for (const source of pkg.files) {
      checkpoint(task)
      const bytes = loaded.bytes(source)
      const {file, lines, errors} = parseFile(bytes, {comments: false})
      if (errors.some(({message}) => message === tooDeepMessage)) stackOverflowed(task)
      const text = (node: {readonly pos: number; readonly end: number}) => new TextDecoder().decode(bytes.subarray(node.pos, node.end))
      files.push({path: shownPath(source.path, host.cwd), packageName: pkg.name, file, lines, text})
    }
  }
  const routes = ginRoutes(files)
  return {
    graph: chains(routes),
    notes: routes.length > 0 ? [] : ['no route of github.com/gin-gonic/gin is registered in these packages'],
  }
}

/** Handlers that stand in the same place with the same ones before them are one node. */
export function chains(routes: readonly GinRoute[]): Graph {
  const nodes = new Map<string, GraphNode>([['request', {id: 'request', lines: ['request'], shape: 'ellipse'}]])
  const edges = new Map<string, GraphEdge>()
  for (const route of routes) {
    let at = 'request'
    const set = new Map<string, string>()
    let unknown = false
    for (const handler of route.chain) {
      const id = `${at}\n${handler.place} ${handler.name}`
      const {lines, tone} = described(handler, set, unknown)
      nodes.set(id, {id, lines, tone})
      edges.set(id, {from: at, to: id, ...(handler.conditional ? {label: 'if', dashed: true} : {})})
      unknown ||= handler.keys === undefined
      for (const key of handler.keys?.sets ?? []) set.set(key, handler.name)
      at = id
    }
    const id = `${at}\nroute ${route.method} ${route.path}`
    nodes.set(id, {id, lines: [`${route.method} ${route.path}`, route.place], shape: 'ellipse', tone: 'good'})
    edges.set(id, {from: at, to: id})
  }
  return {
    title: `${routes.length} route${routes.length === 1 ? '' : 's'} and the middleware before ${routes.length === 1 ? 'it' : 'them'}`,
    direction: 'right',
    nodes: [...nodes.values()],
    edges: [...edges.values()],
  }
}

/** A handler as lines. A key that is read and set by nobody before is only said when all that ran before is known. */
function described(
  {name, place, keys}: GinHandler,
  set: ReadonlyMap<string, string>,
  unknown: boolean,
): {readonly lines: readonly string[]; readonly tone: Tone} {
  if (keys === undefined) return {lines: [name, place, 'keys unknown'], tone: 'faint'}
  const again = keys.sets.filter(key => set.has(key))
  const unset = unknown ? [] : keys.reads.filter(key => !set.has(key) && !keys.sets.includes(key))
  return {
    lines: [
      name,
      place,
      ...(keys.sets.length > 0 ? [`sets ${keys.sets.join(', ')}`] : []),
      ...(keys.reads.length > 0 ? [`reads ${keys.reads.join(', ')}`] : []),
      ...again.map(key => `sets ${key} again (${set.get(key) ?? ''} did)`),
      ...unset.map(key => `nothing before sets ${key}`),
      ...(keys.aborts ? ['may abort'] : []),
    ],
    tone: again.length > 0 ? 'bad' : unset.length > 0 ? 'attention' : 'plain',
  }
}
