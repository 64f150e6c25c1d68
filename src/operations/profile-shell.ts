// The interactive shell of `gotriage profile FILE`: pprof's commands and `name=value` settings, kept from line to line.
// Follows github.com/google/pprof/internal/driver/interactive.go.
import {TriageError} from '../base/errors.ts'
import {flameTree, terminalFlame} from './profile-flame.ts'
import {defaultProfileConfig, isProfileCommand, parseProfileFlags, patternCommands} from './profile-flags.ts'
import type {ProfileRequest} from './profile-flags.ts'
import {loadProfile, prepareReport, reportOf} from './profile.ts'
import type {ProfileContext} from './profile.ts'
import {profileLabels} from '../evidence/pprof/report/report.ts'
import {copyProfile} from '../evidence/pprof/report/working-profile.ts'
import {textOfRaw} from '../evidence/pprof/string-table.ts'
import {exportProfile} from './profile-export.ts'

export interface ProfileShell {
  readonly greeting: string
  answer(line: string): Promise<string | Uint8Array | undefined>
}

const nodeCountDefault = 10
const clearing = ['focus', 'ignore', 'hide', 'tagfocus', 'tagignore']

const help = `top [n] [focus]* [-ignore]*   own and inclusive weight by function (-cum sorts by the latter)
tree, peek RE                callers and callees
list RE                      source lines with their weights
traces, tags, raw, comments  samples, labels, everything, comments
flame                        a flame graph in the terminal
name=value                   sets focus, ignore, hide, show, sample_index, unit, nodecount, sort, granularity, …
:                            clears focus, ignore, hide, tagfocus and tagignore
o                            the settings
q                            ends the session
`

export async function profileShell(request: ProfileRequest, context: ProfileContext, columns: number): Promise<ProfileShell> {
  const profile = await loadProfile(request, context)
  const types = profile.header.sampleTypes.map(t => textOfRaw(t.type))
  const labels = profileLabels(prepareReport(copyProfile(profile), 'top', {...request, command: 'top'}, context)).map(textOfRaw)
  const settings = new Map<string, string>()
  const given = settingsOf(request)
  const fixed = [
    ...(request.symbolize === '' ? [] : [`-symbolize=${request.symbolize}`]),
    ...(request.base[0] === undefined ? [] : [baseFlag(request)]),
  ]

  const flags = (command: string) => [
    command,
    ...fixed,
    '-compact_labels',
    ...[...given, ...settings].map(([name, value]) => (name === 'sort' || name === 'granularity' ? `-${value}` : `-${name}=${value}`)),
  ]

  const run = async (words: readonly string[]): Promise<string | Uint8Array> => {
    const [, name = '', digits = ''] = /^([a-z]+?)(\d*)$/.exec(words[0] ?? '') ?? []
    if (!isProfileCommand(name) || name === 'diff') return `unrecognized command: "${words[0]}"; type help\n`
    const args = flags(name)
    const rest = [...(digits === '' ? [] : [digits]), ...words.slice(1)]
    if ((patternCommands as readonly string[]).includes(name)) {
      const pattern = rest.shift()
      if (pattern === undefined) return `command ${name} requires an argument\n`
      args[0] = `-${name}=${pattern}`
    }
    args.push(...argumentFlags(name, rest, settings.has('nodecount')))
    const parsed = parseProfileFlags([...args, '--', ...request.files])
    if (name === 'flame') return terminalFlame(await flameTree(parsed, context), columns, false)
    if (['proto', 'topproto', 'folded', 'speedscope', 'svg', 'html'].includes(name)) return exportProfile(parsed, context)
    const parts: string[] = []
    const decoder = new TextDecoder()
    for await (const part of reportOf(copyProfile(profile), parsed, context)) parts.push(decoder.decode(part, {stream: true}))
    return parts.join('')
  }

  return {
    greeting: `${labels.join('\n')}\nType help for the commands, o for the settings, q to leave.\n`,
    async answer(line) {
      const text = line.trim()
      if (text === '') return ''
      if (text === 'q' || text === 'quit' || text === 'exit') return undefined
      if (text === 'help') return help
      if (text === ':') {
        for (const name of clearing) settings.set(name, '')
        return ''
      }
      if (text === 'o' || text === 'options') return optionsText(settings, types)
      if (types.includes(text)) return set(settings, 'sample_index', text)
      const [, name, value = ''] = /^([a-z_]+)\s*=\s*(.*)$/.exec(text) ?? []
      try {
        if (name !== undefined && Object.hasOwn(defaultProfileConfig, name)) return set(settings, name, value.replace(/\s*\/\/:.*$/, ''))
        return await run(text.split(/\s+/))
      } catch (error) {
        if (error instanceof TriageError) return `${error.message}. ${error.hint}\n`
        throw error
      }
    },
  }
}

const baseFlag = (request: ProfileRequest) => `-${request.diffBase ? 'diff_base' : 'base'}=${request.base[0]}`

/** What was given on the command line, as settings. */
function settingsOf(request: ProfileRequest): [string, string][] {
  return Object.entries(request.config)
    .filter(([name, value]) => value !== defaultProfileConfig[name as keyof typeof defaultProfileConfig] && value !== '')
    .map(([name, value]) => [name, String(value)])
}

function set(settings: Map<string, string>, name: string, value: string): string {
  parseProfileFlags([name === 'sort' || name === 'granularity' ? `-${value}` : `-${name}=${value}`, 'file'])
  settings.set(name, value)
  return ''
}

/** Numbers, `-cum`, patterns to focus on and `-patterns` to ignore. */
function argumentFlags(command: string, words: readonly string[], hasNodeCount: boolean): string[] {
  const flags: string[] = []
  const [focus, ignore]: [string[], string[]] = [[], []]
  let counted = hasNodeCount
  for (const word of words) {
    if (/^\d+$/.test(word)) {
      flags.push(`-nodecount=${word}`)
      counted = true
    } else if (word === '-cum' || word === '--cum') flags.push('-cum')
    else if (word.startsWith('-')) ignore.push(word.slice(1))
    else focus.push(word)
  }
  const tags = command === 'tags' ? 'tag' : ''
  if (focus.length > 0) flags.push(`-${tags}focus=${focus.join('|')}`)
  if (ignore.length > 0) flags.push(`-${tags}ignore=${ignore.join('|')}`)
  if (!counted && (command === 'top' || command === 'text')) flags.push(`-nodecount=${nodeCountDefault}`)
  return flags
}

function optionsText(settings: ReadonlyMap<string, string>, types: readonly string[]): string {
  const lines = Object.entries(defaultProfileConfig).map(([name, value]) => {
    const shown = settings.get(name) ?? String(value)
    const comment = name === 'sample_index' ? ` //: [${types.join(' | ')}]` : ''
    return `  ${name.padEnd(25)} = ${(shown === '' ? '""' : shown).padEnd(20)}${comment}`.trimEnd()
  })
  return `${lines.sort().join('\n')}\n`
}
