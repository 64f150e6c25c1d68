// Strongly connected components of a directed graph (Tarjan), without recursion.

/** Components in an order in which every one comes after those it leads to; members in the order they were found. */
export function stronglyConnected<N>(nodes: readonly N[], next: (node: N) => readonly N[]): N[][] {
  const index = new Map<N, number>()
  const low = new Map<N, number>()
  const onStack = new Set<N>()
  const stack: N[] = []
  const components: N[][] = []
  for (const root of nodes) {
    if (index.has(root)) continue
    const enter = (node: N) => {
      index.set(node, index.size)
      low.set(node, index.size - 1)
      stack.push(node)
      onStack.add(node)
      return {node, edges: next(node), at: 0}
    }
    const frames = [enter(root)]
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const {node} = frame
      const target = frame.edges[frame.at++]
      if (target !== undefined) {
        if (!index.has(target)) frames.push(enter(target))
        else if (onStack.has(target)) low.set(node, Math.min(low.get(node) ?? 0, index.get(target) ?? 0))
        continue
      }
      frames.pop()
      const above = frames.at(-1)
      if (above !== undefined) low.set(above.node, Math.min(low.get(above.node) ?? 0, low.get(node) ?? 0))
      if (low.get(node) !== index.get(node)) continue
      const component: N[] = []
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        onStack.delete(member)
        component.push(member)
        if (member === node) break
      }
      components.push(component.toReversed())
    }
  }
  return components
}
