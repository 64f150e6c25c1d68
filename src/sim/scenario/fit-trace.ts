// A scheduler scenario from an execution trace: each group of goroutines becomes a program that runs, waits and calls as long as it did on average.
// Where one group wakes another, a channel between the two does; rings of that are cut, because a mean has no gain of exactly one. What is waited
// for otherwise comes after the time it took then, drawn from an exponential distribution.
import {formatNanos} from '../../base/units.ts'
import type {GoroutineGroup, TraceReport} from '../../evidence/model/trace.ts'
import {schedulerVersionsKnown} from '../../knowledge/scheduler.ts'

/** Groups that become programs; the ones that ran least are joined into the last. */
const groupsMax = 24
const alwaysThere = 0.9
/** Rounds over which a share of them is spread. */
const roundsSpread = 10
/** Wakes in one round of the waker at most. */
const wakesMax = 20
/** Waits shorter than this on average cost more than they last. Unit: ns. */
const waitNsMin = 1000
/** Sleeps shorter than this took as long as the kernel's whole milliseconds made them; asked for again they would be rounded twice. Unit: ns. */
const sleepNsMin = 5e6
/** Room of a channel between two programs. */
const channelRoom = 1000

export function fitTrace(name: string, r: TraceReport): string {
  const gomaxprocs = r.gomaxprocs.at(-1)?.value ?? Math.max(1, r.procs)
  const minor = Math.min(schedulerVersionsKnown.to, Math.max(schedulerVersionsKnown.from, r.minor))
  const groups = r.groups.filter(g => g.runningNs > 0 && !g.start.startsWith('runtime.')).toSorted((a, b) => b.runningNs - a.runningNs)
  const programs: string[] = []
  const start: string[] = []
  const arrivals: string[] = []
  const channels: string[] = []
  const kept = groups.slice(0, groupsMax)
  const lives = kept.map(group => lifeOf(r, group))
  const wakes = wakesOf(r, kept, lives)
  for (const [i, group] of kept.entries()) {
    const program = `g${i}`
    const alive = group.lifeNs / r.wallNs
    const {comes, once, turns} = lives[i]!
    programs.push(`  # ${oneLine(group.start)}: ${group.seen} seen, ran ${formatNanos(group.runningNs)}`)
    const body = rounds(r, group, i, lives[i]!, wakes)
    if (comes) {
      programs.push(`  ${program}: [{repeat: ${turns}, steps: [${body}]}]`)
      arrivals.push(`  - {open: ${program}, every: {exponential: ${ns(Math.max(100, r.wallNs / group.created))}}}`)
    } else if (once) {
      programs.push(`  ${program}: [${body}]`)
      start.push(`${program}: ${group.seen}`)
    } else {
      programs.push(`  ${program}: [{repeat: forever, steps: [${body}]}]`)
      start.push(`${program}: ${Math.max(1, Math.round(alive < alwaysThere ? Math.ceil(alive) : alive))}`)
    }
    for (const {to} of wakes.filter(w => w.from === i)) channels.push(`${channel(i, to)}: ${channelRoom}`)
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
    `about: ${quoted(`Programs are groups of goroutines of the trace with their mean times; who woke whom is kept by group, but for rings.${r.gc.length > 0 ? ' Collections are left out: a trace does not say how large the heap was; fit one to gctrace.' : ''}`)}`,
    `machine: {cpus: ${gomaxprocs}} # what the trace shows is GOMAXPROCS; correct it where the machine has more or fewer`,
    `go: "1.${minor}"`,
    `gomaxprocs: ${gomaxprocs}`,
    'programs:',
    ...programs,
    ...(channels.length === 0 ? [] : [`channels: {${channels.join(', ')}}`]),
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

/** How goroutines of a group come and go, and how many rounds of running and waiting there were in all. */
interface Life {
  /** They come one after another. */
  readonly comes: boolean
  /** They run once and end. */
  readonly once: boolean
  /** Rounds of one. */
  readonly turns: number
  /** Rounds of all. */
  readonly rounds: number
}

function lifeOf(r: TraceReport, group: GoroutineGroup): Life {
  let waits = 0
  for (const site of r.blocked) if (site.group === group.start) waits += site.count
  const comes = group.created >= 2 && group.created > 2 * Math.max(1, group.lifeNs / r.wallNs)
  const once = !comes && waits === 0 && group.ended > 0
  if (once) return {comes, once, turns: 1, rounds: group.seen}
  const turns = comes ? Math.max(1, Math.round(waits / group.created)) : Math.max(1, waits)
  return {comes, once, turns, rounds: comes ? turns * group.created : turns}
}

/** One group that wakes another. */
interface Wakes {
  readonly from: number
  readonly to: number
  /** Of the rounds of the woken one, out of `roundsSpread`. */
  readonly received: number
  /** Wakes in a round of the waker. */
  readonly sent: number
  /** Time that was waited for these. */
  readonly waitedNs: number
}

/** Who wakes whom, the most frequent first; one that would close a ring is left out. */
function wakesOf(r: TraceReport, groups: readonly GoroutineGroup[], lives: readonly Life[]): readonly Wakes[] {
  const index = new Map(groups.map((group, i) => [group.start, i]))
  const found = new Map<string, {from: number; to: number; count: number; waitedNs: number}>()
  for (const site of r.blocked) {
    const to = index.get(site.group)
    if (to === undefined || site.reason === 'sleep' || site.reason === 'network') continue
    for (const {group, count} of site.wakers) {
      const from = index.get(group)
      if (from === undefined || from === to || lives[to]!.comes || lives[to]!.once || lives[from]!.once) continue
      const edge = found.get(`${from} ${to}`) ?? {from, to, count: 0, waitedNs: 0}
      edge.count += count
      edge.waitedNs += (site.totalNs * count) / site.count
      found.set(`${from} ${to}`, edge)
    }
  }
  const out: Wakes[] = []
  const free = groups.map(() => roundsSpread)
  for (const {from, to, count, waitedNs} of [...found.values()].toSorted((a, b) => b.count - a.count)) {
    const received = Math.min(free[to]!, Math.round((roundsSpread * count) / lives[to]!.rounds))
    const each = count / lives[from]!.rounds
    // One that comes and goes has no rounds to spread a wake over; a wake in many more rounds than ten is left out, for its receiver would starve.
    const sent = Math.min(wakesMax, lives[from]!.comes ? Math.round(each) : Math.round(roundsSpread * each) / roundsSpread)
    if (received === 0 || Math.abs(sent - each) > 0.1 * each || reaches(out, to, from)) continue
    free[to]! -= received
    out.push({from, to, received, sent, waitedNs})
  }
  return out
}

/** Whether what `from` wakes comes, over others, to `to`. */
function reaches(wakes: readonly Wakes[], from: number, to: number): boolean {
  return from === to || wakes.some(w => w.from === from && reaches(wakes, w.to, to))
}

const channel = (from: number, to: number) => `wakes${from}to${to}`
/** How many of `n` in ten rounds fall on round `i`. */
const share = (n: number, i: number) => Math.floor(((i + 1) * n) / roundsSpread + 1e-9) - Math.floor((i * n) / roundsSpread + 1e-9)

/** A round on average, run, wake, wait and call; ten of them where not every round is the same. */
function rounds(r: TraceReport, group: GoroutineGroup, i: number, life: Life, wakes: readonly Wakes[]): string {
  const [wakers, woken] = [wakes.filter(w => w.to === i), wakes.filter(w => w.from === i)]
  const received = wakers.reduce((sum, w) => sum + w.received, 0)
  // A goroutine runs, can run, is in a call, or waits; so what is no sleep and nobody of the scenario ends is waited for outside.
  // One that goes on for ever is there all the time, however little of it the trace shows.
  const lifeNs = life.comes || life.once ? group.lifeNs : Math.max(group.lifeNs, r.wallNs)
  const waitedNs = Math.max(0, lifeNs - group.runningNs - group.runnableNs - group.syscallNs)
  const sleeps = r.blocked.filter(site => site.group === group.start && site.reason === 'sleep')
  const sleptNs = Math.min(
    sleeps.reduce((sum, site) => sum + site.totalNs, 0),
    waitedNs,
  )
  const short = sleptNs < sleepNsMin * sleeps.reduce((sum, site) => sum + site.count, 0)
  const outsideNs = Math.max(0, waitedNs - sleptNs - wakers.reduce((sum, w) => sum + w.waitedNs, 0))
  const outside = roundsSpread - received
  const even = (received === 0 || received === roundsSpread) && wakers.length <= 1 && woken.every(w => Number.isInteger(w.sent))
  const out: string[] = []
  for (let k = 0; k < (even ? 1 : roundsSpread); k++) {
    // With wakes in the middle: what is woken waits for the rest of the run, or is stolen.
    const sends = woken.flatMap(w =>
      Array.from({length: even ? w.sent : share(roundsSpread * w.sent, k)}, () => `{send: ${channel(i, w.to)}}`),
    )
    const runs = group.runningNs / life.rounds
    if (sends.length === 0) out.push(`{compute: {exponential: ${ns(runs)}}}`)
    else out.push(`{compute: {exponential: ${ns(runs / 2)}}}`, ...sends, `{compute: {exponential: ${ns(runs / 2)}}}`)
    if (sleptNs > 0) out.push(`{${short ? 'network' : 'sleep'}: ${ns(sleptNs / life.rounds)}}`)
    const waker = receivedFrom(wakers, k)
    if (waker !== undefined) out.push(`{receive: ${channel(waker, i)}}`)
    else if (outsideNs / life.rounds >= waitNsMin)
      out.push(`{network: {exponential: ${ns((outsideNs / life.rounds) * (roundsSpread / outside))}}}`)
    if (group.syscallNs / life.rounds >= 1) out.push(`{syscall: ${ns(group.syscallNs / life.rounds)}}`)
  }
  return out.join(', ')
}

/** Whose wake ends round `k`. */
function receivedFrom(wakers: readonly Wakes[], k: number): number | undefined {
  const all = wakers.reduce((sum, w) => sum + w.received, 0)
  if (share(all, k) === 0) return undefined
  let nth = Math.floor((k * all) / roundsSpread + 1e-9)
  for (const {from, received} of wakers) {
    if (nth < received) return from
    nth -= received
  }
  return undefined
}

const ns = (value: number) => `${Math.max(1, Math.round(value))}ns`
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 200)
const quoted = (text: string) => JSON.stringify(oneLine(text))
