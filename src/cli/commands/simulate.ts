// gotriage simulate: thin; the work is operations/simulate.ts. `calibrate` builds and runs the Go program that measures this machine.
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {existsSync} from 'node:fs'
import {errors} from '../../base/errors.ts'
import {nearest} from '../../base/nearest.ts'
import type {Note} from '../../findings/envelope.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

const kinds = 'scheduler|heap|pool|http-timeouts|retry|finalizers|breaker|ab'

export const command: Command = {
  name: 'simulate',
  summary: 'what would happen: the scheduler, the heap and small models, before production finds out',
  usage: `${kinds} FILE [--seed N] | scheduler|heap --fit FILE… | calibrate`,
  flags: [
    {name: 'seed', value: 'N', help: 'first seed (default 1); the same seed gives the same answer, byte for byte'},
    {name: 'seeds', value: 'N', help: 'run so many seeds and give 95 % intervals (default: what the scenario says, or 1)'},
    {name: 'vs', value: 'FILE', help: 'a second scenario to compare with'},
    {
      name: 'fit',
      value: 'FILE',
      many: true,
      help: 'write a scenario from an execution trace (scheduler), gctrace lines or metrics over time (heap)',
    },
    {name: 'sweep', value: 'KEY=…', help: 'run for each value of one setting: gomaxprocs=1..64, gogc=10,50,100'},
    {name: 'show', value: 'NAME', many: true, help: 'figures to print in a sweep (default: the ones that answer most)'},
    {name: 'set', value: 'KEY=VALUE', many: true, help: 'replace a value of the scenario, like machine.cpus=8'},
    {name: 'profile', value: 'FILE', help: 'cost profile of a machine, from "gotriage simulate calibrate"'},
    {name: 'events', value: 'N', help: 'give up after so many events (default 200000000)'},
    {name: 'heat', help: 'draw the P heat map: a row a P, time to the right, dark where goroutines ran'},
    {name: 'check', help: 'look at every invariant after every event'},
    {name: 'o', value: 'FILE', help: 'write the answer to a file instead of stdout'},
    {name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'},
  ],
  examples: [
    'gotriage simulate scheduler examples/scenarios/yield-of-a-spinning-goroutine.yaml',
    'gotriage simulate heap examples/scenarios/three-days-then-oom.yaml --sweep gogc=10,50,100,200',
    'gotriage simulate scheduler --fit app.trace -o app.yaml',
    'gotriage simulate calibrate -o machine.json',
  ],
  async run(args, context) {
    const [kind, path, ...more] = args.positionals
    if (kind === 'calibrate') return calibrate(args, context)
    const [{simulateInSteps, simulateKinds, readRequest, sweepInSteps}, {inTurns}] = await Promise.all([
      import('../../operations/simulate.ts'),
      import('../in-turns.ts'),
    ])
    const known = simulateKinds.find(k => k === kind)
    if (known === undefined)
      throw errors.usage(
        kind === undefined ? 'simulate needs a model' : `simulate ${kind}: no such model`,
        `Give one of: ${simulateKinds.join(', ')}, calibrate.`,
      )
    if (args.has('fit')) {
      if (path !== undefined || (known !== 'scheduler' && known !== 'heap'))
        throw errors.usage(
          '--fit belongs to "simulate scheduler" and "simulate heap", without a scenario',
          'Write: gotriage simulate heap --fit gctrace.log.',
        )
      const {fitScenario} = await import('../../operations/simulate-fit.ts')
      return print(args, context, await fitScenario(context.host, known, args.flags('fit'), context.task))
    }
    if (path === undefined || more.length > 0)
      throw errors.usage(`simulate ${kind} takes one scenario file`, 'Name it, like examples/scenarios/three-days-then-oom.yaml.')
    const profilePath = args.flag('profile')
    if (profilePath !== undefined && known !== 'scheduler')
      throw errors.usage(`simulate ${known} reads no cost profile`, 'Leave --profile away; it belongs to "simulate scheduler".')
    const seeds = args.has('seeds') ? whole(args, 'seeds', 1) : undefined
    const asked = {
      kind: known,
      seed: whole(args, 'seed', 1),
      eventsMax: whole(args, 'events', 200_000_000),
      check: args.has('check'),
      set: settings(args.flags('set')),
      ...(seeds === undefined ? {} : {seeds}),
      ...(profilePath === undefined ? {} : {profilePath}),
    }
    const request = await readRequest(context.host, {...asked, path})
    const text = await import('../../operations/simulate-text.ts')
    context.endAtOnce?.()
    const json = args.flag('format') === 'json'
    const swept = args.flag('sweep')
    if (swept !== undefined) {
      const points = await inTurns('sweep', sweepInSteps(request, swept, context.task), context.task)
      for (const name of args.flags('show')) figureNamed(name, points)
      const names = args.has('show') ? args.flags('show') : usual.filter(name => points.some(p => (p.metrics[name]?.value ?? 0) !== 0))
      return print(args, context, json ? await envelope({sweep: swept, points}) : terminalText(text.sweepText(swept, points, names)))
    }
    const result = await inTurns('simulation', simulateInSteps(request, context.task), context.task)
    const vs = args.flag('vs')
    if (vs !== undefined) {
      const other = await inTurns(
        'second simulation',
        simulateInSteps(await readRequest(context.host, {...asked, path: vs}), context.task),
        context.task,
      )
      return print(args, context, json ? await envelope({...result, vs: other}) : terminalText(text.comparisonText(result, other)))
    }
    return print(
      args,
      context,
      json ? await envelope({...result}) : terminalText(text.simulationText(result) + (args.has('heat') ? text.heatText(result) : '')),
    )
  },
}

/** A figure that is asked for must be one of some value of the sweep. */
function figureNamed(name: string, points: readonly {readonly metrics: Readonly<Record<string, unknown>>}[]): void {
  const known = new Set(points.flatMap(point => Object.keys(point.metrics)))
  if (known.has(name)) return
  const near = nearest(name, [...known])
  throw errors.usage(
    `--show ${name}: the runs have no such figure`,
    near === undefined ? 'See docs/metrics.md.' : `Did you mean "${near}"?`,
  )
}

/** What a sweep prints when nobody asks for other figures. */
const usual = [
  'latency.p50',
  'latency.p99',
  'response.p50',
  'response.p99',
  'response.p999',
  'responses',
  'switches',
  'moves.p',
  'quota.throttled',
  'gc.cpu',
  'cycles',
  'period.p50',
  'heap.peak',
  'gc.assist',
  'oom.time',
  'misses',
  'call.p99',
  'expired',
  'delay.mean',
  'trips.false',
  'good.lost',
  'downgraded',
]

async function print(args: Parsed, context: CommandContext, text: string): Promise<number> {
  const output = args.flag('o')
  if (output === undefined) context.out(text)
  else await context.write(output, text)
  return 0
}

async function envelope(data: Readonly<Record<string, unknown>>, notes: readonly Note[] = []): Promise<string> {
  const {version} = await import('../../base/version.generated.ts')
  const {envelopeJson} = await import('../../findings/json.ts')
  return envelopeJson({
    schema: 'gotriage/1',
    tool: {version, command: 'simulate'},
    complete: true,
    config: {},
    programs: [],
    artifacts: [],
    findings: [],
    causes: [],
    data,
    notes,
  })
}

function whole(args: Parsed, name: string, otherwise: number): number {
  const text = args.flag(name)
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(value)) throw errors.usage(`--${name} ${text}`, 'Give a whole number.')
  return value
}

