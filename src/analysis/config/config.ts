// gotriage.yaml: what `check` does without being told each time. The schema is docs/schema/gotriage-yaml-1.schema.json; none of it is needed.
// Every mistake is an error with file and line, and an unknown key with the nearest known one.
import {isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit} from 'yaml'
import {errors, type TriageError} from '../../base/errors.ts'
import {nearest} from '../../base/nearest.ts'
import type {Severity} from '../../findings/finding.ts'
import type {Preset} from '../engine/rule.ts'
import type {DirectiveForm} from '../suppression/directives.ts'
import {pathPattern} from './path-pattern.ts'

export interface Exclusion {
  readonly paths: readonly string[]
  /** None means every rule. */
  readonly rules: readonly string[]
  readonly reason: string
}

export interface Config {
  readonly preset?: Preset
  readonly rules: Readonly<Record<string, 'on' | 'off' | Severity>>
  readonly exclude: readonly Exclusion[]
  readonly platforms?: readonly string[]
  readonly tags?: readonly string[]
  readonly tests?: boolean
  readonly honour?: readonly Exclude<DirectiveForm, 'gotriage'>[]
  /** Relative to the file's directory. */
  readonly baseline?: string
  readonly cgo?: CgoConfig
}

export interface CgoConfig {
  /** The only files that may call C; relative to the file's directory. */
  readonly wrappers?: readonly string[]
  /** List of the C functions that may be called; relative to the file's directory. */
  readonly contract?: string
}

const emptyConfig: Config = {rules: {}, exclude: []}

/** Longer files are no configuration (bytes). */
export const configBytesMax = 1 << 20
/** Entries of one list or map. */
const entriesMax = 10_000

const topKeys = ['preset', 'rules', 'exclude', 'platforms', 'tags', 'tests', 'honour', 'baseline', 'cgo'] as const
const cgoKeys = ['wrappers', 'contract'] as const
const exclusionKeys = ['paths', 'rules', 'reason'] as const
const ruleValues = ['on', 'off', 'error', 'warning', 'info'] as const

/** `knownRules` are all ids there are; `path` is only for messages. */
export function readConfig(path: string, bytes: Uint8Array, knownRules: readonly string[]): Config {
  const reader = newReader(path, bytes)
  const {contents} = reader.document
  if (contents === null || (isScalar(contents) && contents.value === null)) return emptyConfig
  const top = reader.entries(contents, topKeys, 'the file')
  const ruleName = (name: string, at: Node) => {
    if (!knownRules.includes(name)) throw reader.unknown('rule', name, knownRules, at)
    return name
  }
  const value = <T>(name: (typeof topKeys)[number], read: (node: Node) => T): T | undefined => {
    const node = top.get(name)
    return node && read(node.value)
  }
  const preset = value('preset', node => reader.choice(node, ['default', 'strict', 'all'], 'preset'))
  const platforms = value('platforms', node => reader.strings(node, 'platforms').map(({text, at}) => platformOf(reader, text, at)))
  const tags = value('tags', node => reader.strings(node, 'tags').map(({text}) => text))
  const tests = value('tests', node => reader.flag(node, 'tests'))
  const honour = value('honour', node => reader.strings(node, 'honour').map(({at}) => reader.choice(at, ['nolint', 'lint'], 'honour')))
  const baseline = value('baseline', node => reader.string(node, 'baseline'))
  const cgo = value('cgo', node => cgoOf(reader, node))
  const ruleNode = top.get('rules')
  const rules = Object.fromEntries(
    [...(ruleNode ? reader.entries(ruleNode.value, undefined, 'rules') : [])].map(([name, entry]) => [
      ruleName(name, entry.key),
      reader.choice(entry.value, ruleValues, name),
    ]),
  )
  const excludeNode = top.get('exclude')
  const exclude = excludeNode ? reader.items(excludeNode.value, 'exclude').map(item => exclusion(reader, item, ruleName)) : []
  return {
    rules,
    exclude,
    ...(preset === undefined ? {} : {preset}),
    ...(platforms === undefined ? {} : {platforms}),
    ...(tags === undefined ? {} : {tags}),
    ...(tests === undefined ? {} : {tests}),
    ...(honour === undefined ? {} : {honour}),
    ...(baseline === undefined ? {} : {baseline}),
    ...(cgo === undefined ? {} : {cgo}),
  }
}

function exclusion(reader: Reader, item: Node, ruleName: (name: string, at: Node) => string): Exclusion {
  const entry = reader.entries(item, exclusionKeys, 'exclude')
  const get = (name: (typeof exclusionKeys)[number]) => entry.get(name)?.value
  const [paths, rules, reason] = [get('paths'), get('rules'), get('reason')]
  if (paths === undefined) throw reader.problem(item, 'an entry of exclude needs "paths"', 'Write paths: ["gen/**"].')
  if (reason === undefined)
    throw reader.problem(item, 'an entry of exclude needs a "reason"', 'Write down why these findings do not matter.')
  return {
    paths: patterns(reader, paths, 'paths'),
    rules: rules === undefined ? [] : reader.strings(rules, 'rules').map(({text, at}) => ruleName(text, at)),
    reason: reader.string(reason, 'reason'),
  }
}

