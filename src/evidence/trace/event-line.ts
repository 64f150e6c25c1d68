// One event as a JSON line, `gotriage trace events`: names, ids and times as golang.org/x/exp/trace gives them (event.go, Go 1.26).
// Times are decimal strings (ns of the trace clock can pass 2^53); other integers are numbers up to 2^53 and decimal strings above.
import {ev, goStateNames, kindIndex, kindNames, procStateNames, specs} from './event-types.ts'
import type {GenerationTables} from './generation-tables.ts'
import type {TraceContext} from './reader.ts'
import {argColumn, timeColumn} from './trace-event.ts'
import type {WideValues} from './wide-values.ts'

export const rangeNames = {gc: 'GC concurrent mark phase', sweep: 'GC incremental sweep', assist: 'GC mark assist'} as const
export const stwRangeName = (kind: string) => `stop-the-world (${kind})`
export const metricNames: Readonly<Record<number, string>> = {
  [ev.procsChange]: '/sched/gomaxprocs:threads',
  [ev.heapAlloc]: '/memory/classes/heap/objects:bytes',
  [ev.heapGoal]: '/gc/heap/goal:bytes',
}
const experimentName = 'AllocFree'

const quoted = JSON.stringify as (text: string) => string
const signed = (wide: WideValues, column: number) => (column >= -1 ? String(column) : integer(wide.signed(column)))
const unsigned = (wide: WideValues, column: number) => (column >= 0 ? String(column) : integer(wide.unsigned(column)))
const integer = (value: bigint) => (value > 9007199254740991n || value < -9007199254740991n ? `"${value}"` : String(value))

/** The event at hand as one line without its newline. */
export function eventLine(context: TraceContext, withStacks: boolean): string {
  const {event, model, wide, originNs} = context
  const {n, type} = event
  const sample = type === ev.cpuSample
  const m = sample ? n[argColumn + 1]! : model.threadId[event.m]!
  const p = sample ? n[argColumn + 2]! : event.p < 0 ? -1 : model.procId[event.p]!
  const g = sample ? n[argColumn + 3]! : event.g < 0 ? -1 : model.goId[event.g]!
  const kind = kindNames[kindIndex[type]!]!
  let line = `{"time":"${originNs + BigInt(n[timeColumn]!)}","m":${signed(wide, m)},"p":${signed(wide, p)},"g":${signed(wide, g)},"kind":"${kind}"`
  line += details(context, kind)
  if (withStacks && context.generation !== undefined) line += stacks(context, context.generation)
  return `${line}}`
}

function details(context: TraceContext, kind: string): string {
  const {event, model, wide, generation} = context
  const {n, type} = event
  const arg = (i: number) => n[argColumn + i]!
  const text = (i: number) => quoted(generation?.text(arg(i)) ?? '')
  const own = () => `"resource":"Goroutine","id":${event.g < 0 ? -1 : signed(wide, model.goId[event.g]!)}`
  switch (kind) {
    case 'StateTransition':
      return transition(context)
    case 'Metric':
      return `,"name":"${metricNames[type]}","args":{"value":${unsigned(wide, arg(0))}}`
    case 'Label':
      return `,${own()},"name":${text(0)}`
    case 'RangeBegin':
    case 'RangeActive':
    case 'RangeEnd':
      return range(context)
    case 'TaskBegin':
      return `,"name":${text(2)},"args":{"id":${unsigned(wide, arg(0))},"parent":${unsigned(wide, arg(1))}}`
    case 'TaskEnd':
      return `,"name":${quoted(event.name)},"args":{"id":${unsigned(wide, arg(0))},"parent":${unsigned(wide, arg(2))}}`
    case 'RegionBegin':
    case 'RegionEnd':
      return `,"name":${text(1)},"args":{"task":${unsigned(wide, arg(0))}}`
    case 'Log':
      return `,"name":${text(1)},"args":{"task":${unsigned(wide, arg(0))},"message":${text(2)}}`
    case 'Experimental': {
      const spec = specs.get(type)
      const args = (spec?.args ?? []).map((name, i) => `,"${name}":${unsigned(wide, arg(i))}`).join('')
      return `,"name":"${spec?.name}","args":{"experiment":"${experimentName}"${args}}`
    }
    case 'Sync':
      return `,"args":{"n":${arg(0)}${clock(context)}}`
    default:
      return ''
  }
}

