// `lscpu` and `numactl --hardware`. Formats: util-linux sys-utils/lscpu.c, numactl numactl.c (hardware).
import type {CpuTopology} from '../model/system.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'
import {blockReader} from './block-reader.ts'
import {parseCpuList} from './cpu-list.ts'

const nodesMax = 4096

export const lscpuReader = (emit: Emit): TextReader =>
  blockReader(emit, 'system/lscpu', head => {
    const first = /^(Architecture|CPU op-mode\(s\)|CPU\(s\)):\s+(\S.*)$/.exec(head.text)
    if (!first) return undefined
    const fields = new Map([[first[1] ?? '', first[2] ?? '']])
    const nodes: CpuTopology['nodes'][number][] = []
    return {
      take({text}) {
        const m = /^\s*([^:]{1,60}):\s*(.*)$/.exec(text)
        if (!m) return text === ''
        const [, name = '', value = ''] = m
        const node = /^NUMA node(\d+) CPU\(s\)$/.exec(name)
        if (node && nodes.length < nodesMax) nodes.push({id: Number(node[1]), cpus: parseCpuList(value) ?? []})
        else if (!fields.has(name)) fields.set(name, value)
        return true
      },
      data() {
        const number = (name: string) => (/^\d+$/.test(fields.get(name) ?? '') ? Number(fields.get(name)) : undefined)
        const cpus = number('CPU(s)')
        if (cpus === undefined) return undefined
        const [threads, cores, sockets] = [number('Thread(s) per core'), number('Core(s) per socket'), number('Socket(s)')]
        const [model, hypervisor] = [fields.get('Model name') ?? fields.get('Model'), fields.get('Hypervisor vendor')]
        return {
          kind: 'cpu-topology',
          source: 'lscpu',
          cpus,
          ...(threads === undefined ? {} : {threadsPerCore: threads}),
          ...(cores === undefined ? {} : {coresPerSocket: cores}),
          ...(sockets === undefined ? {} : {sockets}),
          ...(model === undefined ? {} : {model}),
          ...(hypervisor === undefined ? {} : {hypervisor}),
          nodes,
        }
      },
    }
  })

export const numactlReader = (emit: Emit): TextReader =>
  blockReader(emit, 'system/numactl', head => {
    if (!/^available: \d+ nodes? \(/.test(head.text)) return undefined
    const nodes = new Map<number, {id: number; cpus: number[]; sizeMb?: number; freeMb?: number}>()
    const node = (id: number) => {
      const known = nodes.get(id)
      if (known) return known
      const made: {id: number; cpus: number[]; sizeMb?: number; freeMb?: number} = {id, cpus: []}
      if (nodes.size < nodesMax) nodes.set(id, made)
      return made
    }
    const distances: number[][] = []
    return {
      take({text}) {
        const m = /^node (\d+) (cpus|size|free):\s*(.*)$/.exec(text)
        if (m) {
          const entry = node(Number(m[1]))
          if (m[2] === 'cpus') entry.cpus = (m[3] ?? '').split(/\s+/).filter(Boolean).map(Number)
          else if (m[2] === 'size') entry.sizeMb = Number.parseInt(m[3] ?? '', 10)
          else entry.freeMb = Number.parseInt(m[3] ?? '', 10)
          return true
        }
        const row = /^\s*\d+:\s+([\d\s]+)$/.exec(text)
        if (row && distances.length < nodesMax) distances.push((row[1] ?? '').trim().split(/\s+/).map(Number))
        return row !== null || /^node distances:|^node(?:\s+\d+)+\s*$/.test(text)
      },
      data: () => ({
        kind: 'cpu-topology',
        source: 'numactl',
        cpus: [...nodes.values()].reduce((sum, {cpus}) => sum + cpus.length, 0),
        nodes: [...nodes.values()],
        ...(distances.length > 0 ? {distances} : {}),
      }),
    }
  })
