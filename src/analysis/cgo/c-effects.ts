// What a C function of the package does that Go has to know of: which argument it keeps after it returns, which variables of the process it writes, and
// whether it takes a lock of its own. Functions it calls in the same C files are followed; what is not there is not known and not counted.
import type {CToken} from '../../go/cgo/c-token.ts'
import {type CBody, type CSource, type CVariable, closing, split} from './c-source.ts'

const depthMax = 6

export interface Kept {
  readonly body: CBody
  /** The argument's name where it is stored. */
  readonly token: CToken
  /** Where the memory is that of another argument (`watch->user = user`): which one. */
  readonly into?: number
}

/** What was found out for one question: each function and argument is looked at once. */
export type KeptMemory = Map<CBody, Map<number, Kept | undefined>>

/** Where a function stores its argument into memory that outlives the call: behind a pointer it was given, or in a variable of the process. */
export function keptArgument(source: CSource, body: CBody, index: number, memory: KeptMemory = new Map(), depth = 0): Kept | undefined {
  const known = memory.get(body) ?? new Map<number, Kept | undefined>()
  if (known.has(index)) return known.get(index)
  memory.set(body, known.set(index, undefined)) // what is being looked at keeps nothing by calling itself
  const kept = keptIn(source, body, index, memory, depth)
  known.set(index, kept)
  return kept
}

function keptIn(source: CSource, body: CBody, index: number, memory: KeptMemory, depth: number): Kept | undefined {
  const name = body.params[index]
  if (name === undefined || name === '' || body.numbers[index] === true || depth > depthMax) return undefined
  const {tokens} = body
  for (const [i, token] of tokens.entries()) {
    if (token.text !== name || token.kind !== 'identifier' || isMember(tokens, i)) continue
    const [before, after] = [tokens[i - 1]?.text, tokens[i + 1]?.text]
    if (after === '=') return undefined // from here on the name means something else
    const from = before === ')' ? castStart(tokens, i - 1) : i
    if (tokens[from - 1]?.text === '=' && after === ';' && outlives(source, body, leftSide(tokens, from - 1))) return {body, token}
    if (after !== ',' && after !== ')') continue
    const call = callAround(tokens, i)
    const callee = call === undefined ? undefined : source.body(call.name, body.file)
    if (call === undefined || callee === undefined || callee === body) continue
    const kept = keptArgument(source, callee, call.index, memory, depth + 1)
    if (kept !== undefined) return kept
  }
  return undefined
}

/** The name of a field behind `.` or `->`. */
export const isMember = (tokens: readonly CToken[], at: number): boolean => /^(?:\.|->)$/.test(tokens[at - 1]?.text ?? '')

/**
 * As `keptArgument`, where it certainly stays: not where the function, or one that called it, gives the place another value afterwards, and not where
 * the place is in a record of a caller's own frame.
 */
export function retainedArgument(source: CSource, body: CBody, index: number, depth = 0): Kept | undefined {
  const name = body.params[index]
  if (name === undefined || name === '' || body.numbers[index] === true || depth > depthMax) return undefined
  const {tokens} = body
  for (const [i, token] of tokens.entries()) {
    if (token.text !== name || token.kind !== 'identifier' || isMember(tokens, i)) continue
    const [before, after] = [tokens[i - 1]?.text, tokens[i + 1]?.text]
    if (after === '=') return undefined // from here on the name means something else
    const from = before === ')' ? castStart(tokens, i - 1) : i
    const target = tokens[from - 1]?.text === '=' && after === ';' ? leftSide(tokens, from - 1) : []
    if (target.length > 0 && outlives(source, body, target)) {
      if (assignedAgain(tokens, i, target)) continue
      const into = body.params.indexOf(target.find(one => one.kind === 'identifier')?.text ?? '')
      return into < 0 ? {body, token} : {body, token, into}
    }
    if (after !== ',' && after !== ')') continue
    const call = callAround(tokens, i)
    const callee = call === undefined ? undefined : source.body(call.name, body.file)
    const kept =
      call === undefined || callee === undefined || callee === body ? undefined : retainedArgument(source, callee, call.index, depth + 1)
    if (call === undefined || kept === undefined) continue
    if (kept.into === undefined) return kept
    // What the callee stored into: another parameter of this function, or something that may be its own.
    const place = call.args[kept.into] ?? []
    const into = place.length === 1 ? body.params.indexOf(place[0]?.text ?? '') : -1
    if (into >= 0) return {body: kept.body, token: kept.token, into}
  }
  return undefined
}

/** Whether the same place gets a value again further down. */
function assignedAgain(tokens: readonly CToken[], after: number, target: readonly CToken[]): boolean {
  const words = target.map(token => token.text).join(' ')
  return tokens.some(
    (token, i) =>
      i > after &&
      token.text === '=' &&
      leftSide(tokens, i)
        .map(one => one.text)
        .join(' ') === words,
  )
}

/** Start of the cast that ends with the bracket at `end`. */
export function castStart(tokens: readonly CToken[], end: number): number {
  for (let i = end; i >= 0; i--) if (tokens[i]?.text === '(') return closing(tokens, i) === end ? i : end + 1
  return end + 1
}

/** Tokens of the place an assignment writes to. */
function leftSide(tokens: readonly CToken[], assign: number): readonly CToken[] {
  let start = assign
  while (start > 0 && assign - start < statementMax && !/^[;{}]$/.test(tokens[start - 1]?.text ?? ';')) start--
  return tokens.slice(start, assign)
}

