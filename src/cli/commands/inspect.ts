// `gotriage inspect WHAT …`: what the front end understood, in a form that can be compared with what Go itself says.
import {errors, TriageError} from '../../base/errors.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'

/** A sub-command; `types` joins here. */
type Inspection = (args: Parsed, paths: readonly string[], context: CommandContext) => Promise<number>

const inspections: ReadonlyMap<string, Inspection> = new Map([['syntax', syntax]])

export const command: Command = {
  name: 'inspect',
  summary: 'print what the Go front end understood, to be compared with what Go says',
  usage: 'syntax FILE… [--digest]',
  flags: [{name: 'digest', help: 'one line a file: the number of nodes and the SHA-256 of their lines'}],
  examples: ['gotriage inspect syntax main.go', 'gotriage inspect syntax --digest *.go'],
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
      const out = (text: string) => context.out(text)
      const digest = args.has('digest')
      const done = inspectSyntax(source, digest, out) || (await (await import('../deep-inspect.ts')).inspectDeeply(source, digest, out))
      if (done) read++
      else context.note(`${path}: nested too deeply`)
    } catch (error) {
      if (!(error instanceof TriageError)) throw error
      context.note(`${path}: ${error.message}`)
    }
  }
  return read === 0 || (read < paths.length && args.has('strict-input')) ? 2 : 0
}
