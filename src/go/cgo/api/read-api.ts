// Reads gotriage.api.yaml, the file of `gotriage guard cgo` and the descriptions that ship with gotriage: one form for all three
// (docs/schema/gotriage-api-1.schema.json). Either a list of functions alone (name, timeout_ms, may_block, requires_lock, …), also pasted with its
// indentation lost, or keys with that list below `functions:`. Every mistake is an error with file and line.
import {isMap, isScalar, isSeq, LineCounter, type Node, parseDocument} from 'yaml'
import {errors, type TriageError} from '../../../base/errors.ts'
import {nearest} from '../../../base/nearest.ts'
import type {ApiDescription, CFunctionEffects} from './api-description.ts'

/** Longer files are no description (bytes). */
export const apiBytesMax = 1 << 20
const functionsMax = 20_000
/** Entries of a list or map inside an entry. */
const entriesMax = 1000
/** C allows 127 arguments at least (C17 5.2.4.1). */
const argumentMax = 126
/** A day. Unit: ms. */
const timeoutMsMax = 86_400_000

/** Keys of a contract or description; `guard cgo` reads the same file. */
export const apiTopKeys = [
  'guard',
  'package',
  'functions',
  'blocked_max',
  'errors',
  'library',
  'title',
  'versions',
  'headers',
  'sources',
  'libraries',
  // What only the wrappers of `guard cgo` need; guards/config/cgo.ts reads it.
  'threads_max',
  'otel',
  'monitor',
  'include',
  'preamble',
  'cflags',
  'ldflags',
  'pkg_config',
  'prefix',
  'types',
  'error_tables',
] as const
export const apiFunctionKeys = [
  'name',
  'timeout_ms',
  'may_block',
  'requires_lock',
  'owns',
  'stores',
  'borrows',
  'returns',
  'free_with',
  'thread',
  'no_effect',
  'since',
  'until',
  'note',
  'source',
  // Of `guard cgo`.
  'thread_affine',
  'go',
  'args',
  'destroy_on_error',
] as const
const goKeywords: ReadonlySet<string> = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
)

/** `path` is only for messages. */
export function readApiDescription(path: string, bytes: Uint8Array): ApiDescription {
  if (bytes.length > apiBytesMax) throw errors.limit(`size of ${path} in bytes`, apiBytesMax)
  const reader = newReader(path, indented(new TextDecoder().decode(bytes)))
  const {contents} = reader
  const top = isMap(contents) ? reader.fields(contents, apiTopKeys, 'the file') : new Map<(typeof apiTopKeys)[number], Node>()
  const list = isMap(contents) ? top.get('functions') : (contents ?? undefined)
  if (!isSeq(list)) throw reader.problem(list ?? undefined, 'there is no list of functions', 'Write one "- name:" for each C function.')
  if (list.items.length > functionsMax) throw errors.limit(`functions of ${path}`, functionsMax)
  const destructors = destructorsOf(top.get('types'))
  const functions = list.items.map(item => functionOf(reader, item as Node, destructors)) // parseDocument makes nodes of every item
  list.items.forEach((item, i) => {
    if (functions.slice(0, i).some(other => overlap(other, functions[i]!)))
      throw reader.problem(item as Node, `${functions[i]!.name} is listed twice`, 'Keep one of them, or give them versions apart.')
  })
  const text = (key: (typeof apiTopKeys)[number]) => reader.word(top.get(key), key)
  const texts = (key: (typeof apiTopKeys)[number]) => {
    const node = top.get(key)
    return node === undefined ? [] : reader.items(node, key).map(one => reader.word(one, key) ?? '')
  }
  const library = text('library')
  const [title, versions] = [text('title'), text('versions')]
  return {
    path,
    headers: texts('headers'),
    sources: texts('sources'),
    libraries: librariesOf(reader, top.get('libraries')),
    functions,
    guard: guardOf(reader, top),
    ...(library === undefined ? {} : {library}),
    ...(title === undefined ? {} : {title}),
    ...(versions === undefined ? {} : {versions}),
  }
}

/** Two entries of one name, of which no version tells apart. */
function overlap(a: CFunctionEffects, b: CFunctionEffects): boolean {
  return a.name === b.name && !((a.until !== undefined && a.until === b.since) || (b.until !== undefined && b.until === a.since))
}

