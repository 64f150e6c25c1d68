// The memory of a machine as its firmware describes it: NUMA nodes with their CPUs and memory, and the distances between them.
// Distances are the firmware's relative numbers (ACPI SLIT, 10 is local), not measured times.
import type {CpuTopology} from '../../evidence/model/system.ts'
import type {Graph, GraphEdge, Tone} from '../../graph/graph.ts'

const localDistance = 10
/** Of more nodes than this only the nearest neighbours are joined: 64 nodes have 2,016 pairs. */
const allPairsMax = 8

/** `numactl --hardware` has memory and distances, `lscpu` has model and sockets: what each has is used. */
export function numaNodes(topologies: readonly CpuTopology[]): {readonly graph: Graph; readonly notes: readonly string[]} {
  const layout = topologies.find(one => one.distances !== undefined) ?? topologies.find(one => one.nodes.length > 0)
  const nodes = layout?.nodes ?? []
  const distances = layout?.distances
  const detail = topologies.find(one => one.model !== undefined) ?? layout
  const nearest = Math.min(...pairs(nodes.length).map(([a, b]) => distances?.[a]?.[b] ?? Infinity))
  const edges = pairs(nodes.length).flatMap(([a, b]): GraphEdge[] => {
    const [there, back] = [distances?.[a]?.[b], distances?.[b]?.[a]]
    if (there === undefined || (nodes.length > allPairsMax && there > nearest)) return []
    const tone: Tone = there > 2 * localDistance ? 'bad' : 'attention'
    const label = back === undefined || back === there ? `${there}` : `${there}, back ${back}`
    return [{from: String(nodes[a]?.id), to: String(nodes[b]?.id), label, tone, undirected: true}]
  })
  return {
    graph: {
      title: [
        detail?.model ?? 'NUMA nodes',
        ...(detail?.sockets === undefined ? [] : [`${detail.sockets} sockets`]),
        `${layout?.cpus ?? detail?.cpus ?? 0} CPUs`,
        `${nodes.length} NUMA nodes`,
      ].join(', '),
      direction: 'right',
      nodes: nodes.map(({id, cpus, sizeMb, freeMb}) => ({
        id: String(id),
        lines: [
          `node ${id}`,
          cpus.length === 0 ? 'memory only' : `CPUs ${ranges(cpus)}`,
          ...(sizeMb === undefined ? [] : [`${sizeMb} MB${freeMb === undefined ? '' : `, ${freeMb} free`}`]),
        ],
        tone: cpus.length === 0 ? 'faint' : 'plain',
      })),
      edges,
    },
    notes: [
      ...(nodes.length === 0 ? ['the file names no NUMA node: this machine or guest shows none'] : []),
      ...(nodes.length > 1 && distances === undefined ? ['lscpu gives no distances: add the output of "numactl --hardware"'] : []),
      ...(nodes.length > allPairsMax ? [`of ${nodes.length} nodes only those at the smallest distance are joined`] : []),
      ...(detail?.hypervisor === undefined
        ? []
        : [`a guest of ${detail.hypervisor}: what the host does with its nodes is not seen from here`]),
    ],
  }
}

const pairs = (n: number): readonly (readonly [number, number])[] =>
  Array.from({length: n}, (_, a) => Array.from({length: n - a - 1}, (_, i) => [a, a + 1 + i] as const)).flat()

/** `0-3,8`. */
function ranges(cpus: readonly number[]): string {
  const sorted = cpus.toSorted((a, b) => a - b)
  const parts: {first: number; last: number}[] = []
  for (const cpu of sorted) {
    const open = parts.at(-1)
    if (open && cpu <= open.last + 1) open.last = cpu
    else parts.push({first: cpu, last: cpu})
  }
  return parts.map(({first, last}) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
