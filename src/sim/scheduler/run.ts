// Runs a scheduler scenario: builds the world, handles events in order of time, and stops at the end or at a limit.
import {assert, errors, unreachable} from '../../base/errors.ts'
import {defaultGomaxprocs, schedulerVersion} from '../../knowledge/scheduler.ts'
import type {CostProfile, CostRow} from '../calibration/cost-profile.ts'
import {GcCpuLimiter, Pacer} from '../gc/pacer.ts'
import {sampler, type Distribution} from '../kernel/distribution.ts'
import {EventQueue} from '../kernel/event-queue.ts'
import {Prng} from '../kernel/prng.ts'
import {drained, type Steps} from '../kernel/steps.ts'
import {Collector, type CollectorOptions} from './collector.ts'
import {descriptorReady, messageArrived, opDone, runOps, startGoroutine} from './execute.ts'
import {goIdle, lastRound, polled, schedule, startWithP, steal} from './find-runnable.ts'
import {newGoroutine} from './goroutines.ts'
import {checkEnd, checkWorld} from './invariants.ts'
import {Measures} from './measures.ts'
import {acquirep, newThread, pidleget, pidleput, ready, startm, stopm, useP, wakep} from './placement.ts'
import {signalled} from './preemption.ts'
import {compile, newNames, numberOf, type Names, type ProgramSource} from './program.ts'
import {globalPut, makeRunnable} from './queues.ts'
import {startTheWorld, stopped, stopRetry} from './stop-the-world.ts'
import {exitSyscall} from './syscalls.ts'
import {pushSysmon, sysmon, sysmonSlept} from './sysmon.ts'
import {block, quotaRefill, quotaSpent, sleepEnded, sliceEnded, step} from './threads.ts'
import {event, gStatus, then, use, type Arrivals, type Costs, type Cpu, type M, type P, type World} from './world.ts'

export interface MachineOptions {
  readonly cpus: number
  /** Node of each CPU; all on node 0 when absent. */
  readonly nodes?: readonly number[]
  /** SLIT divided by 10: relative memory latency from node to node. */
  readonly distance?: readonly (readonly number[])[]
  /** Relative speed of each CPU; 1 when absent. */
  readonly speeds?: readonly number[]
  /** CPU 2k and 2k+1 share a core; how much longer work takes when both are busy. */
  readonly smtSlow?: number
  /** CFS bandwidth: CPUs' worth of time in each period. */
  readonly quotaCpus?: number
  readonly periodNs?: number
  /** Other processes' threads that always want to run. */
  readonly hogs?: number
}

export type ArrivalSource =
  | {readonly kind: 'open'; readonly program: string; readonly everyNs: Distribution; readonly fromNs?: number; readonly untilNs?: number}
  | {readonly kind: 'closed'; readonly program: string; readonly clients: number; readonly thinkNs: Distribution}
  | {
      readonly kind: 'sessions'
      readonly program: string
      readonly everyNs: Distribution
      readonly lifeNs: Distribution
      readonly requestEveryNs: Distribution
    }

export interface SchedulerScenario {
  readonly machine: MachineOptions
  /** Minor version of Go: 26 for 1.26. */
  readonly goMinor: number
  /** The default of that version when absent. */
  readonly gomaxprocs?: number
  readonly programs: readonly ProgramSource[]
  readonly start: readonly {readonly program: string; readonly count: number}[]
  readonly arrivals?: readonly ArrivalSource[]
  /** Buffer of each channel; 0 when absent. */
  readonly channels?: Readonly<Record<string, number>>
  /** Time of a message through each socket. */
  readonly sockets?: Readonly<Record<string, Distribution>>
  readonly collector?: CollectorOptions & {readonly gogc: number; readonly memoryLimitBytes?: number}
  readonly durationNs: number
  /** Not measured at the beginning. */
  readonly warmupNs: number
  readonly profile: CostProfile
  /** Rows of the profile that this scenario replaces. */
  readonly costs?: Readonly<Partial<Record<CostRow, Distribution>>>
}

export interface RunOptions {
  readonly seed: number
  readonly eventsMax: number
  readonly check: boolean
  /** Single values to keep of each `measure` step. */
  readonly samplesMax?: number
}

