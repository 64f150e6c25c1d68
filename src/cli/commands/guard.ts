// gotriage guard: thin; the work is operations/guard.ts and operations/guard-trial.ts.
import {chmod, mkdir} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'
import {errors} from '../../base/errors.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'guard',
  summary: 'write Go code that prevents it, from a contract or policy',
  usage: 'KIND --config FILE --out DIR | trial KIND [EVENTS]',
  flags: [
    {name: 'config', value: 'FILE', help: 'YAML of the guard; without it the defaults of its kind are used'},
    {name: 'out', value: 'DIR', help: 'directory for the generated files; files that were not generated are never written over'},
    {name: 'check', help: 'write nothing; exit 1 when the files in --out differ from what the configuration gives'},
    {name: 'source', value: 'DIR', help: 'cgo --check: Go code in which listed C functions must go through the gate (default .)'},
    {name: 'seed', value: 'N', help: 'trial: seed of the generated traffic (default 1)'},
    {name: 'hours', value: 'N', help: 'trial: hours of each kind of traffic (default 1)'},
    {name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'},
  ],
  examples: [
    'gotriage guard breaker --config breaker.yaml --out internal/breaker',
    'gotriage guard breaker --config breaker.yaml --out internal/breaker --check',
  ],
  async run(args, context) {
    if (args.positionals[0] === 'trial') return trial(args, context)
    const {guardKind, planGuard, refuseForeign, drift, callsOutsideGate, join} = await import('../../operations/guard.ts')
    const kind = guardKind(args.positionals[0])
    const out = args.flag('out')
    if (out === undefined) throw errors.usage('--out is missing', 'Name the directory for the generated files.')
    const config = args.flag('config')
    const request = {kind, out, ...(config === undefined ? {} : {config})}
    const plan = await planGuard(request, context.host)
    for (const warning of plan.warnings) context.note(terminalText(`note: ${warning}`))
    if (args.has('check')) {
      const differences = [...drift(plan, out), ...(await callsOutsideGate(request, args.flag('source') ?? '.', context.host))]
      await print(args, context, differences, {kind, drift: differences})
      return differences.length > 0 && args.flag('fail-on') !== 'never' ? 1 : 0
    }
    refuseForeign(plan, out)
    for (const file of plan.files) {
      if (file.state === 'same') continue
      const path = resolve(context.host.cwd, join(out, file.path))
      await mkdir(dirname(path), {recursive: true}).catch((error: unknown) => {
        throw errors.usage(`"${out}" cannot be made: ${error instanceof Error ? error.message : String(error)}`, 'Name another directory.')
      })
      await context.write(path, file.text)
      if (file.executable) await chmod(path, 0o755).catch(() => undefined) // a file system without modes is no failure
    }
    for (const name of plan.stale)
      context.note(terminalText(`note: ${join(out, name)} is no longer asked for; remove it if nothing uses it`))
    const lines = plan.files.map(file => `${join(out, file.path)}${file.state === 'same' ? ' (unchanged)' : ''}`)
    await print(args, context, lines, {kind, files: plan.files.map(({path, state}) => ({path, state})), warnings: plan.warnings})
    return 0
  },
}

async function print(
  args: Parsed,
  context: CommandContext,
  lines: readonly string[],
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (args.flag('format') === 'json') {
    const {envelopeJson} = await import('../../findings/json.ts')
    const {emptyEnvelope} = await import('../../findings/envelope.ts')
    context.out(envelopeJson({...emptyEnvelope('guard'), data}))
  } else if (lines.length > 0) context.out(terminalText(`${lines.join('\n')}\n`))
}

async function trial(args: Parsed, context: CommandContext): Promise<number> {
  const {guardTrial, trialKinds, trialText} = await import('../../operations/guard-trial.ts')
  const kind = trialKinds.find(name => name === args.positionals[1])
  if (kind === undefined) throw errors.usage('a trial needs a kind of guard', `Give one of: ${trialKinds.join(', ')}.`)
  const [config, events] = [args.flag('config'), args.positionals[2]]
  const seed = number(args, 'seed', 1, 0, 2 ** 31)
  const result = await guardTrial(
    {
      kind,
      seed,
      hours: number(args, 'hours', 1, 0.05, 240),
      ...(config === undefined ? {} : {config}),
      ...(events === undefined ? {} : {events}),
    },
    context.host,
    context.task,
  )
  if (args.flag('format') === 'json') {
    const data = {kind, seed, trials: result.tables.map(({title, values}) => ({title, results: values}))}
    for (const note of result.notes) context.note(terminalText(`note: ${note}`))
    await print(args, context, [], data)
  } else context.out(terminalText(trialText(result)))
  return 0
}

function number(args: Parsed, name: string, otherwise: number, min: number, max: number): number {
  const text = args.flag(name)
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!(value >= min && value <= max)) throw errors.usage(`--${name} ${text}`, `Give a number from ${min} to ${max}.`)
  return value
}
