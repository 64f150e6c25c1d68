// /proc/PID/status, maps and smaps. Formats: proc(5), fs/proc/task_mmu.c of the Linux kernel.
import {errors} from '../../base/errors.ts'
import type {MemoryMap, ProcStatus} from '../model/system.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'
import {blockReader} from './block-reader.ts'
import {parseCpuList} from './cpu-list.ts'

const mappingsMax = 5_000_000

export const procStatusReader = (emit: Emit): TextReader =>
  blockReader(emit, 'system/proc-status', head => {
    const name = /^Name:\t(.*)$/.exec(head.text)?.[1]
    if (name === undefined) return undefined
    const values = new Map<string, number>()
    let pid = ''
    let cpusAllowed: readonly number[] | undefined
    return {
      take({text}) {
        const m = /^(\w+):\t\s*(.*)$/.exec(text)
        if (!m || m[1] === undefined || m[2] === undefined) return false
        const kb = /^(\d+) kB$/.exec(m[2])
        if (kb) values.set(m[1], Number(kb[1]) * 1024)
        else if (/^\d{1,15}$/.test(m[2])) values.set(m[1], Number(m[2]))
        if (m[1] === 'Pid') pid = m[2]
        if (m[1] === 'Cpus_allowed_list') cpusAllowed = parseCpuList(m[2])
        return true
      },
      data(): ProcStatus | undefined {
        const threads = values.get('Threads')
        if (pid === '' || threads === undefined) return undefined
        return {kind: 'proc-status', name, pid, threads, values, ...(cpusAllowed ? {cpusAllowed} : {})}
      },
    }
  })

type Mapping = {-readonly [K in keyof MemoryMap['mappings'][number]]: MemoryMap['mappings'][number][K]}

const mappingLine = /^([0-9a-f]{4,16})-([0-9a-f]{4,16}) ([r-][w-][x-][ps]) ([0-9a-f]{8,16}) [0-9a-f]+:[0-9a-f]+ \d+\s*(.*)$/

export function parseMapping(text: string): Mapping | undefined {
  const m = mappingLine.exec(text)
  if (!m) return undefined
  return {start: BigInt(`0x${m[1]}`), end: BigInt(`0x${m[2]}`), permissions: m[3] ?? '', offset: BigInt(`0x${m[4]}`), name: m[5] ?? ''}
}

export const memoryMapReader = (emit: Emit): TextReader => {
  let smaps = false
  const reader = blockReader(
    part => emit({...part, format: smaps ? 'system/proc-smaps' : 'system/proc-maps'}),
    'system/proc-maps',
    head => {
      const first = parseMapping(head.text)
      if (!first) return undefined
      smaps = false
      const mappings: Mapping[] = [first]
      return {
        take({text}) {
          const mapping = parseMapping(text)
          if (mapping) {
            mappings.push(mapping)
            if (mappings.length > mappingsMax) throw errors.limit('mappings of a process', mappingsMax)
            return true
          }
          const m = /^(\w+):\s+(?:(\d+) kB|.*)$/.exec(text)
          const last = mappings.at(-1)
          if (!m || !last) return false
          smaps = true
          if (m[1] === 'Rss') last.rssBytes = Number(m[2]) * 1024
          else if (m[1] === 'Swap') last.swapBytes = Number(m[2]) * 1024
          return true
        },
        data: () => ({kind: 'memory-map', source: smaps ? 'smaps' : 'maps', mappings}),
      }
    },
  )
  return reader
}