function guardOf(reader: Reader, top: ReadonlyMap<(typeof apiTopKeys)[number], Node>): ApiDescription['guard'] {
  const [name, blocked] = [top.get('package'), top.get('blocked_max')]
  const packageName = reader.word(name, 'package')
  if (packageName !== undefined && (!/^[a-z][a-z0-9_]*$/.test(packageName) || goKeywords.has(packageName) || packageName === 'main'))
    throw reader.problem(name, `"${packageName}" is no name for an importable Go package`, 'Write lower case letters and digits.')
  const blockedMax = reader.whole(blocked, 'blocked_max', 1, 100_000)
  const kind = reader.choice(top.get('errors'), ['openssl', 'none'], 'errors')
  reader.word(top.get('guard'), 'guard')
  return {
    ...(packageName === undefined ? {} : {package: packageName}),
    ...(blockedMax === undefined ? {} : {blockedMax}),
    ...(kind === undefined ? {} : {errors: kind}),
  }
}

function librariesOf(reader: Reader, node: Node | undefined): Record<string, string> {
  if (node === undefined) return {}
  const entries = reader.fields(node, undefined, 'libraries')
  return Object.fromEntries([...entries].map(([name, value]) => [name, reader.version(value, name) ?? '']))
}

/** Destructor by type, from the types that wrappers are written for; their own reader says what is wrong with them. */
function destructorsOf(types: Node | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const type of isSeq(types) ? types.items : []) {
    const [name, destructor] = isMap(type) ? [type.get('name'), type.get('destructor')] : []
    if (typeof name === 'string' && typeof destructor === 'string') found.set(name, destructor)
  }
  return found
}

/** What `returns` of a function with arguments says about its result: a type is owned, a string only if something frees it. */
function ownershipOf(returns: Node | undefined, destructors: ReadonlyMap<string, string>): Pick<CFunctionEffects, 'returns' | 'freeWith'> {
  const type: unknown = isMap(returns) ? returns.get('type') : isScalar(returns) ? returns.value : undefined
  const free: unknown = isMap(returns) ? returns.get('free') : undefined
  if (typeof free === 'string') return {returns: 'owned', freeWith: free}
  const destructor = typeof type === 'string' ? destructors.get(type) : undefined
  if (destructor !== undefined) return {returns: 'owned', freeWith: destructor}
  return type === 'string' ? {returns: 'borrowed'} : {}
}

function functionOf(reader: Reader, item: Node, destructors: ReadonlyMap<string, string>): CFunctionEffects {
  const entry = reader.fields(item, apiFunctionKeys, 'a function')
  const at = (key: (typeof apiFunctionKeys)[number]) => entry.get(key)
  const name = reader.word(at('name'), 'name') ?? ''
  const isName = (text: string) => /^[A-Za-z_]\w*$/.test(text)
  if (!isName(name))
    throw reader.problem(at('name') ?? item, `"${name}" is no name of a C function`, 'Write it as in the header, without "C.".')
  const lock = reader.word(at('requires_lock'), 'requires_lock')
  if (lock !== undefined && !/^[A-Za-z_][\w.-]*$/.test(lock))
    throw reader.problem(at('requires_lock'), `"${lock}" is no name of a lock`, 'Write a word, or leave it out for none.')
  const freeWith = reader.word(at('free_with'), 'free_with')
  if (freeWith !== undefined && !isName(freeWith))
    throw reader.problem(at('free_with'), `"${freeWith}" is no name of a C function`, 'Name what releases the result.')
  const args = at('args')
  const argumentNames = isSeq(args) ? args.items.map(arg => (isMap(arg) ? arg.get('name') : undefined)) : []
  const indexes = (key: 'owns' | 'stores' | 'borrows') => {
    const node = at(key)
    if (node === undefined) return undefined
    return reader.items(node, key).map(one => {
      const named = isScalar(one) && typeof one.value === 'string' ? argumentNames.indexOf(one.value) : -1
      return named >= 0 ? named : (reader.whole(one, key, 0, argumentMax) ?? 0)
    })
  }
  const [owns, stores, borrows] = [indexes('owns'), indexes('stores'), indexes('borrows')]
  const claimed = [...(owns ?? []), ...(stores ?? []), ...(borrows ?? [])]
  if (new Set(claimed).size < claimed.length)
    throw reader.problem(item, `an argument of ${name} is both owned, stored or borrowed`, 'Keep one of them for each argument.')
  const fields = {
    timeoutMs: reader.whole(at('timeout_ms'), 'timeout_ms', 1, timeoutMsMax),
    mayBlock: reader.flag(at('may_block'), 'may_block'),
    requiresLock: lock,
    owns,
    stores,
    borrows,
    ...(args === undefined && !isMap(at('returns'))
      ? {returns: reader.choice(at('returns'), ['owned', 'borrowed'], 'returns'), freeWith}
      : ownershipOf(at('returns'), destructors)),
    thread: reader.choice(at('thread'), ['process', 'own'], 'thread'),
    noEffect: reader.flag(at('no_effect'), 'no_effect'),
    since: reader.version(at('since'), 'since'),
    until: reader.version(at('until'), 'until'),
    note: reader.word(at('note'), 'note'),
    source: reader.word(at('source'), 'source'),
  }
  return {name, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))} // fields that are absent stay absent
}

