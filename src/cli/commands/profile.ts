// gotriage profile: what go tool pprof says of profiles, in the same words and flags, and what it does not say.
import {errors, TriageError} from '../../base/errors.ts'
import type {ProfileRequest} from '../../operations/profile-flags.ts'
import {profileHelp} from '../../operations/profile-shell-help.ts'
import type {ProfileShell, ShellFile} from '../../operations/profile-shell.ts'
import type {Command, CommandContext} from '../command.ts'
import {hostWithStdin} from '../stdin-host.ts'

const exports = ['proto', 'topproto', 'folded', 'speedscope', 'svg', 'html']

export const command: Command = {
  name: 'profile',
  summary: 'print, compare, filter and convert profiles, with the text and the flags of go tool pprof',
  usage:
    '[top|tree|traces|tags|raw|comments|peek RE|list RE|diff|flame|html|svg|dot|callgrind|proto|topproto|folded|speedscope] [pprof flags] [--format FORMAT] [-o OUT] FILE…',
  passthrough: true,
  flags: [
    {
      name: 'format',
      value: 'FORMAT',
      help: `text (default), dot, ${exports.join(', ')}; the others than text are of the whole profile or of a diff`,
    },
  ],
  details: profileHelp(),
  examples: [
    'gotriage profile top cpu.pb.gz',
    'gotriage profile top -cum -focus=http -nodecount=20 cpu.pb.gz',
    'gotriage profile list keep heap.pb.gz',
    'gotriage profile diff heap-before.pb.gz heap.pb.gz',
    'gotriage profile heap.pb.gz --format html -o heap.html',
    'gotriage profile diff heap-before.pb.gz heap.pb.gz --format html -o diff.html',
    'gotriage profile folded cpu.pb.gz',
  ],
  async run(args, context) {
    const {parseProfileFlags} = await import('../../operations/profile-flags.ts')
    const request = inFormat(parseProfileFlags(args.positionals), args.flag('format'))
    await refuseMisspelt(request, context)
    if (request.files.length === 0) throw errors.usage('no profile source specified', 'Name a profile: gotriage profile top FILE.')
    const profileContext = {host: hostWithStdin(context), task: context.task, note: (line: string) => context.note(line)}
    if (request.command === '') {
      const {profileShell} = await import('../../operations/profile-shell.ts')
      return await runShell(await profileShell(request, profileContext, context.terminal), context)
    }
    if (request.command === 'diff') {
      const {diffText, profileDiff} = await import('../../operations/profile-diff.ts')
      context.out(diffText(await profileDiff(request, profileContext)))
      return 0
    }
    if (request.command === 'flame') {
      const {flameTree, terminalFlame} = await import('../../operations/profile-flame.ts')
      context.out(terminalFlame(await flameTree(request, profileContext), context.terminal.columns, context.terminal.color))
      return 0
    }
    if (exports.includes(request.command)) {
      const {exportProfile} = await import('../../operations/profile-export.ts')
      const bytes = await exportProfile(request, profileContext)
      await write(bytes, request.output === '' ? await nameFor(request.command, context) : request.output, context)
      return 0
    }
    const {profileReport} = await import('../../operations/profile.ts')
    const parts: Uint8Array[] = []
    for await (const part of profileReport(request, profileContext)) {
      if (request.output === '') context.out(part)
      else parts.push(part)
    }
    if (request.output !== '') await write(joined(parts), request.output, context)
    return 0
  },
}

/** `--format html` and its like, for the whole profile or for a comparison. */
function inFormat(request: ProfileRequest, format: string | undefined): ProfileRequest {
  if (format === undefined || format === 'text' || format === request.command) return request
  if (!exports.includes(format) && format !== 'dot')
    throw errors.usage(`profile cannot be printed as "${format}"`, `Give one of: text, dot, ${exports.join(', ')}.`)
  if (request.command === '' || request.command === 'flame') return {...request, command: format}
  if (request.command !== 'diff') {
    throw errors.usage(`profile ${request.command} is text only`, `Leave "${request.command}" or "--format ${format}" out.`)
  }
  const [before, after, ...more] = request.files
  if (before === undefined || after === undefined || more.length > 0) {
    throw errors.usage('profile diff compares two profiles', 'Write gotriage profile diff BEFORE AFTER.')
  }
  return {...request, command: format, files: [after], base: [before], diffBase: true}
}

/** `profile tpo FILE`: a word without dot and slash in front of files is no file but a command that does not exist. */
async function refuseMisspelt({command: given, files}: ProfileRequest, context: CommandContext): Promise<void> {
  const [first = ''] = files
  if (given !== '' || files.length < 2 || !/^[a-z]+$/.test(first) || (await context.host.stat(first)) !== undefined) return
  throw errors.usage(`there is no profile command "${first}", and no such file`, 'See gotriage profile --help.')
}

/** Pictures and profiles do not go to a screen, as in pprof. */
async function nameFor(format: string, context: CommandContext): Promise<string> {
  if (!context.terminal.isTty) return ''
  const {fileEndings, freeName} = await import('../../operations/profile-shell.ts')
  const ending = Object.hasOwn(fileEndings, format) ? fileEndings[format] : undefined
  return ending === undefined ? '' : freeName(ending, context.host)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

async function write(bytes: Uint8Array, output: string, context: CommandContext): Promise<void> {
  if (output === '') {
    context.out(bytes)
    return
  }
  context.note(`Generating report in ${output}`)
  await context.write(output, bytes)
}

async function runShell(shell: ProfileShell, context: CommandContext): Promise<number> {
  const {createInterface} = await import('node:readline')
  context.out(shell.greeting)
  const interactive = context.terminal.isTty && process.stdin.isTTY
  const lines = createInterface({
    input: process.stdin,
    ...(interactive ? {output: process.stdout} : {}),
    prompt: '(profile) ',
    completer: (line: string) => shell.complete(line),
  })
  lines.prompt()
  for await (const line of lines) {
    const answer = await shell.answer(line)
    if (answer === undefined) return 0
    if (typeof answer === 'string' || answer instanceof Uint8Array) context.out(answer)
    else await writeAsked(answer, context)
    lines.prompt()
  }
  // Ctrl-D and Ctrl-C leave the prompt on its line.
  if (interactive) context.out('\n')
  return 0
}

/** A file that cannot be written does not end the session. */
async function writeAsked({file, bytes}: ShellFile, context: CommandContext): Promise<void> {
  try {
    await write(bytes, file, context)
  } catch (error) {
    if (!(error instanceof TriageError)) throw error
    context.note(`${error.message}. ${error.hint}`)
  }
}
