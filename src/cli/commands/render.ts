// gotriage render: thin; the work is operations/render.ts, diagrams of the tool are operations/diagram.ts.
import {errors, TriageError} from '../../base/errors.ts'
import {diagramKinds} from '../../operations/diagram-kinds.ts'
import type {AbRenderer, Draws} from '../../operations/render-ab.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

const formats = ['svg', 'png', 'pdf', 'json', 'dot'] as const
const layouts = ['dot', 'neato', 'fdp', 'sfdp', 'circo', 'twopi', 'osage', 'patchwork'] as const

function number(args: Parsed, name: string, low: number, high: number): number | undefined {
  const text = args.flag(name)
  if (text === undefined) return undefined
  const value = Number(text.replace(/(?:s|dpi)$/, ''))
  if (!(value >= low && value <= high)) throw errors.usage(`--${name} ${text}`, `Give a number from ${low} to ${high}.`)
  return value
}

/** `a/b.dot` → `b.svg`; a second `b.dot` of another folder gets `b-2.svg`. */
function outputNames(inputs: readonly string[], format: string): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  return new Map(
    inputs.map(input => {
      const stem = (input === '-' ? 'stdin' : (input.split(/[/\\]/).at(-1) ?? input)).replace(/\.(?:dot|gv)$/i, '')
      let name = `${stem}.${format}`
      for (let i = 2; taken.has(name); i++) name = `${stem}-${i}.${format}`
      taken.add(name)
      return [input, name]
    }),
  )
}

async function inputsOf(args: Parsed, context: CommandContext): Promise<readonly {readonly name: string; readonly bytes?: Uint8Array}[]> {
  const diagram = args.flag('diagram')
  if (diagram === undefined)
    return Promise.all([...new Set(args.positionals)].map(async name => (name === '-' ? {name, bytes: await context.stdin()} : {name})))
  const {diagramDot} = await import('../../operations/diagram.ts')
  const {dot, notes} = await diagramDot({kind: diagram, paths: args.positionals}, context.host, context.task)
  for (const note of notes) context.note(terminalText(`note: ${note}`))
  return [{name: diagram, bytes: new TextEncoder().encode(dot)}]
}

/** The guard as the last run left it; a new one where the file does not exist yet. */
async function abOf(file: string, renderer: Draws, context: CommandContext): Promise<AbRenderer> {
  const {AbRenderer, readAbRecord} = await import('../../operations/render-ab.ts')
  const bytes = await context.host.readFile(file).catch((error: unknown) => {
    if (error instanceof TriageError && error.code === 'not-found') return undefined
    throw error
  })
  return new AbRenderer(renderer, {
    nowMs: Date.now,
    random: Math.random,
    ...(bytes === undefined ? {} : {record: readAbRecord(file, bytes)}),
  })
}

