// What a C function does that Go has to know of: by its body where the package has it (preamble, C files, inline functions of headers), else by a
// description (the project's gotriage.api.yaml, or what ships for the libraries it includes). What neither says is unknown, and nothing is claimed.
import type {CThread} from '../../go/cgo/api/api-description.ts'
import {type KnownFunction, type KnownFunctions, knownFunctions} from '../../go/cgo/api/known-functions.ts'
import type {CToken} from '../../go/cgo/c-token.ts'
import {callAround, castStart, effectsOf, isLocal, isMember, keptArgument, type KeptMemory} from './c-effects.ts'
import {type AnyPass, isCgoHelper} from './c-member.ts'
import {type CBody, type CSource, closing, cSourceOf} from './c-source.ts'

const depthMax = 6

/** What becomes of an argument. `stored`: C keeps the pointer after the call; `owned`: C frees it or takes it over; `borrowed`: neither. */
export type ArgumentFate = 'owned' | 'stored' | 'borrowed' | 'unknown'

export interface CFunctionFacts {
  readonly name: string
  /** `body`, or who says it. */
  readonly saidBy: string
  readonly returns: 'owned' | 'borrowed' | undefined
  readonly freeWith: string | undefined
  readonly mayBlock: boolean
  readonly thread: CThread | undefined
  readonly requiresLock: string | undefined
  readonly note: string | undefined
  argument(index: number): ArgumentFate
}

const known = new WeakMap<object, KnownFunctions>()

/** What descriptions say of a C function, if the package includes the library or the project describes it. */
export function describedFunction(pass: AnyPass, name: string): KnownFunction | undefined {
  let functions = known.get(pass.package)
  if (functions === undefined) {
    functions = knownFunctions(cSourceOf(pass).includes, pass.package.cApi)
    known.set(pass.package, functions)
  }
  return functions.of(name)
}

const factsByPackage = new WeakMap<object, Map<string, CFunctionFacts | undefined>>()

/** Undefined when nothing at all is known of it. Worked out once for each package, and only as far as it is asked for. */
export function cFunction(pass: AnyPass, name: string): CFunctionFacts | undefined {
  let facts = factsByPackage.get(pass.package)
  if (facts === undefined) factsByPackage.set(pass.package, (facts = new Map()))
  if (!facts.has(name)) facts.set(name, isCgoHelper(name) ? undefined : factsOf(pass, name))
  return facts.get(name)
}

function factsOf(pass: AnyPass, name: string): CFunctionFacts | undefined {
  const source = cSourceOf(pass)
  const body = source.body(name, undefined)
  const described = describedFunction(pass, name)
  if (body === undefined) return described === undefined ? undefined : byDescription(described)
  const newLook = (): Look => ({source, described: one => describedFunction(pass, one), fates: new Map(), kept: new Map()})
  const look = newLook()
  const returned = once(() => returnOf(newLook(), body, 0))
  const blocks = once(() => described?.mayBlock ?? reaches(look, body, one => blocking.test(one) || look.described(one)?.mayBlock === true))
  const thread = once(() => described?.thread ?? threadOf(look, body))
  const fates = new Map<number, ArgumentFate>()
  return {
    name,
    saidBy: 'body',
    get returns() {
      return returned().returns
    },
    get freeWith() {
      return returned().freeWith
    },
    get mayBlock() {
      return blocks()
    },
    get thread() {
      return thread()
    },
    requiresLock: described?.requiresLock,
    note: described?.note,
    argument(index) {
      const fate = fates.get(index) ?? argumentFate(newLook(), body, index, 0)
      fates.set(index, fate)
      return fate
    },
  }
}

/** Worked out at the first call. */
function once<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined
  return () => (made ??= {value: make()}).value
}

function byDescription(said: KnownFunction): CFunctionFacts {
  return {
    name: said.name,
    saidBy: said.saidBy,
    returns: said.returns,
    freeWith: said.freeWith,
    mayBlock: said.mayBlock === true,
    thread: said.thread,
    requiresLock: said.requiresLock,
    note: said.note,
    argument: index => describedFate(said, index),
  }
}

function describedFate(said: KnownFunction | undefined, index: number): ArgumentFate {
  if (said?.owns?.includes(index) === true) return 'owned'
  if (said?.stores?.includes(index) === true) return 'stored'
  return said?.borrows?.includes(index) === true ? 'borrowed' : 'unknown'
}

interface Look {
  readonly source: CSource
  described(name: string): KnownFunction | undefined
  /** What was found out for this question; the next one starts anew, so that no answer depends on who asked before. */
  readonly fates: Map<CBody, Map<number, ArgumentFate>>
  readonly kept: KeptMemory
}

/** Functions of the C library and of POSIX that only read or fill what they are given (C17 7.21, 7.24; POSIX.1-2017). */
const readers =
  /^(?:v?f?printf|v?sn?printf|f?puts|perror|str(?:n?len|n?cmp|n?casecmp|r?chr|r?str|p?brk|c?spn|n?cpy|n?cat|lcpy|lcat|n?dup|to(?:u?ll?|[dfl]d?)|coll|xfrm)|mem(?:cpy|move|cmp|set|chr)|ato(?:i|l|ll|f)|sscanf|f?open|access|stat|lstat|unlink|remove|rename|mkdir|rmdir|getenv|read|write|recv|send|fread|fwrite|fgets|sizeof)$/
