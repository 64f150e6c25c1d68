// `gotriage inspect WHAT …`: what the front end understood, in a form that can be compared with what Go itself says.
import {errors, TriageError} from '../../base/errors.ts'
import {asksForDeeperStack, stackOverflowed} from '../../base/stack-overflow.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

/** A sub-command. */
type Inspection = (args: Parsed, paths: readonly string[], context: CommandContext) => Promise<number>

const inspections: ReadonlyMap<string, Inspection> = new Map([
  ['syntax', syntax],
  ['types', types],
])

export const command: Command = {
  name: 'inspect',
  summary: 'print what the Go front end understood, to be compared with what Go says',
  usage: 'syntax FILE… [--digest] | types [-C DIR] PATTERN… [--tests] [--tags T]',
  flags: [
    {name: 'digest', help: 'one line a file: the number of nodes and the SHA-256 of their lines'},
    {name: 'C', value: 'DIR', help: 'directory that patterns and printed file names start from (types)'},
    {name: 'tests', help: 'the test files of the named packages too (types)'},
    {name: 'tags', value: 'T', many: true, help: 'build tags, separated by commas (types)'},
    {name: 'format', value: 'FORMAT', choices: ['json'], help: 'json lines; there is no other'},
  ],
  examples: ['gotriage inspect syntax main.go', 'gotriage inspect syntax --digest *.go', 'gotriage inspect types ./...'],
  async run(args, context) {
    const [what, ...rest] = args.positionals
    const inspection = what === undefined ? undefined : inspections.get(what)
    if (inspection === undefined) throw errors.usage(`inspect ${what ?? 'nothing'}`, `Name one of: ${[...inspections.keys()].join(', ')}.`)
    return inspection(args, rest, context)
  },
}

async function syntax(args: Parsed, paths: readonly string[], context: CommandContext): Promise<number> {
  if (paths.length === 0) throw errors.usage('inspect syntax needs a file', 'Name one Go file or more.')
  const {inspectSyntax, readSyntaxFile} = await import('../../operations/inspect-syntax.ts')
  let read = 0
  for (const path of paths) {
    try {
      const source = path === '-' ? {file: '-', bytes: await context.stdin()} : await readSyntaxFile(path, context.host)
      if (inspectSyntax(source, args.has('digest'), text => context.out(text))) read++
      else {
        stackOverflowed(context.task)
        context.note(`${path}: nested too deeply`)
      }
    } catch (error) {
      if (!(error instanceof TriageError) || asksForDeeperStack(error)) throw error
      context.note(`${path}: ${error.message}`)
    }
  }
  return read === 0 || (read < paths.length && args.has('strict-input')) ? 2 : 0
}

async function types(args: Parsed, patterns: readonly string[], context: CommandContext): Promise<number> {
  const {inspectTypes} = await import('../../operations/inspect-types.ts')
  const tags = args
    .flags('tags')
    .flatMap(list => list.split(','))
    .filter(tag => tag !== '')
  const options = {dir: '.', patterns, tests: args.has('tests'), ...(tags.length > 0 ? {tags} : {})}
  const {notes, packages} = await inspectTypes(options, context.host, context.task, text => context.out(text))
  for (const note of notes) context.note(terminalText(`note: ${note.path === undefined ? '' : `${note.path}: `}${note.message}`))
  const incomplete = notes.some(note => note.code !== 'setting-ignored')
  return packages === 0 || (incomplete && args.has('strict-input')) ? 2 : 0
}
