// `guard cgo`: the contract of C functions, which is the API description that `check` reads (go/cgo/api), and for functions with arguments what typed
// wrappers need besides. What both need, go/cgo/api reads and refuses; what it takes from a description alone is passed over here.
import {errors} from '../../base/errors.ts'
import {type ApiDescription, effectsIn} from '../../go/cgo/api/api-description.ts'
import {apiFunctionKeys, apiTopKeys, readApiDescription} from '../../go/cgo/api/read-api.ts'
import type {Field} from '../../sim/scenario/reader.ts'
import type {CgoErrorTable, CgoFunction, CgoGuard, CgoSignature, CgoType} from '../codegen/cgo-contract.ts'
import {camel, pascal} from '../codegen/cgo-names.ts'
import {opensslTable, readTables} from './cgo-errors.ts'
import {argumentKeys, readArguments, readReturns} from './cgo-signature.ts'
import {cIdentifier, guardRoot, importPath, line, packageName, whole} from './fields.ts'

export const cgoTypeKeys = ['name', 'c', 'destructor'] as const
/** What only wrappers with signatures can use. */
const typedOnly = ['include', 'preamble', 'cflags', 'ldflags', 'pkg_config', 'prefix', 'types', 'error_tables'] as const
const functionsMax = 2000

const defaults = {package: 'cgogate', blockedMax: 16, threadsMax: 64, openssl: false, otel: false}

export function readCgoGuard(name: string, yaml: string): CgoGuard {
  if (yaml.trim() === '{}')
    throw errors.usage(
      'a cgo contract needs its functions',
      'Name a YAML with --config: a list of name, timeout_ms, may_block, requires_lock. "gotriage guard cgo --init" writes a first one.',
    )
  const description = readApiDescription(name, new TextEncoder().encode(yaml))
  const root = guardRoot(name, indented(yaml))
  if (root.isList) return {...defaults, functions: gatedFunctions(root, description)}
  const e = root.map(apiTopKeys)
  const functions = e.get('functions')
  if (functions === undefined) throw root.problem('no functions', 'List them below "functions:".')
  const openssl = e.get('errors')?.oneOf(['openssl', 'none'] as const) === 'openssl'
  const monitor = e.get('monitor')
  const common = {
    package: packageName(e.get('package'), defaults.package),
    blockedMax: whole(e.get('blocked_max'), defaults.blockedMax, 1, 100_000),
    threadsMax: whole(e.get('threads_max'), defaults.threadsMax, 1, 100_000),
    openssl,
    otel: e.get('otel')?.flag() ?? false,
    ...(monitor === undefined ? {} : {monitor: importPath(monitor)}),
  }
  if (common.otel && monitor !== undefined)
    throw e.get('otel')!.problem('the shared monitor has the adapter', 'Write otel in the configuration of "guard cgomonitor".')
  const signed = functions.list(functionsMax).some(field => field.isMap && field.map().has('args'))
  if (!signed) {
    const stray = typedOnly.find(key => e.has(key))
    if (stray !== undefined)
      throw e.get(stray)!.problem('only functions with "args" use it', 'Give the functions their args, or leave it out.')
    return {...common, functions: gatedFunctions(functions, description)}
  }
  return {...common, ...readTyped(root, e, functions, openssl)}
}

function readTyped(root: Field, e: ReadonlyMap<string, Field>, functions: Field, openssl: boolean): Pick<CgoGuard, 'functions' | 'typed'> {
  const types = readTypes(e.get('types'))
  const tables = readTables(e.get('error_tables'), types)
  if (openssl) {
    const ssl = types.find(type => type.c === 'SSL')
    if (ssl === undefined) throw root.problem('errors: openssl needs a type for SSL', 'Add "types:" with c: SSL.')
    tables.push(opensslTable())
  }
  const prefix = e.get('prefix')?.text() ?? ''
  const read = readFunctions(functions, {types, tables, prefix})
  return {
    functions: [...read, ...impliedDestructors(types, read)],
    typed: {preamble: preambleOf(e, openssl), types, tables},
  }
}

/** A destructor that is not listed is called under the lock and on the thread of what makes its objects. */
function impliedDestructors(types: readonly CgoType[], functions: readonly CgoFunction[]): CgoFunction[] {
  return types
    .filter(type => !functions.some(fn => fn.name === type.destructor))
    .map(type => {
      const maker = functions.find(
        ({signature}) =>
          (signature?.returns.kind === 'resource' && signature.returns.type === type.name) ||
          signature?.args.some(arg => arg.kind === 'outResource' && arg.type === type.name) === true,
      )
      return {
        name: type.destructor,
        timeoutMs: 0,
        mayBlock: false,
        ...(maker?.lock === undefined ? {} : {lock: maker.lock}),
        ...(maker?.thread === undefined ? {} : {thread: maker.thread}),
      }
    })
}