const releasers = /^(?:free|cfree|g_free|SysFreeString|CoTaskMemFree)$/
/** With what releases their memory. */
const allocators: ReadonlyMap<string, string> = new Map([
  ...['malloc', 'calloc', 'realloc', 'aligned_alloc', 'strdup', 'strndup'].map((name): [string, string] => [name, 'free']),
  ...['g_malloc', 'g_malloc0', 'g_realloc', 'g_strdup', 'g_strndup', 'g_strdup_printf'].map((name): [string, string] => [name, 'g_free']),
])
/** Calls that wait for something outside of the process or for another thread (POSIX.1-2017; pthread.h). */
const blocking =
  /^(?:sleep|usleep|nanosleep|clock_nanosleep|select|pselect|poll|ppoll|epoll_p?wait|accept4?|connect|recv(?:from|msg)?|waitpid|wait4?|waitid|pause|sigwait\w*|pthread_(?:join|cond_(?:timed)?wait|barrier_wait)|sem_(?:timed)?wait|flock|lockf|getaddrinfo|system|SleepEx?|WaitFor(?:Single|Multiple)Objects?(?:Ex)?|SleepConditionVariable(?:CS|SRW))$/

/** What becomes of a parameter in a body: freed, stored, or, when every use is one of those that do neither, borrowed. */
function argumentFate(look: Look, body: CBody, index: number, depth: number): ArgumentFate {
  const known = look.fates.get(body) ?? new Map<number, ArgumentFate>()
  const before = known.get(index)
  if (before !== undefined) return before
  look.fates.set(body, known.set(index, 'unknown')) // while it is looked at
  const fate = fateIn(look, body, index, depth)
  known.set(index, fate)
  return fate
}

function fateIn(look: Look, body: CBody, index: number, depth: number): ArgumentFate {
  const name = body.params[index]
  if (name === undefined || name === '' || depth > depthMax) return 'unknown'
  if (body.numbers[index] === true) return 'borrowed'
  if (keptArgument(look.source, body, index, look.kept) !== undefined) return 'stored'
  const {tokens} = body
  let fate: ArgumentFate = 'borrowed'
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'identifier' || isMember(tokens, i)) continue
    if (token.text !== name) {
      if (fate === 'borrowed' && look.source.macroMentions(token.text, name)) fate = 'unknown'
      continue
    }
    if (tokens[i + 1]?.text === '=') return 'unknown' // from here on the name means something else
    const use = useOf(look, body, i, depth)
    if (use === 'owned' || use === 'stored') return use
    if (use === 'unknown') fate = 'unknown'
  }
  return fate
}