export interface SchedulerRun {
  readonly world: World
  readonly names: Names
}

/** Slots of the heat map. */
const heatSlots = 100

export function runScheduler(scenario: SchedulerScenario, options: RunOptions): SchedulerRun {
  return drained(schedulerInSteps(scenario, options))
}

/** Events between two turns of whoever drives a run in steps: some tens of milliseconds. */
const eventsAStep = 1 << 16

/** The same run, handing over now and then the share of the simulated time that is done. */
export function* schedulerInSteps(scenario: SchedulerScenario, options: RunOptions): Steps<SchedulerRun> {
  const run = beginScheduler(scenario, options)
  for (let n = 1; run.next(); n++) if (n % eventsAStep === 0) yield run.world.nowNs / scenario.durationNs
  return run
}

/** A run that is driven from outside, event by event; `world.queue` holds the event that was handled last. */
export interface SteppedRun extends SchedulerRun {
  /** Handles one event; false when the scenario's time is over, and its measures are closed. */
  next(): boolean
}

export function beginScheduler(scenario: SchedulerScenario, options: RunOptions): SteppedRun {
  const {world: w, names} = build(scenario, options)
  begin(w, scenario, names)
  const queue = w.queue
  const until = scenario.durationNs
  const {eventsMax} = options
  const checked = w.check
  let over = false
  const next = (): boolean => {
    if (queue.nextNs > until) {
      if (!over) close(w, until)
      over = true
      return false
    }
    queue.pop()
    if (w.events++ === eventsMax) throw errors.limit('events of the simulation (--events)', eventsMax)
    w.nowNs = queue.atNs
    handle(w, queue.kind, queue.a, queue.b)
    if (checked) checkWorld(w)
    return true
  }
  return {world: w, names, next}
}

function close(w: World, until: number): void {
  w.nowNs = until
  for (const p of w.allp) useP(w, p, p.use)
  if (w.throttled) w.measures.throttledNs += until - w.throttledSinceNs
  checkEnd(w)
}

/** GOMAXPROCS of a scenario: as written, or the default of its Go version on its machine. */
export function gomaxprocsOf(scenario: SchedulerScenario): number {
  const {cpus, quotaCpus} = scenario.machine
  return (
    scenario.gomaxprocs ?? defaultGomaxprocs({cpus, ...(quotaCpus === undefined ? {} : {quotaCpus})}, schedulerVersion(scenario.goMinor))
  )
}

function handle(w: World, kind: number, a: number, b: number): void {
  switch (kind) {
    case event.step: {
      const m = w.allm[a]!
      if (m.version !== b || !m.armed) return
      m.armed = false
      m.leftNs = 0
      goOn(w, m)
      return
    }
    case event.wake: {
      const m = w.allm[a]!
      if (m.version === b) sleepEnded(w, m)
      return
    }
    case event.signal:
      signalled(w, w.allm[a]!, w.allg[b]!)
      return
    case event.sysmon:
      if (b !== w.sysmonVersion) return
      if (w.sysmonwait) {
        sysmonSlept(w)
        w.sysmonVersion++
      }
      sysmon(w)
      return
    case event.slice:
      sliceEnded(w, w.cpus[a]!, b)
      return
    case event.quotaSpent:
      quotaSpent(w, b)
      return
    case event.quotaRefill:
      quotaRefill(w)
      if (w.sysmonDue && !w.throttled) {
        w.sysmonDue = false
        sysmon(w)
      }
      return
    case event.ready:
      descriptorReady(w, w.allg[a]!)
      return
    case event.message:
      messageArrived(w, a)
      return
    case event.arrival:
      arrive(w, a)
      return
    case event.session:
      sessionRequest(w, a, b)
      return
    case event.pollTimeout: {
      const m = w.allm[a]!
      if (m.version !== b || !m.polling) return
      m.polling = false
      m.then = then.polled
      sleepEnded(w, m)
      return
    }
    case event.stopRetry:
      stopRetry(w, b)
      return
    default:
      assert(false, `event ${kind} is known`)
  }
}

