// What a function does to its parameters and whether it returns: facts that cross packages, as plain data that can be written down and read back.
import type {Answer} from '../../base/answer.ts'
import type {CallEnd} from './cfg-builder.ts'
import type {Effect} from './effects.ts'

export interface ParameterEffect {
  readonly effect: Effect
  /** Fields of the parameter it happens to; empty for the parameter itself. */
  readonly fields: readonly string[]
  /** On every way to a return. */
  readonly always: boolean
}

export interface ParameterSummary {
  /** Whether it is still held by something after the call: a field, a global, a channel, a goroutine. `unknown` goes for unknown callees. */
  readonly escapes: Answer
  /** A result may be or hold it. */
  readonly returned: boolean
  readonly effects: readonly ParameterEffect[]
}

export interface FunctionSummary {
  readonly end: CallEnd
  /** Undefined for functions. */
  readonly receiver: ParameterSummary | undefined
  readonly parameters: readonly ParameterSummary[]
}

/** By functionName. */
export type Summaries = ReadonlyMap<string, FunctionSummary>

export const harmless: ParameterSummary = {escapes: 'no', returned: false, effects: []}
export const unknownParameter: ParameterSummary = {escapes: 'unknown', returned: true, effects: []}

/** Of an argument: -1 is the receiver; variadic arguments are the last parameter, which is a slice made for the call. */
export function parameterOf(summary: FunctionSummary, index: number): ParameterSummary {
  if (index === -1) return summary.receiver ?? unknownParameter
  return summary.parameters[index] ?? summary.parameters.at(-1) ?? unknownParameter
}

/** One line a function, sorted by name: `{"name": …, summary}`. */
export function writeSummaries(summaries: Summaries): string {
  const names = [...summaries.keys()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return names.map(name => `${JSON.stringify({name, ...summaries.get(name)})}\n`).join('')
}

/** The inverse of `writeSummaries`; lines that are not a summary are left out. */
export function readSummaries(text: string): Map<string, FunctionSummary> {
  const found = new Map<string, FunctionSummary>()
  for (const line of text.split('\n')) {
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      continue
    }
    if (isNamed(value) && isSummary(value)) {
      const {end, receiver, parameters} = value
      found.set(value.name, {end, receiver, parameters})
    }
  }
  return found
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isNamed = (value: unknown): value is {name: string} => isObject(value) && typeof value['name'] === 'string'

function isSummary(value: unknown): value is FunctionSummary {
  if (!isObject(value) || !['returns', 'unwinds', 'exits'].includes(String(value['end']))) return false
  const {receiver, parameters} = value
  return (receiver === undefined || isParameter(receiver)) && Array.isArray(parameters) && parameters.every(isParameter)
}

function isParameter(value: unknown): value is ParameterSummary {
  if (!isObject(value) || !['yes', 'no', 'unknown'].includes(String(value['escapes'])) || typeof value['returned'] !== 'boolean')
    return false
  const {effects} = value
  return Array.isArray(effects) && effects.every(one => isObject(one) && typeof one['effect'] === 'string' && Array.isArray(one['fields']))
}
