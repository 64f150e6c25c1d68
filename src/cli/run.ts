// From words to an exit code. Knows the table of commands and how failures are told; knows no command's business.
import {TriageError, errors} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {asksForDeeperStack} from '../base/stack-overflow.ts'
import {version} from '../base/version.generated.ts'
import type {Command, CommandContext} from './command.ts'
import {terminalText} from './terminal-text.ts'
import {commandHelp, generalHelp} from './help.ts'
import {parseArgs} from './parse-args.ts'

/** Runs one command line and gives the exit code of DESIGN section 4: 0, 1, 2, 3 or 130. */
export async function runCommandLine(words: readonly string[], commands: readonly Command[], context: CommandContext): Promise<number> {
  try {
    return await dispatchDeeply(words, commands, context)
  } catch (error) {
    if (error instanceof TriageError) {
      if (error.code === 'cancelled') return 130
      context.note(terminalText(`gotriage: ${error.message}. ${error.hint}`))
      return 2
    }
    if (context.task.signal?.aborted) return 130
    context.note(
      terminalText(
        `gotriage: this is a bug of gotriage ${version}, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
    )
    return 3
  }
}

/** Once more on a deeper stack where this thread's does not suffice: threads cost time to start, and hardly any input needs one. */
async function dispatchDeeply(words: readonly string[], commands: readonly Command[], context: CommandContext): Promise<number> {
  if (context.deeper === undefined) return dispatch(words, commands, context)
  const printed = {outBytes: 0, notes: 0}
  const counted: Pick<CommandContext, 'out' | 'note'> = {
    out(text) {
      printed.outBytes += typeof text === 'string' ? Buffer.byteLength(text) : text.length
      context.out(text)
    },
    note(line) {
      printed.notes++
      context.note(line)
    },
  }
  const inDirectory = async (path: string) => ({...(await context.inDirectory(path)), ...counted})
  try {
    return await dispatch(words, commands, {...context, ...counted, inDirectory})
  } catch (error) {
    if (!asksForDeeperStack(error)) throw error
    return context.deeper(words, printed)
  }
}

async function dispatch(words: readonly string[], commands: readonly Command[], context: CommandContext): Promise<number> {
  const [name, ...rest] = words
  if (name === undefined || /^--?(h|help)$/.test(name) || name === 'help') {
    const about = name === 'help' ? rest.find(word => !word.startsWith('-')) : undefined
    context.out(about === undefined ? generalHelp(commands, version) : commandHelp(commandNamed(about, commands)))
    return 0
  }
  if (/^--?version$/.test(name) || name === 'version') {
    context.out(`gotriage ${version}\n`)
    return 0
  }
  const command = commandNamed(name, commands)
  const args = parseArgs(command, rest)
  if (args.has('help')) {
    context.out(commandHelp(command))
    return 0
  }
  const directory = args.flag('C')
  return command.run(args, directory === undefined ? context : await context.inDirectory(directory))
}

function commandNamed(name: string, commands: readonly Command[]): Command {
  const command = commands.find(candidate => candidate.name === name)
  if (command !== undefined) return command
  if (name.startsWith('-')) throw errors.usage(`"${name}" stands before a command`, 'Write the command first: gotriage COMMAND [FLAGS].')
  const near = nearest(
    name,
    commands.map(candidate => candidate.name),
  )
  throw errors.usage(
    `there is no command "${name}"`,
    near === undefined ? 'See "gotriage --help".' : `Did you mean "${near}"? See "gotriage --help".`,
  )
}
