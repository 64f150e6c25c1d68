// A scheduler scenario from an execution trace: each group of goroutines becomes a program that runs, waits and calls as long as it did on average.
// Not kept: who woke whom. What a goroutine waited for comes after the time it took then, drawn from an exponential distribution.
import {formatNanos} from '../../base/units.ts'
import type {GoroutineGroup, TraceReport} from '../../evidence/model/trace.ts'
import {schedulerVersionsKnown} from '../../knowledge/scheduler.ts'

/** Groups that become programs; the ones that ran least are joined into the last. */
const groupsMax = 24
const alwaysThere = 0.9

export function fitTrace(name: string, r: TraceReport): string {
  const gomaxprocs = r.gomaxprocs.at(-1)?.value ?? Math.max(1, r.procs)
  const minor = Math.min(schedulerVersionsKnown.to, Math.max(schedulerVersionsKnown.from, r.minor))
  const groups = r.groups.filter(g => g.runningNs > 0 && !g.start.startsWith('runtime.')).toSorted((a, b) => b.runningNs - a.runningNs)
  const programs: string[] = []
  const start: string[] = []
  const arrivals: string[] = []
  for (const [i, group] of groups.slice(0, groupsMax).entries()) {
    const program = `g${i}`
    const alive = group.lifeNs / r.wallNs
    const rounds = roundsOf(r, group)
    const once = rounds === 0 && group.ended > 0
    const comes = group.created >= 2 && group.created > 2 * Math.max(1, alive)
    const turns = comes ? Math.max(1, Math.round(rounds / group.created)) : Math.max(1, rounds)
    const shares = comes ? turns * group.created : Math.max(1, rounds)
    const body = steps(r, group, shares)
    programs.push(`  # ${oneLine(group.start)}: ${group.seen} seen, ran ${formatNanos(group.runningNs)}`)
    if (comes) {
      programs.push(`  ${program}: [{repeat: ${turns}, steps: [${body}]}]`)
      arrivals.push(`  - {open: ${program}, every: {exponential: ${ns(Math.max(100, r.wallNs / group.created))}}}`)
    } else if (once) {
      programs.push(`  ${program}: [${steps(r, group, group.seen)}]`)
      start.push(`${program}: ${group.seen}`)
    } else {
      programs.push(`  ${program}: [{repeat: forever, steps: [${body}]}]`)
      start.push(`${program}: ${Math.max(1, Math.round(alive < alwaysThere ? Math.ceil(alive) : alive))}`)
    }
  }
  const stops = r.stops.filter(stop => !stop.kind.startsWith('GC '))
  if (stops.length > 0) {
    programs.push(`  stops: [{repeat: forever, steps: [{sleep: ${ns(r.wallNs / stops.length)}}, stop-the-world]}]`)
    start.push('stops: 1')
  }
  if (programs.length === 0) {
    programs.push('  idle: [{repeat: forever, steps: [{sleep: 1s}]}]')
    start.push('idle: 1')
  }
  const claim = (says: string, metric: string, value: number) =>
    `  - {id: trace, source: ${quoted(name)}, says: ${says}, metric: ${metric}, value: ${Number(value.toPrecision(6))}, verdict: measured}`
  return [
    'kind: scheduler',
    `title: ${quoted(`fitted to ${name}`)}`,
    `about: ${quoted(`Programs are groups of goroutines of the trace with their mean times; who woke whom is not kept.${r.gc.length > 0 ? ' Collections are left out: a trace does not say how large the heap was; fit one to gctrace.' : ''}`)}`,
    `machine: {cpus: ${gomaxprocs}} # what the trace shows is GOMAXPROCS; correct it where the machine has more or fewer`,
    `go: "1.${minor}"`,
    `gomaxprocs: ${gomaxprocs}`,
    'programs:',
    ...programs,
    ...(start.length === 0 ? [] : [`start: {${start.join(', ')}}`]),
    ...(arrivals.length === 0 ? [] : ['arrivals:', ...arrivals]),
    `duration: ${ns(Math.min(10e9, Math.max(100e6, r.wallNs)))}`,
    'seeds: 5',
    'claims:',
    ...(r.latency.count === 0
      ? []
      : [
          claim('median wait from runnable to running', 'latency.p50', r.latency.p50),
          claim('the same at the 99th percentile', 'latency.p99', r.latency.p99),
          claim('waits over 300 us', 'latency.over300us', r.latency.over300us / r.latency.count),
        ]),
    claim('switches a second', 'switches', (r.migrations.starts / r.wallNs) * 1e9),
    claim('share of the Ps that ran goroutines', 'p.go', r.procTime.reduce((sum, p) => sum + p.userNs, 0) / (r.wallNs * gomaxprocs)),
    '',
  ].join('\n')
}

/** How often goroutines of the group stopped to wait. */
function roundsOf(r: TraceReport, group: GoroutineGroup): number {
  let rounds = 0
  for (const site of r.blocked) if (site.group === group.start) rounds += site.count
  return rounds
}

/** One round on average: run, wait by reason, call. */
function steps(r: TraceReport, group: GoroutineGroup, rounds: number): string {
  const out = [`{compute: {exponential: ${ns(group.runningNs / rounds)}}}`]
  let slept = 0
  let waited = 0
  for (const site of r.blocked) {
    if (site.group !== group.start) continue
    if (site.reason === 'sleep') slept += site.totalNs
    else waited += site.totalNs
  }
  if (slept > 0) out.push(`{sleep: ${ns(slept / rounds)}}`)
  if (waited > 0) out.push(`{network: {exponential: ${ns(waited / rounds)}}}`)
  if (group.syscallNs / rounds >= 1) out.push(`{syscall: ${ns(group.syscallNs / rounds)}}`)
  return out.join(', ')
}

const ns = (value: number) => `${Math.max(1, Math.round(value))}ns`
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 200)
const quoted = (text: string) => JSON.stringify(oneLine(text))