function outlives(source: CSource, body: CBody, target: readonly CToken[]): boolean {
  const root = target.find(token => token.kind === 'identifier')
  if (root === undefined || /^(?:if|while|for|switch|return|else)$/.test(root.text)) return false
  if (target.length === 1) return !isLocal(body, root.text) && isOfProcess(source, body, root.text)
  // A local record is gone with the frame; behind `->` or a pointer that was handed in there is memory of somebody else.
  if (target[0] !== root && target[0]?.text !== '*') return false
  return target.some(token => token.text === '->') || body.params.includes(root.text) || isOfProcess(source, body, root.text)
}

const isOfProcess = (source: CSource, body: CBody, name: string) => source.variable(name, body.file)?.threadLocal === false

const locals = new WeakMap<CBody, Map<string, boolean>>()

/** Whether a name is declared in the function: `type name`, `type *name`. */
export function isLocal(body: CBody, name: string): boolean {
  const known = locals.get(body) ?? new Map<string, boolean>()
  locals.set(body, known)
  const found = known.get(name) ?? declaresLocal(body, name)
  known.set(name, found)
  return found
}

function declaresLocal(body: CBody, name: string): boolean {
  if (body.params.includes(name)) return true
  return body.tokens.some((token, i) => {
    if (token.text !== name) return false
    let at = i - 1
    while (body.tokens[at]?.text === '*') at--
    const before = body.tokens[at]
    if (before?.text === ',' && at === i - 1) return false
    return (
      before?.kind === 'identifier' &&
      !/^(?:return|else|case|goto|sizeof|do)$/.test(before.text) &&
      (at === i - 1 || !/^[=(,]$/.test(body.tokens[at - 1]?.text ?? ''))
    )
  })
}

/** Tokens of one statement; a longer one is not looked through. */
const statementMax = 2000

/** The call whose argument stands at `at`. */
export function callAround(
  tokens: readonly CToken[],
  at: number,
): {readonly name: string; readonly index: number; readonly args: readonly (readonly CToken[])[]} | undefined {
  let depth = 0
  for (let i = at - 1; i >= 0 && i > at - statementMax; i--) {
    const {text} = tokens[i]! // i >= 0
    if (text === ';' || text === '{' || text === '}') return undefined
    if (text === ')' || text === ']') depth++
    else if ((text === '(' || text === '[') && depth-- === 0) {
      const name = tokens[i - 1]
      // Behind `->` or `.` it is a field: whatever its name, nobody here knows which function that is.
      if (text !== '(' || name?.kind !== 'identifier' || isMember(tokens, i - 1)) return undefined
      const end = closing(tokens, i)
      if (end - i > statementMax) return undefined
      const parts = split(tokens.slice(i + 1, end))
      const index = parts.findIndex(part => part.some(token => token.at === tokens[at]?.at))
      return {name: name.text, index, args: parts}
    }
  }
  return undefined
}

const locks =
  /^(?:pthread_(?:mutex|rwlock|spin)_\w*lock|pthread_once|call_once|mtx_lock|sem_wait|EnterCriticalSection|AcquireSRWLock\w+|g_mutex_lock|os_unfair_lock_lock|flockfile|omp_set_lock)$/
/** Functions of the C library that write behind their first argument. */
const writers = /^(?:v?sn?printf|str(?:n?cpy|n?cat|lcpy|lcat)|mem(?:cpy|move|set)|fgets|fread|bzero|sscanf|read|recv)$/

export interface Effects {
  /** Variables of the process it writes, in the order of the text, with the function that does. */
  readonly writes: readonly {readonly variable: CVariable; readonly body: CBody; readonly token: CToken}[]
  readonly locks: boolean
}

/** What a function and those it calls in the C files do to variables of the process. */
export function effectsOf(source: CSource, root: CBody): Effects {
  const writes: {variable: CVariable; body: CBody; token: CToken}[] = []
  const seen = new Set<CBody>([root])
  let locking = false
  for (const body of seen) {
    const {tokens} = body
    for (const [i, token] of tokens.entries()) {
      if (token.kind !== 'identifier') continue
      if (locks.test(token.text)) locking = true
      if (tokens[i + 1]?.text === '(') {
        const callee = source.body(token.text, body.file)
        if (callee !== undefined) seen.add(callee)
        continue
      }
      if (/^(?:\.|->)$/.test(tokens[i - 1]?.text ?? '')) continue
      const variable = source.variable(token.text, body.file)
      if (variable === undefined || variable.threadLocal || isLocal(body, token.text)) continue
      if (isWritten(tokens, i)) writes.push({variable, body, token})
    }
  }
  return {writes, locks: locking}
}

/** `name = …`, `name[i].x += …`, `name++`, `&name` or `name` as what a writer of the C library fills. */
function isWritten(tokens: readonly CToken[], at: number): boolean {
  const before = tokens[at - 1]?.text
  if (before === '++' || before === '--') return true
  let end = at + 1
  for (;;) {
    const text = tokens[end]?.text
    if (text === '[') end = closing(tokens, end) + 1
    else if (text === '.' || text === '->') end += 2
    else break
  }
  const after = tokens[end]?.text
  if (/^(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=)$/.test(after ?? '')) return true
  const call = callAround(tokens, at)
  return call?.index === 0 && writers.test(call.name)
}
