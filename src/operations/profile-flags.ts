// The flags of `go tool pprof`, in its own spelling: one dash or two, `-flag=value` or `-flag value`, switches that take `=false`.
// Follows github.com/google/pprof/internal/driver/cli.go and config.go; unlike there, flags may also stand behind the files.
import {errors} from '../base/errors.ts'

export type Granularity = '' | 'functions' | 'filefunctions' | 'files' | 'lines' | 'addresses'

/** What pprof calls its configuration; the names are those of the flags. */
export interface ProfileConfig {
  readonly unit: string
  readonly compact_labels: boolean
  readonly source_path: string
  readonly trim_path: string
  readonly mean: boolean
  readonly sample_index: string
  readonly divide_by: number
  readonly normalize: boolean
  readonly sort: 'flat' | 'cum'
  readonly tagroot: string
  readonly tagleaf: string
  readonly drop_negative: boolean
  readonly nodecount: number
  readonly nodefraction: number
  readonly edgefraction: number
  readonly trim: boolean
  readonly focus: string
  readonly ignore: string
  readonly prune_from: string
  readonly hide: string
  readonly show: string
  readonly show_from: string
  readonly tagfocus: string
  readonly tagignore: string
  readonly tagshow: string
  readonly taghide: string
  readonly noinlines: boolean
  readonly showcolumns: boolean
  readonly granularity: Granularity
  readonly relative_percentages: boolean
  readonly call_tree: boolean
}

export const defaultProfileConfig: ProfileConfig = {
  unit: 'minimum',
  compact_labels: false,
  source_path: '',
  trim_path: '',
  mean: false,
  sample_index: '',
  divide_by: 1,
  normalize: false,
  sort: 'flat',
  tagroot: '',
  tagleaf: '',
  drop_negative: false,
  nodecount: -1,
  nodefraction: 0.005,
  edgefraction: 0.001,
  trim: true,
  focus: '',
  ignore: '',
  prune_from: '',
  hide: '',
  show: '',
  show_from: '',
  tagfocus: '',
  tagignore: '',
  tagshow: '',
  taghide: '',
  noinlines: false,
  showcolumns: false,
  granularity: '',
  relative_percentages: false,
  call_tree: false,
}

export interface ProfileRequest {
  readonly command: string
  /** The pattern of `peek` and `list`. */
  readonly argument: string | undefined
  readonly files: readonly string[]
  readonly base: readonly string[]
  readonly diffBase: boolean
  readonly comment: string
  /** Of the first mapping, where the profile does not say. */
  readonly buildId: string
  readonly symbolize: string
  readonly output: string
  readonly config: ProfileConfig
  /** What pprof would say on stderr about the flags. */
  readonly notes: readonly string[]
}

/** pprof's reports and what this program adds (`diff`, `folded`, `speedscope`, `flame`, `html`). */
export const plainCommands = [
  'top',
  'text',
  'tree',
  'traces',
  'tags',
  'raw',
  'comments',
  'dot',
  'proto',
  'topproto',
  'svg',
  'callgrind',
] as const
export const patternCommands = ['peek', 'list'] as const
export const ownCommands = ['diff', 'folded', 'speedscope', 'flame', 'html'] as const

const isPlain = (name: string): boolean => (plainCommands as readonly string[]).includes(name)
const takesPattern = (name: string): boolean => (patternCommands as readonly string[]).includes(name)
/** Not made by pprof, or not like this. */
export const isOwnCommand = (name: string): boolean => name === 'svg' || (ownCommands as readonly string[]).includes(name)
export const isProfileCommand = (name: string): boolean => isPlain(name) || takesPattern(name) || isOwnCommand(name)

const switches = new Set<string>([
  'compact_labels',
  'mean',
  'normalize',
  'drop_negative',
  'trim',
  'noinlines',
  'showcolumns',
  'relative_percentages',
  'call_tree',
])
const numbers = new Set<string>(['divide_by', 'nodefraction', 'edgefraction'])
const integers = new Set<string>(['nodecount'])
/** Settings with a choice of values; each may be written alone. */
export const choices: Readonly<Record<'sort' | 'granularity', readonly string[]>> = {
  sort: ['flat', 'cum'],
  granularity: ['functions', 'filefunctions', 'files', 'lines', 'addresses'] satisfies Granularity[],
}
const granularities = new Set<string>(choices.granularity)
/** Old switches and the sample type each stands for, in the order in which pprof looks at them. */
const sampleSwitches: readonly (readonly [string, string])[] = [
  ['total_delay', 'delay'],
  ['mean_delay', 'delay'],
  ['contentions', 'contentions'],
  ['inuse_space', 'inuse_space'],
  ['inuse_objects', 'inuse_objects'],
  ['alloc_space', 'alloc_space'],
  ['alloc_objects', 'alloc_objects'],
]
/** Taken and of no effect here: they are about fetching, symbolizing, disassembling and browsers. */
const ignoredWithValue = new Set(['timeout', 'seconds', 'tools', 'tls_cert', 'tls_key', 'tls_ca'])
const ignoredSwitches = new Set(['intel_syntax', 'no_browser'])

