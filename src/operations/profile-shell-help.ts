// What the shell of `gotriage profile FILE` says about itself: its commands and settings, one line each, and what each takes.
import {choices, defaultProfileConfig} from './profile-flags.ts'
import type {ProfileConfig} from './profile-flags.ts'

interface Topic {
  /** What follows the name. */
  readonly takes: string
  readonly does: string
}

const filters = '[n] [focus]… [-ignore]… [>file]'
const report = (does: string, takes = filters): Topic => ({takes, does})

export const commandTopics: Readonly<Record<string, Topic>> = {
  top: report('functions by their own weight (-cum: with all they call)', '[n] [focus]… [-ignore]… [-cum] [>file]'),
  text: report('the same as top', '[n] [focus]… [-ignore]… [-cum] [>file]'),
  tree: report('every function between its callers and its callees', '[n] [focus]… [-ignore]… [-cum] [>file]'),
  peek: report('callers and callees of the functions that match', 'regex [focus]… [-ignore]… [>file]'),
  list: report('source lines of the functions that match, with their weights', 'regex [focus]… [-ignore]… [>file]'),
  flame: report('a flame graph in the terminal'),
  traces: report('every sample with its labels and its stack'),
  tags: report('every label with its values and their weights', '[tagfocus]… [-tagignore]… [>file]'),
  raw: report('everything the profile holds'),
  comments: report('the comments in the profile', '[>file]'),
  dot: report('the call graph as DOT; gotriage render draws it'),
  callgrind: report('the call graph for KCachegrind, into a file'),
  proto: report('the profile as profile.proto, into a file'),
  topproto: report('the rows of top as profile.proto, into a file'),
  folded: report('folded stacks, a line each'),
  speedscope: report('JSON for speedscope.app, into a file'),
  svg: report('a flame graph as SVG, into a file'),
  html: report('a page with flame graph, table and search, into a file'),
}

export const settingTopics: Readonly<Record<keyof ProfileConfig, string>> = {
  focus: 'keep samples with a frame whose function, file or binary matches',
  ignore: 'leave out samples with such a frame',
  hide: 'leave out frames that match',
  show: 'leave out frames that do not match',
  show_from: 'leave out what calls the outermost frame that matches',
  prune_from: 'leave out what lies below a frame that matches',
  tagfocus: 'keep samples with a label in the range or that matches: 1kb:, key=regex',
  tagignore: 'leave out samples with such a label',
  tagshow: 'leave out labels whose key does not match',
  taghide: 'leave out labels whose key matches',
  tagroot: 'frames of label values above every stack: key,key',
  tagleaf: 'frames of label values below every stack: key,key',
  sample_index: 'which value of a sample is shown, by name or number',
  mean: 'divide by the first value of each sample, its count',
  unit: 'minimum, auto, or a unit: ms, MB, …',
  divide_by: 'divide all values by a number',
  normalize: 'scale the profile to the base',
  nodecount: 'most nodes shown; -1 for the default of each report',
  nodefraction: 'leave out nodes below this share of the total',
  edgefraction: 'leave out edges below this share of the total',
  trim: 'whether the three above count',
  drop_negative: 'leave out what is below zero',
  relative_percentages: 'shares of what the filters left, not of all',
  call_tree: 'a node for each path of calls, in drawings',
  noinlines: 'count inlined functions to the one they are in',
  showcolumns: 'columns of source lines',
  compact_labels: 'short heads above reports',
  source_path: 'where list looks for source files',
  trim_path: 'what list takes off the front of source paths',
  sort: 'what top and tree are sorted by',
  granularity: 'what a node is',
}

const width = 20
const row = (name: string, does: string) => `  ${name.padEnd(width)} ${does}`

export function shellHelp(): string {
  const commands = Object.entries(commandTopics).map(([name, {does}]) => row(name, does))
  const settings = Object.entries(settingTopics).map(([name, does]) => row(name, does))
  return [
    'Commands:',
    ...commands,
    row('o, options', 'the settings as they are'),
    row(':', 'clears focus, ignore, hide, tagfocus and tagignore'),
    row('q, quit, exit', 'ends the session, as Ctrl-D does'),
    '',
    'Settings stay until they are changed (name=value; name= clears):',
    ...settings,
    '',
    'help NAME says what a command takes. TAB completes commands, settings and functions.',
    '',
  ].join('\n')
}