function settings(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(pair => {
      const match = /^([\w.-]+)=(.*)$/s.exec(pair)
      if (match?.[1] === undefined || match[2] === undefined) throw errors.usage(`--set ${pair}`, 'Write KEY=VALUE.')
      return [match[1], match[2]]
    }),
  )
}

async function calibrate(args: Parsed, context: CommandContext): Promise<number> {
  const folder = calibrationFolder()
  if (folder === undefined)
    throw errors.unsupported('the calibration program is not part of this installation', 'Run it in a checkout of gotriage.')
  const [{spawnSync}, {cpus, release}] = await Promise.all([import('node:child_process'), import('node:os')]) // not for the sake of a table of commands
  context.note('building and running the calibration program; about a minute on an idle machine')
  const run = spawnSync('go', ['run', '.', 'calibrate', '1'], {cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 300_000})
  if (run.error !== undefined) throw errors.missingTool('go', 'Install Go 1.24 or later, or use a shipped profile.')
  if (run.signal === 'SIGINT') throw errors.cancelled()
  if (run.status !== 0)
    throw errors.unsupported(`the calibration program failed: ${run.stderr.trim().split('\n')[0] ?? ''}`, 'It runs on linux/amd64.')
  const cgo = spawnSync('go', ['run', './cgocall'], {cwd: folder, encoding: 'utf8', timeout: 120_000})
  if (cgo.status !== 0) context.note('no C compiler: the cost of a cgo call is that of the shipped profile')
  const {profileFromMeasurements} = await import('../../operations/simulate-calibrate.ts')
  const machine = `${cpus().length} CPUs, ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${release()}`
  const profile = profileFromMeasurements(run.stdout + (cgo.status === 0 ? cgo.stdout : ''), machine, 'this-machine')
  return print(args, context, `${JSON.stringify(profile, undefined, 2)}\n`)
}

function calibrationFolder(): string | undefined {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const folder = join(at, 'tools/validate/workloads')
    if (existsSync(join(folder, 'calibrate.go'))) return folder
  }
  return undefined
}