function transition({event, model, wide, generation}: TraceContext): string {
  const {n, type, from, to, resource} = event
  const ofProc = type >= ev.procStart && type <= ev.procStatus
  const names = ofProc ? procStateNames : goStateNames
  const id = ofProc ? model.procId[resource]! : model.goId[resource]!
  const reason = type === ev.goBlock || type === ev.goStop ? (generation?.text(n[argColumn]!) ?? '') : ''
  return `,"resource":"${ofProc ? 'Proc' : 'Goroutine'}","id":${signed(wide, id)},"from":"${names[from]}","to":"${names[to]}"${reason === '' ? '' : `,"reason":${quoted(reason)}`}`
}

function range({event, model, wide, generation}: TraceContext): string {
  const {n, type} = event
  const goroutine = (slot: number) => `"resource":"Goroutine","id":${slot < 0 ? -1 : signed(wide, model.goId[slot]!)}`
  switch (type) {
    case ev.stwBegin:
    case ev.stwEnd:
      return `,${goroutine(event.g)},"name":${quoted(stwRangeName(generation?.text(n[argColumn]!) ?? ''))}`
    case ev.gcSweepBegin:
      return `,"resource":"Proc","id":${signed(wide, model.procId[event.p]!)},"name":"${rangeNames.sweep}"`
    case ev.gcSweepActive:
      return `,"resource":"Proc","id":${signed(wide, n[argColumn]!)},"name":"${rangeNames.sweep}"`
    case ev.gcSweepEnd:
      return `,"resource":"Proc","id":${signed(wide, model.procId[event.p]!)},"name":"${rangeNames.sweep}","args":{"bytes swept":${unsigned(wide, n[argColumn]!)},"bytes reclaimed":${unsigned(wide, n[argColumn + 1]!)}}`
    case ev.gcMarkAssistActive:
      return `,${goroutine(event.resource)},"name":"${rangeNames.assist}"`
    case ev.gcMarkAssistBegin:
    case ev.gcMarkAssistEnd:
      return `,${goroutine(event.g)},"name":"${rangeNames.assist}"`
    default:
      return `,"resource":"None","name":"${rangeNames.gc}"`
  }
}

function clock({generation, wide}: TraceContext): string {
  const at = generation?.clock
  if (generation === undefined || at === undefined) return ''
  const wall = wide.signed(at.sec) * 1_000_000_000n + wide.signed(at.nsec)
  return `,"trace":"${Math.trunc(at.ticks * generation.nsPerTick)}","mono":"${wide.unsigned(at.mono)}","wallUnixNs":"${wall}"`
}

function stacks(context: TraceContext, generation: GenerationTables): string {
  const {event, wide} = context
  let text = frames('stack', generation, event.stack, wide)
  if (event.type === ev.goCreate || event.type === ev.goCreateBlocked) {
    const started = generation.stackIndex(event.n[argColumn + 1]!)
    text += frames('transitionStack', generation, started, wide)
  }
  return text
}

function frames(name: string, generation: GenerationTables, stack: number, wide: WideValues): string {
  const parts: string[] = []
  for (const frame of generation.frames(stack)) {
    const pc = wide.unsigned(generation.framePc(frame)).toString(16)
    parts.push(
      `{"func":${quoted(generation.frameFunction(frame))},"file":${quoted(generation.frameFile(frame))},"line":${generation.frameLine(frame)},"pc":"0x${pc}"}`,
    )
  }
  return parts.length === 0 ? '' : `,"${name}":[${parts.join(',')}]`
}
