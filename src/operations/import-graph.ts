// Which package imports which: the packages a pattern matches, with what they use of other modules as one node a module.
import {noPackage} from './no-package.ts'
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import {loadPackages} from '../go/load/load-packages.ts'
import type {Graph, GraphEdge, GraphNode} from '../graph/graph.ts'

export async function importGraph(
  patterns: readonly string[],
  host: Host,
  task: Task,
): Promise<{readonly graph: Graph; readonly notes: readonly string[]}> {
  const loaded = await loadPackages(host, {dir: host.cwd, patterns: patterns.length === 0 ? ['./...'] : patterns}, task)
  if (loaded.roots.length === 0) throw noPackage(patterns, host.cwd)
  const main = loaded.mainModules[0]?.path ?? ''
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  const shown = (path: string) => (path === main ? '.' : path.startsWith(`${main}/`) ? path.slice(main.length + 1) : path)
  const add = (node: GraphNode) => void (nodes.has(node.id) || nodes.set(node.id, node))
  const link = (edge: GraphEdge) => void edges.set(`${edge.from}\n${edge.to}`, edge)
  for (const root of loaded.roots)
    add({
      id: root.importPath,
      lines: [shown(root.importPath)],
      tone: root.cgoFiles.length > 0 ? 'attention' : root.name === 'main' ? 'good' : 'plain',
    })
  for (const root of loaded.roots) {
    for (const id of root.imports.values()) {
      const imported = loaded.package(id)
      if (imported === undefined || imported.standard) continue
      const to = imported.root || imported.module === undefined ? imported.importPath : imported.module.path
      add({id: to, lines: [shown(to)], shape: imported.root ? 'box' : 'ellipse', tone: imported.root ? 'plain' : 'faint'})
      if (to !== root.importPath) link({from: root.importPath, to})
    }
    for (const path of root.missing) {
      add({id: path, lines: [path, 'not on this machine'], shape: 'ellipse', tone: 'bad'})
      link({from: root.importPath, to: path, dashed: true})
    }
    if (root.cgoFiles.length > 0) {
      add({id: 'C', lines: ['import "C"'], shape: 'diamond', tone: 'attention'})
      link({from: root.importPath, to: 'C', tone: 'attention'})
    }
  }
  return {
    graph: {
      title: `imports of ${main === '' ? 'the packages' : main}`,
      direction: 'right',
      nodes: [...nodes.values()],
      edges: [...edges.values()],
    },
    notes: loaded.notes.map(({message, path}) => (path === undefined ? message : `${path}: ${message}`)),
  }
}
