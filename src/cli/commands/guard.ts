// gotriage guard: thin; the work is operations/guard.ts and operations/guard-trial.ts.
import {chmod, mkdir} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'
import {errors} from '../../base/errors.ts'
import type {GuardFile} from '../../operations/guard.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'guard',
  summary: 'write Go code that prevents it, from a contract or policy',
  usage: 'KIND --config FILE --out DIR | cgo --init [DIR] | trial KIND [EVENTS] | probes QUESTION BINARY',
  flags: [
    {name: 'config', value: 'FILE', help: 'YAML of the guard; without it the defaults of its kind are used'},
    {name: 'out', value: 'DIR', help: 'directory for the generated files; files that were not generated are never written over'},
    {name: 'check', help: 'write nothing; exit 1 when the files in --out differ from what the configuration gives'},
    {name: 'source', value: 'DIR', help: 'cgo --check: Go code in which listed C functions must go through the gate (default .)'},
    {name: 'init', help: 'cgo: print a first contract, from the C calls of the Go package in DIR (default .)'},
    {name: 'dlv', help: 'probes: expressions for dlv that fit the Go release of BINARY'},
    {name: 'gdb', help: 'probes: commands for gdb that fit the Go release of BINARY'},
    {name: 'seed', value: 'N', help: 'trial: seed of the generated traffic (default 1)'},
    {name: 'hours', value: 'N', help: 'trial: hours of each kind of traffic (default 1)'},
    {name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'},
  ],
  details: [
    'kinds: breaker, ab, gogc, cgo, cgomonitor, ci, gin, deadline, safemap, struct, numa, gomaxprocs; their keys are in docs/guards.md',
  ],
  examples: [
    'gotriage guard breaker --config breaker.yaml --out internal/breaker',
    'gotriage guard breaker --config breaker.yaml --out internal/breaker --check',
    'gotriage guard probes run-queue-wait ./server > run-queue-wait.bt',
  ],
  async run(args, context) {
    if (args.positionals[0] === 'trial') return trial(args, context)
    if (args.positionals[0] === 'probes') return probes(args, context)
    if (args.has('init')) return init(args, context)
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
    await writeFiles(plan.files, out, context)
    for (const name of plan.stale)
      context.note(terminalText(`note: ${join(out, name)} is no longer asked for; remove it if nothing uses it`))
    const lines = plan.files.map(file => `${join(out, file.path)}${file.state === 'same' ? ' (unchanged)' : ''}`)
    await print(args, context, lines, {kind, files: plan.files.map(({path, state}) => ({path, state})), warnings: plan.warnings})
    return 0
  },
}

async function writeFiles(files: readonly GuardFile[], out: string, context: CommandContext): Promise<void> {
  for (const file of files) {
    if (file.state === 'same') continue
    const path = resolve(context.host.cwd, out, file.path)
    await mkdir(dirname(path), {recursive: true}).catch((error: unknown) => {
      throw errors.usage(`"${out}" cannot be made: ${error instanceof Error ? error.message : String(error)}`, 'Name another directory.')
    })
    await context.write(path, file.text)
    if (file.executable) await chmod(path, 0o755).catch(() => undefined) // a file system without modes is no failure
  }
}

async function init(args: Parsed, context: CommandContext): Promise<number> {
  const [kind, directory] = args.positionals
  if (kind !== 'cgo') throw errors.usage('only cgo has an --init', 'Write gotriage guard cgo --init DIR.')
  const {firstContract} = await import('../../operations/guard-init.ts')
  const {yaml, notes} = await firstContract(directory ?? '.', context.host)
  for (const note of notes) context.note(terminalText(`note: ${note}`))
  if (args.flag('format') === 'json') await print(args, context, [], {kind, contract: yaml, notes})
  else context.out(terminalText(yaml))
  return 0
}

async function probes(args: Parsed, context: CommandContext): Promise<number> {
  const {compareFiles, refuseForeign} = await import('../../operations/guard.ts')
  const {debuggerHelp, planProbes, probeQuestion} = await import('../../operations/guard-probes.ts')
  const name = args.has('dlv') ? 'dlv' : args.has('gdb') ? 'gdb' : undefined
  if (name !== undefined) {
    const binary = args.positionals[1]
    if (binary === undefined) throw errors.usage(`probes --${name} needs the program`, `Write gotriage guard probes --${name} BINARY.`)
    const text = await debuggerHelp(name, binary, context.host)
    if (args.flag('format') === 'json') await print(args, context, [], {debugger: name, text})
    else context.out(terminalText(text))
    return 0
  }
  const question = probeQuestion(args.positionals[1])
  const binary = args.positionals[2]
  if (binary === undefined) throw errors.usage('guard probes needs the program', `Write gotriage guard probes ${question} BINARY.`)
  const scripts = await planProbes(question, binary, context.host)
  for (const note of scripts.notes) context.note(terminalText(`note: ${note}`))
  const out = args.flag('out')
  if (out === undefined) {
    if (args.flag('format') === 'json') {
      const files = scripts.files.map(({path, text}) => ({path, text}))
      await print(args, context, [], {question, files, notes: scripts.notes})
    } else context.out(terminalText(scripts.files[0]?.text ?? ''))
    return scripts.files.length > 0 ? 0 : 1
  }
  const files = await compareFiles(scripts.files, out, context.host)
  refuseForeign({kind: 'probes', files, stale: [], warnings: []}, out)
  await writeFiles(files, out, context)
  await print(
    args,
    context,
    files.map(file => `${out.replace(/\/$/, '')}/${file.path}`),
    {question, files: files.map(({path, state}) => ({path, state}))},
  )
  return 0
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
