// The balance sheet of a process's memory as the envelope carries it, and its lines of text: RSS = live + garbage + idle + stacks + runtime + the rest.
import {formatBytes} from '../base/units.ts'

/** `objects`: live and garbage, where they are not told apart. `outside`: C, mapped files and thread stacks. `untold`: what the evidence at hand cannot tell apart. `untouched` is negative: mapped by Go, never resident. */
export type BalancePart = 'live' | 'garbage' | 'objects' | 'idle' | 'stacks' | 'runtime' | 'outside' | 'untold' | 'untouched'

export interface BalanceLine {
  readonly part: BalancePart
  readonly bytes: number
  /** Change since the first capture; absent when there is one only. */
  readonly grownBytes?: number
  /** `measured` was read, `difference` is what is left of the total. */
  readonly by: 'measured' | 'difference'
  readonly artifact?: string
}

export interface MemoryBalance {
  readonly program: string
  /** What the parts add up to. `go`: no RSS at hand, only what Go has from the system. */
  readonly total: {
    readonly of: 'rss' | 'go'
    readonly bytes: number
    readonly grownBytes?: number
    readonly artifact: string
    readonly from: 'status' | 'smaps' | 'metrics'
  }
  /** Seconds between the first and the last capture of the total, when both have a time. */
  readonly seconds?: number
  /** They add up to the total. */
  readonly parts: readonly BalanceLine[]
  /** Resident bytes by kind of mapping, where smaps tells. */
  readonly mappings?: {
    readonly artifact: string
    readonly files: number
    readonly cHeap: number
    readonly namedByGo: number
    readonly otherAnonymous: number
  }
  /** Of the cgroup, and GOMEMLIMIT; absent when there is none or it was not captured. */
  readonly limitBytes?: number
  readonly goLimitBytes?: number
  /** Of the whole cgroup, page cache included: shown beside the balance and not part of it. */
  readonly cgroupBytes?: number
}

/** How much of a symptom a cause accounts for. */
export interface Explained {
  readonly symptom: string
  readonly symptomBytes: number
  readonly bytesLow: number
  readonly bytesHigh: number
  /** False when even the high end is less than half of the symptom. */
  readonly enough: boolean
  /** A sentence for people. */
  readonly says: string
}

export const partWords: Readonly<Record<BalancePart, readonly [name: string, what: string]>> = {
  live: ['live heap', 'what the last finished mark phase reached'],
  garbage: ['garbage and new', 'objects minus live: dead, or allocated since'],
  objects: ['heap objects', 'those that live, and garbage that is not collected yet'],
  idle: ['idle', 'heap memory without objects that is not given back'],
  stacks: ['stacks', 'of goroutines, and those the runtime made for threads'],
  runtime: ['runtime', 'metadata of spans and caches, profiling, collector'],
  outside: ['outside Go', 'C memory, mapped files, thread stacks of C'],
  untold: ['not told apart', 'idle, runtime, C memory and what has no line above: runtime/metrics would tell'],
  untouched: ['not resident', 'mapped by Go, counted above, and never touched'],
}

const signed = (bytes: number) => `${bytes < 0 ? '' : '+'}${formatBytes(bytes)}`

/** One clause: what the total is and how it moved. */
export function balanceHead({total, seconds}: MemoryBalance): string {
  const span = seconds === undefined ? '' : ` over ${Math.round(seconds)} s`
  const grown = total.grownBytes === undefined ? '' : `, ${signed(total.grownBytes)}${span}`
  return `${total.of === 'rss' ? 'RSS' : 'memory Go has from the system (RSS was not captured)'} ${formatBytes(total.bytes)} (${total.artifact})${grown}`
}

/** Name, bytes, share, change and meaning of each part, largest first. */
export const balanceRows = (balance: MemoryBalance): readonly (readonly [string, string, string, string, string])[] =>
  [...balance.parts]
    .sort((a, b) => b.bytes - a.bytes)
    .map(line => [
      partWords[line.part][0],
      formatBytes(line.bytes),
      balance.total.bytes > 0 ? `${Math.round((100 * line.bytes) / balance.total.bytes)} %` : '',
      line.grownBytes === undefined ? '' : signed(line.grownBytes),
      `${partWords[line.part][1]}${line.artifact === undefined ? '' : ` (${line.artifact})`}${line.by === 'difference' ? ', by difference' : ''}`,
    ])

/** What is known beside the parts. */
export function balanceRemarks({mappings, limitBytes, goLimitBytes, cgroupBytes}: MemoryBalance): string[] {
  return [
    ...(mappings === undefined
      ? []
      : [
          `resident by mapping (${mappings.artifact}): files ${formatBytes(mappings.files)}, C heap [heap] ${formatBytes(mappings.cHeap)}, ` +
            (mappings.namedByGo > 0 ? `named by Go ${formatBytes(mappings.namedByGo)}, ` : '') +
            `other anonymous memory ${formatBytes(mappings.otherAnonymous)}`,
        ]),
    ...(limitBytes === undefined ? [] : [`memory limit of the cgroup: ${formatBytes(limitBytes)}`]),
    ...(goLimitBytes === undefined ? [] : [`GOMEMLIMIT: ${formatBytes(goLimitBytes)}`]),
    ...(cgroupBytes === undefined ? [] : [`the whole cgroup uses ${formatBytes(cgroupBytes)}, page cache and other processes included`]),
  ]
}

export function balanceText(balance: MemoryBalance): string {
  const rows = balanceRows(balance)
  const width = (column: number) => Math.max(...rows.map(row => row[column]?.length ?? 0))
  const widths = [0, 1, 2, 3].map(width)
  return [
    `MEMORY of ${balance.program}: ${balanceHead(balance)}`,
    ...rows.map(
      ([name, bytes, share, grown, what]) =>
        `  ${name.padEnd(widths[0] ?? 0)}  ${bytes.padStart(widths[1] ?? 0)}  ${share.padStart(widths[2] ?? 0)}  ${grown.padStart(widths[3] ?? 0)}  ${what}`,
    ),
    ...balanceRemarks(balance).map(line => `  ${line}`),
  ].join('\n')
}
