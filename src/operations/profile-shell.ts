// The interactive shell of `gotriage profile FILE`: pprof's commands and `name=value` settings, kept from line to line.
// Follows github.com/google/pprof/internal/driver/interactive.go.
import {errors, TriageError} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {profileLabels} from '../evidence/pprof/report/report.ts'
import {copyProfile, sampleIndexByName} from '../evidence/pprof/report/working-profile.ts'
import {rawOfText, textOfRaw} from '../evidence/pprof/string-table.ts'
import {exportProfile} from './profile-export.ts'
import {flameTree, terminalFlame} from './profile-flame.ts'
import {choices, defaultProfileConfig, isProfileCommand, parseProfileFlags, patternCommands, refuse} from './profile-flags.ts'
import type {ProfileRequest} from './profile-flags.ts'
import {completions, settingOf, shellHelp, topicHelp} from './profile-shell-help.ts'
import {loadProfile, prepareReport, reportOf} from './profile.ts'
import type {ProfileContext} from './profile.ts'

/** What a line asked to be written into a file. */
export interface ShellFile {
  readonly file: string
  readonly bytes: Uint8Array
}

export interface ProfileShell {
  /** What to print first. */
  readonly greeting: string
  /** Answers a line; undefined ends the session. */
  answer(line: string): Promise<string | Uint8Array | ShellFile | undefined>
  /** What may stand in the place of the last word of a line, and that word. */
  complete(line: string): [string[], string]
}

export interface ShellTerminal {
  readonly columns: number
  readonly color: boolean
}

const nodeCountDefault = 10
const clearing = ['focus', 'ignore', 'hide', 'tagfocus', 'tagignore']
/** Commands whose answer is nothing for a screen, and how the files end that they go to when none is named. */
export const fileEndings: Readonly<Record<string, string>> = {
  callgrind: 'callgrind',
  html: 'html',
  proto: 'pb.gz',
  speedscope: 'speedscope.json',
  svg: 'svg',
  topproto: 'pb.gz',
}
/** Numbers tried for the name of such a file. */
const fileNumberMax = 10_000

type Settings = Map<string, string>

export async function profileShell(request: ProfileRequest, context: ProfileContext, terminal: ShellTerminal): Promise<ProfileShell> {
  const profile = await loadProfile(request, context)
  const types = profile.header.sampleTypes.map(t => textOfRaw(t.type))
  const first = prepareReport(copyProfile(profile), 'top', {...request, command: 'top'}, context)
  const labels = profileLabels(first).map(textOfRaw)
  const settings: Settings = new Map([['compact_labels', 'true'], ...settingsOf(request)])
  const fixed = [
    ...(request.symbolize === '' ? [] : [`-symbolize=${request.symbolize}`]),
    ...(request.base[0] === undefined ? [] : [`-${request.diffBase ? 'diff_base' : 'base'}=${request.base[0]}`]),
  ]
  const functions = [...new Set(profile.functionName)].filter(name => name !== '').map(textOfRaw)

  const set = (name: string, value: string): string => {
    const known = name === 'sample_index' ? types[sampleIndexByName(profile, rawOfText(value))]! : value
    parseProfileFlags([...flagOf(name, known), 'file'])
    settings.set(name, known)
    return ''
  }

  const run = async (words: readonly string[]): Promise<string | Uint8Array | ShellFile> => {
    const {name, pattern, output, changed} = commandOf(words, settings)
    const flags = [...changed].flatMap(([setting, value]) => flagOf(setting, value))
    const parsed = parseProfileFlags([pattern === undefined ? name : `-${name}=${pattern}`, ...fixed, ...flags, '--', ...request.files])
    const bytes = await answerOf(parsed)
    const ending = Object.hasOwn(fileEndings, name) ? fileEndings[name] : undefined
    if (output === undefined && ending === undefined) return bytes
    return {
      file: output ?? (await freeName(ending!, context.host)),
      bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
    }
  }

  const answerOf = async (parsed: ProfileRequest): Promise<string | Uint8Array> => {
    const own = copyProfile(profile)
    if (parsed.command === 'flame') return terminalFlame(await flameTree(parsed, context, own), terminal.columns, terminal.color)
    if (['proto', 'topproto', 'folded', 'speedscope', 'svg', 'html'].includes(parsed.command)) return exportProfile(parsed, context, own)
    const parts: string[] = []
    const decoder = new TextDecoder()
    for await (const part of reportOf(own, parsed, context)) parts.push(decoder.decode(part, {stream: true}))
    return parts.join('')
  }

  /** `name=value`, a switch alone, or one of a choice alone; undefined when the line is none of it. */
  const setting = (text: string): string | undefined => {
    const [, name = '', equals, value = ''] = /^([a-z_]+)\s*(?:(=)\s*(.*))?$/.exec(text) ?? []
    const known = settingOf(name)
    if (known === undefined) return undefined
    const given = value.replace(/\s*\/\/:.*$/, '')
    if (known !== name)
      return equals === undefined || given === 'true' || given === '1' ? set(known, name) : `write ${name} or ${known}=${name}\n`
    if (equals !== undefined) return set(name, given)
    return typeof defaultProfileConfig[known] === 'boolean' ? set(name, 'true') : `please specify a value: ${name}=VALUE\n`
  }

  /** A sample type by its name, or with `mean_` or `total_` in front. */
  const sampleType = (text: string): string | undefined => {
    const [, kind, type = ''] = /^(mean_|total_)?(.*)$/.exec(text) ?? []
    if (types.includes(text)) return set('sample_index', text)
    if (kind === undefined || !types.includes(type)) return undefined
    set('mean', String(kind === 'mean_'))
    return set('sample_index', type)
  }

  const none = first.total === 0 && types.length > 1 ? `No samples of ${types.at(-1)}; others: sample_index=${types.join(', ')}\n` : ''
  return {
    greeting: `${labels.join('\n')}\n${none}Type help for the commands, o for the settings, q to leave.\n`,
    complete: line => completions(line, functions, types),
    async answer(line) {
      const text = line.trim()
      if (text === '') return ''
      if (text === 'q' || text === 'quit' || text === 'exit') return undefined
      if (text === 'help') return shellHelp()
      if (text === 'o' || text === 'options') return optionsText(settings, types)
      try {
        if (text === ':') return clearing.map(name => set(name, '')).join('')
        const words = text.split(/\s+/)
        if (words[0] === 'help') return topicHelp(words.slice(1).join(' '))
        return sampleType(text) ?? setting(text) ?? (await run(words))
      } catch (error) {
        if (error instanceof TriageError) return `${error.message}. ${error.hint}\n`
        throw error
      }
    },
  }
}