/** The step of a thread is over. */
function goOn(w: World, m: M): void {
  switch (m.then) {
    case then.schedule:
      schedule(w, m)
      return
    case then.execute:
      startGoroutine(w, m)
      return
    case then.op:
      opDone(w, m)
      return
    case then.steal:
      steal(w, m)
      return
    case then.stealSlept:
      lastRound(w, m)
      return
    case then.idle:
      goIdle(w, m)
      return
    case then.syscallDone:
      exitSyscall(w, m)
      return
    case then.polled:
      polled(w, m)
      return
    case then.stopped:
      stopped(w, m)
      return
    case then.stopDone:
      stopDone(w, m)
      return
    case then.marked:
      w.collector!.marked(w, m)
      return
    case then.assisted:
      w.collector!.assisted(w, m)
      return
    case then.start:
      startWithP(w, m)
      return
    case then.lockedSleep:
      if (m.nextp === undefined) {
        m.then = then.lockedStart
        block(w, m)
        return
      }
      lockedStart(w, m)
      return
    case then.lockedStart:
      lockedStart(w, m)
      return
    case then.park:
      stopm(w, m)
      return
    default:
      step(w, m, 1e15, then.never)
  }
}

function lockedStart(w: World, m: M): void {
  const p = m.nextp
  assert(p !== undefined && m.curg !== undefined, 'a locked thread is woken with a P and its goroutine')
  m.nextp = undefined
  acquirep(w, m, p)
  m.p!.schedtick++
  step(w, m, w.costs.goSwitchNs(w.prng), then.execute)
}

function stopDone(w: World, m: M): void {
  if (w.collector !== undefined) {
    w.collector.stopDone(w, m)
    return
  }
  startTheWorld(w, m)
  const next = w.stopQueue.shift()
  if (next !== undefined) ready(w, m, next, true)
  runOps(w, m, m.curg!)
}

/** A request from outside: its goroutine waits on a descriptor that is ready now. */
function request(w: World, source: number, program: number): void {
  const g = newGoroutine(w, w.programs[program]!)
  g.status = gStatus.waiting
  g.source = source
  g.arrivedAtNs = w.nowNs
  w.netWaiters++
  descriptorReady(w, g)
}

function arrive(w: World, source: number): void {
  const arrivals = w.arrivals[source]!
  switch (arrivals.kind) {
    case 'open': {
      request(w, source, arrivals.program)
      const next = w.nowNs + sampleOf(arrivals.everyNs)(w.arrivalsPrng)
      if (next < arrivals.until) w.queue.push(next, event.arrival, source, 0)
      return
    }
    case 'closed':
      request(w, source, arrivals.program)
      return
    case 'sessions': {
      const id = w.sessions.length
      w.sessions.push({endNs: w.nowNs + sampleOf(arrivals.lifeNs)(w.arrivalsPrng), source})
      w.queue.push(w.nowNs, event.session, source, id)
      w.queue.push(w.nowNs + sampleOf(arrivals.everyNs)(w.arrivalsPrng), event.arrival, source, 0)
      return
    }
    default:
      unreachable(arrivals)
  }
}

function sessionRequest(w: World, source: number, id: number): void {
  const arrivals = w.arrivals[source]!
  assert(arrivals.kind === 'sessions', 'only sessions send requests of their own')
  request(w, source, arrivals.program)
  const next = w.nowNs + sampleOf(arrivals.requestEveryNs)(w.arrivalsPrng)
  if (next < w.sessions[id]!.endNs) w.queue.push(next, event.session, source, id)
}

const compiled = new WeakMap<object, ReturnType<typeof sampler>>()

/** The drawing function of a distribution, made once. */
function sampleOf(distribution: Distribution): ReturnType<typeof sampler> {
  if (typeof distribution === 'number') return () => distribution
  let draw = compiled.get(distribution)
  if (draw === undefined) {
    draw = sampler(distribution)
    compiled.set(distribution, draw)
  }
  return draw
}

function costsOf(scenario: SchedulerScenario): Costs {
  const rows = {...scenario.profile.rows, ...scenario.costs}
  const scalars = ['markBytesPerNs', 'allocBytesPerNs', 'pageTouchNs', 'osSliceNs', 'osWakeGranularityNs', 'warmIdleNs']
  const entries = Object.entries(rows).map(([name, value]) => [name, scalars.includes(name) ? value : sampler(value)] as const)
  return Object.fromEntries(entries) as unknown as Costs // the rows are those of CostRows, one by one
}