function preambleOf(e: ReadonlyMap<string, Field>, openssl: boolean): string {
  const flags = (key: string, directive: string) => {
    const field = e.get(key)
    if (field === undefined) return []
    const text = line(field, '')
    return [`#cgo ${directive}: ${text}`]
  }
  const includes =
    e
      .get('include')
      ?.list(200)
      .map(field => {
        const text = field.text()
        if (!/^[\w./+-]+$/.test(text)) throw field.problem(`"${text}" is no name of a header`, 'Write it as between < and >.')
        return `#include <${text}>`
      }) ?? []
  const own = e.get('preamble')
  const text = own?.text() ?? ''
  if (own !== undefined && text.includes('*/')) throw own.problem('"*/" would end the comment that holds it', 'Use // comments.')
  return [
    ...flags('cflags', 'CFLAGS'),
    ...flags('ldflags', 'LDFLAGS'),
    ...flags('pkg_config', 'pkg-config'),
    ...includes,
    ...(openssl
      ? ['#include <openssl/err.h>', 'static const char *guardSSLReason(void) { return ERR_reason_error_string(ERR_get_error()); }']
      : []),
    ...(text === '' ? [] : [text.trimEnd()]),
  ].join('\n')
}

function readTypes(list: Field | undefined): CgoType[] {
  const types: CgoType[] = []
  for (const field of list?.list(200) ?? []) {
    const e = field.map(cgoTypeKeys)
    const need = (key: (typeof cgoTypeKeys)[number]) => {
      const value = e.get(key)
      if (value === undefined) throw field.problem(`a type without ${key}`, `Add "${key}:".`)
      return value
    }
    const [name, c, destructor] = [need('name'), need('c'), need('destructor')]
    if (!/^[A-Z]\w*$/.test(name.text())) throw name.problem(`"${name.text()}" is no exported Go name`, 'Begin with a capital letter.')
    if (reservedNames.has(name.text())) throw name.problem(`${name.text()} is used by the generated package itself`, 'Take another name.')
    if (types.some(type => type.name === name.text())) throw name.problem(`${name.text()} is listed twice`, 'Keep one of them.')
    types.push({name: name.text(), c: cIdentifier(c), destructor: cIdentifier(destructor)})
  }
  return types
}

/** Exported names every typed package may have. */
const reservedNames = new Set(
  'Record Counter Register Stats Snapshot WriteMetrics OnCall OnLeak OnAlert Leak Leaks Error Strategy Goroutine ObserveOpenTelemetry'.split(
    ' ',
  ),
)

/** Lists are often pasted with their indentation lost: the four keys at the margin below a `- name:` belong to it. Lines stay where they are. */
function indented(yaml: string): string {
  if (!/^- name:/m.test(yaml)) return yaml
  return yaml.replace(/^(timeout_ms|may_block|requires_lock):/gm, '  $1:')
}

/** Functions of a gate: what holds in all versions of a library that the description tells apart. */
function gatedFunctions(list: Field, {functions}: ApiDescription): CgoFunction[] {
  const threads = new Map<string, string>()
  for (const field of list.list(functionsMax)) {
    const e = field.map()
    const thread = threadOf(e.get('thread_affine'))
    if (thread !== undefined) threads.set(e.get('name')?.text() ?? '', thread)
  }
  const names = [...new Set(functions.map(fn => fn.name))]
  if (names.length === 0) throw list.problem('no functions', 'List at least one.')
  return names.map(name => {
    const effects = effectsIn(
      functions.filter(fn => fn.name === name),
      undefined,
    )
    const thread = threads.get(name)
    return {
      name,
      timeoutMs: effects?.timeoutMs ?? 0,
      mayBlock: effects?.mayBlock ?? false,
      ...(effects?.requiresLock === undefined ? {} : {lock: effects.requiresLock}),
      ...(thread === undefined ? {} : {thread}),
    }
  })
}

interface Typing {
  readonly types: readonly CgoType[]
  readonly tables: readonly CgoErrorTable[]
  readonly prefix: string
}

function readFunctions(list: Field, typing: Typing): CgoFunction[] {
  const seen = new Map<string, string>()
  const goNames = new Set<string>()
  const functions = list.list(functionsMax).map((field): CgoFunction => {
    const e = field.map(apiFunctionKeys)
    const name = e.get('name')
    if (name === undefined) throw field.problem('a function without a name', 'Add "name:".')
    const text = name.text()
    if (!/^[A-Za-z_]\w*$/.test(text))
      throw name.problem(`"${text}" is no name of a C function`, 'Write it as it stands in the header, without "C.".')
    const twin = seen.get(pascal(text))
    if (twin !== undefined)
      throw name.problem(twin === text ? `${text} is listed twice` : `${text} and ${twin} have the same name in Go`, 'Keep one of them.')
    seen.set(pascal(text), text)
    const lock = word(e.get('requires_lock'), 'lock')
    const thread = threadOf(e.get('thread_affine'))
    const signature = readSignature(field, e, text, typing, goNames)
    return {
      name: text,
      timeoutMs: whole(e.get('timeout_ms'), 0, 1, 86_400_000),
      mayBlock: e.get('may_block')?.flag() ?? false,
      ...(lock === undefined ? {} : {lock}),
      ...(thread === undefined ? {} : {thread}),
      signature,
    }
  })
  if (functions.length === 0) throw list.problem('no functions', 'List at least one.')
  return functions
}