/** What was given on the command line, as settings. */
function settingsOf(request: ProfileRequest): [string, string][] {
  return Object.entries(request.config)
    .filter(([name, value]) => value !== defaultProfileConfig[name as keyof typeof defaultProfileConfig] && value !== '')
    .map(([name, value]) => [name, String(value)])
}

/** A setting as a flag of the command line; none for a choice that was cleared. */
function flagOf(name: string, value: string): string[] {
  if (name !== 'sort' && name !== 'granularity') return [`-${name}=${value}`]
  if (value === '') return []
  if (choices[name].includes(value)) return [`-${value}`]
  throw errors.usage(`${name} cannot be "${value}"`, `Give one of: ${choices[name].join(', ')}.`)
}

interface ShellCommand {
  readonly name: string
  readonly pattern: string | undefined
  readonly output: string | undefined
  /** The settings, as this one line changes them. */
  readonly changed: Settings
}

/** Command, count, patterns to focus on, `-patterns` to ignore, `-cum` and `>file`. */
function commandOf(words: readonly string[], settings: Settings): ShellCommand {
  const [word = '', ...more] = words
  const [, stem = '', digits = ''] = /^(.*?)(\d*)$/.exec(word) ?? []
  const name = isProfileCommand(word) ? word : stem
  if (name === 'diff') throw errors.usage('diff compares two files', 'Leave the shell and write gotriage profile diff BEFORE AFTER.')
  refuse(name, name)
  if (!isProfileCommand(name)) {
    const known = settingOf(word)
    if (known !== undefined) throw errors.usage(`did you mean ${known}=${more.join(' ')}?`, 'Settings are name=value.')
    throw errors.usage(`unrecognized command: "${word}"`, 'Type help for the commands.')
  }
  const rest = [...(name === word || digits === '' ? [] : [digits]), ...more]
  let pattern: string | undefined
  if ((patternCommands as readonly string[]).includes(name)) {
    pattern = rest.shift()
    if (pattern === undefined) throw errors.usage(`command ${name} requires an argument`, `Write ${name} REGEX.`)
  }
  const changed = new Map(settings)
  const [focus, ignore]: [string[], string[]] = [[], []]
  let output: string | undefined
  for (let at = 0; at < rest.length; at++) {
    const argument = rest[at]!
    if (/^[+-]?\d+$/.test(argument)) changed.set('nodecount', argument)
    else if (argument.startsWith('>')) {
      output = argument === '>' ? rest[++at] : argument.slice(1)
      if (output === undefined) throw errors.usage('unexpected end of line after >', 'Name the file: >FILE.')
    } else if (argument === '-cum' || argument === '--cum') changed.set('sort', 'cum')
    else if (argument.startsWith('-')) ignore.push(argument.slice(1))
    else focus.push(argument)
  }
  const tags = name === 'tags' ? 'tag' : ''
  if (focus.length > 0) changed.set(`${tags}focus`, focus.join('|'))
  if (ignore.length > 0) changed.set(`${tags}ignore`, ignore.join('|'))
  if ((changed.get('nodecount') ?? '-1') === '-1' && (name === 'top' || name === 'text')) changed.set('nodecount', String(nodeCountDefault))
  return {name, pattern, output, changed}
}

/** The first of profile001.svg, profile002.svg, … that is no file yet. */
export async function freeName(ending: string, host: Host): Promise<string> {
  for (let number = 1; number < fileNumberMax; number++) {
    const name = `profile${String(number).padStart(3, '0')}.${ending}`
    if ((await host.stat(name)) === undefined) return name
  }
  throw errors.usage(`profile001.${ending} and all that follow it exist`, 'Name the file: >FILE.')
}

function optionsText(settings: Settings, types: readonly string[]): string {
  const lines = Object.entries(defaultProfileConfig).map(([name, value]) => {
    const shown = settings.get(name) ?? String(value)
    const known =
      name === 'sample_index' ? types : name === 'sort' || name === 'granularity' ? choices[name] : shown === '-1' ? ['default'] : undefined
    const comment = known === undefined ? '' : ` //: [${known.join(' | ')}]`
    const text = name === 'sample_index' && shown === '' ? (types.at(-1) ?? '') : shown === '' ? '""' : shown
    return `  ${name.padEnd(25)} = ${text.padEnd(20)}${comment}`.trimEnd()
  })
  return `${lines.sort().join('\n')}\n`
}