function useOf(look: Look, body: CBody, at: number, depth: number): ArgumentFate {
  const {tokens} = body
  const after = tokens[at + 1]?.text ?? ''
  const from = tokens[at - 1]?.text === ')' ? castStart(tokens, at - 1) : at
  const before = tokens[from - 1]?.text ?? ''
  if (/^(?:\[|->)$/.test(after) && before !== '&') return 'borrowed' // an element or a field is read or written, not the pointer
  if (before === '*' && !/^(?:[,(=]|return)$/.test(after) && tokens[from - 2]?.kind !== 'identifier') return 'borrowed'
  if (/^(?:==|!=|&&|\|\||\?)$/.test(after) || /^(?:==|!=|!|&&|\|\|)$/.test(before)) return 'borrowed'
  if (/^(?:if|while)$/.test(tokens[from - 2]?.text ?? '') && before === '(' && after === ')') return 'borrowed'
  if (!/^[,)]$/.test(after) || !/^[,(]$/.test(before)) return 'unknown'
  const call = callAround(tokens, at)
  if (call === undefined) return 'unknown'
  if (releasers.test(call.name)) return 'owned'
  if (readers.test(call.name)) return 'borrowed'
  const callee = look.source.body(call.name, body.file)
  if (callee === body) return 'unknown'
  return callee === undefined ? describedFate(look.described(call.name), call.index) : argumentFate(look, callee, call.index, depth + 1)
}

interface Returned {
  readonly returns: 'owned' | 'borrowed' | undefined
  readonly freeWith: string | undefined
}
const nothingReturned: Returned = {returns: undefined, freeWith: undefined}

/** What all return statements agree in; NULL fits everything. */
function returnOf(look: Look, body: CBody, depth: number): Returned {
  if (depth > depthMax || !body.returnsPointer) return nothingReturned
  let found: Returned | undefined
  const {tokens} = body
  for (const [i, token] of tokens.entries()) {
    if (token.text !== 'return') continue
    let end = i + 1
    while (end < tokens.length && tokens[end]?.text !== ';') end++
    const one = valueOf(look, body, tokens.slice(i + 1, end), depth)
    if (one === 'null') continue
    if (one === undefined || (found !== undefined && (found.returns !== one.returns || found.freeWith !== one.freeWith)))
      return nothingReturned
    found = one
  }
  return found ?? nothingReturned
}

const lent: Returned = {returns: 'borrowed', freeWith: undefined}

function valueOf(look: Look, body: CBody, value: readonly CToken[], depth: number): Returned | 'null' | undefined {
  let parts = value
  for (let end = closing(parts, 0); parts[0]?.text === '(' && end < parts.length; end = closing(parts, 0))
    parts = end === parts.length - 1 ? parts.slice(1, -1) : parts.slice(end + 1) // brackets around all, or a cast
  const [first] = parts
  if (first === undefined) return undefined
  if (parts.length === 1 && /^(?:NULL|0|nullptr)$/.test(first.text)) return 'null'
  if (parts.every(part => part.kind === 'string')) return lent
  if (first.kind !== 'identifier') return undefined
  if (parts[1]?.text === '(' && closing(parts, 1) === parts.length - 1) {
    const release = allocators.get(first.text)
    if (release !== undefined) return {returns: 'owned', freeWith: release}
    const callee = look.source.body(first.text, body.file)
    if (callee !== undefined) return returnOf(look, callee, depth + 1)
    const said = look.described(first.text)
    return said?.returns === undefined ? undefined : {returns: said.returns, freeWith: said.freeWith}
  }
  if (parts.length > 1) return undefined
  if (!isLocal(body, first.text)) return look.source.variable(first.text, body.file) === undefined ? undefined : lent
  return body.params.includes(first.text) ? undefined : localValue(look, body, first.text, depth)
}

/** A local variable that only ever gets one kind of value, and is not released, handed on or put anywhere before it is returned. */
function localValue(look: Look, body: CBody, name: string, depth: number): Returned | undefined {
  const {tokens} = body
  let found: Returned | undefined
  let holdsMore = false
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'identifier' || token.text !== name || isMember(tokens, i)) continue
    if (tokens[i + 1]?.text === '=') {
      const end = valueEnd(tokens, i + 2)
      const one = depth > depthMax ? undefined : valueOf(look, body, tokens.slice(i + 2, end), depth + 1)
      if (one === 'null') continue
      if (one === undefined || (found !== undefined && (found.returns !== one.returns || found.freeWith !== one.freeWith))) return undefined
      found = one
    } else if (tokens[i - 1]?.text !== 'return' && !isDeclared(tokens, i)) {
      if (useOf(look, body, i, depth) !== 'borrowed') return undefined
      // `made->field = make()`: what releases the whole is more than what releases its memory.
      const assign = tokens[i + 1]?.text === '->' && tokens[i + 3]?.text === '=' ? i + 4 : undefined
      if (assign !== undefined && tokens.slice(assign, valueEnd(tokens, assign)).some(one => one.text === '(')) holdsMore = true
    }
  }
  return found === undefined || !holdsMore ? found : {returns: found.returns, freeWith: undefined}
}

/** Where the value that begins at `at` ends. */
function valueEnd(tokens: readonly CToken[], at: number): number {
  let end = at
  while (end < tokens.length && !/^[;,]$/.test(tokens[end]?.text ?? ''))
    end = opensBracket(tokens[end]) ? closing(tokens, end) + 1 : end + 1
  return end
}

/** `type *a, *name;`: names, stars and commas back to the start of the statement, a type among them. */
function isDeclared(tokens: readonly CToken[], at: number): boolean {
  if (!/^[;,[]$/.test(tokens[at + 1]?.text ?? '')) return false
  let i = at - 1
  while (i >= 0 && (tokens[i]?.kind === 'identifier' || /^[*,]$/.test(tokens[i]?.text ?? ''))) i--
  return (i < 0 || /^[;{}]$/.test(tokens[i]?.text ?? '')) && tokens[i + 1]?.kind === 'identifier' && i + 1 < at
}

const opensBracket = (token: CToken | undefined): boolean => token !== undefined && token.text.length === 1 && '([{'.includes(token.text)

/** Whether a body, or one that it calls in the package's C files, calls something. */
function reaches(look: Look, root: CBody, wanted: (name: string) => boolean): boolean {
  const seen = new Set<CBody>([root])
  for (const body of seen)
    for (const [i, token] of body.tokens.entries()) {
      if (token.kind !== 'identifier' || body.tokens[i + 1]?.text !== '(') continue
      const callee = look.source.body(token.text, body.file)
      if (callee !== undefined) seen.add(callee)
      else if (wanted(token.text)) return true
    }
  return false
}

function threadOf(look: Look, body: CBody): CThread | undefined {
  const {writes, locks} = effectsOf(look.source, body)
  if (writes.length > 0 && !locks) return 'process'
  if (!locks && reaches(look, body, name => look.described(name)?.thread === 'process')) return 'process'
  const ownState = look.source.variables.some(
    variable => variable.threadLocal && body.tokens.some(token => token.kind === 'identifier' && token.text === variable.name),
  )
  return ownState ||
    reaches(
      look,
      body,
      name => /^(?:pthread_self|gettid|pthread_[gs]etspecific|setns|unshare)$/.test(name) || look.described(name)?.thread === 'own',
    )
    ? 'own'
    : undefined
}