/** The same of the command line, for its help: commands, and settings as flags of pprof. */
export function profileHelp(): string[] {
  const settings = Object.entries(settingTopics).filter(([name]) => !(name in choices))
  return [
    'commands (none: a shell that takes them line by line):',
    ...Object.entries(commandTopics).map(([name, {does}]) => row(name, does.replace(', into a file', ''))),
    row('diff', 'what moved between two profiles, in words, and whether it is more than sampling noise'),
    '',
    'pprof flags (one dash or two, -name=value or -name value; switches alone):',
    row('-cum, -flat', settingTopics.sort),
    row(choices.granularity.map(name => `-${name}`).join(', '), settingTopics.granularity),
    ...settings.map(([name, does]) => row(`-${name}`, does)),
    row('-base', 'a profile to subtract'),
    row('-diff_base', 'the same, with shares of it'),
    row('-symbolize=comments', 'names from the comments of the text profiles of Go'),
    row('-output, -o', 'the file to write'),
  ]
}

export function topicHelp(name: string): string {
  const topic = Object.hasOwn(commandTopics, name) ? commandTopics[name] : undefined
  if (topic !== undefined) return `${name} ${topic.takes}\n  ${topic.does}\n`
  const setting = settingOf(name)
  if (setting === undefined) return `no command and no setting is called "${name}"; type help for all of them\n`
  const given = setting in choices ? ` one of ${choices[setting as keyof typeof choices].join(', ')}` : ''
  return `${setting}=…${given}\n  ${settingTopics[setting]}\n`
}

/** The setting of that name, or the one that the name is a value of. */
export function settingOf(name: string): keyof ProfileConfig | undefined {
  if (Object.hasOwn(defaultProfileConfig, name)) return name as keyof ProfileConfig
  return (['sort', 'granularity'] as const).find(setting => choices[setting].includes(name))
}

const completedMax = 100

/** What TAB makes of a line, as node:readline wants it: what may stand in the place of its last word, and that word. */
export function completions(line: string, functions: readonly string[], types: readonly string[]): [string[], string] {
  const words = line.trimStart().split(/\s+/)
  const word = words.at(-1) ?? ''
  const first = [
    ...Object.keys(commandTopics),
    ...Object.keys(settingTopics).map(name => `${name}=`),
    ...Object.values(choices).flat(),
    ...types,
  ]
  if (words.length <= 1) {
    const [, setting = '', value] = /^([a-z_]+)=(.*)$/.exec(word) ?? []
    if (value !== undefined) return [valuesOf(setting, value, functions, types).map(each => `${setting}=${each}`), word]
    const found = [...first, 'help', 'options', 'quit'].filter(name => name.startsWith(word))
    // What needs a word behind it gets the blank in front of that.
    return [found.length === 1 && needsWord.has(found[0]!) ? [`${found[0]} `] : found, word]
  }
  if (words[0] === 'help') return [first.map(name => name.replace(/=$/, '')).filter(name => name.startsWith(word)), word]
  const [, sign = '', wanted = ''] = /^(-?)(.*)$/.exec(word) ?? []
  return [functionsNamed(wanted, functions).map(name => sign + name), word]
}

const needsWord: ReadonlySet<string> = new Set(['help', 'peek', 'list'])
/** Settings that take a pattern of functions. */
const patternSettings: ReadonlySet<string> = new Set(['focus', 'ignore', 'hide', 'show', 'show_from', 'prune_from'])

function valuesOf(setting: string, value: string, functions: readonly string[], types: readonly string[]): string[] {
  if (patternSettings.has(setting)) return functionsNamed(value, functions)
  const known = setting === 'sample_index' ? types : Object.hasOwn(choices, setting) ? choices[setting as keyof typeof choices] : []
  return known.filter(each => each.startsWith(value))
}

/** As patterns. Where the names only contain the word, the word is among them: what they begin with in common is not what was typed. */
function functionsNamed(wanted: string, functions: readonly string[]): string[] {
  if (wanted === '') return []
  const named = functions.filter(name => name.startsWith(wanted))
  const found = named.length > 0 ? named : functions.filter(name => name.includes(wanted))
  const quoted = found.slice(0, completedMax).map(asPattern)
  return named.length === 0 && quoted.length > 1 ? [...quoted, wanted] : quoted
}

/** A function's name as a pattern that matches it, in one word. */
const asPattern = (name: string): string =>
  name.replace(/[\\.+*?()|[\]{}^$]/g, sign => (sign === '.' ? '.' : `\\${sign}`)).replaceAll(' ', '.')
