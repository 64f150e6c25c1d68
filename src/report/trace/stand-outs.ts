// What stands out in an execution trace, each as one sentence with its figures and its line, the most time lost first: waits for locks and to
// send, long syscalls and C calls, stops, GC, waits for a P, tasks of uneven length, goroutines that nobody woke. Waiting for the network, a
// timer or something to receive is how idle programs look as well, so it is never among them.
import {formatNanos as ns} from '../../base/units.ts'
import type {BlockedSite, SyscallSite, TraceReport, TraceSite, TraceSpanGroup} from '../../evidence/model/trace.ts'
import {callText, causeWords} from './words.ts'

export interface StandOut {
  readonly kind: 'lock' | 'send' | 'syscall' | 'stop' | 'gc' | 'latency' | 'span' | 'never-woken'
  /** Time of all goroutines that it took, as far as a trace can say; what they are put in order by. */
  readonly ns: number
  readonly text: string
}

/** Waits at one line are told when they are this share of the trace's length or more, all goroutines together: less is no reason for anything. */
const blockedShareMin = 0.02
/** GC works with a quarter of the processor while it marks (gcBackgroundUtilization, src/runtime/mgcpacer.go): marking all the time costs that. */
const markShareMin = 0.25
/** Share of the time goroutines ran. */
const assistShareMin = 0.05
/** Share of waits over 300 µs up to which a trace is ordinary: longWaitNs in evidence/trace/attribution.ts. */
const longWaitShareMin = 0.015
/** A task or region is uneven when its longest took this many times its median, and this long. */
const unevenFactor = 10
const unevenNs = 10_000_000
const neverWokenMin = 10
const perKindMax = 3

const lock = /^(?:internal\/)?sync\.\(\*(?:RW)?Mutex\)\.R?Lock$/

