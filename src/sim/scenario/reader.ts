// Reads a scenario's YAML with positions: every complaint names the line, the limit that was passed and the nearest word that would do.
import {isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair} from 'yaml'
import {errors, type TriageError} from '../../base/errors.ts'
import {nearest} from '../../base/nearest.ts'
import type {Distribution} from '../kernel/distribution.ts'

/** Size of a scenario file. Unit: bytes. */
export const scenarioBytesMax = 1 << 20
/** Nodes of a scenario's YAML. */
const nodesMax = 50_000

export class ScenarioReader {
  readonly #name: string
  readonly #lines = new LineCounter()
  #nodes = 0
  readonly root: Field

  readonly #changed: string

  /** `root` is what complaints call the document, `changed` what was set from outside: the lines are not those of the file then. */
  constructor(name: string, text: string, {root = 'scenario', changed = ''} = {}) {
    this.#name = name
    this.#changed = changed
    if (text.length > scenarioBytesMax) throw errors.limit(`size of ${name} in bytes`, scenarioBytesMax)
    const document = parseDocument(text, {lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true, strict: true})
    const broken = document.errors[0]
    if (broken) throw this.problem(broken.pos[0], broken.message.split('\n')[0] ?? 'not YAML', 'Correct the YAML.')
    if (document.contents === null) throw errors.empty(name)
    this.root = new Field(this, document.contents, root)
  }

  problem(offset: number, what: string, hint: string): TriageError {
    const place = this.#changed === '' ? `${this.#name}:${this.#lines.linePos(offset).line}` : `${this.#name} with ${this.#changed}`
    return errors.usage(`${place}: ${what}`, hint)
  }

  count(): void {
    if (++this.#nodes > nodesMax) throw errors.limit(`nodes of ${this.#name}`, nodesMax)
  }
}

/** One value of the file, with its place and its path of keys. */
export class Field {
  readonly #reader: ScenarioReader
  readonly #node: Node
  readonly path: string

  constructor(reader: ScenarioReader, node: Node, path: string) {
    reader.count()
    this.#reader = reader
    this.#node = node
    this.path = path
    if (isAlias(node)) throw this.problem('aliases are not read here', 'Write the value out.')
  }

  problem(what: string, hint: string): TriageError {
    return this.#reader.problem(this.#node.range?.[0] ?? 0, `${this.path}: ${what}`, hint)
  }

  get isMap(): boolean {
    return isMap(this.#node)
  }

  get isList(): boolean {
    return isSeq(this.#node)
  }

  /** The entries of a map; every key must be one of `known`, when given. */
  map(known?: readonly string[]): ReadonlyMap<string, Field> {
    if (!isMap(this.#node)) throw this.problem('a map is needed here', 'Write key: value lines.')
    const entries = new Map<string, Field>()
    for (const pair of this.#node.items as Pair[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      const at = (pair.key as Node | null)?.range?.[0] ?? this.#node.range?.[0] ?? 0
      if (known !== undefined && !known.includes(key)) {
        const near = nearest(key, known)
        throw this.#reader.problem(
          at,
          `${this.path}: no key "${key}" here`,
          near === undefined ? `Give one of: ${known.join(', ')}.` : `Did you mean "${near}"?`,
        )
      }
      if (pair.value === null || pair.value === undefined)
        throw this.#reader.problem(at, `${this.path}: "${key}" has no value`, 'Give it one.')
      entries.set(key, new Field(this.#reader, pair.value as Node, `${this.path}.${key}`))
    }
    return entries
  }

  list(max: number): readonly Field[] {
    if (!isSeq(this.#node)) throw this.problem('a list is needed here', 'Write "- " lines.')
    if (this.#node.items.length > max) throw this.problem(`${this.#node.items.length} entries, at most ${max}`, 'Take some away.')
    return this.#node.items.map((item, i) => new Field(this.#reader, item as Node, `${this.path}[${i}]`))
  }

  get raw(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined
  }

  text(): string {
    const value = this.raw
    if (typeof value !== 'string' && typeof value !== 'number') throw this.problem('a word is needed here', 'Write one.')
    return String(isScalar(this.#node) && typeof this.#node.source === 'string' ? this.#node.source : value)
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    const value = this.text()
    const found = choices.find(c => c === value)
    if (found !== undefined) return found
    const near = nearest(value, choices)
    throw this.problem(`"${value}" is not known`, near === undefined ? `Give one of: ${choices.join(', ')}.` : `Did you mean "${near}"?`)
  }

  flag(): boolean {
    const value = this.raw
    if (typeof value !== 'boolean') throw this.problem('true or false is needed here', 'Write one of them.')
    return value
  }

  number(min: number, max: number): number {
    const value = this.raw
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw this.problem('a number is needed here', `Give one from ${min} to ${max}.`)
    return this.within(value, min, max, '')
  }

  whole(min: number, max: number): number {
    const value = this.number(min, max)
    if (!Number.isInteger(value)) throw this.problem(`${value} is not a whole number`, `Give one from ${min} to ${max}.`)
    return value
  }

  within(value: number, min: number, max: number, unit: string): number {
    if (value < min || value > max)
      throw this.problem(`${value}${unit} lies outside ${min}${unit} to ${max}${unit}`, `Give a value between the limits.`)
    return value
  }

  /** `1.5ms`, `20us`, `2min`: in ns. */
  duration(minNs = 0, maxNs = 400 * 86400e9): number {
    const text = this.text()
    const match = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*(ns|us|µs|ms|s|min|h|d)$/.exec(text)
    if (!match) throw this.problem(`"${text}" is no duration`, 'Write a number with ns, us, ms, s, min, h or d.')
    return this.within(Number(match[1]) * durations[match[2]!]!, minNs, maxNs, ' ns')
  }

  /** `64MB`, `8KB`, `512B`, in multiples of 1024; with `/s` for rates. */
  bytes(min = 0, max = 2 ** 50): number {
    const text = this.text()
    const match = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)(\/s)?$/.exec(text)
    if (!match) throw this.problem(`"${text}" is no size`, 'Write a number with B, KB, MB, GB or TB.')
    return this.within(Number(match[1]) * sizes[match[2]!]!, min, max, ' B')
  }

  /** A fixed duration, or `{exponential: …}`, `{uniform: [a, b]}`, `{median: …, p99: …}`. */
  durations(): Distribution {
    return this.distribution(field => field.duration())
  }

  distribution(read: (field: Field) => number): Distribution {
    if (!this.isMap) return read(this)
    const entries = this.map(['exponential', 'uniform', 'median', 'p99'])
    const exponential = entries.get('exponential')
    if (exponential !== undefined) return {kind: 'exponential', mean: read(exponential)}
    const uniform = entries.get('uniform')
    if (uniform !== undefined) {
      const [from, to] = uniform.list(2)
      if (from === undefined || to === undefined) throw this.problem('uniform needs two values', 'Write [from, to].')
      return {kind: 'uniform', from: read(from), to: read(to)}
    }
    const median = entries.get('median')
    const p99 = entries.get('p99')
    if (median === undefined || p99 === undefined)
      throw this.problem('a distribution needs a shape', 'Give exponential, uniform, or median and p99.')
    const [m, p] = [read(median), read(p99)]
    if (m <= 0 || p < m) throw this.problem('p99 must be at least the median, and the median more than nothing', 'Correct the two values.')
    return {kind: 'lognormal', median: m, p99: p}
  }
}

const durations: Readonly<Record<string, number>> = {ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9, d: 86400e9}
const sizes: Readonly<Record<string, number>> = {B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4}
