// numa-exposure: the process may run on more than one NUMA node, and Go does not place memory or threads by node. An advice, not a measurement. See detector.md.
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {gomaxprocsOf} from '../../diagnosis/gomaxprocs.ts'
import type {CpuTopology} from '../../evidence/model/system.ts'

export default defineDetector({
  id: 'numa-exposure',
  title: 'The process spreads over several NUMA nodes',
  severity: 'info',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/issues/65694',
    'https://man7.org/linux/man-pages/man8/numactl.8.html',
    'https://docs.kernel.org/admin-guide/cgroup-v2.html',
  ],
  settings: {
    nodesMin: {value: 2, unit: 'nodes', source: 'detector.md#settings'},
  },
  messages: {
    spread: {
      what: 'GOMAXPROCS is {gomaxprocs}, the CPUs it may use belong to {nodes} NUMA nodes, and the largest of them has {perNode}{distance}',
      why: 'neither Ps nor threads nor the heap are bound to a node, so memory is used across nodes; how much that costs cannot be seen in any evidence of Go and was not measured here',
      next: 'Measure it: run the same load once with "numactl --cpunodebind={node} --membind={node}" and GOMAXPROCS={perNode}, and compare; bind CPUs and memory together.',
    },
    fits: {
      what: 'the CPUs it may use belong to {nodes} NUMA nodes, though the largest of them has {perNode} and GOMAXPROCS is {gomaxprocs}{distance}',
      why: 'neither Ps nor threads nor the heap are bound to a node, so the kernel may run threads on one node and leave their memory on another; how much that costs cannot be seen in any evidence of Go and was not measured here',
      next: 'Measure it: one node has CPUs enough for all Ps, so run the same load once with "numactl --cpunodebind={node} --membind={node}" and compare; bind CPUs and memory together.',
    },
  },

  run(evidence, settings) {
    const procs = gomaxprocsOf(evidence)
    const [topology] = evidence.of('cpu-topology')
    if (topology === undefined || procs === undefined) return []
    const allowed = allowedCpus(evidence)
    const used = topology.data.nodes
      .map(node => ({id: node.id, cpus: node.cpus.filter(cpu => allowed === undefined || allowed.has(cpu)).length}))
      .filter(node => node.cpus > 0)
    const [largest] = [...used].sort((a, b) => b.cpus - a.cpus || a.id - b.id)
    if (largest === undefined || used.length < settings.nodesMin) return []
    const message = procs.value > largest.cpus ? 'spread' : 'fits'
    return [
      {
        message,
        data: {
          gomaxprocs: String(procs.value),
          nodes: String(used.length),
          perNode: String(largest.cpus),
          node: String(largest.id),
          distance: distanceOf(topology.data),
        },
        subject: {kind: 'process', name: 'NUMA nodes'},
        confidence: message === 'spread' ? 0.4 : 0.3,
        measured: [
          {
            name: 'GOMAXPROCS',
            value: procs.value,
            unit: 'threads',
            ...(message === 'spread' ? {limit: largest.cpus, limitSource: 'CPUs of one node'} : {}),
            artifact: procs.artifact,
          },
          {
            name: 'nodes in use',
            value: used.length,
            unit: 'nodes',
            limit: settings.nodesMin,
            limitSource: 'detector.md#settings',
            artifact: topology.id,
          },
        ],
        places: [],
      } satisfies Observed<'spread' | 'fits'>,
    ]
  },
})

/** From the affinity of the process, or the cpuset of its cgroup; undefined when no evidence says. */
function allowedCpus(evidence: ProgramEvidence): ReadonlySet<number> | undefined {
  const cpus =
    evidence.of('proc-status').at(-1)?.data.cpusAllowed ?? evidence.of('cgroup').find(one => one.data.cpus !== undefined)?.data.cpus
  return cpus === undefined || cpus.length === 0 ? undefined : new Set(cpus)
}

/** The largest distance, where the tool printed the table; 10 is local. */
function distanceOf(topology: CpuTopology): string {
  const far = Math.max(0, ...(topology.distances ?? []).flat())
  return far > 10 ? ` (distance up to ${far}, 10 is local)` : ''
}