export function standOuts(r: TraceReport): StandOut[] {
  const most = <T>(list: readonly T[], of: (item: T) => StandOut) =>
    list
      .map(of)
      .sort((a, b) => b.ns - a.ns)
      .slice(0, perKindMax)
  const long = r.blocked.filter(site => site.totalNs >= blockedShareMin * r.wallNs)
  return [
    ...most(
      long.filter(site => lock.test(site.call)),
      ofLock,
    ),
    ...most(
      long.filter(site => site.reason === 'chan send'),
      ofSend,
    ),
    ...most(
      r.syscalls.filter(site => site.maxNs > r.limits.syscallNs),
      ofSyscall,
    ),
    ...ofStops(r),
    ...ofGc(r),
    ...ofLatency(r),
    ...most(
      [...r.tasks.map(span => ({...span, what: 'task'})), ...r.regions.map(span => ({...span, what: 'region'}))].filter(
        span => span.max >= unevenNs && span.max >= unevenFactor * span.p50,
      ),
      ofSpan,
    ),
    ...ofNeverWoken(r),
  ].sort((a, b) => b.ns - a.ns)
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`)
const place = (site: TraceSite | undefined) =>
  site === undefined ? 'a line the trace does not name' : `${site.function} ${site.file}:${site.line}`
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`

function waits({count, open, totalNs, maxNs}: BlockedSite): string {
  const still = open === 0 ? '' : `, ${open} of them to the end of the trace`
  return `waited ${ns(totalNs)} (${times(count + open)}, the longest ${ns(maxNs)}${still})`
}

const wakers = ({wakers: [first]}: BlockedSite, verb: string) =>
  first === undefined ? '' : `; ${verb} mostly by goroutines that start in ${first.group}`

const ofLock = (site: BlockedSite): StandOut => ({
  kind: 'lock',
  ns: site.totalNs,
  text: `goroutines ${waits(site)} for ${site.call} at ${place(site.site)}${wakers(site, 'unlocked')}`,
})

const ofSend = (site: BlockedSite): StandOut => ({
  kind: 'send',
  ns: site.totalNs,
  text: `goroutines ${waits(site)} to send at ${place(site.site)}${wakers(site, 'received')}`,
})

function ofSyscall(site: SyscallSite): StandOut {
  const lost = site.retaken === 0 ? '' : `; ${site.retaken} lost their P`
  const still = site.open === 0 ? '' : `; ${site.open} had not returned when the trace ended`
  const text = `${callText(site)} took ${ns(site.totalNs)} (${times(site.count + site.open)}, the longest ${ns(site.maxNs)}) at ${place(site.site)}${lost}${still}`
  return {kind: 'syscall', ns: site.totalNs, text}
}

function ofStops(r: TraceReport): StandOut[] {
  const stops = r.stops.filter(stop => stop.totalNs > r.limits.stopNs)
  const [longest] = [...stops].sort((a, b) => b.totalNs - a.totalNs)
  if (longest === undefined) return []
  const procs = r.gomaxprocs.at(-1)?.value ?? r.procs
  return [
    {
      kind: 'stop',
      ns: procs * stops.reduce((sum, stop) => sum + stop.totalNs, 0),
      text: `the world was stopped ${times(stops.length)} for more than ${ns(r.limits.stopNs)}, the longest ${ns(longest.totalNs)} (${longest.kind}${longest.by === undefined ? '' : `, asked by ${place(longest.by)}`})`,
    },
  ]
}

function ofGc(r: TraceReport): StandOut[] {
  const markNs = r.gc.reduce((sum, cycle) => sum + cycle.markNs, 0)
  const runningNs = r.groups.reduce((sum, group) => sum + group.runningNs, 0)
  if (r.gc.length === 0 || (markNs < markShareMin * r.wallNs && r.assistNs < assistShareMin * runningNs)) return []
  const cycles = `${r.gc.length} cycle${r.gc.length === 1 ? '' : 's'}`
  const assists = r.assistNs === 0 ? '' : `; goroutines were in mark assists for ${ns(r.assistNs)}, waiting included`
  const text = `GC was marking ${share(markNs, r.wallNs)} of the time (${cycles})${assists}`
  return [{kind: 'gc', ns: Math.max(markNs, r.assistNs), text}]
}

function ofLatency(r: TraceReport): StandOut[] {
  const {count, over300us, p99, max} = r.latency
  const [most] = [...r.waitCauses].sort((a, b) => b.totalNs - a.totalNs)
  if (count === 0 || over300us <= longWaitShareMin * count || most === undefined) return []
  return [
    {
      kind: 'latency',
      ns: r.waitCauses.reduce((sum, cause) => sum + cause.totalNs, 0),
      text: `goroutines that could run waited for a P: ${share(over300us, count)} of ${count} waits over 300 µs, p99 ${ns(p99)}, the longest ${ns(max)}; most of that time ${causeWords[most.cause]}`,
    },
  ]
}

const ofSpan = ({what, name, ended, p50, max}: TraceSpanGroup & {readonly what: string}): StandOut => ({
  kind: 'span',
  ns: max,
  text: `${what} "${name}": the longest of ${ended} took ${ns(max)}, half of them ${ns(p50)} or less`,
})

function ofNeverWoken(r: TraceReport): StandOut[] {
  return r.groups
    .filter(group => group.neverWoken >= neverWokenMin && 2 * group.neverWoken >= group.created && group.created > 0)
    .slice(0, perKindMax)
    .map(group => {
      const [where] = r.blocked.filter(site => site.group === group.start && site.open > 0).sort((a, b) => b.open - a.open)
      const at = where === undefined ? '' : ` at ${place(where.site)}${where.reason === '' ? '' : ` (${where.reason})`}`
      const created = group.createdAt === undefined ? '' : `, created at ${group.createdAt.file}:${group.createdAt.line},`
      return {
        kind: 'never-woken',
        ns: 0,
        text: `${group.neverWoken} goroutines that start in ${group.start}${created} block${at} and were never woken; if their number only grows it is a leak`,
      }
    })
}