const needsGraphviz = 'is drawn by Graphviz in pprof'
const needsViewer = 'opens another program in pprof'
const needsDisassembler = 'needs the binary and a disassembler'
const drawInstead = 'Write gotriage profile dot FILE -o g.dot, then gotriage render g.dot -T png -o g.png.'
/** What pprof has and this program refuses: why, and what to do instead. */
const refused: Readonly<Record<string, readonly [string, string]>> = {
  disasm: [needsDisassembler, 'Use go tool pprof -disasm, or list for source lines.'],
  weblist: [needsDisassembler, 'Use go tool pprof -weblist, or list for source lines.'],
  gif: [needsGraphviz, drawInstead],
  pdf: [needsGraphviz, drawInstead],
  png: [needsGraphviz, drawInstead],
  ps: [needsGraphviz, drawInstead],
  eog: [needsViewer, drawInstead],
  evince: [needsViewer, drawInstead],
  gv: [needsViewer, drawInstead],
  kcachegrind: [needsViewer, 'Write gotriage profile callgrind FILE -o out.callgrind and open that.'],
  web: [needsViewer, 'Write gotriage profile html FILE -o page.html and open that.'],
  http: ['starts a server in pprof', 'Write gotriage profile html FILE -o page.html and open that.'],
}

interface Draft {
  command: string | undefined
  argument: string | undefined
  readonly positionals: string[]
  /** The last one given counts, as with the toolchain's pprof (GoFlags.StringList). */
  base: string
  diffBase: string
  readonly sampleSwitches: Set<string>
  readonly sorts: Set<string>
  readonly granularities: Set<string>
  comment: string
  buildId: string
  symbolize: string
  output: string
  readonly config: Record<string, unknown>
}

/** `args` are what follows `gotriage profile`. A command may be the first word or pprof's flag of the same name. */
export function parseProfileFlags(args: readonly string[]): ProfileRequest {
  const draft: Draft = {
    command: undefined,
    argument: undefined,
    positionals: [],
    base: '',
    diffBase: '',
    sampleSwitches: new Set(),
    sorts: new Set(),
    granularities: new Set(),
    comment: '',
    buildId: '',
    symbolize: '',
    output: '',
    config: {},
  }
  let rest = args
  const [first] = args
  if (first !== undefined && args.length > 1) refuse(`profile ${first}`, first)
  if (first !== undefined && isProfileCommand(first)) {
    draft.command = first
    rest = args.slice(1)
  }
  readArguments(rest, draft)
  if (draft.command !== undefined && takesPattern(draft.command) && draft.argument === undefined) draft.argument = draft.positionals.shift()
  if (draft.command !== undefined && takesPattern(draft.command) && draft.argument === undefined) {
    throw errors.usage(`profile ${draft.command} needs a pattern`, `Write gotriage profile ${draft.command} PATTERN FILE.`)
  }
  if (draft.base !== '' && draft.diffBase !== '') {
    throw errors.usage('-base and -diff_base flags cannot both be specified', 'Give one of them.')
  }
  const config = configOf(draft)
  const notes: string[] = []
  let sampleIndex = config.sample_index
  for (const [flag, type] of sampleSwitches) {
    if (!draft.sampleSwitches.has(flag)) continue
    if (sampleIndex === '') sampleIndex = type
    else notes.push(`Multiple value selections, ignoring -${flag}`)
  }
  if (config.normalize && draft.base === '' && draft.diffBase === '') {
    throw errors.usage('must have base profile to normalize by', 'Give one with -base or -diff_base.')
  }
  return {
    command: draft.command ?? '',
    argument: draft.argument,
    files: draft.positionals,
    base: [draft.base, draft.diffBase].filter(file => file !== ''),
    diffBase: draft.diffBase !== '',
    comment: draft.comment,
    buildId: draft.buildId,
    symbolize: draft.symbolize,
    output: draft.output,
    config: {...config, sample_index: sampleIndex, mean: config.mean || draft.sampleSwitches.has('mean_delay')},
    notes,
  }
}

