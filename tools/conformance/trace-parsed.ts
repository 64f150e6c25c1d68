// An event in the words of `go tool trace -d=parsed`, from our reader's context: what tools/conformance/trace.ts holds against the toolchain's own output.
// Follows Event.String, Stack printing and Value.String in src/internal/trace/{event,value,resources}.go (Go 1.26).
import {eventLine} from '../../src/evidence/trace/event-line.ts'
import {ev} from '../../src/evidence/trace/event-types.ts'
import type {TraceContext} from '../../src/evidence/trace/reader.ts'
import {argColumn} from '../../src/evidence/trace/trace-event.ts'

/** A line of `gotriage trace events`, as far as it is needed here. */
interface Line {
  readonly time: string
  readonly m: number | string
  readonly p: number | string
  readonly g: number | string
  readonly kind: string
  readonly resource?: string
  readonly id?: number | string
  readonly from?: string
  readonly to?: string
  readonly reason?: string
  readonly name?: string
  readonly args?: Readonly<Record<string, number | string>>
}

/** strconv.Quote of what traces hold: quotes, backslashes and control characters are escaped, printable text stays. */
function quote(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '\u0007': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '"': '\\"',
    '\\': '\\\\',
  }
  // oxlint-disable-next-line no-control-regex -- these are what is escaped
  return `"${text.replaceAll(/["\\\u0000-\u001F\u007F]/g, c => named[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`
}

/** The text of one event, with its newline. */
export function parsedText(context: TraceContext): string {
  const line = JSON.parse(eventLine(context, false)) as Line // our own line, of the shape above
  let text = `M=${line.m} P=${line.p} G=${line.g} ${line.kind} Time=${line.time}${details(line)}`
  const {event, generation} = context
  const {type} = event
  if (generation === undefined) return `${text}\n`
  if (type === ev.goCreate || type === ev.goCreateBlocked)
    text += `\nTransitionStack=\n${frames(context, generation.stackIndex(event.n[argColumn + 1]!))}`
  else if (ownStack.has(type) && event.stack >= 0) text += `\nTransitionStack=\n${frames(context, event.stack)}`
  if (event.stack >= 0 || type === ev.cpuSample) text += `\nStack=\n${frames(context, event.stack)}`
  return `${text}\n`
}

/** Transitions whose stack is that of the goroutine itself. */
const ownStack: ReadonlySet<number> = new Set([ev.goStop, ev.goBlock, ev.goSyscallBegin, ev.goStatus, ev.goStatusStack])

const value = (of: number | string | undefined) => `Value{Uint64(${of})}`

function details(line: Line): string {
  const {args = {}, name = ''} = line
  const resource = line.resource === 'None' ? 'None' : `${line.resource}(${line.id})`
  switch (line.kind) {
    case 'Metric':
      return ` Name=${quote(name)} Value=${value(args['value'])}`
    case 'Label':
      return ` Label=${quote(name)} Resource=${resource}`
    case 'RangeBegin':
    case 'RangeActive':
      return ` Name=${quote(name)} Scope=${resource}`
    case 'RangeEnd': {
      const attributes = Object.entries(args).map(([key, of]) => `${quote(key)}=${value(of)}`)
      return ` Name=${quote(name)} Scope=${resource} Attributes=[${attributes.join(' ')}]`
    }
    case 'TaskBegin':
    case 'TaskEnd':
      return ` ID=${args['id']} Parent=${args['parent']} Type=${quote(name)}`
    case 'RegionBegin':
    case 'RegionEnd':
      return ` Task=${args['task']} Type=${quote(name)}`
    case 'Log':
      return ` Task=${args['task']} Category=${quote(name)} Message=${quote(String(args['message']))}`
    case 'StateTransition':
      return ` ${line.resource === 'Proc' ? 'ProcID' : 'GoID'}=${line.id} ${line.from}->${line.to} Reason=${quote(line.reason ?? '')}`
    case 'Experimental': {
      const shown = Object.entries(args).filter(([key]) => key !== 'experiment')
      return ` Name=${name} Args=[${shown.map(([key, of]) => `${key}=${value(of)}`).join(', ')}]`
    }
    case 'Sync':
      return ` N=${args['n']}${'trace' in args ? ` Trace=${args['trace']} Mono=${args['mono']} Wall=${wall(String(args['wallUnixNs']))}` : ''}`
    default:
      return ''
  }
}

/** time.RFC3339Nano in UTC. */
function wall(unixNs: string): string {
  const ns = BigInt(unixNs)
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  const fraction = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`
}

function frames({generation, wide}: TraceContext, stack: number): string {
  let text = ''
  if (generation === undefined) return text
  for (const frame of generation.frames(stack))
    text += `\t${generation.frameFunction(frame)} @ 0x${wide.unsigned(generation.framePc(frame)).toString(16)}\n\t\t${generation.frameFile(frame)}:${generation.frameLine(frame)}\n`
  return text
}
