// Summaries of many functions in little text: a letter for the receiver and each parameter, then what is done to them.
//   `-` nothing kept, `r` nothing kept but given back, `k` kept, `?` unknown; after a colon effects as `letter index path always`.
import {isExported} from '../types/api.ts'
import {contractOf} from './contracts.ts'
import {effectNames, type Effect} from './effects.ts'
import {standardSummaries} from './standard-summaries.ts'
import {unknownParameter, type FunctionSummary, type ParameterEffect, type ParameterSummary} from './summary.ts'

/** Undefined when it says nothing that is not assumed anyway. Functions start with a dot where methods have their receiver. */
export function shortSummary({receiver, parameters}: FunctionSummary): string | undefined {
  const all = [receiver, ...parameters]
  const letters = all.map(one => (one === undefined ? '.' : letterOf(one))).join('')
  // Other packages cannot name fields that are not exported.
  const shown = (one: ParameterSummary | undefined) => (one?.effects ?? []).filter(e => e.fields.every(isExported))
  const effects = all.flatMap((one, i) => shown(one).map(e => `${e.effect},${i - 1},${e.fields.join('.')},${e.always ? 1 : 0}`))
  if (!/[-rk]/.test(letters) && effects.length === 0) return undefined
  return [letters, ...effects].join(':')
}

function letterOf({escapes, returned}: ParameterSummary): string {
  if (escapes === 'no') return returned ? 'r' : '-'
  return escapes === 'yes' ? 'k' : '?'
}

function parameterOf(letter: string, effects: readonly ParameterEffect[]): ParameterSummary {
  if (letter === '?') return {...unknownParameter, effects}
  return {escapes: letter === 'k' ? 'yes' : 'no', returned: letter !== '-', effects}
}

export function fromShort(text: string): FunctionSummary {
  const [letters = '', ...rest] = text.split(':')
  const effects = new Map<number, ParameterEffect[]>()
  for (const part of rest) {
    const [effect = '', index = '', path = '', always] = part.split(',')
    if (!isEffect(effect)) continue
    const list = effects.get(Number(index)) ?? []
    list.push({effect, fields: path === '' ? [] : path.split('.'), always: always === '1'})
    effects.set(Number(index), list)
  }
  const parameters = [...letters.slice(1)].map((letter, i) => parameterOf(letter, effects.get(i) ?? []))
  const [first = '.'] = letters
  return {end: 'returns', receiver: first === '.' ? undefined : parameterOf(first, effects.get(-1) ?? []), parameters}
}

const isEffect = (text: string): text is Effect => (effectNames as readonly string[]).includes(text)

/** `pkg.F` of a package, found when first asked for. */
const unpacked = new Map<string, ReadonlyMap<string, string>>()

/** What ships with gotriage: the standard library's functions, and what its interfaces ask of their implementations. */
export function shippedSummary(name: string): FunctionSummary | undefined {
  const promised = contractOf(name)
  if (promised !== undefined) return promised
  const paren = name.indexOf('(')
  const dot = name.indexOf('.', name.lastIndexOf('/', paren < 0 ? name.length : paren) + 1)
  const path = name.slice(0, dot)
  let functions = unpacked.get(path)
  if (functions === undefined) {
    const entries = (Object.hasOwn(standardSummaries, path) ? (standardSummaries[path] ?? '') : '').split(';')
    functions = new Map(entries.map(entry => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]))
    unpacked.set(path, functions)
  }
  const short = functions.get(name.slice(dot + 1))
  return short === undefined ? undefined : fromShort(short)
}