const patterns = (reader: Reader, node: Node, name: string): string[] =>
  reader.strings(node, name).map(({text, at}) => {
    if (pathPattern(text) === undefined) throw reader.problem(at, `"${text}" is no path pattern`, 'Use /, *, ** and ? only.')
    return text
  })

function cgoOf(reader: Reader, node: Node): CgoConfig {
  const entry = reader.entries(node, cgoKeys, 'cgo')
  const [wrappers, contract] = cgoKeys.map(key => entry.get(key)?.value)
  return {
    ...(wrappers === undefined ? {} : {wrappers: patterns(reader, wrappers, 'wrappers')}),
    ...(contract === undefined ? {} : {contract: reader.string(contract, 'contract')}),
  }
}

function platformOf(reader: Reader, text: string, at: Node): string {
  if (!/^[a-z0-9]+\/[a-z0-9]+$/.test(text)) throw reader.problem(at, `"${text}" is no platform`, 'Write GOOS/GOARCH, like linux/amd64.')
  return text
}

type Reader = ReturnType<typeof newReader>

function newReader(path: string, bytes: Uint8Array) {
  if (bytes.length > configBytesMax) throw errors.limit(`size of ${path} in bytes`, configBytesMax)
  const lines = new LineCounter()
  const document = parseDocument(new TextDecoder().decode(bytes), {lineCounter: lines, uniqueKeys: true, version: '1.2'})
  const where = (offset: number | undefined) => `${path}:${lines.linePos(offset ?? 0).line}`
  const problem = (node: Node, what: string, hint: string): TriageError => errors.usage(`${where(node.range?.[0])}: ${what}`, hint)
  const [broken] = document.errors
  if (broken?.code === 'MULTIPLE_DOCS') throw errors.usage(`${where(broken.pos[0])}: a second document begins here`, 'Keep one of them.')
  if (broken)
    throw errors.usage(`${where(broken.pos[0])}: ${broken.message.split('\n')[0]?.replace(/ at line \d.*$/, '')}`, 'Correct the YAML.')
  visit(document, {
    Alias(_, alias) {
      throw problem(alias, `"*${alias.source}" is an alias, and those are not followed here`, 'Write its value out.')
    },
  })
  const unknown = (what: string, name: string, known: readonly string[], at: Node) => {
    const near = nearest(name, known)
    const hint =
      near === undefined
        ? known.length <= 12
          ? `Known are: ${known.join(', ')}.`
          : 'See "gotriage explain" for the list.'
        : `Did you mean "${near}"?`
    return problem(at, `there is no ${what} "${name}"`, hint)
  }
  const items = (node: Node, name: string): Node[] => {
    if (!isSeq(node)) throw problem(node, `"${name}" must be a list`, `Write ${name}: [a, b].`)
    if (node.items.length > entriesMax) throw errors.limit(`entries of ${name}`, entriesMax)
    return node.items as Node[] // parseDocument makes nodes of every item
  }
  const string = (node: Node, name: string): string => {
    if (!isScalar(node) || typeof node.value !== 'string') throw problem(node, `"${name}" must be a text`, `Write ${name} as one text.`)
    return node.value
  }
  return {
    document,
    problem,
    unknown,
    items,
    string,
    strings: (node: Node, name: string) => items(node, name).map(at => ({text: string(at, name), at})),
    flag(node: Node, name: string): boolean {
      if (!isScalar(node) || typeof node.value !== 'boolean') throw problem(node, `"${name}" must be true or false`, `Write ${name}: true.`)
      return node.value
    },
    choice<const T extends string>(node: Node, choices: readonly T[], name: string): T {
      const text = isScalar(node) ? (node.source ?? String(node.value)) : undefined // `off` and `on` are texts in YAML 1.2
      const found = choices.find(choice => choice === text)
      if (found === undefined)
        throw problem(node, `"${name}" cannot be "${text ?? 'a list or map'}"`, `Give one of: ${choices.join(', ')}.`)
      return found
    },
    /** Keys with key and value nodes; only `known` ones when given. */
    entries(node: Node, known: readonly string[] | undefined, name: string): Map<string, {readonly key: Node; readonly value: Node}> {
      if (!isMap(node)) throw problem(node, `${name} must be a map of keys and values`, 'See docs/schema/gotriage-yaml-1.schema.json.')
      if (node.items.length > entriesMax) throw errors.limit(`entries of ${name}`, entriesMax)
      return new Map(
        node.items.map(pair => {
          const key = pair.key as Node // parseDocument makes nodes of every key
          if (!isScalar(key) || typeof key.value !== 'string') throw problem(key, `a key of ${name} is no text`, 'Write a plain key.')
          if (known !== undefined && !known.includes(key.value)) throw unknown('key', key.value, known, key)
          const value = pair.value as Node | null
          if (value === null || (isScalar(value) && value.value === null))
            throw problem(key, `"${key.value}" has no value`, 'Give it one or remove it.')
          return [key.value, {key, value}]
        }),
      )
    },
  }
}