function word(field: Field | undefined, what: string): string | undefined {
  if (field === undefined) return undefined
  const text = field.text()
  if (!/^[A-Za-z][\w.-]*$/.test(text)) throw field.problem(`"${text}" is no name of a ${what}`, 'Write a word.')
  return text
}

/** `true` is the one thread of the package; a word names one of several. */
function threadOf(field: Field | undefined): string | undefined {
  if (field === undefined) return undefined
  if (typeof field.raw === 'boolean') return field.flag() ? 'main' : undefined
  return word(field, 'thread')
}

function readSignature(field: Field, e: ReadonlyMap<string, Field>, name: string, typing: Typing, goNames: Set<string>): CgoSignature {
  const destroys = typing.types.find(type => type.destructor === name)
  const argsField = e.get('args')
  if (argsField === undefined && destroys === undefined)
    throw field.problem(
      `${name} has no args, and other functions here have`,
      `List them; "args: []" for none. Keys of one: ${argumentKeys.join(', ')}.`,
    )
  const args = argsField === undefined || destroys !== undefined ? [] : readArguments(argsField, typing.types)
  const returns = readReturns(e.get('returns'), typing)
  const named = (key: 'owns' | 'stores') =>
    e
      .get(key)
      ?.list(50)
      .map(item => {
        const numbered = typeof item.raw === 'number' ? args[item.whole(0, Math.max(0, args.length - 1))] : undefined
        const text = numbered !== undefined && 'name' in numbered ? numbered.name : camel(item.text())
        const arg = args.find(a => 'name' in a && a.name === text && (a.kind === 'resource' || a.kind === 'string' || a.kind === 'bytes'))
        if (arg === undefined) throw item.problem(`no argument "${text}" that is a string, bytes or an object`, 'Name one of the args.')
        return text
      }) ?? []
  const [owns, stores] = [named('owns'), named('stores')]
  const makes = returns.value.kind === 'resource' || args.some(arg => arg.kind === 'outResource')
  const [first] = args
  const receiver = first?.kind === 'resource' ? first.name : undefined
  if (stores.length > 0 && !makes && (receiver === undefined || stores.includes(receiver)))
    throw e.get('stores')!.problem('nothing here lives as long as C keeps the pointer', 'Make an object the result or the first argument.')
  if (owns.some(arg => arg === receiver && args.length === 1) && destroys === undefined)
    throw e.get('owns')!.problem('a function that takes its only object away is its destructor', 'Name it as destructor in types.')
  const goField = e.get('go')
  const go = goField?.text() ?? pascal(name.startsWith(typing.prefix) ? name.slice(typing.prefix.length) : name)
  if (!/^[A-Z]\w*$/.test(go)) throw (goField ?? field).problem(`"${go}" is no exported Go name`, 'Give one with "go:".')
  if (destroys === undefined) {
    const owner = first?.kind === 'resource' ? `${first.type}.` : ''
    const taken =
      goNames.has(owner + go) ||
      (owner === '' && (reservedNames.has(go) || typing.types.some(type => type.name === go))) ||
      (owner !== '' && go === 'Close')
    if (taken) throw (goField ?? field).problem(`the name ${owner}${go} is taken`, 'Give another with "go:".')
    goNames.add(owner + go)
  }
  if (returns.value.kind === 'resource' && args.some(arg => arg.kind === 'outResource'))
    throw e.get('returns')!.problem('two objects from one call', 'Give one of them another type.')
  return {
    go,
    args,
    returns: returns.value,
    ...(returns.error === undefined ? {} : {error: returns.error}),
    givesValue: returns.givesValue,
    owns,
    stores,
    destroyOnError: e.get('destroy_on_error')?.flag() ?? false,
  }
}

/** What a contract leaves open, in words. */
export function cgoWarnings(guard: CgoGuard): string[] {
  const {typed} = guard
  return [
    ...guard.functions.flatMap(fn => [
      ...(fn.mayBlock && fn.timeoutMs === 0 ? [`${fn.name} may block and has no timeout_ms: its callers wait without bound`] : []),
      ...(fn.mayBlock && fn.lock !== undefined && fn.timeoutMs > 0
        ? [`${fn.name} keeps ${fn.lock} until it returns from C, also after ${fn.timeoutMs} ms: a C call cannot be stopped (E-30)`]
        : []),
      ...(fn.thread !== undefined && fn.timeoutMs > 0
        ? [`while ${fn.name} is stuck, everything else on the thread "${fn.thread}" waits too`]
        : []),
    ]),
    ...(typed?.types ?? [])
      .filter(
        type =>
          !guard.functions.some(
            ({signature}) =>
              (signature?.returns.kind === 'resource' && signature.returns.type === type.name) ||
              signature?.args.some(arg => arg.kind === 'outResource' && arg.type === type.name) === true,
          ),
      )
      .map(type => `no function makes a ${type.name}: its destructor ${type.destructor} is never called`),
  ]
}