export const command: Command = {
  name: 'render',
  summary: 'DOT files, or diagrams of a program, as checked pictures',
  usage: 'FILE.dot… [-T FORMAT] [-K LAYOUT] [-o OUT] | --diagram KIND [PATH…]',
  flags: [
    {name: 'T', value: 'FORMAT', choices: formats, help: 'svg (default), png, pdf (needs native dot), json, dot'},
    {name: 'K', value: 'LAYOUT', choices: layouts, help: 'dot (default), neato, fdp, sfdp, circo, twopi, osage, patchwork'},
    {name: 'o', value: 'OUT', help: 'file for one input, directory for many; without it one picture goes to stdout'},
    {
      name: 'diagram',
      value: 'KIND',
      choices: diagramKinds,
      help: 'draw a program instead of DOT files: imports [PATTERN…], calls [PATTERN…] (with hazards), middleware [PATTERN…], goroutines DUMP, causes PATH…, escapes FILE, numa FILE… (lscpu, numactl --hardware), memory-order [FACT…], cgo-call, goroutine-states, breaker, ab',
    },
    {name: 'deadline', value: 'S', help: 'seconds for each attempt, from when it starts (default 5)'},
    {name: 'no-fallback', help: 'fail where the layout asked for cannot be had, instead of drawing a simpler one or a table'},
    {name: 'dpi', value: 'N', help: 'dots per inch of a PNG (default 96)'},
    {
      name: 'ab',
      value: 'FILE',
      help: "let the machine's own dot draw a share of the pictures; an A/B guard takes the share away when dot fails more often. FILE keeps what it knows",
    },
    {name: 'metrics', value: 'FILE', help: 'write counts by renderer, format, outcome and environment for Prometheus'},
  ],
  examples: [
    'gotriage render calls.dot -o calls.svg',
    'gotriage render graphs/*.dot -T png -o pictures',
    'gotriage render --diagram imports ./... -o imports.svg',
    'gotriage render --diagram breaker -T dot',
  ],
  async run(args, context) {
    const {renderFiles} = await import('../../operations/render.ts')
    const {Renderer} = await import('../../operations/renderer.ts')
    const format = formats.find(name => name === (args.flag('T') ?? 'svg')) ?? 'svg'
    const layout = layouts.find(name => name === (args.flag('K') ?? 'dot')) ?? 'dot'
    const inputs = await inputsOf(args, context)
    const out = args.flag('o')
    const many = inputs.length > 1
    if (many && out === undefined)
      throw errors.usage(`${inputs.length} files and no -o`, 'Name a directory for the pictures, like -o pictures.')
    const names = outputNames(
      inputs.map(input => input.name),
      format,
    )
    if (many && out !== undefined) {
      const {nodeProcesses} = await import('../../host/node/processes.ts')
      await nodeProcesses.makeDirectory(out).catch(() => {
        throw errors.usage(`"${out}" cannot be made a directory`, 'Name a directory with -o.')
      })
    }
    const seconds = number(args, 'deadline', 0.01, 3600)
    const dotsPerInch = number(args, 'dpi', 10, 1200)
    const renderer = new Renderer()
    const said = new Set<string>()
    const abFile = args.flag('ab')
    const ab = abFile === undefined ? undefined : await abOf(abFile, renderer, context)
    try {
      const files = await renderFiles(
        {
          inputs,
          format,
          layout,
          ...(seconds === undefined ? {} : {deadlineMs: seconds * 1000}),
          ...(dotsPerInch === undefined ? {} : {dotsPerInch}),
          fallback: !args.has('no-fallback'),
        },
        ab ?? renderer,
        context.host,
        context.task,
        async ({name, picture, error}) => {
          const line = error === undefined ? undefined : terminalText(`gotriage: ${error.message}. ${error.hint}`)
          // What this machine lacks is said once, not for each file.
          if (line !== undefined && !said.has(line)) context.note(line)
          if (line !== undefined) said.add(line)
          if (!picture) return
          for (const step of picture.steps)
            if (step.outcome !== 'ok') context.note(terminalText(`note: ${name}: ${step.step}: ${step.outcome}`))
          if (picture.shows !== layout) context.note(terminalText(`note: ${name}: drawn as ${picture.shows}`))
          for (const message of picture.messages) context.note(terminalText(`note: ${name}: ${message}`))
          if (out === undefined) context.out(picture.bytes)
          else await context.write(many ? `${out.replace(/[/\\]+$/, '')}/${names.get(name) ?? ''}` : out, picture.bytes)
        },
      )
      const metrics = args.flag('metrics')
      if (metrics !== undefined) await context.write(metrics, `${renderer.rate.text()}${ab?.metrics() ?? ''}`)
      if (ab !== undefined && abFile !== undefined) {
        const {abRecordText} = await import('../../operations/render-ab.ts')
        await context.write(abFile, abRecordText(ab.record))
        context.note(ab.variantMissing ? 'note: there is no dot in PATH: nothing was compared' : `note: ${ab.summary()}`)
      }
      const without = files.filter(file => file.error).length
      if (many && without > 0) context.note(`note: ${without} of ${files.length} files gave no picture`)
      return without > 0 ? 2 : 0
    } finally {
      renderer.close()
    }
  },
}
