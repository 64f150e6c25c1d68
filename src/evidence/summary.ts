// One line's worth of what an artifact holds, for `identify` and the heads of reports.
import {beganIn, userFrame} from './dumps/user-frame.ts'
import type {Artifact, ArtifactData} from './model/artifact.ts'
import type {DumpFrame} from './model/goroutines.ts'

export type Summary = Readonly<Record<string, string | number>>

const place = (frame: DumpFrame): string => `${frame.function} (${frame.file}:${frame.line})`

const gcTraceSummary = ({cycles, lastAtSeconds}: {readonly cycles: number; readonly lastAtSeconds: number}): Summary => ({
  cycles,
  ...(cycles > 0 ? {lastAtSeconds} : {}),
})

export function summaryOf(data: ArtifactData): Summary {
  switch (data.kind) {
    case 'profile':
      return {samples: data.sampleCount, types: data.sampleTypes.map(type => type.type).join(' ')}
    case 'goroutines': {
      const top = data.groups[0]
      const at = top && (userFrame(top.frames) ?? beganIn(top.frames))
      return {
        goroutines: data.total,
        groups: data.groups.length,
        ...(top ? {largest: `${top.count} ${top.state}${at === undefined ? '' : ` at ${place(at)}`}`} : {}),
      }
    }
    case 'crash':
      return {class: data.class, message: data.message, ...(data.site ? {at: place(data.site)} : {}), goroutines: data.goroutines.total}
    case 'race':
      return {race: data.key}
    case 'handler-panic':
      return {message: data.message, times: data.times, ...(data.frames[0] ? {at: place(data.frames[0])} : {})}
    case 'sanitizer':
      return {tool: data.tool, error: data.error}
    case 'gctrace':
      return gcTraceSummary(data.extent ?? {cycles: data.cycles.length, lastAtSeconds: data.cycles.at(-1)?.atSeconds ?? 0})
    case 'pacertrace':
      return {lines: data.lines.length}
    case 'schedtrace':
      return {samples: data.samples.length, gomaxprocs: data.samples.at(-1)?.gomaxprocs ?? 0}
    case 'scavtrace':
      return {lines: data.lines.length + (data.spans?.length ?? 0)}
    case 'inittrace':
      return {packages: data.inits.length}
    case 'finalizer-check':
      return {cycles: data.queues.length, reports: data.reports.length}
    case 'assembly':
      return {functions: data.functions.length}
    case 'metrics':
      return {points: data.points.length, metrics: data.points.at(-1)?.values.size ?? 0}
    case 'escape':
      return {
        package: data.packagePath,
        entries: data.entries.length,
        escaping: data.entries.filter(e => e.kind === 'escapes' || e.kind === 'moved-to-heap').length,
      }
    case 'perf-sched':
      return {tasks: data.tasks.length}
    case 'native-stacks':
      return {stacks: data.total, distinct: data.groups.length}
    case 'strace':
      return {
        calls: data.calls.reduce((sum, call) => sum + call.count, 0),
        failing: data.failures.reduce((sum, failure) => sum + failure.count, 0),
      }
    case 'latency-histogram':
      return {title: data.title, count: data.buckets.reduce((sum, bucket) => sum + bucket.count, 0)}
    case 'sockets':
      return {sockets: [...data.byState.values()].reduce((sum, count) => sum + count, 0)}
    case 'curl-timing':
      return {requests: data.requests.length}
    case 'cpu-topology':
      return {cpus: data.cpus, nodes: data.nodes.length}
    case 'cgroup':
      return {...(data.cpuLimit === undefined ? {} : {cpuLimit: data.cpuLimit}), values: data.values.size}
    case 'host':
      return {
        ...(data.ticksByCpu.size === 0 ? {} : {cpus: data.ticksByCpu.size}),
        ...(data.load === undefined ? {} : {load: data.load.one}),
        pressures: data.pressure.size,
        threads: data.threads.size,
      }
    case 'proc-status':
      return {name: data.name, pid: data.pid, threads: data.threads}
    case 'memory-map':
      return {mappings: data.mappings.length}
    case 'trace':
      return {header: data.header, events: data.events, generations: data.generations, goroutines: data.goroutines.seen}
    case 'other':
      return data.summary
  }
}

export const summaryText = (artifact: Artifact): string =>
  Object.entries(summaryOf(artifact.data))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
