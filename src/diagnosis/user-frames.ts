// Which frames of a stack are the program's own: whatever is neither the standard library nor the runtime.
import {parseSymbolName} from '../base/symbol-name.ts'
import {isStandardPackage} from '../evidence/dumps/user-frame.ts'

/** Names whose answer is kept; profiles name the same functions again and again. */
const namesMax = 100_000
const answers = new Map<string, boolean>()

/** Whether a function belongs to the standard library or the runtime, by its import path; so do C and assembly helpers, which have none. */
export function isStandardLibrary(functionName: string): boolean {
  const known = answers.get(functionName)
  if (known !== undefined) return known
  const symbol = parseSymbolName(functionName)
  const answer = symbol === undefined || symbol.wrapper === 'cgo-call' || isStandardPackage(symbol.packagePath)
  if (answers.size >= namesMax) answers.clear()
  answers.set(functionName, answer)
  return answer
}

interface NamedFrame {
  readonly function: string
  readonly file: string
}

/** The last answer for each stack; detectors ask about the same stacks of a profile. */
const firstOf = new WeakMap<readonly NamedFrame[], {readonly module: string | undefined; readonly index: number | undefined}>()

/** Index of the first frame, from the leaf, that is the user's own; undefined when there is none. */
export function firstUserFrame(frames: readonly NamedFrame[], module?: string): number | undefined {
  const known = firstOf.get(frames)
  if (known !== undefined && known.module === module) return known.index
  const own = module === undefined ? -1 : frames.findIndex(frame => isOfModule(frame.function, module))
  const at = own >= 0 ? own : frames.findIndex(frame => !isStandardLibrary(frame.function))
  const index = at < 0 ? undefined : at
  firstOf.set(frames, {module, index})
  return index
}

const isOfModule = (name: string, module: string) =>
  name.startsWith('main.') || (name.startsWith(module) && (name[module.length] === '.' || name[module.length] === '/'))
