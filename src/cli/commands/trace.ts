// `gotriage trace VIEW FILE`: an execution trace as a summary, as tables, as events, as a page, or for another viewer.
import {memorySource, type ByteSource} from '../../base/byte-source.ts'
import {errors} from '../../base/errors.ts'
import {timedStates, type TimedState} from '../../operations/trace-states.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

const views = ['summary', 'latency', 'procs', 'stw', 'goroutines', 'blocked', 'gc', 'tasks'] as const
const exports = ['perfetto', 'folded', 'pprof'] as const
const rowsDefault = 20

export const command: Command = {
  name: 'trace',
  summary: 'say what was slow in an execution trace, and why',
  usage: `${[...views, 'events', 'export'].join('|')} FILE`,
  flags: [
    {name: 'format', value: 'FORMAT', choices: ['text', 'json', 'html'], help: 'html is one page with a time line; text is the default'},
    {name: 'rows', value: 'N', help: `rows of each table and list (default ${rowsDefault} in text, all in JSON)`},
    {name: 'over', value: 'DURATION', help: 'what is long, such as 500us or 2ms: waits (default 300us), stops (5ms), syscalls (10ms)'},
    {
      name: 'host',
      value: 'FILE',
      many: true,
      help: "latency: perf sched or runqlat output of the same time, for waits that were the host's doing",
    },
    {name: 'stacks', help: 'events: with the stack of each event'},
    {name: 'digest', help: 'events: one line from Sync to Sync, with the number of events and the SHA-256 of their lines'},
    {name: 'to', value: 'FORMAT', choices: [...exports], help: 'export: perfetto (Chrome JSON, the default), folded stacks or pprof'},
    {name: 'state', value: 'STATE', choices: [...timedStates], help: 'export folded and pprof: whose time to count (default running)'},
    {name: 'from', value: 'MS', help: 'html: the time line begins here (ms from the start)'},
    {name: 'until', value: 'MS', help: 'html: the time line ends here'},
    {name: 'output', short: 'o', value: 'FILE', help: 'html, export: write there instead of to stdout'},
  ],
  examples: [
    'gotriage trace summary trace.out',
    'gotriage trace latency --rows 50 trace.out',
    'gotriage trace stw --over 1ms trace.out',
    'gotriage trace events --stacks trace.out',
    'gotriage trace summary --format html -o trace.html trace.out',
    'gotriage trace export --to folded --state blocked trace.out',
  ],
  async run(args, context) {
    const [what, path, ...rest] = args.positionals
    if (what === undefined || path === undefined || rest.length > 0)
      throw errors.usage('trace needs a view and one file', 'Write "gotriage trace summary FILE".')
    const view = views.find(name => name === what)
    if (view === undefined && what !== 'events' && what !== 'export')
      throw errors.usage(`trace has no view "${what}"`, `Name one of: ${[...views, 'events', 'export'].join(', ')}.`)
    const source = path === '-' ? memorySource('-', await context.stdin()) : await context.host.open(path)
    const complete = view === undefined ? await stream(what, source, args, context) : await report(view, source, args, context)
    return complete || !args.has('strict-input') ? 0 : 2
  },
}

async function report(view: (typeof views)[number], source: ByteSource, args: Parsed, context: CommandContext): Promise<boolean> {
  const format = args.flag('format') ?? 'text'
  if (format === 'html') return page(source, args, context)
  const {readHostDelays, traceEnvelope, traceNotes, traceReport, traceText} = await import('../../operations/trace.ts')
  const overNs = duration(args, 'over')
  const limits = overNs === undefined ? {} : {waitNs: overNs, stopNs: overNs, syscallNs: overNs}
  const beside = args.flags('host')
  const host = beside.length === 0 ? undefined : await readHostDelays(context.host, beside, context.task)
  const result = await traceReport(source, context.task, limits)
  const rows = count(args, 'rows') ?? (format === 'text' ? rowsDefault : Number.MAX_SAFE_INTEGER)
  for (const note of traceNotes(result.end, source.name)) context.note(terminalText(`${note.path}: ${note.message}`))
  if (format === 'json') {
    context.out(`${JSON.stringify(traceEnvelope(view, result, source.name, rows, host))}\n`)
  } else {
    context.out(terminalText(traceText(view, result.report, {rows, ...(host === undefined ? {} : {host})})))
  }
  return result.end.complete
}

async function page(source: ByteSource, args: Parsed, context: CommandContext): Promise<boolean> {
  const {tracePage} = await import('../../operations/trace-page.ts')
  const [fromMs, untilMs] = [count(args, 'from'), count(args, 'until')]
  const made = await tracePage(
    source,
    {...(fromMs === undefined ? {} : {fromMs}), ...(untilMs === undefined ? {} : {untilMs})},
    context.task,
  )
  for (const note of made.notes) context.note(terminalText(note.message))
  const output = args.flag('output')
  if (output === undefined) context.out(made.html)
  else await context.write(output, made.html)
  return made.complete
}

async function stream(what: string, source: ByteSource, args: Parsed, context: CommandContext): Promise<boolean> {
  const {exportTrace, traceEvents, traceNotes} = await import('../../operations/trace.ts')
  const output = args.flag('output')
  const parts: (string | Uint8Array)[] = []
  const write = (part: string | Uint8Array) => {
    if (output === undefined) context.out(part)
    else parts.push(part)
  }
  const end =
    what === 'events'
      ? await traceEvents(source, {stacks: args.has('stacks'), digest: args.has('digest')}, write, context.task)
      : await exportTrace(
          source,
          exports.find(name => name === args.flag('to')) ?? 'perfetto',
          (args.flag('state') as TimedState | undefined) ?? 'running', // the parser checked the choices
          write,
          context.task,
        )
  if (output !== undefined) await context.write(output, joined(parts))
  for (const note of traceNotes(end, source.name)) context.note(terminalText(`${note.path}: ${note.message}`))
  return end.complete
}

function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = parts.map(part => (typeof part === 'string' ? new TextEncoder().encode(part) : part))
  const all = new Uint8Array(bytes.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of bytes) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function count(args: Parsed, flag: string): number | undefined {
  const text = args.flag(flag)
  if (text === undefined) return undefined
  if (!/^\d+(\.\d+)?$/.test(text)) throw errors.usage(`--${flag} ${text}: not a number`, `Give --${flag} a number.`)
  return Number(text)
}

const nsPerUnit: Readonly<Record<string, number>> = {ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9}

/** A duration with a unit, as Go writes it, in ns. */
function duration(args: Parsed, flag: string): number | undefined {
  const text = args.flag(flag)
  if (text === undefined) return undefined
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s)$/.exec(text) ?? []
  if (digits === undefined || unit === undefined)
    throw errors.usage(`--${flag} ${text}: not a duration`, `Give --${flag} a number with a unit: 500us, 2ms, 1s.`)
  return Number(digits) * nsPerUnit[unit]!
}