function build(scenario: SchedulerScenario, options: RunOptions): SchedulerRun {
  const {machine} = scenario
  const names = newNames()
  for (const source of scenario.programs) numberOf(names.programs, source.name)
  for (const name of Object.keys(scenario.channels ?? {})) numberOf(names.channels, name)
  for (const name of Object.keys(scenario.sockets ?? {})) numberOf(names.sockets, name)
  const programs = scenario.programs.map(source => compile(source, names))
  const arrivals = (scenario.arrivals ?? []).map(source => arrivalsOf(source, names, scenario.durationNs))
  const gomaxprocs = gomaxprocsOf(scenario)
  const costs = costsOf(scenario)
  const cpus: Cpu[] = Array.from({length: machine.cpus}, (_, id) => ({
    id,
    node: machine.nodes?.[id] ?? 0,
    speed: machine.speeds?.[id] ?? 1,
    sibling: undefined,
    current: undefined,
    idleSinceNs: -1e9,
    queue: [],
    sliceVersion: 0,
    sliceArmed: false,
  }))
  if (machine.smtSlow !== undefined) for (const cpu of cpus) cpu.sibling = cpus[cpu.id ^ 1]
  const nodes = 1 + Math.max(...cpus.map(cpu => cpu.node))
  const quotaNs = machine.quotaCpus === undefined ? Infinity : machine.quotaCpus * (machine.periodNs ?? 100e6)
  const allp = Array.from({length: gomaxprocs}, (_, id) => newP(id))
  const slotNs = Math.max(1, scenario.durationNs / heatSlots)
  const world: World = {
    nowNs: 0,
    events: 0,
    queue: new EventQueue(),
    prng: new Prng(options.seed, 0),
    arrivalsPrng: new Prng(options.seed, 1),
    version: schedulerVersion(scenario.goMinor),
    costs,
    gomaxprocs,
    allp,
    allm: [],
    allg: [],
    cpus,
    balanceFailed: 0,
    distance: machine.distance ?? Array.from({length: nodes}, (_, i) => Array.from({length: nodes}, (_, j) => (i === j ? 1 : 2.1))),
    smtSlow: machine.smtSlow ?? 1,
    programs,
    channels: [...names.channels.keys()].map(name => ({
      capacity: scenario.channels?.[name] ?? 0,
      buffered: 0,
      senders: [],
      receivers: [],
    })),
    mutexes: [...names.mutexes.keys()].map(() => ({holder: undefined, starving: false, woken: false, waiters: []})),
    sockets: [...names.sockets.keys()].map(name => ({latency: sampler(scenario.sockets?.[name] ?? 5000), ready: 0, readers: []})),
    groups: [...names.groups.keys()].map(() => ({count: 0, waiters: []})),
    arrivals,
    measures: new Measures(scenario.warmupNs, slotNs, options.samplesMax ?? 0),
    measureCount: names.measures.size,
    thinkers: arrivals.map(a => (a.kind === 'closed' ? sampler(a.thinkNs) : undefined)),
    collector: collectorOf(scenario, gomaxprocs, names),
    globalHead: undefined,
    globalTail: undefined,
    globalSize: 0,
    pidle: [],
    midle: [],
    nmspinning: 0,
    needspinning: false,
    gcwaiting: false,
    sysmonwait: false,
    sysmonVersion: 0,
    sysmonIdle: 0,
    sysmonDelayNs: 20_000,
    sysmonDue: false,
    lastpoll: 1,
    pollUntil: 0,
    poller: undefined,
    pollingUntilNs: 0,
    netReady: [],
    netWaiters: 0,
    stop: undefined,
    stops: 0,
    stopQueue: [],
    freeG: [],
    threads: 1,
    quotaNs,
    periodNs: machine.periodNs ?? 100e6,
    quotaLeftNs: quotaNs,
    quotaAtNs: 0,
    onCpu: 0,
    quotaVersion: 0,
    throttled: false,
    throttledSinceNs: 0,
    liveG: 0,
    sessions: [],
    forceCollectionG: undefined,
    lastCollectionNs: 0,
    check: options.check,
    unservedSinceNs: Infinity,
  }
  return {world, names}
}