type Reader = ReturnType<typeof newReader>

function newReader(path: string, text: string) {
  const lines = new LineCounter()
  const document = parseDocument(text, {lineCounter: lines, uniqueKeys: true, version: '1.2'})
  const problem = (node: Node | undefined, what: string, hint: string): TriageError =>
    errors.usage(`${path}:${lines.linePos(node?.range?.[0] ?? 0).line}: ${what}`, hint)
  const [broken] = document.errors
  if (broken)
    throw errors.usage(
      `${path}:${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]?.replace(/ at line \d.*$/, '')}`,
      'Correct the YAML.',
    )
  const scalar = (node: Node | undefined, name: string): unknown => {
    if (node === undefined) return undefined
    if (!isScalar(node) || node.value === null) throw problem(node, `"${name}" must be one value`, `Write ${name}: and a value.`)
    return node.value
  }
  return {
    contents: document.contents,
    problem,
    fields<K extends string>(node: Node, known: readonly K[] | undefined, what: string): Map<K, Node> {
      if (!isMap(node))
        throw problem(
          node,
          `${what} must be keys with values`,
          known === undefined ? 'Write key: value.' : `Known are: ${known.join(', ')}.`,
        )
      if (node.items.length > entriesMax) throw errors.limit(`keys of ${what} in ${path}`, entriesMax)
      return new Map(
        node.items.map(({key, value}) => {
          const name = isScalar(key) ? String(key.value) : ''
          if (known !== undefined && !known.includes(name as K)) {
            const near = nearest(name, known)
            const hint = near === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean "${near}"?`
            throw problem(key as Node, `there is no key "${name}" here`, hint)
          }
          if (value === null || value === undefined) throw problem(key as Node, `"${name}" has no value`, 'Give it one or remove it.')
          return [name as K, value as Node] // checked above; parseDocument makes nodes of every value
        }),
      )
    },
    items(node: Node, name: string): readonly Node[] {
      if (!isSeq(node)) throw problem(node, `"${name}" must be a list`, `Write ${name}: [a, b].`)
      if (node.items.length > entriesMax) throw errors.limit(`entries of ${name} in ${path}`, entriesMax)
      return node.items as Node[] // parseDocument makes nodes of every item
    },
    word(node: Node | undefined, name: string): string | undefined {
      const value = scalar(node, name)
      if (value === undefined) return undefined
      if (typeof value !== 'string' || value === '')
        throw problem(node, `"${name}" must be a text`, `Write ${name} as a text, or leave it out.`)
      return value
    },
    /** Versions are read as they stand: `1.10` is no number. */
    version(node: Node | undefined, name: string): string | undefined {
      scalar(node, name)
      const text = isScalar(node) ? (node.source ?? '') : undefined
      if (text !== undefined && !/^\d+(?:\.\d+[a-z]?)*$/.test(text))
        throw problem(node, `"${text}" is no version`, 'Write numbers with dots between them, like 1.1.0.')
      return text
    },
    flag(node: Node | undefined, name: string): boolean | undefined {
      const value = scalar(node, name)
      if (value !== undefined && typeof value !== 'boolean') throw problem(node, `${name} must be true or false`, `Write ${name}: true.`)
      return value
    },
    whole(node: Node | undefined, name: string, min: number, max: number): number | undefined {
      const value = scalar(node, name)
      if (value === undefined) return undefined
      if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
        throw problem(node, `${name} must be a whole number from ${min} to ${max}`, 'Give one of these, or leave it out.')
      return value
    },
    choice<const T extends string>(node: Node | undefined, choices: readonly T[], name: string): T | undefined {
      const value = scalar(node, name)
      const found = choices.find(choice => choice === value)
      if (value !== undefined && found === undefined)
        throw problem(node, `"${name}" cannot be ${JSON.stringify(value)}`, `Give one of: ${choices.join(', ')}.`)
      return found
    },
  }
}

/** The four keys at the margin below a `- name:` belong to it. Lines stay where they are. */
function indented(yaml: string): string {
  if (!/^- name:/m.test(yaml)) return yaml
  return yaml.replace(/^(timeout_ms|may_block|requires_lock):/gm, '  $1:')
}