function readArguments(args: readonly string[], draft: Draft): void {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!
    if (arg === '--') {
      draft.positionals.push(...args.slice(at + 1))
      return
    }
    if (!arg.startsWith('-') || arg === '-') {
      draft.positionals.push(arg)
      continue
    }
    const [, name = '', inline] = /^--?([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? []
    refuse(`-${name}`, name)
    if (readSwitch(name, inline, draft)) continue
    const value = inline ?? args[++at]
    if (value === undefined) throw errors.usage(`flag needs an argument: -${name}`, `Write -${name}=VALUE.`)
    readValue(name, value, draft)
  }
}

/** Throws for what pprof has and this program refuses. */
export function refuse(written: string, name: string): void {
  const reason = Object.hasOwn(refused, name) ? refused[name] : undefined
  if (reason !== undefined) throw errors.usage(`${written} is not made here: it ${reason[0]}`, reason[1])
}

function readSwitch(name: string, inline: string | undefined, draft: Draft): boolean {
  const isSample = sampleSwitches.some(([flag]) => flag === name)
  const isSort = name === 'cum' || name === 'flat'
  if (ignoredSwitches.has(name)) {
    if (inline !== undefined) booleanOf(name, inline)
    return true
  }
  if (!switches.has(name) && !isSample && !isSort && !granularities.has(name) && !isPlain(name)) return false
  const on = inline === undefined || booleanOf(name, inline)
  if (switches.has(name)) draft.config[name] = on
  else if (on && isSample) draft.sampleSwitches.add(name)
  else if (on && isSort) draft.sorts.add(name)
  else if (on && granularities.has(name)) draft.granularities.add(name)
  else if (on) setCommand(draft, name)
  return true
}

function setCommand(draft: Draft, name: string): void {
  if (draft.command !== undefined && draft.command !== name) {
    throw errors.usage('must set at most one output format', `Choose between ${draft.command} and ${name}.`)
  }
  draft.command = name
}

function readValue(name: string, value: string, draft: Draft): void {
  if (takesPattern(name)) {
    setCommand(draft, name)
    draft.argument = value
  } else if (name === 'base') draft.base = value
  else if (name === 'diff_base') draft.diffBase = value
  else if (name === 'add_comment') draft.comment = value
  else if (name === 'buildid') draft.buildId = value
  else if (name === 'symbolize') draft.symbolize = value
  else if (name === 'output' || name === 'o') draft.output = value
  else if (ignoredWithValue.has(name)) return
  else if (numbers.has(name)) draft.config[name] = numberOf(name, value)
  else if (integers.has(name)) draft.config[name] = integerOf(name, value)
  else if (Object.hasOwn(choices, name)) draft.config[name] = chosen(name as keyof typeof choices, value)
  else if (Object.hasOwn(defaultProfileConfig, name)) draft.config[name] = value
  else throw errors.usage(`flag provided but not defined: -${name}`, 'See gotriage profile --help.')
}

const invalid = (name: string, value: string) => errors.usage(`invalid value "${value}" for flag -${name}`, 'See gotriage profile --help.')

/** strconv.ParseInt with base 0, as package flag reads integers; underscores are not taken. */
function integerOf(name: string, value: string): number {
  const [, sign, digits] = /^([+-]?)(0x[\da-f]+|0b[01]+|0o?[0-7]+|[1-9]\d*|0)$/i.exec(value) ?? []
  if (digits === undefined) throw invalid(name, value)
  const number = Number(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits)
  return sign === '-' ? -number : number
}

/** strconv.ParseFloat: decimal, hexadecimal with a binary exponent, infinite or no number at all. */
function numberOf(name: string, value: string): number {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return Number(value)
  const [, sign, whole = '', fraction = '', exponent] = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i.exec(value) ?? []
  const direction = sign === '-' ? -1 : 1
  if (exponent !== undefined && whole + fraction !== '')
    return direction * Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length)
  const [, minus, word] = /^([+-]?)(inf|infinity|nan)$/i.exec(value) ?? []
  if (word === undefined) throw invalid(name, value)
  return word.toLowerCase() === 'nan' ? Number.NaN : minus === '-' ? -Infinity : Infinity
}

function chosen(name: keyof typeof choices, value: string): string {
  if (choices[name].includes(value) || value === '') return value
  throw errors.usage(`${name} cannot be "${value}"`, `Give one of: ${choices[name].join(', ')}.`)
}

/** strconv.ParseBool. */
function booleanOf(name: string, value: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false
  throw invalid(name, value)
}

function configOf(draft: Draft): ProfileConfig {
  const only = (set: ReadonlySet<string>): string | undefined => {
    if (set.size > 1) throw errors.usage(`conflicting options set: [${[...set].join(' ')}]`, 'Give one of them.')
    return [...set][0]
  }
  const granularity = only(draft.granularities)
  const config = {...defaultProfileConfig, ...draft.config}
  return {
    ...config,
    sort: only(draft.sorts) === 'cum' ? 'cum' : config.sort,
    granularity: isGranularity(granularity) ? granularity : config.granularity,
  }
}

const isGranularity = (name: string | undefined): name is Granularity => name !== undefined && granularities.has(name)