function arrivalsOf(source: ArrivalSource, names: Names, durationNs: number): Arrivals {
  const program = names.programs.get(source.program) ?? 0
  switch (source.kind) {
    case 'open':
      return {kind: 'open', program, everyNs: source.everyNs, from: source.fromNs ?? 0, until: source.untilNs ?? durationNs}
    case 'closed':
      return {kind: 'closed', program, clients: source.clients, thinkNs: source.thinkNs}
    case 'sessions':
      return {...source, program}
    default:
      return unreachable(source)
  }
}

function collectorOf(scenario: SchedulerScenario, gomaxprocs: number, names: Names): Collector | undefined {
  const options = scenario.collector
  if (options === undefined) return undefined
  const worker = compile({name: ' mark worker', steps: []}, {...names, programs: new Map(names.programs)})
  const pacer = new Pacer(options.gogc, options.memoryLimitBytes ?? Infinity)
  return new Collector(pacer, new GcCpuLimiter(gomaxprocs), options, scenario.profile.rows.markBytesPerNs, worker)
}

function newP(id: number): P {
  return {
    id,
    status: 0,
    listed: false,
    m: undefined,
    oldM: undefined,
    runq: Array.from({length: 256}, () => undefined),
    head: 0,
    tail: 0,
    runnext: undefined,
    schedtick: 0,
    globalTick: 0,
    syscalltick: 0,
    inSyscall: false,
    preempt: false,
    seenTick: 0,
    seenTickNs: 0,
    seenSyscallTick: 0,
    seenSyscallNs: 0,
    timerNs: [],
    timerG: [],
    fractionalNs: 0,
    worker: undefined,
    use: use.idle,
    useSinceNs: 0,
    usedNs: new Float64Array(6),
    heat: new Float64Array(heatSlots),
  }
}

function begin(w: World, scenario: SchedulerScenario, names: Names): void {
  for (let i = w.gomaxprocs - 1; i >= 0; i--) pidleput(w, w.allp[i]!)
  for (let i = 0; i < (scenario.machine.hogs ?? 0); i++) {
    const hog = newThread(w)
    w.threads--
    hog.then = then.never
    hog.leftNs = 1e15
    const cpu = w.cpus[i % w.cpus.length]!
    hog.lastCpu = cpu
    sleepEnded(w, hog)
  }
  for (const {program, count} of scenario.start) {
    const index = names.programs.get(program)
    assert(index !== undefined, 'programs were checked when the scenario was read')
    for (let i = 0; i < count; i++) {
      const g = newGoroutine(w, w.programs[index]!)
      makeRunnable(w, g)
      globalPut(w, g)
    }
  }
  if (w.collector !== undefined) {
    const helper = newGoroutine(w, w.programs[0]!, 'force collection')
    helper.status = gStatus.waiting
    w.forceCollectionG = helper
  }
  const p = pidleget(w)
  assert(p !== undefined, 'there is at least one P')
  startm(w, p, false, undefined)
  if (w.globalSize > 1) wakep(w, undefined)
  w.lastpoll = 1
  // Whoever takes requests has a listener in the poller all the time.
  w.netWaiters = w.arrivals.length
  pushSysmon(w, 20_000)
  if (w.quotaNs !== Infinity) w.queue.push(w.periodNs, event.quotaRefill, 0, 0)
  w.arrivals.forEach((arrivals, source) => {
    if (arrivals.kind === 'closed')
      for (let i = 0; i < arrivals.clients; i++) w.queue.push(w.thinkers[source]!(w.arrivalsPrng), event.arrival, source, 0)
    else if (arrivals.kind === 'open') w.queue.push(arrivals.from + sampleOf(arrivals.everyNs)(w.arrivalsPrng), event.arrival, source, 0)
    else w.queue.push(sampleOf(arrivals.everyNs)(w.arrivalsPrng), event.arrival, source, 0)
  })
}
